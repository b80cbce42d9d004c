#!/bin/bash
# test-mbox-verify.sh - what mbox-verify says of mailboxes with known faults, and what it hands back
#
# SPDX-License-Identifier: GPL-2.0-or-later

. "${top_srcdir:-.}/tests/support/tap.sh"

need_tool mbox-verify
verify=$(tool mbox-verify)
cd "$tmp" || exit 99

# mail N: a message of its own.
mail ()
{
	printf 'Message-ID: <%s@example.org>\nDate: Mon, 1 Jan 2024 10:00:%02d +0000\nFrom: ann@example.org\n' "$1" "$1"
	printf 'Subject: number %s\n\nThis is the body of number %s.\n' "$1" "$1"
}

# An mbox of the messages named, and a Maildir of them, each made without any program of ours.
make_mbox ()
{
	local n

	for n; do
		printf 'From MAILER-DAEMON Mon Jan  1 10:00:00 2024\n'
		mail "$n"
		printf '\n'
	done
}

make_maildir ()
{
	local dir=$1 n

	shift
	rm -rf "$dir"
	mkdir -p "$dir/cur" "$dir/new" "$dir/tmp"
	for n; do
		mail "$n" > "$dir/cur/170410000$n.$n.host:2,"
		touch -d '2024-01-01 10:00:00 UTC' "$dir/cur/170410000$n.$n.host:2,"
	done
}

# verdict FILE: the verdict of the summary that ends a JSON result, which must be JSON line by line.
json_summary ()
{
	python3 -c '
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
assert all(line["v"] == 1 and line["tool"] == "mbox-verify" for line in lines)
assert [line["type"] for line in lines].index("summary") == len(lines) - 1
listed = {}
for line in lines:
	if "class" in line: listed[line["class"]] = listed.get(line["class"], 0) + 1
end = lines[-1]
for name, count in listed.items(): assert end[name] == count, name
print(end["verdict"], end["proven"], end["source-messages"], end["exit"], end["safe-to-delete"])
' "$1"
}

make_mbox 1 2 3 > three.mbox
make_maildir Maildir 1 2 3

# --- Everything there -------------------------------------------------------------------------------

run "$verify" three.mbox Maildir
status_is 'an mbox and a Maildir of the same mail agree' 0
prints 'the proof is said in a line' '^Proven: 3 of 3 proven$'
prints 'for a copy nothing is said about deleting' '^Every message of three.mbox is in Maildir$'
not_ok 'nobody is told to delete anything' grep -q 'safe to delete' "$out"
prints 'the table has a line for the folder' '^INBOX +3 +3 +3 +- +- +- +-$'

run "$verify" three.mbox three.mbox
status_is 'a mailbox agrees with itself' 0

run_sh 'cat three.mbox | "$1" - Maildir' "$verify"
status_is 'standard input is a source' 0

run_sh 'cat three.mbox | "$1" Maildir -' "$verify"
status_is 'standard input is a target' 0

# A named pipe, and what shells make of <(COMMAND), can be read only once, too.
mkfifo pipe
run_sh 'cat three.mbox > pipe & timeout 20 "$1" pipe Maildir; status=$?; wait; exit $status' "$verify"
status_is 'a pipe is a source' 0
run_sh 'cat three.mbox > pipe & timeout 20 "$1" Maildir pipe; status=$?; wait; exit $status' "$verify"
status_is 'a pipe is a target' 0
run_sh '"$1" --missing=left.mbs <(cat three.mbox) <(:)' "$verify"
status_is 'a pipe without anything is trouble' 2

# What is read is not written over.
cp three.mbox kept.mbox
for option in --missing --manifest --report; do
	run "$verify" "$option=kept.mbox" kept.mbox Maildir
	status_is "$option does not write to the source" 2
	complains 'it says so' "^mbox-verify: $option=kept.mbox: that file is read, not written$"
	run_sh '"$1" "$2=kept.mbox" - Maildir < kept.mbox' "$verify" "$option"
	status_is "nor when it is standard input" 2
	ln -sf kept.mbox link.mbox
	run "$verify" "$option=link.mbox" three.mbox kept.mbox
	status_is "nor to the target by another name" 2
	ok 'it stays what it was' cmp three.mbox kept.mbox
