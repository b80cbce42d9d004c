#!/bin/bash
# bench-mbox.sh - mbox2maildir beside other programs and beside plain copying: the same mail, one run, ratios
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Usage: bench-mbox.sh [REALISTIC [TINY]]     default 20000 messages of people's sizes (1 GB), 200000 of 550 bytes
#
# ROUNDS=N: interleaved rounds, of which the median counts (default 3). TMPDIR: where, on the disk that is meant.
#
# Everything is written to new directories and removed only when a race is over: file systems take longer to make
# files where others have just been deleted. Programs that need minutes race over a tenth of the mail. The limits
# are "tar x" and "cp -r" of the same Maildir: no program that makes these files can be much faster. Nothing here
# is a test; machines are shared and noisy, so look at ratios, and at processor time first.

# shellcheck source=bench/bench.sh
. "$(dirname "$0")/bench.sh"

realistic=${1:-20000}
tiny=${2:-200000}
cd "$tmp"
export mbox2maildir=$top_builddir/tools/mbox2maildir
make_mbox=$top_builddir/tests/support/make-mbox
split_mbox=$top_builddir/tests/support/split-mbox

# --- The programs, each storing $1 (with $1.tar and $1.dir beside it) in the new Maildir $2 ----------

run_unsynced ()
{
	"$mbox2maildir" -q --durability=none "$1" "$2"
}

run_batch ()
{
	"$mbox2maildir" -q "$1" "$2"
}

run_again ()
{
	"$mbox2maildir" -q "$1" "$1.dir"
}

run_tar ()
{
	mkdir "$2"
	tar xf "$1.tar" -C "$2"
}

run_tar_sync ()
{
	run_tar "$1" "$2"
	sync -f "$2"
}

run_cp ()
{
	cp -r "$1.dir" "$2"
}

run_mb2md ()
{
	mb2md -s "$PWD/$1" -d "$PWD/$2" > /dev/null
}

run_mblaze ()
{
	mkdir -p "$2/cur" "$2/new" "$2/tmp"
	mdeliver -M "$2" < "$1"
}

run_formail ()
{
	mkdir -p "$2/cur" "$2/new" "$2/tmp"
	formail -s mdeliver "$2" < "$1"
}

# It edits the mailbox it reads, so it gets one of its own (which setup_doveadm made).
run_doveadm ()
{
	USER=ann HOME=$PWD doveadm -c dovecot.conf -o "mail_location=maildir:$PWD/$2" import "mbox:$PWD/$2.source" '' ALL
}

run_python ()
{
	python3 - "$1" "$2" <<-'END_OF_SCRIPT'
		import mailbox, sys
		box = mailbox.Maildir(sys.argv[2])
		for message in mailbox.mbox(sys.argv[1]):
		    box.add(message)
	END_OF_SCRIPT
}

# Dovecot keeps no mail for root.
setup_doveadm ()
{
	local user=nobody

	[ "$(id -u)" = 0 ] || user=$(id -un)
	mkdir "$2" "$2.source"
	cp "$1" "$2.source/inbox"
	chmod 755 .
	if [ "$user" = nobody ]; then chown -R nobody "$2" "$2.source"; fi
	cat > dovecot.conf <<-END
		base_dir = $tmp/run
		log_path = /dev/null
		ssl = no
		mail_uid = $(id -u "$user")
		mail_gid = $(id -g "$user")
		first_valid_uid = 1
		first_valid_gid = 1
		default_internal_user = $user
		default_login_user = $user
		namespace inbox {
		  inbox = yes
		}
	END
}

# needs PROGRAM: what must be installed for it.
needs ()
{
	case $1 in
	mblaze) echo mdeliver ;;
	formail) echo formail mdeliver ;;
	tar_sync) echo tar ;;
	unsynced | batch | again) echo "$mbox2maildir" ;;
	python) echo python3 ;;
	*) echo "$1" ;;
	esac
}

is_there ()
{
	local command

	for command in $(needs "$1"); do command -v "$command" > /dev/null || return 1; done
}

# --- Racing -----------------------------------------------------------------------------------------

