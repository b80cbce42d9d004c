#!/bin/bash
# bench-fetch.sh - mbox-verify reading an account beside a raw pipelined FETCH: one server, one run, ratios
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Usage: bench-fetch.sh [MESSAGES]     default 4000, of 35 kB on average
#
# A private Dovecot, in the clear, directly and through a proxy that delays (30 ms a round trip). mbox-verify
# compares the account with a manifest, so that it reads nothing else. Rounds are interleaved; medians are printed.
# Nothing here is a test; the figures are for people.

# shellcheck source=bench/bench.sh
. "$(dirname "$0")/bench.sh"

messages=${1:-4000}
use_servers

start_server dovecot "$tmp/imap"
python3 "$top_srcdir/bench/make-mail.py" "$tmp/mail" mixed "$messages"
login=(--password-file="$IMAP_PASSWORD_FILE" --insecure-cleartext)
"$top_builddir/tools/maildir-push" -q "${login[@]}" --manifest="$tmp/manifest" "$tmp/mail" \
	"imap://ann@127.0.0.1:$IMAP_PORT"
bytes=$(du -sb "$tmp/mail/cur" | cut -f1)

run_raw ()
{
	python3 "$top_srcdir/bench/fetch.py" "$port" ann "$IMAP_PASSWORD_FILE" "$messages"
}

run_verify ()
{
	"$top_builddir/tools/mbox-verify" -q "${login[@]}" "$tmp/manifest" "imap://ann@127.0.0.1:$port" > /dev/null
}

# timed PROGRAM: seconds
timed ()
{
	local TIMEFORMAT=%R

	{ time "run_$1"; } 2>&1 | tail -n 1
}

"$top_builddir/tests/support/fault-proxy" --to="$IMAP_PORT" --delay=15 --port-file="$tmp/port" > /dev/null &
proxy=$!
on_exit "kill $proxy"
until [ -s "$tmp/port" ]; do sleep 0.01; done
for trip in 0 30; do
	rm -f "$tmp"/raw "$tmp"/verify
	port=$IMAP_PORT
	if [ $trip -gt 0 ]; then port=$(cat "$tmp/port"); fi
	run_raw
	for ((round = 0; round < rounds; round++)); do
		for program in raw verify; do timed $program >> "$tmp/$program"; done
	done
	awk -v trip=$trip -v raw="$(median 1 "$tmp/raw")" -v ours="$(median 1 "$tmp/verify")" -v bytes="$bytes" 'BEGIN {
		printf "%d MB at %d ms: raw FETCH %.2f s, mbox-verify %.2f s: %.2f x its speed\n",
			bytes / 1e6, trip, raw, ours, raw / ours }'
done