done

# --- One fault at a time ----------------------------------------------------------------------------

make_maildir Maildir 1 3
run "$verify" three.mbox Maildir
status_is 'a deleted file is a difference' 1
prints 'the missing message is named' '^missing: INBOX, .*"number 2"'
prints 'the count says so' '^Differences: 2 of 3 proven$'

make_maildir Maildir 1 2 3
printf '\101' | dd of=Maildir/cur/1704100002.2.host:2, bs=1 seek=140 conv=notrunc 2> /dev/null
run "$verify" three.mbox Maildir
status_is 'a changed byte is a difference' 1
prints 'and the message is altered' '^altered: INBOX, .*"number 2"'
not_ok 'it is not missing besides' grep -q '^missing' "$out"

make_maildir Maildir 1 2 3 4
run "$verify" three.mbox Maildir
status_is 'what is only at the target does no harm' 0
prints 'but is noted' '^note: extra: INBOX, .*"number 4"'
run "$verify" --two-way three.mbox Maildir
status_is '--two-way makes it a difference' 1

make_maildir Maildir 1 2 3
sed 's/$/\r/' Maildir/cur/1704100002.2.host:2, > crlf && mv crlf Maildir/cur/1704100002.2.host:2,
sed '1i Status: RO' Maildir/cur/1704100003.3.host:2, > state && mv state Maildir/cur/1704100003.3.host:2,
run "$verify" three.mbox Maildir
status_is 'line ends and Status fields are not content' 0
prints 'they are canonical' '^total +3 +3 +1 +2 '
run "$verify" --require=raw three.mbox Maildir
status_is '--require=raw wants every byte' 1
prints 'and counts only those as proven' '^Differences: 1 of 3 proven$'

make_maildir Maildir 1 3
mkdir -p Maildir/.Old/cur Maildir/.Old/new Maildir/.Old/tmp
mail 2 > Maildir/.Old/cur/1704100002.2.host:2,S
run "$verify" three.mbox Maildir
status_is 'another folder is a note' 0
prints 'and told' 'moved: INBOX -> Old, '
run "$verify" --metadata three.mbox Maildir
status_is '--metadata makes it a difference' 1

make_mbox 1 2 2 3 > copies.mbox
make_maildir Maildir 1 2 3
run "$verify" copies.mbox Maildir
status_is 'a copy too few is a difference' 1
prints 'it is collapsed' '^collapsed: INBOX, .*"number 2"'
run "$verify" Maildir copies.mbox
status_is 'a copy too many is a difference' 1
prints 'it is duplicated' '^duplicated: INBOX, .*"number 2"'

# --- Written anew -------------------------------------------------------------------------------------

# anew N: message N as a server that keeps parts would write it.
anew ()
{
	printf 'From: "ann@example.org" <ann@example.org>\nSubject: =?utf-8?q?number_%s?=\n' "$1"
	printf 'Message-ID:\n <%s@example.org>\nDate: 1 Jan 2024 11:00:%02d +0100\n' "$1" "$1"
	printf 'MIME-Version: 1.0\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n'
	printf 'This is the body of number %s.\r\n' "$1" | base64
}

make_maildir Maildir 1 3
anew 2 > Maildir/cur/1704100002.2.host:2,
touch -d '2024-01-01 10:00:00 UTC' Maildir/cur/1704100002.2.host:2,
run "$verify" three.mbox Maildir
status_is 'a message written anew is there' 0
prints 'it is noted' '^note: mime-equal: INBOX, .*"number 2"'
prints 'that is equal, not proven' '^Equal: 2 of 3 proven$'
run "$verify" --require=canonical three.mbox Maildir
status_is '--require=canonical does not take it' 1
prints 'it is a difference then' '^mime-equal: INBOX, .*"number 2"'

