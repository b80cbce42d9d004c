#!/bin/bash
# test-pst2mbox-damage.sh - damaged Outlook files: never a crash, never a silent loss
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# MUTANTS (default 300) damaged copies; seeds count from SEED (default 1), so a failure can be had again.

. "${top_srcdir:-.}/tests/support/tap.sh"

need_tool pst2mbox
pst2mbox=$(tool pst2mbox)
support=$top_builddir/tests/support
kinds=(bits bytes cut zero swap repeat)
mutants=${MUTANTS:-300}
seed=${SEED:-1}
cd "$tmp" || exit 99
mkdir good bad

for format in unicode ansi ost; do
	"$support/make-sample-pst" --format="$format" many "good/$format.pst" 60 || exit 99
done
for sample in demo odd; do "$support/make-sample-pst" "$sample" "good/$sample.pst" || exit 99; done
"$support/make-sample-pst" wide good/wide.pst || exit 99
# Small files are damaged more often: more of what happens to them is interesting.
files=(unicode ansi ost odd ansi ost demo wide)

# messages STREAM: "origin digest folder sender date flags" of each message, sorted.
messages ()
{
	LC_ALL=C awk '
		/^X-Mbs: 1 message / { split("", field); within = 1 }
		within && /^X-Mbs-/ { name = $1; sub(/^[^ ]* /, ""); field[name] = $0 }
		within && name == "X-Mbs-Seal:" {
			print field["X-Mbs-Origin:"] "\t" field["X-Mbs-Digest:"] "\t" field["X-Mbs-Folder:"] "\t" \
				field["X-Mbs-Sender:"] "\t" field["X-Mbs-Date:"] "\t" field["X-Mbs-Flags:"]
			within = 0
			name = ""
		}' "$1" | sort
}

# Damage that costs items which nobody can name any more: these name the place instead.
places='page-damaged|page-loop|header-damaged|block-listed-twice|names-damaged'

# unnamed FILE: messages that are lost or whose content differs, without the report saying which or where.
unnamed ()
{
	local origin

	LC_ALL=C comm -23 <(cut -f 1,2 "good/$1.list") <(cut -f 1,2 bad/list) | cut -f 1 | while read -r origin; do
		grep -q -F "\"origin\":\"$origin\"" bad/report ||
			grep -q -E "\"name\":\"($places)\"" bad/report || echo "$origin"
	done
}

# balances REPORT: everything its summary says was there is accounted for.
balances ()
{
	local line field announced emitted present skipped failed

	line=$(tail -n 1 "$1")
	for field in announced emitted present skipped failed; do
		[[ $line =~ \"$field\":([0-9]+) ]] || return 1
		printf -v "$field" %s "${BASH_REMATCH[1]}"
	done
	[ "$announced" -eq $((emitted + present + skipped + failed)) ]
}

for file in unicode ansi ost odd demo wide; do
	"$pst2mbox" -q "good/$file.pst" > "good/$file.mbs" || exit 99
	messages "good/$file.mbs" > "good/$file.list"
	is "$file: all messages of the sound file are looked at" "$(wc -l < "good/$file.list")" \
		"$(sed -n 's/^X-Mbs-Total: messages=\([0-9]*\) .*/\1/p' "good/$file.mbs")"
done

# judge FILE WHAT: the run on bad/FILE.pst has left its status, stream and report; say what is wrong with it, if anything.
judge ()
{
	messages bad/stream > bad/list
	if [ "$status" = 124 ]; then
		echo "$2: hangs"
	elif [ "$status" -gt 2 ]; then
		echo "$2: ended with status $status"
	elif [ "$status" = 0 ] && ! cmp -s "good/$1.list" bad/list; then
		echo "$2: status 0, but the messages differ"
	elif [ "$status" != 0 ] && [ ! -s "$err" ]; then
		echo "$2: status $status without a word"
	elif [ "$status" != 2 ] && ! balances bad/report; then
		echo "$2: the account does not balance"
	elif [ "$status" = 1 ] && [ -n "$(unnamed "$1")" ]; then
		echo "$2: lost or changed without a word: $(unnamed "$1" | head -n 3 | tr '\n' ' ')"
	elif [ "$status" = 1 ] && ! grep -q '"type":"finding"' bad/report; then
		echo "$2: status 1 for no reason"
	fi
}

: > faults
unharmed=0 harmed=0 refused=0
for ((n = seed; n < seed + mutants; n++)); do
	file=${files[n % ${#files[@]}]}
	kind=${kinds[n / ${#files[@]} % ${#kinds[@]}]}
	rm -f bad/*
	"$support/mutate" "$kind" "$n" "good/$file.pst" "bad/$file.pst" || exit 99
	timeout 20 "$pst2mbox" --report=bad/report "bad/$file.pst" > bad/stream 2> "$err"
	status=$?
	judge "$file" "seed $n, $kind of $file.pst" >> faults
	case $status in
	0) unharmed=$((unharmed + 1)) ;;
	1) harmed=$((harmed + 1)) ;;
	2) refused=$((refused + 1)) ;;
	esac
done

diag "$mutants mutants: $unharmed clean, $harmed with named losses, $refused refused"
diag "$(head -n 20 faults)"
is 'no damaged file crashes, hangs, or loses a message silently' "$(wc -l < faults)" 0
ok 'damage that costs single items leaves the others' test "$harmed" -gt 0

done_testing
