#!/bin/bash
# test-pst2mbox-deleted.sh - --deleted brings back what the file still has, and names what it has not
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # status, out, err and tmp are set by tap.sh

. "${top_srcdir:-.}/tests/support/tap.sh"

need_tool pst2mbox
pst2mbox=$(tool pst2mbox)
make_sample=$top_builddir/tests/support/make-sample-pst
check=$top_srcdir/tests/support/check-pst-stream.py
shared=${MAILFERRY_SHARED:-$top_srcdir/../shared}/corpus/pst
cd "$tmp" || exit 99

# agrees NAME STREAM TRUTH [--deleted]
agrees ()
{
	if command -v python3 > /dev/null; then
		ok "$1" python3 "$check" "${@:2}"
	else
		skip "$1" 'there is no python3'
	fi
}

# origins STREAM FOLDER: of the messages in it.
origins ()
{
	grep -a -A 4 '^X-Mbs: 1 message ' "$1" | sed -n "/^X-Mbs-Folder: $2\$/,/^X-Mbs-Origin/s/^X-Mbs-Origin: .*://p" |
		tr '\n' ' '
}

# damaged FILE COPY OFFSET: a copy with one byte turned over.
damaged ()
{
	local byte

	cp "$1" "$2"
	byte=$(od -An -tu1 -j "$3" -N 1 "$1")
	printf '%b' "\\x$(printf '%x' $((byte ^ 255)))" | dd of="$2" bs=1 seek="$3" conv=notrunc status=none
}

# truth_of NID: its line.
truth_of ()
{
	grep "\"placement\":\"deleted\",\"nid\":$(($1))," a.pst.truth.jsonl
}

# --- Every format --------------------------------------------------------------------------------

for format in unicode ansi ost; do
	file=$format.pst
	"$make_sample" --format="$format" deleted "$file" || exit 99

	run_sh '"$1" --deleted "$2" > "$3"' "$pst2mbox" "$file" "$format.mbs"
	status_is "$format: deleted items come back with status 0" 0
	agrees "$format: each is what was deleted" "$format.mbs" "$file.truth.jsonl" --deleted
	is "$format: their origins tell them apart" "$(origins "$format.mbs" 'Recovered Items')" \
		'0x200144 0x200064~old 0x2000a4~old 0x2000e4~old '

	run_sh '"$1" "$2" > "$3"' "$pst2mbox" "$file" "$format.plain"
	status_is "$format: without --deleted nothing is wrong either" 0
	agrees "$format: and only the others come" "$format.plain" "$file.truth.jsonl"
	complains "$format: but what could be had is told" '1 messages of folders that were deleted.*orphans-left-out'
done

run_sh '"$1" -q --deleted "$2" > "$3"' "$pst2mbox" unicode.pst again.mbs
ok 'a second run gives the same bytes' cmp unicode.mbs again.mbs

run "$pst2mbox" --deleted --list unicode.pst
status_is 'they can be listed' 0
prints 'the list counts them' '^ +4 +0  Recovered Items$'
run "$pst2mbox" --list unicode.pst
is 'otherwise the list does not know them' "$(grep -c Recovered "$out")" 0

run_sh '"$1" -q --deleted --folder="Recovered*" "$2" > "$3"' "$pst2mbox" unicode.pst only.mbs
is 'the folder can be chosen' "$(grep -a -c '^X-Mbs: 1 message ' only.mbs)" 4

# --- Space that was used again -------------------------------------------------------------------

cp unicode.pst a.pst
cp unicode.pst.truth.jsonl a.pst.truth.jsonl

