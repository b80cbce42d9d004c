#!/bin/bash
# test-maildir-push-secrets.sh - however the password is given, nobody gets to see it but the server
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# In each way of giving it an upload is stopped in the middle, logged in and with the server silent;
# what other processes can see of it is looked at; then it is aborted, which must leave no core.

. "${top_srcdir:-.}/tests/support/tap.sh" || exit 99

need_tool maildir-push
fake=$top_builddir/tests/support/fake-imapd
[ -x "$fake" ] || skip_all 'tests/support/fake-imapd is not built'
own_home
umask 077

canary=Canary$RANDOM$RANDOM$RANDOM
printf '%s\n' "$canary" > "$tmp/given"
# as it is, and inside what AUTHENTICATE PLAIN sends, at each place where it can begin
forms=("$canary")
for before in '' x xx; do
	forms+=("$(printf %s "$before$canary" | base64 | cut -c5-20)")
done

mkdir -p "$tmp/mail/cur" "$tmp/mail/new" "$tmp/mail/tmp"
printf 'Subject: one\n\nText.\n' > "$tmp/mail/cur/1.test:2,S"

# seen_in FILE...: whether it stands there in any form.
seen_in ()
{
	local form

	for form in "${forms[@]}"; do
		if grep -aqrF -- "$form" "$@"; then return 0; fi
	done
	return 1
}

# family PID: it and all that it started.
family ()
{
	local child

	echo "$1"
	for child in $(cat "/proc/$1"/task/*/children 2> /dev/null); do family "$child"; done
}

# whether a process that is aborted here leaves a core in its directory
mkdir "$tmp/control"
(cd "$tmp/control" && ulimit -c unlimited && exec sh -c 'kill -ABRT $$') & wait $! 2> /dev/null
cores_lie_here=$(ls "$tmp/control")

ok 'the password would be found' seen_in "$tmp/given"
printf '\0ann\0%s' "$canary" | base64 > "$tmp/encoded"
ok 'also in what is sent' seen_in "$tmp/encoded"

# --- A case -----------------------------------------------------------------------------------------

# begin NAME: an empty directory and a silent server for it.
begin ()
{
	case=$tmp/$1
	mkdir "$case"
	cat > "$case/script" <<-END
	set before IMAP4rev1 LITERAL+ ${2-AUTH=PLAIN SASL-IR}
	on APPEND 1: mute
	END
	"$fake" "$case/script" "$case/port" "$case/stored" > "$case/events" &
	fake_pid=$!
	on_exit "kill $fake_pid 2> /dev/null"
	until [ -e "$case/port" ] || ! kill -0 $fake_pid 2> /dev/null; do sleep 0.02; done
	url=imap://ann@127.0.0.1:$(< "$case/port")
}

# check NAME OPTION...: logged in and silenced, looked at, aborted.
check ()
{
	local name=$1 pid process

	mkdir "$case/there"
	(cd "$case/there" && ulimit -c unlimited &&
		exec "$(tool maildir-push)" --insecure-cleartext --state="$case/there/state" -v --progress=json \
			--report="$case/there/report" "${@:2}" "$tmp/mail" "$url") > "$case/there/said" 2>&1 &
	pid=$!
	until grep -q mute "$case/events" || ! kill -0 $pid 2> /dev/null; do sleep 0.02; done
	for process in $(family $pid); do
		cat "/proc/$process/cmdline" "/proc/$process/environ"
	done > "$case/there/proc" 2> /dev/null
	kill -ABRT $pid 2> /dev/null
	wait $pid 2> /dev/null
	is "$name: it was logged in, and is aborted" $? 134 || diag "$(< "$case/there/said")"
	ok "$name: it could be looked at" grep -aq -- "--insecure-cleartext" "$case/there/proc"
	not_ok "$name: the password is in no argument, environment, journal, report or log" \
		seen_in "$case/there"
	if [ -n "$cores_lie_here" ]; then
		is "$name: no core is left" "$(find "$case/there" -name '*core*')" ''
	else
		skip "$name: no core is left" 'the system keeps cores elsewhere'
	fi
	kill $fake_pid
}

begin file
check 'from a file' --password-file="$tmp/given"
begin command
check 'from a command' --password-command="cat '$tmp/given'"
begin descriptor
exec 8< "$tmp/given"
check 'from a descriptor' --password-fd=8
exec 8<&-
begin netrc
printf 'machine 127.0.0.1 login ann password %s\n' "$canary" > "$HOME/.netrc"
check 'from .netrc'
rm "$HOME/.netrc"
begin credentials
mkdir "$tmp/directory"
cp "$tmp/given" "$tmp/directory/password"
export CREDENTIALS_DIRECTORY=$tmp/directory
check 'from a directory of credentials'
unset CREDENTIALS_DIRECTORY
begin login ''
check 'to LOGIN' --password-file="$tmp/given"
begin tunnel
tunnel="bash -c 'exec 3<>/dev/tcp/127.0.0.1/$(< "$case/port"); cat <&3 & exec cat >&3'"
check 'through a tunnel' --password-file="$tmp/given" --tunnel="$tunnel"

# --- Refused ----------------------------------------------------------------------------------------

mkdir "$tmp/refused"
cat > "$tmp/refused/script" <<END
set before IMAP4rev1 AUTH=PLAIN SASL-IR
on AUTHENTICATE *: reply NO [AUTHENTICATIONFAILED] no
on LOGIN *: reply NO [AUTHENTICATIONFAILED] no
END
"$fake" "$tmp/refused/script" "$tmp/refused/port" "$tmp/refused/stored" > /dev/null &
on_exit "kill $! 2> /dev/null"
until [ -e "$tmp/refused/port" ]; do sleep 0.02; done
run "$(tool maildir-push)" --insecure-cleartext --password-file="$tmp/given" --state="$tmp/refused/state" \
	"$tmp/mail" "imap://ann@127.0.0.1:$(< "$tmp/refused/port")"
status_is 'refused: 77' 77
not_ok 'and not repeated' seen_in "$out" "$err" "$tmp/refused"

done_testing
