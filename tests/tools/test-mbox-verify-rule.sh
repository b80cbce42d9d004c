#!/bin/bash
# test-mbox-verify-rule.sh - what each class comes to: grade, exit status, leave to delete
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A cell of the tables below is a letter and a digit, P0 for instance: Proven, status 0. The letters
# are Proven, Equal, Differences and Not verified; a "!" behind them says that the old account may
# be deleted.
# shellcheck disable=SC2317 # the faults are called by their names

. "${top_srcdir:-.}/tests/support/tap.sh"

need_tool mbox-verify mbox2maildir eml2mbox
verify=$(tool mbox-verify)
cd "$tmp" || exit 99

# mail N: a message of its own; body N, what it says.
body ()
{
	printf 'This is the body of number %s, and it is long enough to be told from others.\n' "$1"
}

mail ()
{
	printf 'Message-ID: <%s@example.org>\nDate: Mon, 1 Jan 2024 10:00:%02d +0000\n' "$1" "$1"
	printf 'From: ann@example.org\nSubject: number %s\n\n' "$1"
	body "$1"
}

# The same as a server writes it that keeps only the parts.
anew ()
{
	printf 'Subject: =?utf-8?q?number_%s?=\nFrom: <ann@example.org>\n' "$1"
	printf 'Date: 1 Jan 2024 11:00:%02d +0100\nMessage-ID:\n <%s@example.org>\n' "$1" "$1"
	printf 'MIME-Version: 1.0\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n'
	body "$1" | base64
}

dated ()
{
	touch -d '2024-01-01 10:00:00 UTC' "$@"
}

# put FOLDER N NAME [COMMAND]: message N as a file of the target.
put ()
{
	dated_file=target/$1/cur/$3
	mkdir -p "target/$1/"{cur,new,tmp}
	"${4:-mail}" "$2" > "$dated_file"
	dated "$dated_file"
}

# The source is what Thunderbird keeps: an original. Number 3 is in it twice.
mkdir source
for n in 1 2 3 3; do
	printf 'From MAILER-DAEMON Mon Jan  1 10:00:00 2024\n'
	mail "$n"
	printf '\n'
done > source/Inbox
: > source/Inbox.msf

# make_target: all of it.
make_target ()
{
	rm -rf target
	put . 1 1.a.h:2,
	put . 2 2.a.h:2,
	put . 3 3.a.h:2,
	put . 3 3.b.h:2,
}

one=target/cur/1.a.h:2,

# --- What may have happened to a message ----------------------------------------------------

identical () { :; }
canonical () { sed -i 's/$/\r/' "$one"; dated "$one"; }
mime-equal () { put . 1 1.a.h:2, anew; }
altered () { sed -i 's/This is/That was/' "$one"; dated "$one"; }
missing () { rm "$one"; }
extra () { put . 8 8.a.h:2,; }
duplicated () { put . 1 1.b.h:2,; }
collapsed () { rm target/cur/3.b.h:2,; }
moved () { put .Old 1 1.a.h:2,; rm "$one"; }
flag-differs () { mv "$one" "${one}S"; }
date-differs () { touch -d '2024-02-02 10:00:00 UTC' "$one"; }
unverifiable () { ln -s nowhere target/cur/9.a.h:2,; }

moved-canonical () { canonical; mkdir -p target/.Old/{cur,new,tmp}; mv "$one" target/.Old/cur/; }
moved-anew () { put .Old 1 1.a.h:2, anew; rm "$one"; }
anew-flagged () { mime-equal; flag-differs; }
anew-twice () { mime-equal; put . 1 1.b.h:2, anew; }
altered-flagged () { altered; flag-differs; }
missing-unverifiable () { missing; unverifiable; }
extra-unverifiable () { extra; unverifiable; }
all-moved ()
{
	mkdir target/.Old
	mv target/{cur,new,tmp} target/.Old/
	mkdir target/{cur,new,tmp}
}

all-missing () { rm target/cur/*; }

# --- The tables -----------------------------------------------------------------------------

# What the last run said, as a cell.
cell ()
{
	local verdict note=

	verdict=$(sed -nE 's/^(Proven|Equal|Differences|Not verified): .*/\1/p' "$out")
	grep -q ': safe to delete the old account$' "$out" && note='!'
	printf '%s%s%s' "${verdict:0:1}" "$status" "$note"
}

# is_listed WORD: does the last run name a message of that class, or count it as unread?
is_listed ()
{
	grep -qE "^(note: )?$1: " "$out" ||
		{ [ "$1" = unverifiable ] && grep -q 'could not be read' "$out"; }
}

# rule SOURCE TARGET FAULT WORD CELL...: one row, CELLs in the order of options.
options=('' --require=mime --require=canonical --require=raw --metadata --two-way
	'--metadata --two-way')
