# tap.sh - for tests written in bash: numbered results on stdout, captured runs, tidy endings
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A test begins with
#
#	. "${top_srcdir:-.}/tests/support/tap.sh"
#
# and ends with done_testing; one that stops in between has no plan and so counts as an error. Results:
#
#	ok NAME COMMAND...	passes if the command succeeds; what it prints is shown if not
#	not_ok NAME COMMAND...	passes if the command fails
#	is NAME GOT EXPECTED	passes if both texts are equal
#	like NAME GOT REGEX	passes if bash's =~ finds the expression
#	skip NAME REASON	counts as skipped
#	skip_all REASON		ends the whole test as skipped; only before the first result
#
#	run COMMAND...		always succeeds; leaves the exit status in $status, what was written in
#				the files $out and $err, standard input is empty unless redirected
#	run_sh SCRIPT ARG...	the same for a piece of shell with pipes and redirections
#	status_is NAME STATUS	passes if the last run ended so; shows its stderr if not
#	prints NAME REGEX	passes if a line of $out matches the extended regular expression
#	complains NAME REGEX	the same for $err
#
# $tmp is a directory of the test's own, removed at the end. on_exit COMMAND runs a command then, the
# last one given first. tool NAME is the path of a built program; need_tool and need_command skip the
# whole test where something is not there. own_home gives the test a new HOME, without anybody's settings.
# watch_memory PID waits for a child and gives its status, and in $peak the most memory it had, in KiB.

set -u

top_srcdir=$(cd "${top_srcdir:-.}" && pwd)
top_builddir=$(cd "${top_builddir:-.}" && pwd)
tmp=$(mktemp -d "${TMPDIR:-/tmp}/mailferry-test.XXXXXX") || exit 99
out=$tmp/.out
err=$tmp/.err
status=0

tap_count=0
tap_endings=()

tap_end ()
{
	local i

	for ((i = ${#tap_endings[@]} - 1; i >= 0; i--)); do eval "${tap_endings[i]}" >&2; done
	chmod -R u+rwX "$tmp" 2>/dev/null
	rm -rf "$tmp"
}

trap tap_end EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

on_exit ()
{
	tap_endings+=("$1")
}

watch_memory ()
{
	local now

	peak=0
	while kill -0 "$1" 2> /dev/null; do
		now=$(awk '/^VmHWM/ { print $2 }' "/proc/$1/status" 2> /dev/null)
		peak=${now:-$peak}
		sleep 0.02
	done
	wait "$1"
}

own_home ()
{
	unset XDG_STATE_HOME CREDENTIALS_DIRECTORY
	export HOME=$tmp/home
	mkdir "$HOME"
}

diag ()
{
	printf '%s\n' "$*" | sed 's/^/# /'
}

tap_result ()
{
	tap_count=$((tap_count + 1))
	printf '%s %d - %s\n' "$1" "$tap_count" "${2//#/\\#}"
}

tap_passed ()
{
	tap_result ok "$1"
}

tap_failed ()
{
	tap_result 'not ok' "$1"
	return 1
}

ok ()
{
	local name=$1

	shift
	if "$@" > "$tmp/.ok" 2>&1; then
		tap_passed "$name"
	else
		tap_failed "$name"
		diag "failed with status $?: $*"
		diag "$(head -c 4000 "$tmp/.ok")"
		return 1
	fi
}

not_ok ()
{
	local name=$1

	shift
	if "$@" > "$tmp/.ok" 2>&1; then
		tap_failed "$name"
		diag "succeeded: $*"
		diag "$(head -c 4000 "$tmp/.ok")"
		return 1
	else
		tap_passed "$name"
	fi
}

is ()
{
	if [ "$2" = "$3" ]; then
		tap_passed "$1"
	else
		tap_failed "$1"
		diag "     got: $2"
		diag "expected: $3"
		return 1
	fi
}

like ()
{
	if [[ $2 =~ $3 ]]; then
		tap_passed "$1"
	else
		tap_failed "$1"
		diag "           got: $2"
		diag "does not match: $3"
		return 1
	fi
}

skip ()
{
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tap_count" "${1//#/\\#}" "$2"
}

skip_all ()
{
	printf '1..0 # SKIP %s\n' "$1"
	exit 0
}

run ()
{
	if [ -t 0 ]; then exec < /dev/null; fi
	"$@" > "$out" 2> "$err"
	status=$?
	return 0
}

run_sh ()
{
	local script=$1

	shift
	run bash -c "$script" run_sh "$@"
}

status_is ()
{
	is "$1" "$status" "$2" || { diag "$(head -c 4000 "$err")"; return 1; }
}

tap_matches ()
{
	if grep -qaE -- "$3" "$2"; then
		tap_passed "$1"
	else
		tap_failed "$1"
		diag "no line matches: $3"
		diag "$(head -c 4000 "$2")"
		return 1
	fi
}

prints ()
{
	tap_matches "$1" "$out" "$2"
}

complains ()
{
	tap_matches "$1" "$err" "$2"
}

tool ()
{
	printf '%s\n' "$top_builddir/tools/$1"
}

need_tool ()
{
	local name

	for name in "$@"; do
		[ -x "$(tool "$name")" ] || skip_all "tools/$name is not built"
	done
}

need_command ()
{
	local name

	for name in "$@"; do
		PATH=$PATH:/usr/sbin:/sbin command -v "$name" > /dev/null ||
			skip_all "$name is not installed"
	done
}

done_testing ()
{
	printf '1..%d\n' "$tap_count"
	exit 0
}
