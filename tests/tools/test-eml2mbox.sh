#!/bin/bash
# test-eml2mbox.sh - the trees of mail programs as a stream, and everything that may be odd in them
#
# SPDX-License-Identifier: GPL-2.0-or-later

. "${top_srcdir:-.}/tests/support/tap.sh"
. "$top_srcdir/tests/support/mail-trees.sh"

need_tool eml2mbox
eml2mbox=$(tool eml2mbox)
cd "$tmp" || exit 99

# records FIELD...: of each record in $out its kind, subject and the fields (X-Mbs- left out).
records ()
{
	LC_ALL=C awk -v fields="$*" '
		function flush() { if (kind != "" && kind != "end") print line; kind = "" }
		/^From / { flush(); split ("", value); subject = "-"; block = 0 }
		/^X-Mbs: 1 / { kind = $3; block = 1; next }
		block && /^X-Mbs-[A-Za-z]*: / { n = index ($0, ": "); value[substr ($0, 7, n - 7)] = substr ($0, n + 2) }
		/^Subject: / && subject == "-" { subject = substr ($0, 10); sub (/\r$/, "", subject) }
		{
			m = split (fields, f, " ")
			line = kind == "folder" ? "(folder)" : subject
			for (i = 1; i <= m; i++) line = line " | " (f[i] in value ? value[f[i]] : "-")
		}
		END { flush() }' "$out"
}

# read_tree DIR...: run it, with a report.
read_tree ()
{
	run "$eml2mbox" --report=report.json "$@"
}

# counted NAME: the report's account balances.
counted ()
{
	ok "$1" python3 - <<-'END'
		import json
		last = json.loads (open ("report.json").read ().splitlines ()[-1])
		assert last["announced"] == sum (last[k] for k in ("emitted", "present", "skipped", "failed")), last
	END
}

# --- Thunderbird ------------------------------------------------------------------------------------

thunderbird_profile tb
read_tree tb/Mail/pop.example.org
status_is 'an account of Thunderbird is read' 0
is 'folders, names and roles are those of Thunderbird' "$(records Folder Role)" \
'(folder) | Empty | -
inbox-1 | INBOX | inbox
inbox-2 | INBOX | inbox
cafe-1 | INBOX/Café | -
deep-1 | INBOX/Café/Deep | -
plain-1 | Quite another | -
sent-1 | Sent | sent
(folder) | Trash | trash
(folder) | Unsent Messages | outbox
hashed-1 | a%2Fb: 50%25 of (it) | -'
complains 'a saved search is left out by name' '^eml2mbox: Search.msf: .*\[saved-search\]'
counted 'the account balances'

read_tree tb
status_is 'a profile is read' 0
is 'its accounts are kept apart' "$(records Folder Role | grep -v pop)" \
'draft-1 | imap.example.org/Entwürfe | -
imap-1 | imap.example.org/INBOX | -
rd-1 | imap.example.org/R&D | -
gsent-1 | imap.example.org/[Gmail]/Sent Mail | -'
is 'and the other one is there too' "$(records Folder | grep -c '| pop.example.org/')" 10
complains 'an account that nobody uses is left out' '^eml2mbox: Local Folders: .*\[empty-account\]'
complains 'a cache is called one' '^eml2mbox: ImapMail/imap.example.org: .*\[imap-cache\]'

mkdir home && cp -r tb home/abc.default && echo '[General]' > home/profiles.ini
cp home/profiles.ini home/installs.ini && mkdir -p 'home/Crash Reports' && mbox x > 'home/Crash Reports/x'
read_tree home
is 'so is the directory of the profiles' "$(records Folder | wc -l)" 14