rule ()
{
	local source=$1 target=$2 fault=$3 word=$4 expected i option got=() listed=yes

	shift 4
	expected="$*"
	for option in "${options[@]}"; do
		# shellcheck disable=SC2086 # words
		run "$verify" $option "$source" "$target"
		got+=("$(cell)")
		[ "$word" = - ] || is_listed "$word" || listed="not with '$option'"
	done
	is "$fault, $source to $target" "${got[*]}" "$expected" || diag "$(cat "$out" "$err")"
	[ "$word" = - ] || is "$fault is told as $word, $source to $target" "$listed" yes
}

# rules SOURCE TARGET: the rows on standard input, each with its own target.
rules ()
{
	local fault word cells

	while read -r fault word cells; do
		[ -n "$fault" ] || continue
		make_target
		"$fault"
		prepare
		# shellcheck disable=SC2086 # cells
		rule "$1" "$2" "$fault" "$word" $cells
	done
}

# --- From mail to mail ----------------------------------------------------------------------

prepare () { :; }

#     fault                told as       default mime canonical raw metadata two-way both
rules source target << 'END'
      identical            -             P0!     P0!  P0!       P0! P0!      P0!     P0!
      canonical            -             P0!     P0!  P0!       D1  P0!      P0!     P0!
      mime-equal           mime-equal    E0!     E0!  D1        D1  E0!      E0!     E0!
      altered              altered       D1      D1   D1        D1  D1       D1      D1
      missing              missing       D1      D1   D1        D1  D1       D1      D1
      extra                extra         P0!     P0!  P0!       P0! P0!      D1      D1
      duplicated           duplicated    D1      D1   D1        D1  D1       D1      D1
      collapsed            collapsed     D1      D1   D1        D1  D1       D1      D1
      moved                moved         P0!     P0!  P0!       P0! D1       P0!     D1
      flag-differs         flag-differs  P0!     P0!  P0!       P0! D1       P0!     D1
      date-differs         date-differs  P0!     P0!  P0!       P0! D1       P0!     D1
      unverifiable         unverifiable  N2      N2   N2        N2  N2       N2      N2

      moved-canonical      moved         P0!     P0!  P0!       D1  D1       P0!     D1
      moved-anew           moved         E0!     E0!  D1        D1  D1       E0!     D1
      anew-flagged         flag-differs  E0!     E0!  D1        D1  D1       E0!     D1
      anew-twice           duplicated    D1      D1   D1        D1  D1       D1      D1
      altered-flagged      altered       D1      D1   D1        D1  D1       D1      D1
      missing-unverifiable missing       N2      N2   N2        N2  N2       N2      N2
      extra-unverifiable   extra         N2      N2   N2        N2  N2       N2      N2
      all-moved            moved         P0!     P0!  P0!       P0! D1       P0!     D1
      all-missing          missing       D1      D1   D1        D1  D1       D1      D1
END

# --- With a manifest on either side or both --------------------------------------------------

"$(tool eml2mbox)" -q --manifest=list source > /dev/null
prepare () { :; }

#     fault                told as       default mime canonical raw metadata two-way both
rules list target << 'END'
      identical            -             P0!     P0!  P0!       P0! P0!      P0!     P0!
      canonical            -             P0!     P0!  P0!       D1  P0!      P0!     P0!
      mime-equal           mime-equal    E0!     E0!  D1        D1  E0!      E0!     E0!
      altered              altered       D1      D1   D1        D1  D1       D1      D1
      missing              missing       D1      D1   D1        D1  D1       D1      D1
      extra                extra         P0!     P0!  P0!       P0! P0!      D1      D1
      duplicated           duplicated    D1      D1   D1        D1  D1       D1      D1
      collapsed            collapsed     D1      D1   D1        D1  D1       D1      D1
      moved                moved         P0!     P0!  P0!       P0! D1       P0!     D1
      flag-differs         flag-differs  P0!     P0!  P0!       P0! D1       P0!     D1
      date-differs         date-differs  P0!     P0!  P0!       P0! D1       P0!     D1
      unverifiable         unverifiable  N2      N2   N2        N2  N2       N2      N2
      moved-anew           moved         E0!     E0!  D1        D1  D1       E0!     D1
      anew-twice           duplicated    D1      D1   D1        D1  D1       D1      D1
END

# What was there once is no reason to delete anything now.
prepare ()
{
	"$verify" -q --manifest=there source target > /dev/null 2>&1
}

