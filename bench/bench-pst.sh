#!/bin/bash
# bench-pst.sh - pst2mbox beside readpst and pffexport: the same files, one run, ratios
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Usage: bench-pst.sh [MESSAGES [MEGABYTES]]     default 80000 small messages, 500 MB of attachments
#
# Machines are shared and noisy: rounds are interleaved and the best of each program counts. Nothing here is a
# test; the figures are for people.

set -eu

top_builddir=$(cd "${top_builddir:-.}" && pwd)
messages=${1:-80000}
megabytes=${2:-500}
rounds=${ROUNDS:-3}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/mailferry-bench.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
pst2mbox=$top_builddir/tools/pst2mbox
sample=$top_builddir/tests/support/make-sample-pst

# The programs, each writing all messages of a file below out/.
run_pst2mbox ()
{
	"$pst2mbox" -q "$1" > out/stream
}

run_readpst ()
{
	readpst -q -e -j 0 -o out "$1" > /dev/null 2>&1
}

run_pffexport ()
{
	pffexport -q -m items -t out/pff "$1" > /dev/null 2>&1
}

# timed PROGRAM FILE: seconds of wall clock, seconds of processor, largest resident set in KiB.
timed ()
{
	rm -rf out
	mkdir out
	sync
	local TIMEFORMAT='%R %U %S' times

	times=$({ time "run_$1" "$2"; } 2>&1 | tail -n 1)
	awk '{ printf "%.2f %.2f\n", $1, $2 + $3 }' <<< "$times"
}

# race FILE LABEL: interleaved rounds, then a line for each program with its ratio to ours.
race ()
{
	local round program

	rm -f times.*
	for ((round = 0; round < rounds; round++)); do
		for program in pst2mbox readpst pffexport; do
			command -v "$program" > /dev/null || [ "$program" = pst2mbox ] || continue
			timed "$program" "$1" >> "times.$program"
		done
	done
	printf '\n%s\n  %-10s %9s %9s %16s\n' "$2" program 'wall s' 'CPU s' 'times our wall'
	for program in pst2mbox readpst pffexport; do
		[ -e "times.$program" ] || continue
		sort -n "times.$program" | head -n 1 |
			awk -v ours="$(sort -n times.pst2mbox | head -n 1 | cut -d' ' -f1)" -v program="$program" \
				'{ printf "  %-10s %9.2f %9.2f %15.1fx\n", program, $1, $2, $1 / ours }'
	done
}

"$sample" many small.pst "$messages"
"$sample" many twice.pst $((2 * messages))
"$sample" large large.pst "$megabytes"

race small.pst "$messages small messages"
race large.pst "$megabytes MB of attachments"

printf '\ntwice as many messages: '
for file in small twice; do
	for ((round = 0; round < rounds; round++)); do timed pst2mbox "$file.pst"; done |
		sort -n | head -n 1 | cut -d' ' -f1 > "$file.best"
done
awk '{ getline twice < "twice.best"; printf "%.2f times the time\n", twice / $1 }' small.best
