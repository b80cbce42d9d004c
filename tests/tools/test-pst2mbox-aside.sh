#!/bin/bash
# test-pst2mbox-aside.sh - contacts and calendars go where they are asked for, and are accounted for
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # status, out, err and tmp are set by tap.sh

. "${top_srcdir:-.}/tests/support/tap.sh"

need_tool pst2mbox mbox-verify
pst2mbox=$(tool pst2mbox)
items=$tmp/items.pst
"$top_builddir/tests/support/make-sample-pst" items "$items" || exit 99
chmod 444 "$items"

# count WORD FILE: how many lines are just this.
count ()
{
	tr -d '\r' < "$2" | grep -c -x -- "$1"
}

# entries FILE: how many entries of each kind are in it.
entries ()
{
	local kind

	for kind in VCARD VEVENT VTODO VJOURNAL; do printf '%s ' "$(count "BEGIN:$kind" "$1")"; done
}

# summary FIELD: a number from the last line of the report.
summary ()
{
	sed -n '$s/.*"'"$1"'":\([0-9]*\).*/\1/p' "$tmp/report"
}

# --- Everything is asked for ------------------------------------------------------------------------

run_sh '"$1" --report="$2/report" --manifest="$2/manifest" --contacts="$2/a.vcf" \
	--calendar="$2/a.ics" "$3" > "$2/a.mbs"' "$pst2mbox" "$tmp" "$items"
status_is 'a file with items of all kinds is converted with status 0' 0
is 'contacts and lists are in the one file' "$(entries "$tmp/a.vcf")" '2 0 0 0 '
is 'appointment, task, note and journal are in the other' "$(entries "$tmp/a.ics")" '0 1 1 2 '
is 'what begins ends' "$(count 'END:VCARD' "$tmp/a.vcf") $(count 'END:VCALENDAR' "$tmp/a.ics")" '2 1'
complains 'mail and the rest are told apart' ' 3 messages and 6 other items, .* 0 skipped, 0 failed'
is 'all of it counts as carried' \
	"$(summary announced) $(summary emitted) $(summary skipped) $(summary failed)" '9 9 0 0'
is 'the manifest is about mail only' \
	"$(grep -c -v '^#' "$tmp/manifest") $(sed -n 's/^#end\t\(announced=[0-9]*\)\t\(emitted=[0-9]*\)\t.*/\1 \2/p' "$tmp/manifest")" \
	'3 announced=3 emitted=3'
run "$(tool mbox-verify)" "$tmp/manifest" "$tmp/a.mbs"
status_is 'and holds as one' 0

run_sh '"$1" -q --contacts="$2/b.vcf" --calendar="$2/b.ics" "$3" > "$2/b.mbs"' \
	"$pst2mbox" "$tmp" "$items"
ok 'a second run writes the same contacts' cmp "$tmp/a.vcf" "$tmp/b.vcf"
ok 'and the same calendar' cmp "$tmp/a.ics" "$tmp/b.ics"
ok 'and the same mail' cmp "$tmp/a.mbs" "$tmp/b.mbs"

run_sh '"$1" -q "$3" > "$2/c.mbs"' "$pst2mbox" "$tmp" "$items"
# The end record says how many were skipped.
for name in a c; do sed '/^X-Mbs: 1 end /,$d' "$tmp/$name.mbs" > "$tmp/$name.mail"; done
ok 'mail is the same without' cmp "$tmp/a.mail" "$tmp/c.mail"
is 'and it is all there' "$(grep -a -c '^X-Mbs: 1 message ' "$tmp/c.mail")" 3

# --- Something is asked for -------------------------------------------------------------------------

run_sh '"$1" --contacts="$2/d.vcf" "$3" > "$2/d.mbs"' "$pst2mbox" "$tmp" "$items"
complains 'what nobody asked for is skipped by class' \
	'skipped by rule: 1 IPM.Activity, 1 IPM.Appointment, 1 IPM.StickyNote, 1 IPM.Task'
run_sh '"$1" --calendar="$2/e.ics" --contacts="$2/e.vcf" --exclude="Cal*" "$3" > "$2/e.mbs"' \
	"$pst2mbox" "$tmp" "$items"
is 'folders are left out of the calendar too' "$(entries "$tmp/e.ics")" '0 0 1 2 '
complains 'and say so' 'skipped by rule: 1 filtered'
run_sh '"$1" -q --contacts="$2/f.vcf" "$3" "$3" > "$2/f.mbs"' "$pst2mbox" "$tmp" "$items"
is 'several files go into one' "$(entries "$tmp/f.vcf")" '4 0 0 0 '

# --- Nothing half-written ---------------------------------------------------------------------------

printf 'mine' > "$tmp/g.vcf"
run_sh '"$1" -q --contacts="$2/g.vcf" "$3" "$2/missing.pst" > "$2/g.mbs"' \
	"$pst2mbox" "$tmp" "$items"
status_is 'a run that fails ends with status 2' 2
is 'and leaves what was there' "$(cat "$tmp/g.vcf") $(ls "$tmp" | grep -c '^g\.vcf')" 'mine 1'

for option in "--contacts=$items" "--calendar=$items" --contacts=- --calendar=- \
	"--contacts=$tmp/x --calendar=$tmp/x" "--list --contacts=$tmp/x" "--contacts=$tmp/no/such/file"; do
	# shellcheck disable=SC2086 # two options in one
	run "$pst2mbox" $option "$items"
	status_is "refused: ${option//"$tmp/"/}" 2
done

# --- Files of other programs ------------------------------------------------------------------------

corpus=${MAILFERRY_SHARED:-$top_srcdir/../shared}/corpus/pst

# converts FILE CONTACTS EVENTS: the sample has so many of them.
converts ()
{
	run_sh '"$1" -q --contacts="$2/h.vcf" --calendar="$2/h.ics" "$3" > "$2/h.mbs"' \
		"$pst2mbox" "$tmp" "$corpus/$1"
	status_is "$1 is converted" 0
	is "$1: contacts" "$(count 'BEGIN:VCARD' "$tmp/h.vcf")" "$2"
	is "$1: events" "$(count 'BEGIN:VEVENT' "$tmp/h.ics")" "$3"
}

if [ -d "$corpus" ]; then
	converts aspose-Test_part1.pst 21 9
	converts pstextractortest@outlook.com.ost 0 169
	converts hiraoka-contacts.pst 1 0
	converts hiraoka-contacts97-2002.pst 1 0
else
	skip 'sample files of other programs' 'they are not at hand'
fi

done_testing
