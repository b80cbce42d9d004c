#!/bin/bash
# bench-fetch.sh - mbox-verify reading an account beside a raw pipelined FETCH: one server, one run, ratios
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Usage: bench-fetch.sh [MESSAGES]     default 10000, of 50 kB on average
#
# A private Dovecot, in the clear and over TLS, directly and through a proxy that delays (30 ms a round trip).
# mbox-verify compares the account with a manifest, so that it reads nothing else; it logs in by SCRAM, lists,
# keeps to 8 MiB on the way for each connection and hashes, while the raw FETCH asks for everything at once and
# throws it away. Rounds are interleaved; medians are printed. Nothing here is a test; the figures are for people.

# shellcheck source=bench/bench.sh
. "$(dirname "$0")/bench.sh"

messages=${1:-10000}
use_servers

start_server dovecot "$tmp/imap"
python3 "$top_srcdir/bench/make-mail.py" "$tmp/mail" mixed "$messages"
login=(--password-file="$IMAP_PASSWORD_FILE" --ca-file="$IMAP_CA" --insecure-cleartext)
"$top_builddir/tools/maildir-push" -q "${login[@]}" --manifest="$tmp/manifest" "$tmp/mail" \
	"imap://ann@127.0.0.1:$IMAP_PORT"
bytes=$(du -sb "$tmp/mail/cur" | cut -f1)

# run_raw imap|imaps PORT
run_raw ()
{
	local ca=()

	if [ "$1" = imaps ]; then ca=("$IMAP_CA"); fi
	python3 "$top_srcdir/bench/fetch.py" "$2" ann "$IMAP_PASSWORD_FILE" "$messages" "${ca[@]}"
}

run_verify ()
{
	"$top_builddir/tools/mbox-verify" -q "${login[@]}" "$tmp/manifest" "$1://ann@127.0.0.1:$2" > /dev/null
}

# timed PROGRAM SCHEME PORT: seconds
timed ()
{
	local TIMEFORMAT=%R

	{ time "run_$1" "$2" "$3"; } 2>&1 | tail -n 1
}

# delayed PORT NAME: $port becomes one that leads there with 30 ms a round trip
delayed ()
{
	"$top_builddir/tests/support/fault-proxy" --to="$1" --delay=15 --port-file="$tmp/$2.port" > /dev/null &
	on_exit "kill $!"
	until [ -s "$tmp/$2.port" ]; do sleep 0.01; done
	port=$(cat "$tmp/$2.port")
}

# race SCHEME TRIP PORT
race ()
{
	local round program

	rm -f "$tmp"/raw "$tmp"/verify
	run_raw "$1" "$3"
	for ((round = 0; round < rounds; round++)); do
		for program in raw verify; do timed $program "$1" "$3" >> "$tmp/$program"; done
	done
	awk -v scheme="$1" -v trip="$2" -v raw="$(median 1 "$tmp/raw")" -v ours="$(median 1 "$tmp/verify")" \
		-v bytes="$bytes" 'BEGIN {
		printf "%d MB by %s at %d ms: raw FETCH %.2f s, mbox-verify %.2f s: %.2f x its speed\n",
			bytes / 1e6, scheme, trip, raw, ours, raw / ours }'
}

for scheme in imap imaps; do
	if [ $scheme = imap ]; then to=$IMAP_PORT; else to=$IMAPS_PORT; fi
	race $scheme 0 "$to"
	delayed "$to" $scheme
	race $scheme 30 "$port"
done
