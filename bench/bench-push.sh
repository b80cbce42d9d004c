#!/bin/bash
# bench-push.sh - maildir-push beside mbsync, imaplib, curl and doveadm import: one server, one run, ratios
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Usage: bench-push.sh [MIXED [SMALL]]     default 500 mixed and 20000 small messages
# ROUNDS (3) and ROUND_TRIPS ("0 20 100", in ms) shorten it.
#
# A private Dovecot, a fresh account each time, through a proxy that delays (tests/support/fault-proxy.c).
# Rounds are interleaved; medians and the spread are printed. Programs that wait for each message get only
# so many messages as they can do in some seconds, and are compared by messages a second. Nothing here is a
# test; the figures are for people.

# shellcheck source=bench/bench.sh
. "$(dirname "$0")/bench.sh"

mixed=${1:-500}
small=${2:-20000}
use_servers

push=$top_builddir/tools/maildir-push
account=0

# through RTT-MS SERVER-PORT: sets $port to one that is so far away.
through ()
{
	[ -z "${proxy:-}" ] || { kill "$proxy"; wait "$proxy" 2> /dev/null || true; }
	proxy=
	port=$2
	[ "$1" != 0 ] || return 0
	rm -f "$tmp/port"
	"$top_builddir/tests/support/fault-proxy" --to="$2" --delay=$(($1 / 2)) --port-file="$tmp/port" \
		> /dev/null &
	proxy=$!
	until [ -s "$tmp/port" ]; do sleep 0.01; done
	port=$(cat "$tmp/port")
}
on_exit '[ -z "${proxy:-}" ] || kill $proxy'

# --- The programs, each uploading directory $1 into account $user at $port, with TLS or without

run_maildir-push ()
{
	if [ -n "$tls" ]; then
		"$push" -q --ca-file="$IMAP_CA" --password-file="$IMAP_PASSWORD_FILE" "$1" "imaps://$user@127.0.0.1:$port"
	else
		"$push" -q --insecure-cleartext --password-file="$IMAP_PASSWORD_FILE" "$1" "imap://$user@127.0.0.1:$port"
	fi
}

# It renames files and leaves its state beside them: it gets links of its own.
before_mbsync ()
{
	rm -rf "$tmp/linked"
	cp -al "$1" "$tmp/linked"
	cat > "$tmp/mbsyncrc" <<-END
	FSync no

	IMAPStore far
	Host localhost
	Port $port
	User $user
	Pass "$(cat "$IMAP_PASSWORD_FILE")"
	SSLType $([ -n "$tls" ] && echo IMAPS || echo None)
	CertificateFile $IMAP_CA
	AuthMechs PLAIN LOGIN

	MaildirStore near
	Inbox $tmp/linked

	Channel all
	Far :far:
	Near :near:
	Sync Push
	CopyArrivalDate yes
	SyncState *
	END
}

run_mbsync ()
{
	mbsync -q -c "$tmp/mbsyncrc" all > /dev/null
}

run_imaplib ()
{
	if [ -n "$tls" ]; then
		python3 "$top_srcdir/bench/append.py" "$port" "$user" "$IMAP_PASSWORD_FILE" "$1" "$IMAP_CA"
	else
		python3 "$top_srcdir/bench/append.py" "$port" "$user" "$IMAP_PASSWORD_FILE" "$1"
	fi
}