mkdir copy && cp -r tb/Mail/* copy
read_tree copy
is 'a copy of the accounts is known by what is in it' "$(records Folder Role | grep -E '(inbox|sent)$')" \
'inbox-1 | INBOX | inbox
inbox-2 | INBOX | inbox
sent-1 | Sent | sent'

read_tree tb/ImapMail/imap.example.org
is 'names of IMAP are decoded, and one account has its folders at the top' "$(records Folder Role)" \
'draft-1 | Entwürfe | -
imap-1 | INBOX | inbox
rd-1 | R&D | -
gsent-1 | [Gmail]/Sent Mail | sent'

mkdir -p md/Inbox/cur md/Inbox/tmp md/Inbox.sbd/Sub/cur md/Void/cur
{ printf 'X-Mozilla-Status: 0001\nStatus: RO\n'; letter one; } > md/Inbox/cur/1700000000000.eml
letter two > md/Inbox/cur/id2
letter three > md/Inbox.sbd/Sub/cur/3.eml
{ printf 'X-Mozilla-Status: 0009\n'; letter expunged; } > md/Inbox/cur/4.eml
index Inbox > md/Inbox.msf; index Void > md/Void.msf
read_tree md
is 'one file for each message is understood' "$(records Folder Role Flags)" \
'one | INBOX | inbox | \Seen
two | INBOX | inbox | -
three | INBOX/Sub | - | -
(folder) | Void | - | -'
complains 'and what was deleted there stays so' 'skipped by rule: 1 expunged'

# --- Apple Mail -------------------------------------------------------------------------------------

apple_mail apple
read_tree apple
status_is 'Apple Mail is read' 0
is 'folders, roles, flags and dates are its own' "$(records Folder Role Flags Date)" \
'(folder) | Archive | archive | - | -
(folder) | Deleted Messages | trash | - | -
draft | Drafts | drafts | \Draft | 1007073232 -0000
apple-2 | INBOX | inbox | \Seen | 1007073232 -0000
apple-10 | INBOX | inbox | \Seen $NotJunk | 1007073232 -0000
apple-1001 | INBOX | inbox | \Answered \Flagged \Deleted $Forwarded $Junk | 1000000000 -0000
apple-1002 | INBOX | inbox | - | 1007073232 -0000
apple-1003 | INBOX | inbox | \Seen | 1007073232 -0000
sent | Sent Messages | sent | \Seen | 1007073232 -0000
(folder) | Work | - | - | -
below | Work/Plans%2F2020 | - | \Seen | 1007073232 -0000
spam | [Gmail]/Spam | junk | - | 1007073232 -0000'
complains 'what lay apart was put back' '1002.partial.emlx: INBOX: 2 .*\[attachments-rejoined\]'
complains 'a part of what is whole elsewhere is counted' 'skipped by rule: 1 part-of-another'
complains 'an older version is left out by name' '^eml2mbox: V2: left out.*\[older-version\]'
ok 'the attachments are what they were' python3 - "$out" <<'END'
import mailbox, sys
found = [m for m in mailbox.mbox (sys.argv[1]) if m["subject"] == "apple-1002"]
parts = {p.get_filename () or p.get_content_type (): p.get_payload (decode=True) for p in found[0].walk ()}
assert parts["plan.pdf"] == b"%PDF-1.4 \0\xff plan\n", parts
assert parts["image/png"] == b"caf\xc3\xa9 = nice", parts
assert all ("X-Apple-Content-Length" not in p for p in found[0].walk ())
END
counted 'the account balances here too'

for part in apple/V10 apple/V10/*-*/ apple/V10/*-*/INBOX.mbox apple/V10/*-*/INBOX.mbox/*-*/Data; do
	read_tree "$part"
	like "a part of the tree may be named: ${part##*/V10}" "$(records Folder | tr '\n' ' ')" \
		'apple-2 [|] INBOX apple-10 [|] INBOX apple-1001 [|] INBOX '
done

rm -r apple/V10/*/INBOX.mbox/*/Data/1/Attachments/1002/2
read_tree apple
status_is 'an attachment that is not there is no success' 1
complains 'and the message is named' '1002.partial.emlx: INBOX: 1 of its attachments.*\[partial-message\]'
is 'but it is carried' "$(records | grep -c apple-1002)" 1

mkdir -p "Old.mbox" "Void.mbox" && mbox old-1 old-2 > Old.mbox/mbox && : > Void.mbox/mbox
printf x | tee Old.mbox/table_of_contents > Void.mbox/table_of_contents
read_tree Old.mbox
is 'an exported mailbox goes into the inbox' "$(records Folder)" 'old-1 | INBOX
old-2 | INBOX'
read_tree Old.mbox Void.mbox
is 'several go into folders with their names' "$(records Folder)" 'old-1 | Old.mbox
old-2 | Old.mbox
(folder) | Void.mbox'
mkdir export && mv Old.mbox Void.mbox export
read_tree export
is 'in a tree they have their names' "$(records Folder)" 'old-1 | Old
old-2 | Old
(folder) | Void'

