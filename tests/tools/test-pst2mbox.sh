#!/bin/bash
# test-pst2mbox.sh - Outlook files come out whole, damage costs what it hits, and nothing else happens
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # status, out, err and tmp are set by tap.sh

. "${top_srcdir:-.}/tests/support/tap.sh"

need_tool pst2mbox
pst2mbox=$(tool pst2mbox)
make_sample=$top_builddir/tests/support/make-sample-pst
check=$top_srcdir/tests/support/check-pst-stream.py

make_sample ()
{
	"$make_sample" "$@" || exit 99
}

# messages STREAM: how many message records it has.
messages ()
{
	grep -a -c '^X-Mbs: 1 message ' "$1"
}

# overwrite FILE OFFSET: one byte, turned over.
overwrite ()
{
	local byte

	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	printf '%b' "\\x$(printf '%x' $((byte ^ 255)))" |
		dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# --- The sample account --------------------------------------------------------------------------

demo=$tmp/demo.pst
make_sample demo "$demo"
chmod 444 "$demo"
before=$(sha256sum < "$demo")

run_sh '"$1" "$2" > "$3"' "$pst2mbox" "$demo" "$tmp/demo.mbs"
status_is 'a sound file is converted with status 0' 0
complains 'what is no mail is counted by class' 'skipped by rule: 1 IPM.Appointment, 1 IPM.Contact'
is 'the file is not touched' "$(sha256sum < "$demo")" "$before"

if command -v python3 > /dev/null; then
	run python3 "$check" "$tmp/demo.mbs" "$demo.truth.jsonl"
	status_is 'every message says what the file held' 0
	diag "$(tail -n 5 "$out")"
else
	skip 'every message says what the file held' 'there is no python3'
fi

# The check notices whatever is not as the truth says.
lies='
subject    s/"subject":"Welcome back"/"subject":"Welcome"/
from       s/"smtp":"karl.weber@example.org"/"smtp":"carl.weber@example.org"/
to         s/\("kind":1,[^}]*"smtp":"\)/\1x/
cc         s/\("kind":2,[^}]*"smtp":"\)/\1x/
bcc        s/\("kind":3,[^}]*"smtp":"\)/\1x/
date       s/"submit":1704701551/"submit":1704701561/
received   s/"delivery":1704701560/"delivery":1704701561/
message-id s/<2024.1@mail.example>/<2024.0@mail.example>/
read       s/"read":true/"read":false/
text       s/"plain_sha256":"./"plain_sha256":"-/
html       s/"html_sha256":"./"html_sha256":"-/
attachment s/"size":\([0-9]*\),"sha256":"./"size":\1,"sha256":"-/
'
while command -v python3 > /dev/null && read -r what lie; do
	[ -n "$what" ] || continue
	sed "$lie" "$demo.truth.jsonl" > "$tmp/lie.jsonl"
	not_ok "the lie about $what is one" cmp -s "$tmp/lie.jsonl" "$demo.truth.jsonl"
	run python3 "$check" "$tmp/demo.mbs" "$tmp/lie.jsonl"
	status_is "a wrong $what would be noticed" 1
done <<< "$lies"

run_sh '"$1" -q "$2" > "$3"' "$pst2mbox" "$demo" "$tmp/again.mbs"
ok 'a second run gives the same bytes' cmp "$tmp/demo.mbs" "$tmp/again.mbs"
is 'empty folders are told of' \
	"$(grep -a -A 1 '^X-Mbs: 1 folder ' "$tmp/demo.mbs" | grep -a -c '^X-Mbs-Folder: To sort some day$')" 1
not_ok 'there is no NUL in it' grep -a -q -P '\x00' "$tmp/demo.mbs"

# --- List, tree, code page -------------------------------------------------------------------------

run "$pst2mbox" --list "$demo"
status_is 'a list ends with status 0' 0
prints 'the list counts mail and other items' '^ +15 +0  INBOX$'
prints 'a slash in a name is no separator' 'INBOX/Projekte%2F'
prints 'folders without mail are listed too' '^ +0 +1  Contacts$'

run "$pst2mbox" -q -o "$tmp/tree" "$demo"
status_is 'a tree is written with status 0' 0
is 'the tree holds the same number of messages' \
	"$(find "$tmp/tree" -type f -exec cat {} + | grep -a -c '^From ')" "$(messages "$tmp/demo.mbs")"
ok 'children lie in Name.sbd' test -f "$tmp/tree/INBOX.sbd/Café"
ok 'a slash in a name makes no directory' test -f "$tmp/tree/INBOX.sbd/Projekte%2FÜbersicht 2024"
ok 'an empty folder is an empty file' test -f "$tmp/tree/To sort some day"
not_ok 'the tree has no blocks' grep -r -a -q '^X-Mbs' "$tmp/tree"
run "$pst2mbox" -q -o "$tmp/tree" "$demo"
status_is 'a tree that is there is not overwritten' 2

run "$pst2mbox" --codepage=klingon "$demo"
status_is 'an unknown code page is a usage error' 2
run "$pst2mbox" --list -o "$tmp/other" "$demo"
status_is 'a list into a tree is a usage error' 2
run "$pst2mbox"
status_is 'no operand is a usage error' 2

# --- Many parts ------------------------------------------------------------------------------------

wide=$tmp/wide.pst
make_sample wide "$wide"
run_sh '"$1" -q "$2" > "$3"' "$pst2mbox" "$wide" "$tmp/wide.mbs"
status_is '600 recipients, 450 attachments, 20 levels of messages' 0
is 'all attachments are there' "$(grep -a -c '^Content-Disposition: ' "$tmp/wide.mbs")" \
	"$(grep -o '"method":[0-9]' "$wide.truth.jsonl" | wc -l)"
if command -v python3 > /dev/null; then
	run python3 "$check" "$tmp/wide.mbs" "$wide.truth.jsonl"
	status_is 'and say what the file held' 0
else
	skip 'and say what the file held' 'there is no python3'
fi

# --- Damage ------------------------------------------------------------------------------------------

total=$(messages "$tmp/demo.mbs")
victim=$(grep '"subject":"Welcome back"' "$demo.truth.jsonl")
nid=$(printf '0x%x' "$(sed 's/.*"nid":\([0-9]*\),"class".*/\1/' <<< "$victim")")
block=$(sed 's/.*"block":\([0-9]*\).*/\1/' <<< "$victim")
cp "$demo" "$tmp/damaged.pst"
chmod 644 "$tmp/damaged.pst"
overwrite "$tmp/damaged.pst" $((block + 20))
run_sh '"$1" "$2" > "$3"' "$pst2mbox" "$tmp/damaged.pst" "$tmp/damaged.mbs"
status_is 'a damaged item is a difference' 1
complains 'it is named' "damaged.pst:$nid"
is 'it costs itself and nothing else' "$(messages "$tmp/damaged.mbs")" $((total - 1))
is 'the stream says that it is not complete' "$(grep -a -o 'failed=1 status=partial' "$tmp/damaged.mbs")" \
	'failed=1 status=partial'

head -c 3000000 "$demo" > "$tmp/cut.pst"
run_sh '"$1" "$2" > "$3"' "$pst2mbox" "$tmp/cut.pst" "$tmp/cut.mbs"
status_is 'a file that was cut off is refused' 2
complains 'and the reason is given' 'cut off'
is 'in one line' "$(wc -l < "$err")" 1

printf 'From ann@example.org\n' > "$tmp/not.pst"
run_sh '"$1" "$2" > "$3"' "$pst2mbox" "$tmp/not.pst" "$tmp/not.mbs"
status_is 'what is no Outlook file is refused' 2
is 'in one line too' "$(wc -l < "$err")" 1
run_sh '"$1" "$2" > "$3"' "$pst2mbox" "$tmp/nowhere.pst" "$tmp/not.mbs"
status_is 'so is a file that is not there' 2

make_sample crypt-policy "$tmp/policy.pst"
run_sh '"$1" "$2" > "$3"' "$pst2mbox" "$tmp/policy.pst" "$tmp/policy.mbs"
status_is 'a file encrypted by policy is refused' 2
complains 'and the reason is given' 'encrypted by policy'
is 'no stream was begun' "$(wc -c < "$tmp/policy.mbs")" 0

# --- A reader that dies ---------------------------------------------------------------------------------

# children PID: the processes it has forked.
children ()
{
	cat "/proc/$1/task/$1/children" 2> /dev/null
}

# convert_and_kill FILE: kill the worker in the middle of its work; its status in $status. Nobody reads the
# output at first, so it is stuck there once it runs. Without a worker to be seen: status 99.
convert_and_kill ()
{
	local child supervisor worker=

	rm -f "$tmp/fifo"
	mkfifo "$tmp/fifo"
	"$pst2mbox" "$1" > "$tmp/fifo" 2> "$tmp/many.err" &
	supervisor=$!
	exec 3< "$tmp/fifo"
	for ((i = 0; i < 1000 && ${#worker} == 0; i++)); do
		for child in $(children $supervisor); do worker=$(children "$child"); done
		sleep 0.01
	done
	worker=${worker// /}
	if [ -n "$worker" ]; then kill -s KILL "$worker"; fi
	while [ -n "$worker" ] && [ -e "/proc/$worker" ]; do sleep 0.01; done
	cat <&3 > "$tmp/many.mbs"
	wait $supervisor
	status=$?
	exec 3<&-
	if [ -z "$worker" ]; then status=99; fi
}

make_sample many "$tmp/many.pst" 2000
# It may have been just done with an item: then nothing is lost, and we try again.
for _ in 1 2 3 4 5; do
	convert_and_kill "$tmp/many.pst"
	if [ $status != 0 ]; then break; fi
	is 'killed between two items, it loses none' "$(messages "$tmp/many.mbs")" 2000
done
if [ $status != 99 ]; then
	is 'an item that kills its reader is a difference' $status 1
	is 'it costs itself and nothing else' "$(messages "$tmp/many.mbs")" 1999
	like 'it is named' "$(cat "$tmp/many.err")" 'its reader was lost: killed by signal 9'
	is 'and no other is there twice' \
		"$(grep -a '^X-Mbs-Origin: ' "$tmp/many.mbs" | sort | uniq -d | wc -l)" 0
else
	skip 'an item that kills its reader' 'the system does not tell of children'
fi

# --- Files of other people, where they are at hand ------------------------------------------------------------

corpus=${MAILFERRY_SHARED:-$top_srcdir/../shared}/corpus
if [ -d "$corpus/pst" ]; then
	for file in "$corpus"/pst/*; do
		name=$(basename "$file")
		wanted=$(grep -c -E '"class":"(IPM\.Note|REPORT|IPM\.Schedule\.Meeting)' \
			"$corpus/truth/$name.jsonl")
		run_sh '"$1" -q "$2" > "$3"' "$pst2mbox" "$file" "$tmp/corpus.mbs"
		status_is "$name is converted with status 0" 0
		is "$name: no mail is missing" "$(messages "$tmp/corpus.mbs")" "$wanted"
		if command -v python3 > /dev/null; then
			run python3 "$check" "$tmp/corpus.mbs" "$corpus/truth/$name.jsonl"
			status_is "$name: every message says what the file held" 0
		fi
	done
else
	skip 'sample files of other programs' 'they are not at hand'
fi

done_testing
