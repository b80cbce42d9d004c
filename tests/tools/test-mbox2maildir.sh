#!/bin/bash
# test-mbox2maildir.sh - streams and mailboxes into a Maildir, and everything that may go wrong
#
# SPDX-License-Identifier: GPL-2.0-or-later

. "${top_srcdir:-.}/tests/support/tap.sh"

need_tool mbox2maildir
mbox2maildir=$(tool mbox2maildir)
make_stream=$top_builddir/tests/support/make-stream
cd "$tmp" || exit 99

# tree MAILDIR: every file with its content, every directory; dates of mail too.
tree ()
{
	(cd "$1" && find . -type d | sort && find . -type f -print0 | sort -z | xargs -0r sha256sum &&
		find . -path '*/cur/*' -printf '%p %Ts\n' | sort)
}

# mail MAILDIR: folder, digest and date of each message.
mail ()
{
	(cd "$1" && find . -path '*/cur/*' -printf '%Ts %p\n' | while read -r date path; do
		printf '%s %s %s\n' "${path%/*}" "$date" "$(sha256sum < "$path")"
	done | sort)
}

files ()
{
	find "$1" -path '*/cur/*' -type f | wc -l
}

# says REGEX: the only line on stderr, of this tool.
says ()
{
	is "$1: in one line" "$(wc -l < "$err")" 1
	complains "$1: $2" "^mbox2maildir: .*$2"
}

"$make_stream" 100 > s.mbs || exit 99
"$make_stream" 30 500 plain > p.mbox || exit 99

# --- A stream ---------------------------------------------------------------------------------------

run_sh '"$1" Maildir < s.mbs' "$mbox2maildir"
status_is 'a stream is stored' 0
complains 'all of it' '^mbox2maildir: 100 messages, 0 already there, 0 skipped, 0 failed'
is 'as so many files' "$(files Maildir)" 100
tree Maildir > before
like 'folders are named for servers' "$(ls -A Maildir | tr '\n' ' ')" \
	'^\.&ZeVnLIqe-\.&MOEw[A-Za-z0-9+,]+- \.Empty \.Empty\.below \.INBOX\.Caf&AOk- \.Projects \.Reports 1%2E0\.a%2Fb \.Sent Items '
is 'twins are kept apart' "$(find Maildir -maxdepth 1 -iname '.projects*' | wc -l)" 2
is 'mailferry-folders tells the real names' "$(cut -f 2- Maildir/mailferry-folders)" \
'Empty	-
Empty/below	-
INBOX	inbox
INBOX/Café	-
Projects	-
Reports 1.0/a%2Fb	-
Sent Items	sent
projects	-
日本語/メール	-'

run_sh '"$1" Maildir < s.mbs' "$mbox2maildir"
status_is 'the same stream again' 0
complains 'stores nothing' '^mbox2maildir: 0 messages, 100 already there, 0 skipped, 0 failed'
tree Maildir > after
ok 'and changes nothing' cmp before after

run "$mbox2maildir" s.mbs Named
tree Named > after
ok 'a stream in a file is the same' cmp before after
run "$mbox2maildir" --durability=file s.mbs ByFile
tree ByFile > after
ok 'synced file by file, it is the same' cmp before after
run "$mbox2maildir" Maildir Copy
status_is 'a Maildir is a source too' 0
mail Maildir > before
mail Copy > after
ok 'and its copy is the same' cmp before after
tree Maildir > before

run "$mbox2maildir" --layout=fs --names=utf8 s.mbs Nested
status_is 'folders may be nested' 0
ok 'one within the other' test -d Nested/日本語/メール/cur
run "$mbox2maildir" --layout=maildir++ s.mbs Nested
status_is 'but not both ways in one Maildir' 2
complains 'the way out is told' 'use --layout=fs'

run "$mbox2maildir" --dry-run s.mbs Dry
status_is 'a dry run' 0
complains 'counts' '^mbox2maildir: 100 messages to carry, 0 already there'
not_ok 'and writes nothing' test -e Dry

run "$mbox2maildir" --into=Old/2001 s.mbs Into
is 'into a folder' "$(sed -n '/Old/p' Into/mailferry-folders | cut -f 2 | head -n 4 | tr '\n' ' ')" \
	'Old/2001 Old/2001/Empty Old/2001/Empty/below Old/2001/INBOX/Café '
run "$mbox2maildir" --folder='Sent*' --manifest=m s.mbs Some
is 'only some folders' "$(files Some)" "$(files 'Maildir/.Sent Items')"
is 'a manifest lists them by their names' "$(grep -v '^#' m | cut -f 10 | sort)" \
	"$(ls 'Some/.Sent Items/cur' | sed 's/:.*//' | sort)"