mkdir -p both/A.mbox/Messages && mbox file-1 > both/A.mbox/mbox && letter message-1 | emlx 1 > both/A.mbox/Messages/1.emlx
read_tree both
is 'an exported mailbox beside messages hides none of them' "$(records Folder | sort)" 'file-1 | A
message-1 | A'

mkdir -p named/old.mbox && mbox a-1 > named/old.mbox/A && mbox b-1 > named/old.mbox/B
read_tree named
is 'a directory that is a bundle by name only hides none either' "$(records Folder | grep -v '^(')" 'a-1 | old/A
b-1 | old/B'
read_tree apple/V10/*-*/
is 'an empty bundle of an account is an empty folder' "$(records Folder Role | head -n 1)" \
	'(folder) | Archive | archive'

mkdir two && cp -r apple/V10 two/ && cp -r apple/V2/IMAP-ann@mail.example.org two/V10/
mkdir -p two/V10/Mailboxes && cp -r export/Old.mbox two/V10/Mailboxes
read_tree two
is 'several accounts are kept apart' "$(records Folder | grep -E '^(old|draft)')" \
'draft | 0A1B2C3D-0000-1111-2222-333344445555/Drafts
old-1 | On My Mac/Old
old-2 | On My Mac/Old
old | ann@mail.example.org/INBOX'

letter part | emlx 1 > 5.emlx
printf '5000\n' | cat - <(letter cut) > 6.emlx
{ echo 10; letter wrong; plist 1; } > 7.emlx
: > 8.emlx
mkdir damaged && mv [5-8].emlx damaged
read_tree damaged
status_is 'damaged files are no success' 1
is 'what is left of them is carried' "$(records Flags)" 'part | \Seen
cut | -
wrong | \Seen'
complains 'a message that is cut is named' '6.emlx: INBOX: it ends before the message does \[emlx-cut\]'
complains 'a wrong length is named' '7.emlx: INBOX: the length in its first line is wrong \[emlx-damaged\]'
complains 'an empty file has failed' '8.emlx: INBOX: cannot read: it is empty \[failed\]'
counted 'and they are all counted'

# The same on real files.
samples=${MAILFERRY_SHARED:-$top_srcdir/../shared}/corpus/mbox/mikez+emlx
if [ -d "$samples" ]; then
	read_tree "$samples/tests"
	status_is 'real files of Apple Mail are read' 0
	is 'whole' "$(records Flags Date)" 'Re: Emlx library | \Seen $NotJunk | 1581000000 -0000
Re: Emlx library | \Seen $NotJunk | 1617036743 -0000'
	complains 'without a finding' '^eml2mbox: 2 messages'
	is 'in one line' "$(wc -l < "$err")" 1
else
	skip 'real files of Apple Mail are read' 'the corpus is not here'
fi

# One file by itself, of which every byte is known.
{
	printf '91        \nFrom: A <a@example.org>\nTo: b@example.org\nSubject: m1\n'
	printf 'Message-ID: <m1@example.org>\n\nbody 1\n'
	printf '<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><dict><key>flags</key>'
	printf '<integer>8590195713</integer><key>date-received</key><integer>1007073232</integer></dict></plist>\n'
} > alone.emlx
known=${MAILFERRY_SHARED:-$top_srcdir/../shared}/corpus/mbox-cases/x09.emlx
for file in alone.emlx "$known"; do
	if [ ! -f "$file" ]; then
		skip "a single file is read to the byte: ${file##*/}" 'the corpus is not here'
		continue
	fi
	read_tree "$file"
	is "a single file is read to the byte: ${file##*/}" "$status $(records Size Digest Flags Date)" \
		"0 m1 | 91 | f2b8e2108e1ea8a7dd6d8923463cfcd29ca2444e87db880daf8dc37072723e0b | \\Seen | 1007073232 -0000"
done

# --- Windows Mail, Takeout, UW, MH ------------------------------------------------------------------