# timed PROGRAM FILE TARGET: seconds of wall clock, of processor in user space, in all; resident MiB (the
# largest process; less than some 14 cannot be seen).
timed ()
{
	export -f "run_$1" run_tar
	python3 - bash -c "set -e; run_$1 $2 $3" <<-'END_OF_SCRIPT'
		import resource, subprocess, sys, time
		begin = time.monotonic()
		status = subprocess.run(sys.argv[1:], stderr=subprocess.DEVNULL).returncode
		wall = time.monotonic() - begin
		used = resource.getrusage(resource.RUSAGE_CHILDREN)
		if status == 0:
		    print("%.3f %.3f %.3f %.1f" % (wall, used.ru_utime,
		                                   used.ru_utime + used.ru_stime, used.ru_maxrss / 1024))
	END_OF_SCRIPT
}

# table BYTES PROGRAM...: medians, with ratios to tar x (wall) and to mb2md (processor).
table ()
{
	local program bytes=$1 limit peer

	shift
	limit=$(median 1 times.tar)
	peer=0
	if [ -s times.mb2md ]; then peer=$(median 3 times.mb2md); fi
	printf '  %-10s %8s %8s %8s %8s %7s %9s %10s\n' program 'wall s' 'user s' 'CPU s' 'MB/s' 'MiB' \
		'x tar' 'x mb2md CPU'
	for program; do
		if [ ! -s "times.$program" ]; then
			printf '  %-10s did not run\n' "$program"
			continue
		fi
		awk -v program="$program" -v wall="$(median 1 "times.$program")" -v limit="$limit" -v peer="$peer" \
			-v user="$(median 2 "times.$program")" -v cpu="$(median 3 "times.$program")" \
			-v bytes="$bytes" -v mib="$(median 4 "times.$program")" 'BEGIN {
			printf "  %-10s %8.2f %8.2f %8.2f %8.0f %7.1f %9.2f %10s\n", program, wall, user, cpu,
				bytes / wall / 1e6, mib, wall / limit, (peer > 0 ? sprintf ("%.2f", cpu / peer) : "-") }'
	done
}

# race LABEL FILE ROUNDS PROGRAM...
race ()
{
	local label=$1 file=$2 turns=$3 round program target

	shift 3
	rm -f times.*
	"$mbox2maildir" -q "$file" "$file.dir"
	tar cf "$file.tar" -C "$file.dir" .
	for ((round = 0; round < turns; round++)); do
		for program; do
			is_there "$program" || continue
			target=out.$file.$program.$round
			if [ "$program" = doveadm ]; then setup_doveadm "$file" "$target"; fi
			sync -f .
			timed "$program" "$file" "$target" >> "times.$program"
		done
	done
	printf '\n%s, %d rounds\n' "$label" "$turns"
	table "$(stat -c %s "$file")" "$@"
	rm -rf "$file.tar" "$file.dir" out.*
}

# Processor time over the mail in the page cache, splitting and nothing else.
splitting ()
{
	local TIMEFORMAT='%U %S' file=$1

	cat "$file" > /dev/null
	for _ in 1 2 3; do { time "$split_mbox" "$file" > /dev/null; } 2>&1; done |
		awk '{ print $1 + $2 }' | sort -n |
		awk -v file="$file" -v bytes="$(stat -c %s "$file")" 'NR == 2 {
			printf "  %-12s %.2f s, %.1f GB/s of processor time\n", file, $1, bytes / $1 / 1e9 }'
}

"$make_mbox" "$realistic" realistic > realistic
"$make_mbox" "$tiny" tiny > tiny
"$make_mbox" $((realistic / 10)) realistic > realistic.10
"$make_mbox" $((tiny / 10)) tiny > tiny.10

printf '\nsplitting alone\n'
splitting realistic
splitting tiny
race "$realistic realistic messages" realistic "$rounds" \
	unsynced batch again tar tar_sync cp mb2md
race "$tiny tiny messages" tiny "$rounds" \
	unsynced batch again tar tar_sync cp mb2md
race "$((realistic / 10)) realistic messages" realistic.10 1 unsynced batch tar cp mb2md mblaze doveadm formail python
race "$((tiny / 10)) tiny messages" tiny.10 1 unsynced batch tar cp mb2md mblaze doveadm formail python
