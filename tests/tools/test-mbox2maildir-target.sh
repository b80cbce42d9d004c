#!/bin/bash
# test-mbox2maildir-target.sh - Maildirs that hold something already: mail, traps, limits
#
# SPDX-License-Identifier: GPL-2.0-or-later

. "${top_srcdir:-.}/tests/support/tap.sh"

need_tool mbox2maildir
mbox2maildir=$(tool mbox2maildir)
make_stream=$top_builddir/tests/support/make-stream
cd "$tmp" || exit 99

# listing MAILDIR: everything about everything in it.
listing ()
{
	(cd "$1" && find . -printf '%p %y %m %i %s %T@ %l\n' | LC_ALL=C sort)
}

# mail MAILDIR: digests of what is in cur/.
mail ()
{
	(cd "$1" && find . -path '*/cur/*' -type f -print0 | sort -z | xargs -0r sha256sum)
}

# new_maildir NAME
new_maildir ()
{
	rm -rf "$1"
	mkdir -p "$1/cur" "$1/new" "$1/tmp"
}

"$make_stream" 70 > s.mbs || exit 99
"$mbox2maildir" -q s.mbs Whole
mail Whole > whole

# --- Run again --------------------------------------------------------------------------------------

for how in batch file none; do
	"$mbox2maildir" -q --durability="$how" s.mbs "By-$how"
	listing "By-$how" > before
	run "$mbox2maildir" --durability="$how" s.mbs "By-$how"
	complains "a second run ($how) finds everything" '0 messages, 70 already there'
	listing "By-$how" > after
	ok 'and touches nothing, no file and no directory' cmp before after
done

# --- Mail of others ---------------------------------------------------------------------------------

new_maildir Old
new_maildir 'Old/.Sent Items'
echo one > 'Old/cur/1000000001.M1P1.host,S=4,W=5:2,FSab'
echo two > 'Old/cur/1000000002.no-flags'
echo three > 'Old/new/1000000003.M3P3.host'
echo four > 'Old/cur/.hidden'
echo five > 'Old/tmp/1000000005.M5P5.host'
echo six > 'Old/.Sent Items/cur/1000000006.M6P6.host,S=99999,W=3:2,'
printf '0 First\n7 Eighth' > Old/dovecot-keywords
printf '3 V1 N9 G0\n1 :1000000001.M1P1.host\n' > Old/dovecot-uidlist
printf 'Sent Items\n' > Old/subscriptions
head -c 100 /dev/urandom > Old/dovecot.index.log
mkfifo Old/cur/fifo
mkdir Old/cur/directory
ln -s /etc/passwd Old/cur/link
ln -s /etc 'Old/.Linked'
find Old -type f -exec chmod 640 {} + -exec touch -d @1000000000 {} +
listing Old | grep -v ' d ' > before
run "$mbox2maildir" s.mbs Old
status_is 'mail is added to mail' 0
listing Old > after
is 'what was there stays, but for keywords and subscriptions' \
	"$(LC_ALL=C comm -23 before after | cut -d' ' -f 1)" './dovecot-keywords
./subscriptions'
is 'whose rights stay' "$(stat -c %a Old/dovecot-keywords)" 640
is 'keywords are added behind' "$(cat Old/dovecot-keywords)" '0 First
7 Eighth
8 $Forwarded
9 $Label1
10 Big_Co'
is 'subscriptions in the form they had' "$(head -n 2 Old/subscriptions)" '&ZeVnLIqe-.&MOEw,DDr-
Empty'
(cd Old && mail .) | sed 's/[a-z]*$//' | LC_ALL=C sort > got
sed 's/[a-z]*$//' whole | LC_ALL=C sort > expected
is 'all of it has come' "$(LC_ALL=C comm -13 got expected)" ''
listing Old > before
run "$mbox2maildir" s.mbs Old
complains 'a second run adds nothing' '0 messages, 70 already there'
listing Old > after
ok 'and touches nothing' cmp before after

run "$mbox2maildir" Old Copied
status_is 'what is no file costs what it is, when such a Maildir is read' 1
complains 'and no more' '^mbox2maildir: 74 messages, 0 already there, 1 skipped, 3 failed'
is 'sizes are those of files, not of names' "$(ls 'Copied/.Sent Items/cur' | grep -c '^1000000000.*S=4,W=5:2,$')" 1

# --- Traps ------------------------------------------------------------------------------------------