windows_mail wlm
read_tree 'wlm/Example (ann)'
is 'an account of Windows Live Mail is known by itself' "$(records Folder Role | grep -E 'inbox|sent')" \
'inbox | INBOX | inbox
sent | Sent Items | sent'
read_tree wlm
status_is 'Windows Live Mail is read' 0
is 'folders, roles, flags and dates are as far as it keeps them' "$(records Folder Role Flags Date)" \
'(folder) | Deleted Items | trash | - | -
draft | Drafts | drafts | \Draft | 1049522828 -0000
umlaut | Grüße | - | - | 1007073232 +0000
inbox | INBOX | inbox | - | 1007073232 +0000
sent | Sent Items | sent | - | 1007110800 +0100'
complains 'a name that is not UTF-8 is a finding' 'xFC.xDFe: .*\[name-not-utf8\]'
complains 'so is a date from the file' '2.EML: .*\[date-from-mtime\]'
complains 'so is a date from Date' '1.eml: .*\[date-from-header\]'
complains 'an article is not mail' '3.nws: .*\[not-a-mailbox\]'
counted 'the account balances there too'

mkdir packed && mbox packed-1 packed-2 | gzip > packed/Old.mbox.gz && mbox plain | xz > packed/Plain.xz
printf 'not mail' | gzip > packed/notes.gz
read_tree packed
status_is 'compressed mailboxes are read' 0
is 'under the names they had' "$(records Folder)" 'packed-1 | Old
packed-2 | Old
plain | Plain'
complains 'and other compressed files are not' 'notes.gz: .*\[not-a-mailbox\]'

mkdir cr && printf 'From a Thu Nov 29 22:33:52 2001\rSubject: x\r\rx\r' > cr/Inbox && index Inbox > cr/Inbox.msf
printf '\377\376F\000r\000o\000m\000' > cr/Wide && index Wide > cr/Wide.msf
read_tree cr
status_is 'what Thunderbird holds for mailboxes and nobody can read is no success' 2
complains 'it is refused by name' '^eml2mbox: Inbox: INBOX: .*\[unreadable-mailbox\]'
complains 'each one' '^eml2mbox: Wide: Wide: .*UTF-16'

takeout take
read_tree take
is 'Takeout has its folders at the top' "$(records Folder)" \
'all-1 | All mail Including Spam and Trash
all-2 | All mail Including Spam and Trash
sent-1 | Sent'

uw uw
read_tree uw
is 'directories of mbox files are read' "$(records Folder Role)" 'cafe-1 | Café | -
inbox-1 | INBOX | inbox
(folder) | empty | -
work-1 | work/2001 | -'
is 'without a word' "$(wc -l < "$err")" 1

mkdir -p mh/inbox mh/inbox/sub mh/numbers
letter nine > mh/inbox/9; letter ten > mh/inbox/10; letter gone > mh/inbox/,8
echo 'unseen: 10' > mh/inbox/.mh_sequences; letter sub > mh/inbox/sub/1; : > mh/inbox/sub/.mh_sequences
echo 12 > mh/numbers/1
read_tree mh
is 'MH is read, and other numbers are not taken for it' "$(records Folder)" 'nine | INBOX
ten | INBOX
sub | INBOX/sub'
is 'what is not unseen there has been read' "$(records Flags)" 'nine | \Seen
ten | -
sub | \Seen'

mkdir mh/moved mh/both && letter moved > mh/moved/1 && printf 'A:' > mh/moved/0 && letter both > mh/both/1
letter also > mh/both/x.eml
read_tree mh
status_is 'a folder that mail was only moved into has no sequences' 0
is 'and is one all the same, also beside other messages' "$(records Folder Flags)" 'nine | INBOX | \Seen
ten | INBOX | -
sub | INBOX/sub | \Seen
also | both | -
both | both | -
- | moved | -
moved | moved | -
(folder) | numbers | -'
complains 'numbers that are no mail are not' 'numbers/1: .*\[not-a-mailbox\]'

cat > write-mh.py <<'END'
import mailbox
box = mailbox.MH("python-mh")
for name, flags in (("plain", []), ("fresh", ["unseen"]), ("both", ["replied", "flagged"])):
    message = mailbox.MHMessage(f"Subject: {name}\n\ntext\n")
    for flag in flags: message.add_sequence(flag)
    box.add(message)