# --- Ordinary mailboxes -----------------------------------------------------------------------------

run "$mbox2maildir" p.mbox Plain
status_is 'an mbox' 0
is 'goes into the inbox' "$(ls Plain/cur | wc -l)" 30
run_sh '"$1" Plain < p.mbox' "$mbox2maildir"
complains 'and from a pipe it is the same' '^mbox2maildir: 0 messages, 30 already there'

cp p.mbox 'Café 1.mbox'
run "$mbox2maildir" p.mbox 'Café 1.mbox' s.mbs Several
status_is 'several files' 0
is 'become folders with their names' "$(find Several/.p/cur 'Several/.Caf&AOk- 1/cur' -type f | wc -l)" 60
is 'and a stream keeps its own' "$(ls 'Several/.Sent Items/cur' | wc -l)" "$(ls 'Maildir/.Sent Items/cur' | wc -l)"

mkdir -p 'Tree/Archive.sbd/2001.sbd' Tree/uw
cp p.mbox Tree/Inbox
cp p.mbox Tree/Archive.sbd/2001
cp p.mbox Tree/Archive.sbd/2001.sbd/a%2Fb
cp p.mbox Tree/uw/old
: > Tree/Drafts
: > Tree/Inbox.msf
: > Tree/Templates.msf
: > Tree/msgFilterRules.dat
echo 'Dear diary' > Tree/notes.txt
run "$mbox2maildir" Tree FromTree
status_is 'a tree of mailboxes' 0
is 'keeps its folders' "$(cut -f 2 FromTree/mailferry-folders | tr '\n' ' ')" \
	'Archive/2001 Archive/2001/a%2Fb Drafts INBOX Templates uw/old '
is 'and their mail' "$(files FromTree)" 120
complains 'what is no mailbox is named' '^mbox2maildir: notes.txt: .*\[not-a-mailbox\]'

: > empty.mbox
run "$mbox2maildir" empty.mbox EmptyOne
status_is 'an empty file is an empty mailbox' 0

# --- Inputs that break off or lie -------------------------------------------------------------------

size=$(stat -c %s s.mbs)
head -c $((size / 2)) s.mbs > cut.mbs
run_sh 'cat cut.mbs | "$1" Cut' "$mbox2maildir"
status_is 'a writer that died' 2
complains 'is told, with the last message' 'input ends after message [0-9]+ .*the writer died'
n=$(grep -oE 'after message [0-9]+' "$err" | head -n 1 | grep -oE '[0-9]+')
is 'what came before is kept' "$(files Cut)" "$n"
run "$mbox2maildir" s.mbs Cut
complains 'and the rest comes with the next run' "^mbox2maildir: $((100 - n)) messages, $n already there"
tree Cut > after
ok 'which makes it whole' cmp before after

run_sh '{ cat s.mbs; kill -9 $BASHPID; } | "$1" Whole; exit ${PIPESTATUS[1]}' "$mbox2maildir"
status_is 'a writer killed after its last word did its job' 0

cp s.mbs flip.mbs
at=$(grep -abo 'Line 1 of message 40,' s.mbs | head -n 1 | cut -d: -f 1)
printf 'l' | dd of=flip.mbs bs=1 seek="$at" conv=notrunc 2> /dev/null
run_sh '"$1" Flip < flip.mbs' "$mbox2maildir"
status_is 'a flipped byte' 1
complains 'costs one message' '^mbox2maildir: 99 messages, 0 already there, 0 skipped, 1 failed'
complains 'and is named' 'Sent Items: damaged in the stream at .*digest'
is 'which is not stored' "$(files Flip)" 99

run_sh ': | "$1" Nothing' "$mbox2maildir"
status_is 'nothing on standard input' 2
says 'nothing arrived' 'nothing arrived'
run_sh '"$1" Nothing <&-' "$mbox2maildir"
status_is 'a closed standard input' 2
says 'closed' 'stdin: cannot read'
run "$mbox2maildir" no-such-file Nothing
status_is 'a missing file' 2
says 'missing' 'no-such-file: cannot read: No such file'
mkdir none
run "$mbox2maildir" none Nothing
status_is 'a directory without mail' 2
says 'no mail' 'none: no mail in it'
not_ok 'none of these makes a Maildir' test -e Nothing

# --- Compressed ---------------------------------------------------------------------------------------

tree Named > before
for program in gzip bzip2 xz zstd; do
	if command -v $program > /dev/null; then
		$program -c s.mbs > s.mbs.$program
		run "$mbox2maildir" s.mbs.$program "From-$program"
		status_is "a stream compressed by $program" 0
		tree "From-$program" > after
		ok 'is the same as without' cmp before after
	else
		skip "a stream compressed by $program" "$program is not installed"
	fi
done