damaged a.pst part.pst "$(truth_of 0x2000a4 | sed 's/.*"part":"value","offset":\([0-9]*\).*/\1/')"
run_sh '"$1" --deleted "$2" > part.mbs' "$pst2mbox" part.pst
status_is 'a deleted item that is there in part has failed' 1
complains 'and is named' '^pst2mbox: part.pst:0x2000a4~old: Recovered Items: '
is 'the others come all the same' "$(origins part.mbs 'Recovered Items')" '0x200144 0x200064~old 0x2000e4~old '
run_sh '"$1" "$2" > part.mbs' "$pst2mbox" part.pst
status_is 'those who want no deleted items are not bothered' 0

damaged a.pst gone.pst "$(truth_of 0x2000a4 | sed 's/.*"block":\([0-9]*\).*/\1/')"
run_sh '"$1" --deleted --report=r.json "$2" > gone.mbs' "$pst2mbox" gone.pst
status_is 'a deleted item of which only traces are left was never announced' 0
complains 'but is counted' 'of 1 deleted messages only traces are left.*remnants-unreadable'
is 'the others come' "$(origins gone.mbs 'Recovered Items')" '0x200144 0x200064~old 0x2000e4~old '
like 'the account says nine' "$(tail -n 1 r.json)" '"announced":9,"emitted":9,'

# --- Damage is no deletion -----------------------------------------------------------------------

page=$(sed -n '/"tree":"nodes","level":0,/s/.*"offset":\([0-9]*\),"first":1682,"last":32909}$/\1/p' a.pst.truth.jsonl)
damaged a.pst lost.pst "$page"
run_sh '"$1" "$2" > lost.mbs' "$pst2mbox" lost.pst
status_is 'when the page with the folders is lost, the status is 1' 1
is 'and all messages are carried without --deleted' "$(grep -a -c '^X-Mbs: 1 message ' lost.mbs)" 7
is 'as victims' "$(origins lost.mbs Recovered | wc -w)" 7
run_sh '"$1" --deleted "$2" > lost.mbs' "$pst2mbox" lost.pst
status_is 'with --deleted too' 1
is 'victims and deleted ones keep apart' "$(origins lost.mbs Recovered | wc -w) $(origins lost.mbs 'Recovered Items' | wc -w)" '7 3'

page=$(sed -n '/"tree":"nodes","level":0,/s/.*"offset":\([0-9]*\),"first":32910,"last":2097508}$/\1/p' a.pst.truth.jsonl)
damaged a.pst lost.pst "$page"
run_sh '"$1" --deleted "$2" > lost.mbs' "$pst2mbox" lost.pst
status_is 'when the page with the messages is lost, the status is 1' 1
is 'but an older page knows them all' "$(grep -a -c '^X-Mbs: 1 message ' lost.mbs)" 10

# --- Files of other programs ---------------------------------------------------------------------

if [ -r "$shared/aspose-SampleOstFile.ost" ]; then
	run_sh '"$1" --deleted --manifest=m.tsv "$2" > o.mbs' "$pst2mbox" "$shared/aspose-SampleOstFile.ost"
	status_is 'an OST of Outlook 2010 is searched' 0
	is 'an appointment and a mail as they were before' "$(sed -n 's/^#skipped.*:\(0x.*~old\)\t/\1 /p' m.tsv | tr '\n' ' ')" \
		'0x214a44~old IPM.Appointment 0x214d84~old same-as-live '
	run_sh '"$1" --deleted "$2" > o.mbs' "$pst2mbox" "$shared/pstextractortest@outlook.com.ost"
	status_is 'an OST of Outlook 2016 is searched' 0
	is 'a meeting request as it was before' "$(origins o.mbs 'Recovered Items')" '0x2028c4~old '
	run_sh '"$1" --deleted --manifest=m.tsv "$2" > o.mbs' "$pst2mbox" "$shared/hiraoka-contacts97-2002.pst"
	status_is 'a file of Outlook 2000 is searched' 0
	is 'a contact as it was before' "$(sed -n 's/^#skipped.*:\(0x.*~old\)\t/\1 /p' m.tsv)" '0x200024~old IPM.Contact'
else
	skip 'files of other programs' 'they are not at hand'
fi

done_testing