# All messages in one process, so that it logs in once; it sends them as they are, so with LF.
before_curl ()
{
	local file

	for file in "$1"/cur/*; do
		printf 'upload-file = "%s"\nurl = "%s"\n' "$file" \
			"imap$([ -z "$tls" ] || echo s)://127.0.0.1:$port/INBOX"
	done > "$tmp/curlrc"
	printf 'user = "%s:%s"\n' "$user" "$(cat "$IMAP_PASSWORD_FILE")" >> "$tmp/curlrc"
}

run_curl ()
{
	curl -s --cacert "$IMAP_CA" -K "$tmp/curlrc"
}

# Without any network, in the server's own code; it leaves an index beside what it reads.
before_doveadm ()
{
	rm -rf "$tmp/linked"
	cp -al "$1" "$tmp/linked"
	chmod 777 "$tmp/linked" "$tmp/linked"/*
}

run_doveadm ()
{
	doveadm -c "$IMAP_CONF" import -u "$user" "maildir:$tmp/linked" '' ALL
}

# --- Races

# timed PROGRAM DIR: seconds, processor seconds; the messages must have arrived.
timed ()
{
	local TIMEFORMAT='%R %U %S' times status=0 want got

	account=$((account + 1))
	user=user$account
	if declare -F "before_$1" > /dev/null; then "before_$1" "$2"; fi
	times=$({ time "run_$1" "$2" > "$tmp/said" 2>&1; } 2>&1) || status=$?
	want=$(find "$2/cur" -type f | wc -l)
	got=$(find "$IMAP_MAIL" -path "*/$user/*" -type f -path '*/[cn][ue][rw]/*' | wc -l)
	if [ "$status" != 0 ] || [ "$got" != "$want" ]; then
		echo "$1: status $status, $got of $want messages" >&2
		tail -n 3 "$tmp/said" >&2
	fi
	rm -rf "${IMAP_MAIL:?}/$user" "$HOME/.local"
	awk -v n="$want" '{ printf "%.2f %.1f %.2f\n", $1, n / $1, $2 + $3 }' <<< "$times"
}

# race LABEL PROGRAM=DIR...: interleaved rounds; ratios are ours to theirs, in messages a second.
race ()
{
	local label=$1 round entry program ours theirs

	shift
	rm -f "$tmp"/times.*
	for ((round = 0; round < rounds; round++)); do
		for entry; do
			program=${entry%%=*}
			command -v "$program" > /dev/null || [ "$program" = maildir-push ] || [ "$program" = imaplib ] || continue
			timed "$program" "${entry#*=}" >> "$tmp/times.$program"
		done
	done
	echo "$label"
	ours=$(median 2 "$tmp/times.maildir-push")
	for entry; do
		program=${entry%%=*}
		[ -e "$tmp/times.$program" ] || continue
		theirs=$(median 2 "$tmp/times.$program")
		awk -v program="$program" -v rate="$theirs" -v ours="$ours" -v cpu="$(median 3 "$tmp/times.$program")" \
			-v low="$(sort -n -k 2,2 "$tmp/times.$program" | head -n 1 | cut -d ' ' -f 2)" \
			-v high="$(sort -n -k 2,2 "$tmp/times.$program" | tail -n 1 | cut -d ' ' -f 2)" 'BEGIN {
			printf "  %-14s %9.1f messages/s (%.1f to %.1f)  %6.2f s of processor", program, rate, low, high, cpu
			if (program != "maildir-push") printf "   %6.1f x", ours / rate
			print ""
		}'
	done
}

make ()
{
	python3 "$top_srcdir/bench/make-mail.py" "$tmp/$1" "$2" "$3"
	chmod -R a+rX "$tmp/$1"
}

make mixed mixed "$mixed"
make small small "$small"
make some mixed 100
make few mixed 40
du -sh --apparent-size "$tmp/mixed" "$tmp/small" | sed "s,$tmp/,,"

start_server dovecot "$tmp/dovecot" -n 1000 -x 'mail_fsync = never'
for rtt in ${ROUND_TRIPS-0 20 100}; do
	tls=yes
	through $rtt "$IMAPS_PORT"
	slow=$tmp/some
	[ $rtt = 100 ] && slow=$tmp/few
	race "$mixed mixed, TLS, round trip $rtt ms" maildir-push="$tmp/mixed" mbsync="$tmp/mixed" \
		imaplib="$slow" curl="$slow"
	race "$small small, TLS, round trip $rtt ms" maildir-push="$tmp/small" mbsync="$tmp/small"
done
tls=
through 0 "$IMAP_PORT"
race "$mixed mixed, cleartext, round trip 0 ms" maildir-push="$tmp/mixed" doveadm="$tmp/mixed"
race "$small small, cleartext, round trip 0 ms" maildir-push="$tmp/small" doveadm="$tmp/small"
start_server dovecot-minus "$tmp/minus" -n 100
tls=yes
account=0
through 100 "$IMAPS_PORT"
race '100 mixed, TLS, round trip 100 ms, LITERAL- only' maildir-push="$tmp/some" mbsync="$tmp/some"