gzip -c p.mbox > p.mbox.gz
head -c $(($(stat -c %s p.mbox.gz) * 2 / 3)) p.mbox.gz > cut.mbox.gz
run_sh '"$1" CutGz < cut.mbox.gz' "$mbox2maildir"
status_is 'a compressed mbox that is cut' 2
complains 'is told' 'stdin: its gzip data are cut'
complains 'its last message is lost, and named' 'stdin:[0-9]+: INBOX: its end could not be read .failed.'
mail Plain > before
mail CutGz > after
not_ok 'what came before is kept' test -z "$(cat after)"
is 'byte for byte' "$(comm -13 before after)" ''

{ head -c 40000000 /dev/zero | tr '\0' x; echo; } > x
{ printf 'From a@b Thu Nov 29 22:33:52 2001\nSubject: x\n\n'; cat x x x; } | gzip -9 > bomb.gz
run "$mbox2maildir" bomb.gz Bomb
status_is 'a bomb' 2
complains 'meets a limit, which is named' 'more than 1000 times as large, the limit'
rm x

# --- Targets that refuse ----------------------------------------------------------------------------

run_sh '"$1" /dev/full < s.mbs' "$mbox2maildir"
status_is 'a target that is no directory' 2
says 'no directory' '/dev/full: not a directory'
mkdir Pictures
: > Pictures/beach.jpg
run "$mbox2maildir" s.mbs Pictures
status_is 'a directory with something else in it' 2
says 'something else' 'not a Maildir'
is 'is left alone' "$(ls -A Pictures)" 'beach.jpg'
run "$mbox2maildir" s.mbs no/such/place
status_is 'a target without parent' 2
says 'no parent' 'no/such/place: cannot make the Maildir: No such file'

run_sh 'export LD_PRELOAD="$2" ASAN_OPTIONS=verify_asan_link_order=0; exec "$1" s.mbs Vfat' "$mbox2maildir" \
	"$top_builddir/tests/support/no-colon.so"
status_is "a file system without ':'" 2
says "':'" "cannot hold ':' in file names"
is 'is found out before anything is written' "$(find Vfat -type f | wc -l)" 0

mkdir -p Locked/cur Locked/new Locked/tmp
exec {lock}< Locked
flock -x "$lock"
run "$mbox2maildir" s.mbs Locked
status_is 'another writer at work' 75
says 'another writer' 'run it again later'
exec {lock}<&-

# as_user COMMAND...: without root's rights, or nothing.
as_user ()
{
	if [ "$(id -u)" = 0 ]; then setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; else "$@"; fi
}

chmod 755 . && chmod 644 s.mbs
if as_user "$mbox2maildir" --version > /dev/null 2>&1 && as_user test -r "$tmp/s.mbs"; then
	mkdir -m 555 ReadOnly
	run as_user "$mbox2maildir" s.mbs ReadOnly
	status_is 'a directory we may not write' 2
	says 'not ours' 'ReadOnly/cur: cannot open or make: Permission denied'
else
	skip 'a directory we may not write' 'cannot drop rights here'
fi

mkdir Small
if unshare -rm mount -t tmpfs -o size=1m none Small 2> /dev/null; then
	"$make_stream" 3000 1000 > large.mbs
	run unshare -rm bash -c 'mount -t tmpfs -o size=1m none Small || exit 99
		"$1" large.mbs Small/Maildir
		status=$?
		find Small/Maildir -path "*/tmp/*" -type f | wc -l
		exit $status' full "$mbox2maildir"
	status_is 'a full disk' 2
	complains 'is told' 'No space left on device'
	is 'and nothing half-written stays' "$(tail -n 1 "$out")" 0
else
	skip 'a full disk' 'no private tmpfs to be had'
fi

# --- Killed in the middle ---------------------------------------------------------------------------

"$make_stream" 6000 300 > many.mbs
mkfifo pipe
"$mbox2maildir" - Killed < pipe 2> /dev/null &
pid=$!
exec {feed}> pipe
head -c 2500000 many.mbs >&"$feed"
until [ "$(files Killed 2> /dev/null)" -ge 1000 ]; do
	kill -0 "$pid" || break
	sleep 0.02
done
kill -9 "$pid"
wait "$pid" 2> /dev/null
exec {feed}>&-
ok 'a killed run leaves something in tmp' test -n "$(find Killed -path '*/tmp/*' -type f)"
run "$mbox2maildir" many.mbs Killed
status_is 'run again after kill -9' 0
run "$mbox2maildir" many.mbs Uninterrupted
tree Uninterrupted > before
tree Killed > after
ok 'it is as if nothing had happened' cmp before after

# --- What a server makes of it ----------------------------------------------------------------------

