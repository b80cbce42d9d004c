#!/bin/bash
# bench-pst.sh - pst2mbox beside readpst and pffexport: the same files, one run, ratios
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Usage: bench-pst.sh [MESSAGES [MEGABYTES [LISTED]]]
# Default: 80000 small messages, 500 MB of attachments, 1000000 messages to be listed (5 GB of disk; 0: none)
#
# Machines are shared and noisy: rounds are interleaved, and the median of each program counts. Nothing here is
# a test; the figures are for people. pst2mbox hashes every byte, the others none.

# shellcheck source=bench/bench.sh
. "$(dirname "$0")/bench.sh"

messages=${1:-80000}
megabytes=${2:-500}
listed=${3:-1000000}
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

run_list ()
{
	"$pst2mbox" -q --list "$1" > out/list
}

# timed PROGRAM FILE: seconds of wall clock, seconds of processor.
timed ()
{
	rm -rf out
	mkdir out
	sync
	local TIMEFORMAT='%R %U %S' times

	times=$({ time "run_$1" "$2"; } 2>&1 | tail -n 1)
	awk '{ printf "%.2f %.2f\n", $1, $2 + $3 }' <<< "$times"
}

# memory ARGUMENT...: the largest resident sets of pst2mbox, of its child and of the child's worker.
memory ()
{
	local pid child worker process peak=(0 0 0) size level

	rm -rf out
	mkdir out
	"$pst2mbox" -q "$@" > out/stream &
	pid=$!
	while kill -0 "$pid" 2> /dev/null; do
		child=$(pgrep -P "$pid" | head -n 1)
		worker=${child:+$(pgrep -P "$child" | head -n 1)}
		level=0
		for process in "$pid" "${child:-none}" "${worker:-none}"; do
			size=$(awk '/^VmHWM/ { print $2 }' "/proc/$process/status" 2> /dev/null) || true
			[ "${size:-0}" -le "${peak[level]}" ] || peak[level]=$size
			level=$((level + 1))
		done
		sleep 0.02
	done
	wait "$pid"
	awk -v a="${peak[0]}" -v b="${peak[1]}" -v c="${peak[2]}" \
		'BEGIN { printf "parent %.0f MiB, child %.0f MiB, worker %.0f MiB\n", a / 1024, b / 1024, c / 1024 }'
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
		awk -v program="$program" -v ours="$(median 1 times.pst2mbox)" \
			-v wall="$(median 1 "times.$program")" -v cpu="$(median 2 "times.$program")" \
			'BEGIN { printf "  %-10s %9.2f %9.2f %15.1fx\n", program, wall, cpu, wall / ours }'
	done
}

"$sample" many small.pst "$messages"
"$sample" many twice.pst $((2 * messages))
"$sample" large large.pst "$megabytes"

race small.pst "$messages small messages"
race large.pst "$megabytes MB of attachments"

# Interleaved too: what slows one down slows down the other.
rm -f times.*
for ((round = 0; round < rounds; round++)); do
	for file in small twice; do
		timed pst2mbox "$file.pst" >> "times.$file"
	done
done
awk -v small="$(median 1 times.small)" -v twice="$(median 1 times.twice)" \
	'BEGIN { printf "\ntwice as many messages: %.2f times the time\n", twice / small }'

printf '\nmemory, small messages:  %s' "$(memory small.pst)"
printf '\nmemory, attachments:     %s\n' "$(memory large.pst)"
rm -f small.pst twice.pst large.pst
if [ "$listed" -gt 0 ]; then
	"$sample" many listed.pst "$listed"
	printf '\n%s messages listed: %s (wall s, CPU s)' "$listed" "$(timed list listed.pst)"
	printf '\nmemory:                  %s\n' "$(memory --list listed.pst)"
fi