END
python3 write-mh.py
read_tree python-mh
is "the flags of what Python's mailbox has written arrive" "$(records Flags)" 'plain | \Seen
fresh | -
both | \Seen \Answered \Flagged'

mkdir hostile && letter one > hostile/1 && letter two > hostile/2
printf 'unseen: 1-1\nx y: 2\nflagged: 99999999999 2\n' > hostile/.mh_sequences
read_tree hostile
status_is 'a damaged list of sequences costs nothing' 0
is 'but what makes no sense in it' "$(records Flags)" 'one | -
two | \Seen \Flagged'
complains 'and that is a finding' 'hostile/.mh_sequences: .*\[odd-sequence\]'
rm hostile/.mh_sequences && mkfifo hostile/.mh_sequences
read_tree hostile
status_is 'a list that cannot be read is no success' 1
is 'though the mail is carried' "$(records Flags)" 'one | -
two | -'
complains 'it is named' 'hostile/.mh_sequences: .*\[sequences-unreadable\]'

mkdir wide && letter fine > wide/1.eml
letter utf16 | iconv -t UTF-16 > wide/2.eml
letter little | iconv -t UTF-16LE > wide/3.eml
letter big | iconv -t UTF-16BE > wide/4.eml
letter mac | tr '\n' '\r' > wide/5.eml
printf '\320\317\021\340\241\261\032\341 and so on\n' > wide/6.eml
printf 'Subject: one line' > wide/7.eml
printf 'Subject: a\rb\rc\r\n\r\nx\ry\r\n' > wide/8.eml
read_tree wide
status_is 'files that are no mail as they are are no success' 1
is 'they are not carried' "$(records | tr '\r' '|')" 'fine
one line
a|b|c'
for n in 2 3 4; do complains "UTF-16 is named: $n" "wide/$n.eml: .*UTF-16"; done
complains 'so are the line ends of old Macintoshes' 'wide/5.eml: .*CR alone'
complains 'and what is from Outlook' 'wide/6.eml: .*msgconvert'
counted 'and the account balances'

# --- What is not to be carried ----------------------------------------------------------------------

mkdir -p odd/.hidden odd/deep && cd odd || exit 99
mbox real > Real
printf '!BDN and so on' > old.pst
printf '\317\255\022\376 and so on' > Inbox.dbx
printf 'Dear diary' > diary.txt
printf 'not mail' > named.mbox
mbox loop > .hidden/x
mbox hidden > .secret
ln -s .. up; ln -s / root; mkfifo pipe; ln -s Real link
mkdir -p "$(printf 'deep/%.0s' {1..70})" && mbox deep > "$(printf 'deep/%.0s' {1..70})x"
cd .. || exit 99
run timeout 20 "$eml2mbox" --report=report.json odd
status_is 'an mbox that is none makes the status 2' 2
is 'what can be carried is' "$(records Folder)" 'real | Real'
for line in 'old.pst: foreign-mail.*pst2mbox' 'Inbox.dbx: foreign-mail.*Outlook Express' \
	'diary.txt: not-a-mailbox' 'named.mbox: unreadable-mailbox' '.secret: hidden' '.hidden: hidden' \
	'up: a symbolic link: not followed' 'root: a symbolic' 'link: a symbolic' 'pipe: neither'; do
	ok "it is named: ${line%%:*}" grep -qE "${line#*: }" <(grep -F "${line%%:*}" report.json)
done
ok 'so is what is too deep' grep -q 'too deep' report.json
counted 'and the account balances'

mkdir pipes && letter one > pipes/1.eml && mkfifo pipes/2.eml && ln -s 1.eml pipes/3.eml
run timeout 20 "$eml2mbox" --report=report.json pipes
status_is 'pipes and links among messages are no success' 1
is 'what is none costs itself' "$(records)" one
is 'and is counted' "$(grep -c '"name":"failed"' report.json)" 2
counted 'with an account that balances'

mkdir locked && mbox a > locked/A && mkdir locked/B && mbox b > locked/B/b && letter c > locked/c.eml
as_user=()
if [ "$(id -u)" -eq 0 ]; then
	as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
	chmod 755 "$tmp"
