#!/bin/bash
# test-mbox2maildir-source.sh - what is read: never changed, however large, whatever it is
#
# SPDX-License-Identifier: GPL-2.0-or-later

. "${top_srcdir:-.}/tests/support/tap.sh"

need_tool mbox2maildir
mbox2maildir=$(tool mbox2maildir)
cd "$tmp" || exit 99

from='From a@example.org Thu Nov 29 22:33:52 2001'

# message N: a small one.
message ()
{
	printf '%s\nFrom: a@example.org\nSubject: m%d\n\nbody %d\n' "$from" "$1" "$1"
}

files ()
{
	find "$1" -path '*/cur/*' -type f | wc -l
}

# --- Only read ----------------------------------------------------------------------------------------

{ message 1; echo; message 2; } > box
touch -d '2001-11-29 22:33:52' box
chmod 444 box
before=$(stat -c '%i %s %y %z %a' box)
digest=$(sha256sum < box)
run "$mbox2maildir" box Maildir
status_is 'a mailbox is read' 0
is 'and is what it was, to the nanosecond' "$(stat -c '%i %s %y %z %a' box)" "$before"
is 'to the byte' "$(sha256sum < box)" "$digest"
# Our programs show their memory, and so the names of files, to root alone.
if [ "$(id -u)" = 0 ] && strace -o opened true 2> /dev/null; then
	run strace -f -e trace=open,openat -o opened "$mbox2maildir" box Traced
	like 'it is opened' "$(grep '"box"' opened)" 'O_RDONLY'
	is 'for nothing but reading' "$(grep '"box"' opened | grep -cE 'O_(RDWR|WRONLY|CREAT|TRUNC)')" 0
else
	skip 'it is opened' 'nothing can be traced here'
	skip 'for nothing but reading' 'nothing can be traced here'
fi

# --- What is no plain file ----------------------------------------------------------------------------

mkfifo fifo
{ message 1; echo; message 2; } > fifo &
run timeout 60 "$mbox2maildir" fifo FromFifo
status_is 'a FIFO can be read' 0
is 'and has nothing to compare' "$(files FromFifo)" 2
run timeout 60 "$mbox2maildir" /dev/null FromNull
status_is '/dev/null is a writer that died' 2
for device in zero urandom; do
	run timeout 120 "$mbox2maildir" /dev/$device FromDevice
	status_is "/dev/$device comes to an end" 2
	complains 'with a reason' "^mbox2maildir: $device: not an mbox: no message begins within"
done
not_ok 'no Maildir is made for that' test -e FromDevice

# --- Large --------------------------------------------------------------------------------------------

# A mailbox of more than 4 GiB, most of it a hole between two messages.
message 1 > large
truncate -s 4400M large
{ message 2; echo; message 3; } >> large
run timeout 300 "$mbox2maildir" --report=large.json large Large
status_is 'a mailbox of more than 4 GiB' 0
is 'is read to its end' "$(files Large)" 3
complains 'its hole is named' '\[nul-gap\]'
is 'the last message is whole' \
	"$(cat Large/cur/* | grep -c '^body [123]$')" 3
like 'and known by its place' "$(grep -o '"origin":"large:[0-9]*"' large.json | sort -u | tail -n 1)" 'large:0'
rm -f large

if [ -x /usr/bin/time ]; then
	{ message 1; head -c 60000000 /dev/zero | tr '\0' 'x' | fold -w 76; echo; message 2; } > wide
	run /usr/bin/time -f 'rss=%M' "$mbox2maildir" wide Wide
	status_is 'a message of 60 MB' 0
	rss=$(sed -n 's/^rss=//p' "$err")
	ok "is not held in memory ($rss KiB)" test "$rss" -lt 40000
	rm -rf wide Wide
else
	skip 'a message of 60 MB' '/usr/bin/time is not installed'
	skip 'is not held in memory' '/usr/bin/time is not installed'
fi

# --- How it is read -----------------------------------------------------------------------------------

{
	printf 'From - Thu Nov 29 22:33:52 2001\nX-Mozilla-Status: 0009\nSubject: gone\n\nx\n\n'
	printf 'From - Thu Nov 29 22:33:52 2001\nX-Mozilla-Status: 0001\nSubject: here\n\ny\n'
} > mozilla
run "$mbox2maildir" mozilla Dropped
status_is 'what Thunderbird has deleted' 0
is 'is dropped' "$(files Dropped)" 1
complains 'and counted' '1 message, 0 already there, 1 skipped'
run "$mbox2maildir" --expunged=keep mozilla Kept
is 'or kept' "$(ls Kept/cur | wc -l)" 2
run "$mbox2maildir" --expunged=folder mozilla Aside
is 'or put aside' "$(ls Aside/.Expunged/cur | wc -l) $(ls Aside/cur | wc -l)" '1 1'

{
	printf '%s\nX-Gmail-Labels: Inbox,Work,Unread\nSubject: 1\n\nx\n\n' "$from"
	printf '%s\nX-Gmail-Labels: Archived,Work/2001,Starred\nSubject: 2\n\nx\n\n' "$from"
	printf '%s\nX-Gmail-Labels: =?UTF-8?Q?Gesendet,Ge=C3=B6ffnet?=\nSubject: 3\n\nx\n\n' "$from"
	printf '%s\nX-Gmail-Labels: Archived\nSubject: 4\n\nx\n' "$from"
} > takeout
run "$mbox2maildir" --labels=folders takeout Labels
status_is 'labels may be folders' 0
is 'one for each message' "$(cut -f 2- Labels/mailferry-folders)" \
'Archive	archive
INBOX	inbox
Sent	sent
Work/2001	-'
is 'unread and starred are flags' "$(ls Labels/.Work.2001/cur | sed 's/.*:2,//') $(ls Labels/cur | sed 's/.*:2,//; s/[a-z]//g')" 'FS '
run "$mbox2maildir" --labels=none takeout NoLabels
is 'or nothing at all' "$(ls NoLabels/cur | sed 's/.*:2,//' | sort -u)" ''

: > Nothing.mbox
printf '%s\nSubject: DON'"'"'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\nX-IMAP: 1 2\n\nx\n' "$from" > Notes
run "$mbox2maildir" box Nothing.mbox Notes Empties
status_is 'mailboxes without mail' 0
is 'are folders all the same' "$(cut -f 2 Empties/mailferry-folders | LC_ALL=C sort | tr '\n' ' ')" 'Notes Nothing box '

mkdir -p Long/cur Long/new Long/tmp
long=$(printf '%0220d' 0)
(cd Long/cur && seq -f "%05.0f.$long" 5000 | xargs touch)
run env TMPDIR=/nonexistent "$mbox2maildir" Long NotRead
status_is 'names that can be kept nowhere are no fault of the folder' 2
complains 'the place is named' '/nonexistent: cannot make a temporary file'
run "$mbox2maildir" Long LongToo
is 'else they need no more than that' "$status $(ls LongToo/cur | wc -l)" '0 5000'

message 1 > dated
run "$mbox2maildir" --from-tz=+01:00 dated Zone
is 'dates may be of a zone' "$(stat -c %Y Zone/cur/*)" $((1007073232 - 3600))
run "$mbox2maildir" --from-tz=Mars dated Zone
status_is 'that has to exist' 2

done_testing
