#!/bin/bash
# test-mbox2maildir-kill.sh - killed anywhere, run again: the same Maildir as if nothing had happened
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# KILLS=N: so many times for each way of syncing (default 25). SEED=N: which ones.

# In memory where there is such a place: a death is the same there, and nobody waits for a disk.
if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ]; then export TMPDIR=/dev/shm; fi
. "${top_srcdir:-.}/tests/support/tap.sh"

need_tool mbox2maildir
mbox2maildir=$(tool mbox2maildir)
make_stream=$top_builddir/tests/support/make-stream
die_at=$top_builddir/tests/support/die-at.so
kills=${KILLS:-25}
seed=${SEED:-$RANDOM}
RANDOM=$seed
diag "SEED=$seed KILLS=$kills"
cd "$tmp" || exit 99

# tree MAILDIR: every file with its content, every directory; dates of mail too.
tree ()
{
	(cd "$1" && find . -type d | sort && find . -type f -print0 | sort -z | xargs -0r sha256sum &&
		find . -path '*/cur/*' -printf '%p %Ts\n' | sort)
}

# mail MAILDIR: what a reader would see.
mail ()
{
	(cd "$1" 2> /dev/null && find . -path '*/cur/*' -print0 | sort -z | xargs -0r sha256sum)
}

# dying N HOW TARGET: a run that ends at its Nth change.
dying ()
{
	DIE_AT=$1 LD_PRELOAD=$die_at ASAN_OPTIONS=verify_asan_link_order=0 \
		"$mbox2maildir" -q --durability="$2" "${sources[@]}" "$3"
} 2> /dev/null

# killed HOW N: N deaths of a run that syncs so, and what was left of it.
killed ()
{
	local how=$1 n=$2 name=$3
	DIE_COUNT=count LD_PRELOAD=$die_at ASAN_OPTIONS=verify_asan_link_order=0 \
		"$mbox2maildir" -q --durability="$how" "${sources[@]}" Counted
	changes=$(< count)
	rm -rf Counted
	ok "$name: there are places to die at ($changes)" test "$changes" -gt 200

	survivors='' halves='' failures='' differences=''
	for ((i = 0; i < n; i++)); do
		rm -rf Killed
		at=$((1 + (RANDOM << 15 | RANDOM) % changes))
		{ dying "$at" "$how" Killed; } 2> /dev/null
		[ $? = 137 ] || survivors+=" $at"
		[ -z "$(mail Killed | grep -vxFf whole.mail)" ] || halves+=" $at"
		# now and then it is killed twice
		if ((i % 3 == 0)); then { dying $((1 + RANDOM % at)) "$how" Killed; } 2> /dev/null; fi
		"$mbox2maildir" -q --durability="$how" "${sources[@]}" Killed || failures+=" $at"
		tree Killed | cmp -s - whole || differences+=" $at"
	done
	is "$name: each run died" "$survivors" ''
	is "$name: nothing incomplete was ever visible" "$halves" ''
	is "$name: the next run ends well" "$failures" ''
	is "$name: and leaves what an undisturbed one leaves" "$differences" ''
}

"$make_stream" 60 300 > s.mbs || exit 99
sources=(s.mbs)
"$mbox2maildir" -q "${sources[@]}" Whole
tree Whole > whole
mail Whole > whole.mail
for how in batch file none; do killed "$how" "$kills" "$how"; done

# So many folders that the list of them is added to, and not in the order that it has at the end.
mkdir many
for ((i = 150; i > 0; i--)); do
	printf 'From a Thu Nov 29 22:33:52 2001\nSubject: %d\n\ntext\n' "$i" > "many/box $((i * 7 % 151))"
	sources[150 - i]="many/box $((i * 7 % 151))"
done
rm -rf Whole
"$mbox2maildir" -q "${sources[@]}" Whole
tree Whole > whole
mail Whole > whole.mail
ok 'the list is in order' sh -c 'cut -f 2 Whole/mailferry-folders | LC_ALL=C sort -c'
killed none "$((kills / 2))" 'many folders'

done_testing