run_sh '"$1" <(cat three.mbox) <(cat three.mbox)' "$verify"
status_is 'two pipes agree' 0
cat Maildir/cur/*.2.host:2, > anew.eml
mkdir -p anew
mv anew.eml anew/2.eml
run_sh '"$1" --missing=left.mbs <(cat three.mbox) anew' "$verify"
prints 'what came through a pipe is looked into again' '^note: mime-equal: INBOX, .*"number 2"'
is 'and sent again' "$(grep -c '^X-Mbs: 1 message ' left.mbs)" 2

anew 2 > Maildir/cur/1704100007.7.host:2,
run "$verify" three.mbox Maildir
status_is 'written anew twice is one too many' 1
prints 'it is duplicated' '^duplicated: INBOX, .*"number 2"'
rm Maildir/cur/1704100007.7.host:2,

sed -i 's/^This/>From This/; $s/$/ And more./' Maildir/cur/1704100003.3.host:2,
mail 7 > Maildir/cur/1704100007.7.host:2,
run "$verify" --format=combined three.mbox Maildir
status_is 'the signs change nothing about the status' 1
is 'each message has its sign' "$(cut -c1 "$out" | tr -d '\n')" '=~*-'
like 'and its place' "$(sed -n 1p "$out")" $'^= INBOX\tthree\.mbox:0$'
rm Maildir/cur/1704100007.7.host:2,
run "$verify" three.mbox Maildir
prints 'what happened to a text is said' '^altered: INBOX, .* \[text-changed\]$'

# --- Folders under other names ------------------------------------------------------------------------

rm -rf Maildir tree
mkdir -p Maildir/{cur,new,tmp} Maildir/.Kept.Old/{cur,new,tmp} tree
mail 1 > Maildir/.Kept.Old/cur/1704100001.1.host:2,
make_mbox 1 > tree/Old
run "$verify" tree Maildir
prints 'in a folder of another name it is moved' '^note: moved: Old -> Kept/Old'
run "$verify" --map=Old=Kept/Old tree Maildir
not_ok 'unless it is told to be the same' grep -q moved "$out"
prints 'then it is at its place' '^Old -> Kept/Old +1 +1 +1'
mkdir -p Maildir/.OLD~0a1b2c3d
run "$verify" --map=Older=Kept/Old tree Maildir
prints 'another folder is not meant' 'moved: Old -> Kept/Old'
complains 'and a name that maps nothing is told' '--map=Older=Kept/Old: the source has no such folder'
rm -rf tree

# --- Less than everything -----------------------------------------------------------------------------

make_maildir Maildir 1 2 3
run "$verify" --quick three.mbox Maildir
status_is 'a quick look is no proof' 2
prints 'it says how much it saw' '^Not proven: of 3 only the headers were compared$'
prints 'and does not call it proven' '^Not verified: 0 of 3 proven$'
make_maildir Maildir 1 3
run "$verify" --quick three.mbox Maildir
status_is 'but it sees what is missing' 1
prints 'and names it' '^missing: INBOX, .*"number 2"'
head -c 20000 /dev/zero | tr '\0' x > big
{ mail 4; cat big; } > Maildir/cur/1704100004.4.host:2,
run_sh '{ cat three.mbox; printf "From x Mon Jan  1 10:00:00 2024\n"; cat Maildir/cur/*.4.*; echo; } > four.mbox' x
mail 4 > Maildir/cur/1704100004.4.host:2,
run "$verify" --quick four.mbox Maildir
prints 'and a size that cannot be' '^altered: INBOX, .*"number 4".*\[size\]$'

# shellcheck disable=SC2046 # numbers
make_mbox $(seq 10 49) > forty.mbox
# shellcheck disable=SC2046
make_maildir Maildir $(seq 10 49)
run "$verify" --sample=30 forty.mbox Maildir
status_is 'a sample is no proof either' 2
prints 'it says how large it was' '^30 of those that agree were read whole$'
prints 'and what follows' '^None differs, so with 95 % certainty at most 10 % of the others do$'
prints 'and what is proven' '^Not verified: 30 of 40 proven$'
for file in Maildir/cur/*; do sed -i 's/body/soul/' "$file"; done
run "$verify" --sample=5 forty.mbox Maildir
status_is 'what is found in a sample is a difference' 1
is 'each of it is' "$(grep -c '^altered: .*\[text-changed\]$' "$out")" 5
run_sh 'cat forty.mbox | "$1" --sample=40 - Maildir' "$verify"
is 'standard input can be looked into again' "$(grep -c '^altered: ' "$out")" 20
prints 'all of it' '^and 20 more altered'

# --- Exactly what is missing -------------------------------------------------------------------------

make_maildir Maildir 1
sed -i 's/body/soul/' Maildir/cur/1704100001.1.host:2,
run "$verify" --missing=left.mbs copies.mbox Maildir
status_is '--missing does not hide the difference' 1
ok 'the file is a stream' grep -q '^X-Mbs: 1 message 0 ' left.mbs
is 'with an end record that counts' "$(grep -c '^X-Mbs-Total: messages=4 folders=0 ' left.mbs)" 1
run "$verify" copies.mbox left.mbs
status_is 'what is missing and altered is in it, copy by copy' 0
prints 'byte by byte' '^total +4 +4 +4 '

run_sh 'cat copies.mbox | "$1" --missing=- - Maildir' "$verify"
status_is 'standard input can be the source of what is missing' 1
complains 'standard error has the table' '^Differences: 0 of 4 proven$'
cp "$out" again.mbs
run "$verify" --two-way --metadata left.mbs again.mbs
status_is 'standard output has the same stream, and nothing but that' 0

make_maildir Maildir 1 2 3
run "$verify" --missing=none.mbs three.mbox Maildir
status_is 'nothing missing is fine' 0
ok 'and still a whole stream' grep -q '^X-Mbs-Total: messages=0 ' none.mbs

run_sh '"$1" --missing=- three.mbox Maildir > /dev/full' "$verify"
status_is 'a full disk is not silent' 2

make_maildir Maildir 1
run "$verify" --missing=no-such-directory/x three.mbox Maildir
status_is 'a file that cannot be made is told at once' 2

if [ -x "$(tool mbox2maildir)" ]; then
	rm -rf Maildir
	run "$(tool mbox2maildir)" copies.mbox Maildir
	run "$verify" copies.mbox Maildir
	status_is 'a Maildir of mbox2maildir has all of it' 0
	rm Maildir/cur/*-2.mailferry*
	rm "$(grep -l 'number 3' Maildir/cur/*)"
	run "$verify" copies.mbox Maildir
	status_is 'not when a message and a copy of another are gone' 1
	run_sh '"$1" --missing=- copies.mbox Maildir | "$2" Maildir' "$verify" "$(tool mbox2maildir)"
	status_is 'mbox2maildir takes what is missing' 0
	run "$verify" --two-way copies.mbox Maildir
	status_is 'and then all of it is there, once' 0
	prints 'and proven' '^Proven: 4 of 4 proven$'
else
	skip 'mbox2maildir takes what is missing' 'mbox2maildir is not built'
fi

# --- For programs -----------------------------------------------------------------------------------

make_maildir Maildir 1 3 4
mail 9 > Maildir/cur/odd$'\x1b':2,
if command -v python3 > /dev/null; then
	run "$verify" --format=json copies.mbox Maildir
	status_is 'JSON changes nothing about the status' 1
	cp "$out" result.jsonl
	run "$verify" --report=report.jsonl copies.mbox Maildir
	is 'the report file names the same findings' \
		"$(grep -c '"type":"finding".*"name":"\(missing\|collapsed\|altered\|extra\)"' report.jsonl)" \
		"$(grep -c '"class":"\(missing\|collapsed\|altered\|extra\)"' result.jsonl)"
	is 'every line is an object, and the last one sums up' "$(json_summary result.jsonl)" 'differences 2 4 1 False'
else
	skip 'every line is an object, and the last one sums up' 'python3 is not installed'
fi
run "$verify" copies.mbox Maildir
not_ok 'no control character reaches the terminal' grep -q $'\x1b' "$out"

# --- Originals and manifests ------------------------------------------------------------------------

sample=$top_builddir/tests/support/make-sample-pst
if [ -x "$(tool pst2mbox)" ] && [ -x "$(tool mbox2maildir)" ] && [ -x "$sample" ]; then
	"$sample" demo old.pst > sample.log 2>&1 || diag "$(cat sample.log)"
	rm -rf Maildir
	run_sh '"$1" --manifest=old.manifest old.pst | "$2" -q Maildir' "$(tool pst2mbox)" "$(tool mbox2maildir)"
	status_is 'an Outlook file becomes a Maildir' 0

	run "$verify" --require=raw --metadata --two-way old.pst Maildir
	status_is 'nothing got lost on the way, nor changed, nor added' 0
	prints 'the Outlook file is an original' '^Every message of old.pst is in Maildir: safe to delete the old account$'
	prints 'what is no mail is said' '^Not carried: not mail: 1 contact, 1 appointment$'
	run "$verify" --since=2000-01-01 old.pst Maildir
	status_is 'a part of it is there as well' 0
	not_ok 'but proves nothing about the whole' grep -q 'safe to delete' "$out"

	run "$verify" --require=raw old.manifest Maildir
	status_is 'the manifest proves it when the Outlook file is gone' 0
	prints 'as well as the file itself' 'safe to delete the old account$'
	rm "$(find Maildir/cur -type f | sort | head -n 1)"
	run "$verify" old.manifest Maildir
	status_is 'also that something is missing' 1
	run "$verify" --missing=left.mbs old.manifest Maildir
	status_is 'but it has nothing to send again' 2
	sed -i '3s/INBOX/Inbox/' old.manifest
	run "$verify" old.manifest Maildir
	status_is 'a manifest that was changed is refused' 2
	complains 'and the line says why' 'the chain does not hold'
else
	skip 'Outlook files and manifests' 'pst2mbox, mbox2maildir or make-sample-pst is not built'
fi

make_maildir Maildir 1 2 3
mkdir tree
cp three.mbox tree/Inbox
run "$verify" tree Maildir
status_is 'a tree of mbox files is a source' 0
not_ok 'it may be a copy' grep -q 'safe to delete' "$out"
: > tree/Inbox.msf
run "$verify" tree Maildir
prints 'with its indexes it is the mail program'"'"'s own' 'safe to delete the old account$'

# A link in it may stand for mail, which is not read then.
ln -s "$tmp/many.mbox" tree/Old
run "$verify" tree Maildir
status_is 'a link among mailboxes is not passed over' 1
prints 'what it stands for is not verified' '^Not verified: 3 of 3 proven$'
not_ok 'nothing can be deleted then' grep -q 'safe to delete' "$out"
complains 'it is named' 'Old: a symbolic link: not followed'
rm tree/Old

# --- Trouble ----------------------------------------------------------------------------------------

make_maildir Maildir 1 2 3
: > empty.mbox
run "$verify" --missing=whole.mbs three.mbox empty.mbox
status_is 'everything is missing from an empty mailbox' 1
run_sh 'head -c -40 whole.mbs | "$1" - Maildir' "$verify"
status_is 'a stream without its end is never proven' 2
prints 'and the verdict says so' '^Not verified: '
run_sh 'head -c -40 whole.mbs | "$1" - empty.mbox' "$verify"
prints 'also if there are differences' '^Not verified: '

sed 's/status=complete/status=partial /' whole.mbs > sealed-wrong.mbs
run "$verify" sealed-wrong.mbs Maildir
status_is 'an end record that was changed is no end' 2

sed 's/body of number 2/body of number 7/' whole.mbs > damaged.mbs
run "$verify" damaged.mbs Maildir
status_is 'a damaged record is trouble' 2
prints 'the others are proven, the whole is not' '^Not verified: 2 of 3 proven$'
run "$verify" --missing=partial.mbs damaged.mbs empty.mbox
ok 'what is missing of a damaged stream is marked as partial' grep -q ' failed=1 status=partial' partial.mbs
run "$verify" partial.mbs Maildir
status_is 'what the writer could not carry is a difference' 1
prints 'and is counted' '^Not verified: 2 of 3 proven$'

run_sh ': | "$1" - Maildir' "$verify"
status_is 'nothing on standard input is trouble' 2

if [ "$(id -u)" -ne 0 ]; then
	chmod 000 Maildir/cur/1704100002.2.host:2,
	run "$verify" three.mbox Maildir
	status_is 'a file that cannot be read is trouble' 2
	prints 'it is counted' '1 could not be read'
	chmod 600 Maildir/cur/1704100002.2.host:2,
else
	skip 'a file that cannot be read is trouble' 'root reads everything'
fi

run "$verify" empty.mbox Maildir
status_is 'an empty mailbox is all there' 0

# shellcheck disable=SC2046 # numbers
make_mbox $(seq 1 25) > many.mbox
run "$verify" -q many.mbox empty.mbox
status_is 'many may be missing' 1
is 'not all of them are listed' "$(grep -c '^missing: ' "$out")" 20
prints 'but those are counted' '^and 5 more missing \(--verbose or --format=json lists all\)$'
run "$verify" --verbose many.mbox empty.mbox
is 'unless asked for' "$(grep -c '^missing: ' "$out")" 25
not_ok 'and then there are no more' grep -q ' more missing' "$out"
run "$verify" --format=json many.mbox empty.mbox
is 'for programs all of them are' "$(grep -c '"class":"missing"' "$out")" 25

make_maildir Maildir 1 2 3
if [ -x "$top_builddir/tests/support/make-sample-pst" ]; then
	"$top_builddir/tests/support/make-sample-pst" demo sample.pst
	"$(tool mbox2maildir)" -q sample.pst Sample
	run "$verify" -q --manifest=there sample.pst Sample
	status_is 'the target can be listed while it is read' 0
	prints 'a target that was read is reason to delete' 'safe to delete the old account'
	is 'the list has every message' "$(grep -vc '^#' there)" 44
	run "$verify" -q sample.pst there
	status_is 'the list serves as a target' 0
	not_ok 'but a list is no reason to delete' grep -q 'safe to delete' "$out"
	run "$verify" -q --manifest=again sample.pst there
	status_is 'a list is not made of a list' 2
fi
for wrong in '' 'three.mbox' 'three.mbox Maildir Maildir' '--format=xml three.mbox Maildir' \
	'--require=best three.mbox Maildir' '--map=INBOX three.mbox Maildir' \
	'--sample=-1 three.mbox Maildir' '--quick --manifest=x three.mbox Maildir' \
	'--quick --missing=x three.mbox Maildir' '- -' '--two-way --folder=INBOX three.mbox Maildir' \
	'no-such.mbox Maildir' 'three.mbox no-such-Maildir'; do
	run_sh "\"\$1\" $wrong < /dev/null" "$verify"
	status_is "status 2 for: mbox-verify $wrong" 2
done

run "$verify" --folder=Old three.mbox Maildir
status_is 'a filter may leave nothing to prove' 0
prints 'which is said' '^Not carried: left out by rule: 3 filtered$'
run "$verify" --strict --folder=Old three.mbox Maildir
status_is 'but not without a difference if one is strict' 1

done_testing
