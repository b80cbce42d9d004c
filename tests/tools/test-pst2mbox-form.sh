#!/bin/bash
# test-pst2mbox-form.sh - every message that comes out of an Outlook file is well-formed
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # status, out, err and tmp are set by tap.sh
#
# Both GMime and Python's email package are asked, neither of which our messages are written with.

. "${top_srcdir:-.}/tests/support/tap.sh"

need_tool pst2mbox
pst2mbox=$(tool pst2mbox)
make_sample=$top_builddir/tests/support/make-sample-pst
check_gmime=$top_builddir/tests/support/check-gmime
check_python=$top_srcdir/tests/support/check-pst-stream.py

# What GMime may complain of, because the header came so and is kept: origin and warning.
kept='
enron.pst:0x200284: duplicated header
enron.pst:0x2002e4: duplicated header
enron.pst:0x200584: duplicated header
'

# warnings STREAM: those that are not expected, or that GMime could not be asked.
warnings ()
{
	"$check_gmime" "$1" > "$tmp/warnings"
	[ $? -le 1 ] || echo 'could not be checked'
	sed '$d; s/ at -\?[0-9]*: .*//' "$tmp/warnings" | grep -v -x -F "$kept"
}

# --- The check itself ----------------------------------------------------------------------------

cat > "$tmp/bad.mbox" << 'END'
From ann@example.org Thu Nov 29 22:33:52 2001
From: ann@example.org
Date: Thu, 29 Nov 2001 22:33:52 +0000
Content-Type: multipart/mixed; boundary="never"

No part in sight.
END
like 'a multipart without parts is noticed' "$(warnings "$tmp/bad.mbox")" 'truncated message'

# --- Made files ----------------------------------------------------------------------------------

for sample in demo wide texts bodies items deleted odd; do
	for format in unicode ansi ost; do
		"$make_sample" --format="$format" --codepage=65001 "$sample" "$tmp/$sample.pst" || exit 99
		"$pst2mbox" -q --deleted --codepage=65001 "$tmp/$sample.pst" > "$tmp/stream" 2> "$err"
		not_ok "$sample, $format: nothing is worse than damaged" test $? -gt 1
		"$pst2mbox" -q --deleted --codepage=65001 "$tmp/$sample.pst" > "$tmp/again" 2> "$err"
		ok "$sample, $format: a second run gives the same bytes" cmp "$tmp/stream" "$tmp/again"
		is "$sample, $format: GMime has nothing to say" "$(warnings "$tmp/stream")" ''
		if command -v python3 > /dev/null; then
			run python3 "$check_python" "$tmp/stream" "$tmp/$sample.pst.truth.jsonl" --form
			status_is "$sample, $format: Python finds no defect" 0
			diag "$(grep '^DIFFERS' "$out" | head -n 5)"
		else
			skip "$sample, $format: Python finds no defect" 'there is no python3'
		fi
		not_ok "$sample, $format: some messages were looked at" grep -q '^0 messages' "$tmp/warnings"
	done
done

# --- Files of other people, where they are at hand -----------------------------------------------

corpus=${MAILFERRY_SHARED:-$top_srcdir/../shared}/corpus
if [ -d "$corpus/pst" ]; then
	for file in "$corpus"/pst/*; do
		"$pst2mbox" -q "$file" > "$tmp/stream" 2> "$err"
		is "$(basename "$file"): GMime has nothing to say" "$(warnings "$tmp/stream")" ''
	done
else
	skip 'sample files of other programs' 'they are not at hand'
fi

done_testing