for from in source list; do
	rules "$from" there << 'END'
      identical            -             P0      P0   P0        P0  P0       P0      P0
      canonical            -             P0      P0   P0        D1  P0       P0      P0
      mime-equal           mime-equal    E0      E0   D1        D1  E0       E0      E0
      altered              altered       D1      D1   D1        D1  D1       D1      D1
      missing              missing       D1      D1   D1        D1  D1       D1      D1
      extra                extra         P0      P0   P0        P0  P0       D1      D1
      duplicated           duplicated    D1      D1   D1        D1  D1       D1      D1
      collapsed            collapsed     D1      D1   D1        D1  D1       D1      D1
      moved                moved         P0      P0   P0        P0  D1       P0      D1
      flag-differs         flag-differs  P0      P0   P0        P0  D1       P0      D1
      date-differs         date-differs  P0      P0   P0        P0  D1       P0      D1
      unverifiable         unverifiable  N2      N2   N2        N2  N2       N2      N2
      moved-anew           moved         E0      E0   D1        D1  D1       E0      D1
      anew-twice           duplicated    D1      D1   D1        D1  D1       D1      D1
END
done

# --- Sources and targets that are less than whole -------------------------------------------

# world NAME OPTIONS SOURCE TARGET CELL
world ()
{
	# shellcheck disable=SC2086 # words
	run "$verify" $2 "$3" "$4"
	is "$1" "$(cell)" "$5" || diag "$(cat "$out" "$err")"
}

# A stream with a damaged record, one that is cut, one whose writer failed.
"$(tool eml2mbox)" -q source > whole.mbs
sed 's/body of number 2/body of number 7/' whole.mbs > damaged.mbs
head -c -300 whole.mbs > cut.mbs
rm -rf empty
mkdir -p empty/{cur,new,tmp}
"$verify" -q --missing=partial.mbs damaged.mbs empty > /dev/null 2>&1
{
	cat whole.mbs
	printf 'From MAILER-DAEMON Mon Jan  1 10:00:00 2024\n'
	mail 7
	printf '\n'
} > tail.mbs
sed '/^#end/d' list > unended
forge ()
{
	cp "$1" "$3"
	printf '#end\t%s\tchain=%s\n' "$2" "$(sha256sum < "$1" | cut -d ' ' -f 1)" >> "$3"
}
forge unended $'announced=5\temitted=4\tpresent=0\tskipped=0\tfailed=1' failures
{ cat unended; printf '#skipped\tcard\tIPM.Contact\n'; } > longer
forge longer $'announced=5\temitted=4\tpresent=0\tskipped=1\tfailed=0' contacts
{ cat unended; printf '#skipped\tx\tfiltered\n'; } > longer
forge longer $'announced=5\temitted=4\tpresent=0\tskipped=1\tfailed=0' filtered
sed 's/3@example/4@example/' list > changed
cp source/Inbox copy.mbox
mkdir hollow
: > hollow/Inbox
: > hollow/Inbox.msf
make_target

#     what                                           options         source      target    comes to
while IFS=$'\t' read -r what options_given from to cells; do
	[ "$options_given" != - ] || options_given=
	world "$what" "$options_given" "$from" "$to" "$cells"
done << END
an original that is all there	-	source	target	P0!
a copy of it is no original	-	copy.mbox	target	P0
nor is a stream	-	whole.mbs	target	P0
a part of an original	--folder=INBOX	source	target	P0
by date	--since=2000-01-01	source	target	P0
nothing of it	--folder=Nowhere	source	target	P0
an original without mail	-	hollow	target	P0
headers only	--quick	source	target	N2
a sample	--sample=2	source	target	N2
a sample of all is all	--sample=1000	source	target	P0!
a damaged record at the source	-	damaged.mbs	target	N2
a stream that was cut	-	cut.mbs	target	N2
a stream whose writer failed	-	partial.mbs	target	N1
a record without a block	-	tail.mbs	tail.mbs	N1
a damaged record at the target	-	copy.mbox	damaged.mbs	N2
a target that was cut	-	copy.mbox	cut.mbs	N2
a target whose writer failed	-	source	partial.mbs	N2
a manifest	-	list	target	P0!
a manifest that lists failures	-	failures	target	N1
as a target	-	source	failures	N2
a manifest that left contacts out	-	contacts	target	P0!
which is not enough for the strict	--strict	contacts	target	D1
a manifest of a part	-	filtered	target	P0
a manifest that was changed	-	changed	target	2
a manifest that was cut	-	unended	target	2
an original compared with itself	-	source	source	P0
a list compared with itself	-	list	list	P0
no such source	-	nowhere	target	2
no such target	-	source	nowhere	2
END

# The status is the same for programs.
for options_given in '' --strict --metadata --two-way --require=raw; do
	# shellcheck disable=SC2086 # words
	run "$verify" $options_given --format=json contacts target
	like "the last line tells the status with '$options_given'" "$(tail -n 1 "$out")" \
		"\"exit\":$status"
done

done_testing