for trap in cur new tmp '.Sent Items' '.Sent Items/cur'; do
	new_maildir Trap
	mkdir -p Elsewhere/cur Elsewhere/new Elsewhere/tmp Trap/'.Sent Items'
	rm -rf "Trap/$trap"
	ln -s "$tmp/Elsewhere" "Trap/$trap"
	run "$mbox2maildir" s.mbs Trap
	status_is "$trap is a link" 2
	complains 'which is told' "$trap: cannot (read|open or make): .*link"
	is 'and not followed' "$(find Elsewhere -type f)" ''
done
for trap in dovecot-keywords mailferry-folders subscriptions; do
	new_maildir Trap
	mkfifo "Trap/$trap"
	run timeout 20 "$mbox2maildir" s.mbs Trap
	status_is "$trap is a pipe" 2
	complains 'which is told' "Trap/$trap: not the text file it should be"
	ok 'and left alone' test -p "Trap/$trap"
	rm "Trap/$trap"
	ln -s "$tmp/s.mbs" "Trap/$trap"
	run "$mbox2maildir" s.mbs Trap
	status_is "$trap is a link" 2
	ok 'and left alone' test -L "Trap/$trap"
done
new_maildir Trap
mkfifo Trap/tmp/probe.mailferry
run timeout 20 "$mbox2maildir" s.mbs Trap
status_is 'a pipe where we try what may be written' 0

new_maildir Trap
name=$(cd Whole/cur && ls | head -n 1)
mkdir "Trap/cur/$name"
run "$mbox2maildir" s.mbs Trap
status_is 'a directory that has the name of a message' 1
complains 'costs that message' '^mbox2maildir: 69 messages, 0 already there, 0 skipped, 1 failed'
ok 'and stays' test -d "Trap/cur/$name"
is 'with nothing left in tmp' "$(ls Trap/tmp)" ''

new_maildir Trap
printf '.\tINBOX\tinbox\n.x\t../../x\t-\n../y\ty\t-\n.a/b\tz\t-\n\n\t\t\t\n.Sent Items\tHidden\tsent\n' \
	> Trap/mailferry-folders
run "$mbox2maildir" s.mbs Trap
status_is 'a list of folders that leads elsewhere' 0
is 'leads nowhere' "$(ls -d x y ../x ../y 2> /dev/null)" ''
is 'and its good lines count' "$(grep -c . <(ls 'Trap/.Sent Items~'*/cur 2> /dev/null))" 10

# --- Limits -----------------------------------------------------------------------------------------

# as_user COMMAND...: without root's rights.
as_user ()
{
	if [ "$(id -u)" = 0 ]; then setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; else "$@"; fi
}

"$make_stream" 12 60000 > large.mbs
run_sh 'ulimit -f 40; exec "$1" large.mbs Limited' "$mbox2maildir"
status_is 'a limit on the size of files' 2
complains 'is told' 'cannot write: File too large'
is 'and nothing half-written stays' "$(find Limited -path '*/tmp/*' -o -path '*/cur/*' -type f)" ''
run "$mbox2maildir" large.mbs Limited
"$mbox2maildir" -q large.mbs Unlimited
is 'without it, all comes' "$(mail Limited)" "$(mail Unlimited)"

new_maildir Locked
chmod 555 Locked/cur
chmod 777 Locked/new Locked/tmp
chmod 755 . && chmod 644 s.mbs
if as_user "$mbox2maildir" --version > /dev/null 2>&1 && as_user test -r "$tmp/s.mbs"; then
	[ "$(id -u)" != 0 ] || chown -R 65534 Locked
	run as_user "$mbox2maildir" s.mbs Locked
	status_is 'a cur/ that we may not write to' 2
	is 'leaves nothing' "$(find Locked -type f -path '*/tmp/*')" ''
	chmod 755 Locked/cur
	run as_user "$mbox2maildir" s.mbs Locked
	is 'and when we may, all comes' "$(mail Locked)" "$(mail Whole)"
else
	skip 'a cur/ that we may not write to' 'cannot drop rights here'
fi

# --- Several at once --------------------------------------------------------------------------------

pids=()
for i in 1 2 3 4 5; do
	"$mbox2maildir" -q s.mbs Crowd 2> /dev/null &
	pids+=($!)
done
for pid in "${pids[@]}"; do
	wait "$pid"
	echo $?
done > statuses
statuses=$(sort -u statuses | tr '\n' ' ')
like 'of several writers at once one works and others wait for another time' "$statuses" '^0 (75 )?$'
is 'and the mail is there once' "$(mail Crowd)" "$(mail Whole)"

done_testing
