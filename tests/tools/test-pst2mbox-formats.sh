#!/bin/bash
# test-pst2mbox-formats.sh - the same mail from every format and encoding of Outlook files, and from damaged ones
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # status, out, err and tmp are set by tap.sh

. "${top_srcdir:-.}/tests/support/tap.sh"

need_tool pst2mbox
pst2mbox=$(tool pst2mbox)
make_sample=$top_builddir/tests/support/make-sample-pst
check=$top_srcdir/tests/support/check-pst-stream.py
formats='unicode ansi ost'
cd "$tmp" || exit 99

# All files have one name, because the stream has it too.
make_sample ()
{
	"$make_sample" --codepage=65001 "$@" a.pst || exit 99
}

# convert STREAM OPTION...: a.pst, to STREAM.
convert ()
{
	local stream=$1

	shift
	"$pst2mbox" --codepage=65001 "$@" a.pst > "$stream" 2> "$err"
	status=$?
}

# messages STREAM: "origin digest" of each message, sorted.
messages ()
{
	sed -n 's/^X-Mbs-Origin: [^:]*://p; s/^X-Mbs-Digest: //p' "$1" | paste - - | sort
}

# agrees NAME STREAM: the stream holds what the writer says it gave to a.pst.
agrees ()
{
	if command -v python3 > /dev/null; then
		run python3 "$check" "$2" a.pst.truth.jsonl
		status_is "$1" 0
		diag "$(tail -n 5 "$out")"
	else
		skip "$1" 'there is no python3'
	fi
}

# --- Every format, every encoding ----------------------------------------------------------------

# status of the run, then what it may complain of
samples='
demo 0 address-unknown
texts 0 -
bodies 1 rtf-damaged
items 0 class-as-mail
'

while read -r sample expected finding; do
	[ -n "$sample" ] || continue
	make_sample --format=unicode --crypt=none "$sample"
	convert first
	status_is "$sample: converted with status $expected" "$expected"
	is "$sample: nothing else is found" \
		"$(grep -o '\[[a-z-]*\]$' "$err" | grep -v -x -F "[$finding]")" ''
	agrees "$sample: every message says what the file held" first
	for format in $formats; do
		for crypt in none permute cyclic; do
			[ "$format$crypt" != unicodenone ] || continue
			make_sample --format="$format" --crypt="$crypt" "$sample"
			convert other
			ok "$sample: the same from $format, $crypt" cmp first other
		done
	done
done <<< "$samples"

# --- What is too large for one block of anything -------------------------------------------------

make_sample --format=unicode wide
convert first
for format in ansi ost; do
	make_sample --format="$format" wide
	convert other
	ok "600 recipients and 450 attachments: the same from $format" cmp first other
done

# --- Exactly one thing is damaged ----------------------------------------------------------------

# In the demonstration: a mail with a large attachment, one with a mail in it, and the inbox.
# What is damaged: the item, its part, the messages that are lost.
damages='
0x200204 properties 0x200204
0x200204 subnodes 0x200204
0x200204 recipients -
0x200204 attachments -
0x200204 attachment 0x200204
0x200204 attachment-value 0x200204
0x200224 embedded 0x200224
0x8082 folder -
0x8082 contents -
0x8082 hierarchy -
'

# loses FORMAT ITEM PART LOST: what is wrong with the run on the damaged file, if anything.
loses ()
{
	convert stream
	[ "$status" = 1 ] || echo "$1, $2 of $3: status $status"
	grep -q ":$2: " "$err" || echo "$1, $2 of $3: not named"
	messages stream > now
	[ "$(comm -23 before now | cut -f 1)" = "${4#-}" ] || echo "$1, $2 of $3: lost $(comm -23 before now | cut -f 1)"
	[ -z "$(comm -13 before now)" ] || echo "$1, $2 of $3: invented something"
}

for format in $formats; do
	make_sample --format="$format" --crypt=cyclic demo
	convert stream
	messages stream > before
	: > faults
	while read -r item part lost; do
		[ -n "$item" ] || continue
		offset=$("$make_sample" damage a.pst "$item" "$part") || echo "$part: cannot damage it" >> faults
		loses "$format" "$item" "$part" "$lost" >> faults
		"$make_sample" damage a.pst "$item" "$part" > again || echo "$part: cannot mend it" >> faults
		[ "$(cat again)" = "$offset" ] || echo "$part: another byte" >> faults
	done <<< "$damages"
	is "damage to one part costs what needs it, $format" "$(cat faults)" ''
	convert stream
	messages stream > now
	ok "mended, all is back, $format" cmp before now
done

# A page of an index lists several items: what is lost is named, the rest is whole.
for part in node-page block-page; do
	for format in $formats; do
		make_sample --format="$format" demo
		convert stream
		messages stream > before
		"$make_sample" damage a.pst 0x200204 "$part" > again || exit 99
		convert stream
		messages stream > now
		status_is "damaged $part, $format: status 1" 1
		complains "damaged $part, $format: the page is named" 'page-damaged'
		is "damaged $part, $format: nothing is invented" "$(comm -13 before now)" ''
		not_ok "damaged $part, $format: the mail is lost" grep -q '^0x200204' now
	done
done

done_testing