# expected N: what Dovecot should say of made message N: flags, date, keywords.
expected ()
{
	local i=$1 flags=() date='1970-01-01 00:00:00'

	((i & 2)) && flags+=('\Answered')
	((i & 4)) && flags+=('\Flagged')
	((i & 16)) && flags+=('\Deleted')
	((i & 1)) && flags+=('\Seen')
	((i & 8)) && flags+=('\Draft')
	if ((i % 5 == 0)); then
		((i % 3 == 0)) && flags+=('$Forwarded')
		((i % 3 <= 1)) && flags+=('Big_Co')
		flags+=('$Label1')
	fi
	((i % 11)) && date=$(date -u -d "@$((1000000000 + 86400 * i))" '+%F %T')
	printf '%s|%s|%s\n' "$i" "$date" "$(printf '%s\n' "${flags[@]}" | grep . | LC_ALL=C sort | tr '\n' ' ')"
}

if PATH=$PATH:/usr/sbin:/sbin command -v doveadm > /dev/null && as_user test -r "$tmp/s.mbs"; then
	uid=65534 gid=65534
	[ "$(id -u)" = 0 ] || { uid=$(id -u) gid=$(id -g); }
	mkdir dovecot
	cat > dovecot.conf <<-END
		base_dir = $tmp/dovecot/run
		state_dir = $tmp/dovecot/state
		log_path = $tmp/dovecot/log
		ssl = no
		mail_location = maildir:$tmp/Served
		mail_uid = $uid
		mail_gid = $gid
		first_valid_uid = 1
		first_valid_gid = 1
		namespace inbox {
		  inbox = yes
		  separator = /
		}
	END
	cp -a Maildir Served
	[ "$(id -u)" != 0 ] || chown -R "$uid:$gid" Served dovecot
	doveadm ()
	{
		PATH=$PATH:/usr/sbin:/sbin TZ=UTC USER=ann HOME=$tmp/dovecot command doveadm -c dovecot.conf "$@"
	}
	is 'Dovecot finds the folders' "$(doveadm mailbox list | sed 's/~[0-9a-f]*$/~/' | LC_ALL=C sort | tr '\n' '|')" \
		'Empty|Empty/below|INBOX|INBOX/Café|Projects|Reports 1%2E0|Reports 1%2E0/a%2Fb|Sent Items|projects~|日本語|日本語/メール|'
	is 'all of them are subscribed' "$(doveadm mailbox list -s | wc -l)" 9
	doveadm -f flow fetch 'hdr.subject date.received flags' mailbox '*' > fetched 2> fetch-errors
	sed -E 's/^hdr.subject=Message ([0-9]+) date.received=(.{19}) flags=(.*)$/\1|\2|\3/' fetched |
		while IFS='|' read -r i when flags; do
			printf '%s|%s|%s\n' "$i" "$when" \
				"$(printf '%s\n' $flags | grep -vxF '\Recent' | LC_ALL=C sort | tr '\n' ' ')"
		done | sort > got
	for ((i = 0; i < 100; i++)); do expected "$i"; done > wanted.all
	# a copy has the subject of its original, and flags of its own
	awk -F '|' -v OFS='|' '$1 % 10 == 9 { $1 = $1 - 1 } { print }' wanted.all | sort > wanted
	ok 'and reads flags, keywords and dates as they were' diff -u wanted got
	is 'without complaint' "$(cat fetch-errors dovecot/log 2> /dev/null)" ''
	doveadm -f flow fetch 'size.physical size.virtual' mailbox 'Projects' > sizes
	is 'sizes in names are right' "$(awk '{ print }' sizes | sort)" \
		"$(for f in Maildir/.Projects/cur/*; do
			perl -0777 -ne '$bare = () = /(?<!\r)\n/g;
				printf "size.physical=%d size.virtual=%d\n", length, length () + $bare' "$f"
		done | sort)"
else
	skip 'what Dovecot reads' 'doveadm is not installed'
fi

# --- The front door ---------------------------------------------------------------------------------

run "$mbox2maildir"
status_is 'no operand' 2
complains 'is an error of use' 'a Maildir is needed'
run "$mbox2maildir" --layout=tree a b
complains 'an unknown word is refused with the known ones' '--layout=tree: one of auto, maildir\+\+, fs'
run "$mbox2maildir" --into=a//b a b
complains 'so is a folder that is none' '--into=a//b: not a folder'
run "$mbox2maildir" --dialect=mbx a b
complains 'and an unknown dialect' '--dialect=mbx: one of'
mkdir -p own/cur own/new own/tmp
for target in own own/Copies own/../own; do
	run "$mbox2maildir" own "$target"
	status_is "and the source as target ($target)" 2
done
is 'which stays as it was' "$(find own | sort | tr '\n' ' ')" 'own own/cur own/new own/tmp '

done_testing