fi
if [ "$(id -u)" -ne 0 ] || "${as_user[@]}" test -r locked/A -a -x "$eml2mbox" 2>/dev/null; then
	chmod 0 locked/B locked/c.eml
	run "${as_user[@]}" "$eml2mbox" locked
	status_is 'a directory that cannot be read makes the status 2' 2
	complains 'it is named' '^eml2mbox: B: cannot read: .*\[unreadable-folder\]'
	complains 'so is a message' 'c.eml: INBOX: cannot read'
else
	skip 'a directory that cannot be read makes the status 2' 'root reads everything here'
fi

mkdir nothing
read_tree nothing
status_is 'a directory without mail is refused' 2
complains 'in one line' '^eml2mbox: nothing: no mail in it: '
read_tree missing
status_is 'so is one that is not there' 2
read_tree -
status_is 'standard input is no directory' 2

# --- Names ------------------------------------------------------------------------------------------

mkdir names
mbox lf > $'names/two\nlines'; mbox esc > $'names/\033[31mred'; mbox bad > $'names/bad\377'
mbox lower > names/work; mbox upper > names/Work; mbox nfc > $'names/\303\251'; mbox nfd > $'names/e\314\201'
mbox one > names/INBOX; mbox two > names/Inbox; mbox dots > names/..x; mbox blank > 'names/ blank '
read_tree names
is 'names of every kind are kept apart and escaped' "$(records Folder | LC_ALL=C sort)" "$(LC_ALL=C sort <<END
bad | badÿ
blank | %20blank%20
esc | %1B[31mred
lf | two%0Alines
lower | work
nfc | $(printf '\303\251')
nfd | $(printf 'e\314\201')
one | INBOX
two | INBOX
upper | Work
END
)"
not_ok 'no control character reaches the terminal' grep -q $'\033' "$err"
complains 'two mailboxes of one folder are named' 'Inbox: INBOX: .*INBOX: both are carried \[same-folder\]'

# --- One file, filters, many ------------------------------------------------------------------------

letter single > one.eml; printf '\357\273\277From ann Thu Nov 29 22:33:52 2001\r\nSubject: marked\r\n\r\nx' > bom.eml
read_tree one.eml
is 'a single .eml goes into the inbox' "$(records Folder)" 'single | INBOX'
run "$eml2mbox" bom.eml
ok 'a byte order mark and a From_ line are left out' grep -q '^X-Mbs-Size: 20 nonl' "$out"
read_tree --folder='INBOX*' --exclude='*Deep' --report=report.json tb/Mail/pop.example.org
is 'folders can be chosen' "$(records Folder)" 'inbox-1 | INBOX
inbox-2 | INBOX
cafe-1 | INBOX/Café'
counted 'what is left out is counted'
run "$eml2mbox" --since=2002-01-01 wlm
is 'so can dates' "$(records)" '(folder)
draft'

mkdir many
for i in {1..2000}; do printf 'Subject: %d\n\n' "$i" > "many/$i.eml"; done
run "$eml2mbox" -q many
is 'many messages come in the order of their numbers' "$(records)" "$(seq 2000)"
cp "$out" first.mbs
run "$eml2mbox" -q many
ok 'and the same tree gives the same bytes' cmp first.mbs "$out"

# --- The other tools take the same trees -------------------------------------------------------------

if [ -x "$(tool mbox2maildir)" ] && [ -x "$(tool mbox-verify)" ]; then
	for tree in tb wlm uw take; do
		run "$(tool mbox2maildir)" -q "$tree" "Maildir-$tree"
		status_is "mbox2maildir takes $tree" 0
		run "$(tool mbox-verify)" "$tree" "Maildir-$tree"
		status_is "mbox-verify finds all of $tree in the Maildir" 0
	done
	run "$(tool mbox2maildir)" -q --labels=folders take Maildir-labels
	ok 'options for mailboxes reach into a tree' test -n "$(find Maildir-labels/cur -type f)"
	rm "$(find Maildir-uw -path '*/cur/*' -type f | head -n 1)"
	run "$(tool mbox-verify)" uw Maildir-uw
	status_is 'and says so of what is not there' 1
fi

done_testing
