#!/bin/bash
# test-maildir-push-chaos.sh - cut anywhere, killed at any time: once it is through, all is there, once
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# On each kind of server, seeded: connections cut at any byte in both directions, runs killed by SIGKILL
# and started again after 0 to 2 s. In the environment:
#
#	CHAOS_SEED	the seed, printed; random if not given
#	CHAOS_CUTS	cuts (24 in check, 300 in check-long), spread over the kinds
#	CHAOS_KILLS	kills (15, 201)
#	CHAOS_MESSAGES	messages in each of eight folders sent to each kind (25, 1000)
#	CHAOS_KINDS	kinds of servers, a regular expression
#	CHAOS_KEEP	a directory to copy what is left of failed experiments to

. "${top_srcdir:-.}/tests/support/tap.sh" || exit 99
. "$top_srcdir/tests/support/imap-servers.sh"

need_tool maildir-push
need_command openssl python3
proxy=$top_builddir/tests/support/fault-proxy
[ -x "$proxy" ] || skip_all 'tests/support/fault-proxy is not built'
own_home

seed=${CHAOS_SEED:-$((RANDOM << 15 | RANDOM))}
cuts=${CHAOS_CUTS:-24}
kills=${CHAOS_KILLS:-15}
messages=${CHAOS_MESSAGES:-25}
at_once=16
diag "seed $seed"

# --- What is uploaded -------------------------------------------------------------------------------

# make_maildir DIR COUNT NAME SCALE: every tenth message is there three times; all flags, dates over
# twenty years; sizes up to SCALE lines; a header with raw 8-bit bytes, a body with bare CRs.
make_maildir ()
{
	mkdir -p "$1/cur" "$1/new" "$1/tmp"
	(cd "$1/cur" && awk -v count="$2" -v box="$3" -v scale="$4" -v seed="$seed" '
	BEGIN {
		srand (seed)
		split (",S,RS,FS,DS,FRS", flags, ",")
		for (i = 1; i <= count; i++) {
			date = 946684800 + int (rand () * 600000000)
			lines = int (rand () * rand () * scale)
			for (c = 1; c <= (i % 10 == 0 ? 3 : 1); c++) {
				name = date ".M" i "P" c ".test:2," flags[1 + i % 6]
				print date, name
				printf "From: a%d@example.org\nTo: b@example.org\n", i > name
				printf "Subject: Number %d%s\n", i, i % 7 == 3 ? " caf\351" : "" > name
				printf "Date: Mon, 5 Mar 2001 10:00:00 +0100\n" > name
				printf "Message-ID: <%d.%s@example.org>\n\n", i, box > name
				for (l = 0; l < lines; l++) print "Line", l, "of", i > name
				printf "%s", i % 7 == 5 ? "half\ra\rline\n" : "The end.\n" > name
				close (name)
			}
		}
	}' | while read -r date name; do touch -d "@$date" "$name"; done)
}

# make_facts SERVER: what both sources look like after the damage that this kind of server does.
make_facts ()
{
	for source in small eight; do
		python3 "$top_srcdir/tests/support/imap-facts.py" maildir "$tmp/$source" "$1" > "$tmp/$source.$1"
	done
}

facts_at_server ()
{
	python3 "$top_srcdir/tests/support/imap-facts.py" imap "$IMAPS_PORT" "$IMAP_CA" "$1" "$IMAP_PASSWORD_FILE"
}

# compare KIND SOURCE USER: prints what is lost, what is there too often, what has other flags or dates.
compare ()
{
	facts_at_server "$3" > "$work/there" || { echo "user $3 cannot be read"; return; }
	diff "$2.${1%%-*}" "$work/there" | sed -n 's/^</lost or changed:/p; s/^>/too often or changed:/p' |
		head -n 6
}

# --- A run ------------------------------------------------------------------------------------------

# pusher_to PORT USER SCHEME SOURCE: sets the words of a command.
pusher_to ()
{
	pusher=("$(tool maildir-push)" --ca-file="$IMAP_CA" --password-file="$IMAP_PASSWORD_FILE" -q
		--state="$work/state")
	if [ "$3" = imap ]; then pusher+=(--insecure-cleartext); fi
	pusher+=("$4" "$3://$2@127.0.0.1:$1")
}

# start_proxy PORT OPTION...: sets proxy_port, proxy_pid; events in $work/events.
start_proxy ()
{
	rm -f "$work/port"
	"$proxy" --to="$1" --port-file="$work/port" "${@:2}" > "$work/events" 2>&1 &
	proxy_pid=$!
	until [ -e "$work/port" ]; do
		kill -0 $proxy_pid 2> /dev/null || { echo 'the proxy does not start'; return 1; }
		sleep 0.02
	done
	proxy_port=$(< "$work/port")
}

# push_until_done: as often as it says "run it again", which it may while the server still recovers.
push_until_done ()
{
	for _ in 1 2 3 4; do
		timeout 120 "${pusher[@]}" >> "$work/said" 2>&1
		status=$?
		[ $status = 75 ] || break
	done
}

port_of ()
{
	if [ "$1" = imaps ]; then echo "$IMAPS_PORT"; else echo "$IMAP_PORT"; fi
}

# The port is part of what a journal is for, so all runs of an experiment go through one proxy.
# cut KIND USER SCHEME DIRECTION BYTE
cut_once ()
{
	start_proxy "$(port_of "$3")" "--cut-$4=$5" || return
	pusher_to "$proxy_port" "$2" "$3" "$tmp/small"
	push_until_done
	if [ $status = 0 ]; then push_until_done; fi
	[ $status = 0 ] || echo "status $status: $(tail -n 2 "$work/said")"
	compare "$1" "$tmp/small" "$2"
	kill $proxy_pid
}

# kill_run KIND USER SCHEME DELAY FILE REGEX COUNT OPTION...: as soon as a file has so many such lines.
kill_run ()
{
	local pid file=$5 regex=$6 count=$7

	start_proxy "$(port_of "$3")" "${@:8}" || return
	pusher_to "$proxy_port" "$2" "$3" "$tmp/small"
	"${pusher[@]}" >> "$work/said" 2>&1 &
	pid=$!
	until [ "$(cat "$work"/$file 2> /dev/null | grep -c "$regex")" -ge "$count" ] ||
		! kill -0 $pid 2> /dev/null; do sleep 0.005; done
	kill -KILL $pid 2> /dev/null
	wait $pid 2> /dev/null
	sleep "$4"
	push_until_done
	if [ $status = 0 ]; then push_until_done; fi
	[ $status = 0 ] || echo "status $status: $(tail -n 2 "$work/said")"
	compare "$1" "$tmp/small" "$2"
	kill $proxy_pid
}

# The server has got so many bytes, and no more arrive.
kill_at_byte ()
{
	kill_run "$1" "$2" "$3" "$5" events '^cut' 1 --cut-up="$4" --hold
}

# The journal has so many records, and what was sent arrives after the end of who sent it.
kill_at_record ()
{
	kill_run "$1" "$2" "$3" "$5" 'state/*.journal' '^[SA]' "$4" --delay=20
}

# measure SCHEME USER: the bytes of an undisturbed run, as "UP DOWN".
measure ()
{
	start_proxy "$(port_of "$1")" || return
	pusher_to "$proxy_port" "$2" "$1" "$tmp/small"
	push_until_done
	until [ "$(grep -c '^connection' "$work/events")" = "$(grep -c '^closed' "$work/events")" ]; do sleep 0.02; done
	kill $proxy_pid
	awk '/^closed/ { up += $3; down += $4 } END { print up + 0, down + 0 }' "$work/events"
}

# --- Many at once -----------------------------------------------------------------------------------

running=0
# experiment NAME FUNCTION ARGUMENT...: in the background; what it prints is what is wrong.
experiment ()
{
	local name=$1

	shift
	((running < at_once)) || { wait -n; ((running--)); }
	number=$((number + 1))
	(
		work=$tmp/experiments/$number
		mkdir -p "$work"
		"$@" > "$work/wrong" 2>&1
		if [ -s "$work/wrong" ]; then
			echo "$name: $*" >> "$tmp/failed"
			sed 's/^/  /' "$work/wrong" >> "$tmp/failed"
			tail -n 3 "$work/said" | sed 's/^/  /' >> "$tmp/failed"
		fi
		if [ ! -s "$work/wrong" ] || [ -z "${CHAOS_KEEP:-}" ]; then rm -rf "$work"; fi
	) &
	running=$((running + 1))
}

# verdict NAME: of all experiments since the last one.
verdict ()
{
	wait
	running=0
	ok "$1" test ! -s "$tmp/failed" || diag "$(cat "$tmp/failed")"
	rm -f "$tmp/failed"
}

random_below ()
{
	random=$(((RANDOM << 15 | RANDOM) % $1))
}

# disturb KIND CUTS KILLS: cuts in both directions in turns, with and without TLS.
disturb ()
{
	local i scheme up down delay user=0
	declare -A totals

	for scheme in imaps imap; do
		work=$tmp/measure
		mkdir -p "$work"
		user=$((user + 1))
		totals[$scheme]=$(measure $scheme user$user)
		rm -rf "$work"
	done
	for ((i = 0; i < $2 + $3; i++)); do
		scheme=imaps
		if ((i / 2 % 2 == 1)); then scheme=imap; fi
		read -r up down <<< "${totals[$scheme]}"
		user=$((user + 1))
		if ((i >= $2)); then
			random_below 2000
			delay=$(printf '%d.%03d' $((random / 1000)) $((random % 1000)))
			if ((i % 2 == 0)); then
				random_below "$up"
				experiment "$1 kill" kill_at_byte "$1" user$user $scheme "$random" "$delay"
			else
				random_below 4
				experiment "$1 kill" kill_at_record "$1" user$user $scheme $((random + 1)) "$delay"
			fi
		elif ((i % 2 == 0)); then
			random_below "$up"
			experiment "$1 cut" cut_once "$1" user$user $scheme up "$random"
		else
			random_below "$down"
			experiment "$1 cut" cut_once "$1" user$user $scheme down "$random"
		fi
		if ((i == $2 - 1)); then verdict "$1: $2 cuts lose and double nothing"; fi
	done
	verdict "$1: $3 kills lose and double nothing"
}

# --- All kinds --------------------------------------------------------------------------------------

RANDOM=$((seed % 32768))
number=0
make_maildir "$tmp/small" 40 small 300
make_maildir "$tmp/small/.Work" 15 work 100
for folder in '' .B .C .D .E .F .G.Deep .H; do make_maildir "$tmp/eight/$folder" "$messages" "eight$folder" 10; done

for server in dovecot cyrus courier; do make_facts $server; done
disturbed='dovecot cyrus courier'
for kind in $server_kinds; do
	if ! [[ $kind =~ ${CHAOS_KINDS:-.} ]]; then continue; fi
	if ! has_server "$kind"; then
		skip "$kind: eight folders, cuts and kills" "$why"
		continue
	fi
	each_cuts=0 each_kills=0
	if [[ " $disturbed " == *" $kind "* ]]; then each_cuts=$((cuts / 3)) each_kills=$((kills / 3)); fi
	start_server "$kind" "$tmp/$kind" -n $((2 + each_cuts + each_kills)) ||
		{ tap_failed "$kind starts"; continue; }

	work=$tmp/eight-$kind
	mkdir "$work"
	pusher_to "$IMAPS_PORT" ann imaps "$tmp/eight"
	push_until_done
	is "$kind: eight folders of $messages messages arrive" "$status" 0 || diag "$(tail -n 5 "$work/said")"
	is "$kind: with their bytes, flags and dates" "$(compare "$kind" "$tmp/eight" ann)" ''
	not_ok "$kind: and a difference would be seen" test -z "$(compare "$kind" "$tmp/small" ann)"
	if [ $each_cuts -gt 0 ]; then disturb "$kind" $each_cuts $each_kills; fi
	"$starter" stop "$tmp/$kind"
done
if [ -n "${CHAOS_KEEP:-}" ]; then cp -r "$tmp/experiments" "$CHAOS_KEEP"; fi
done_testing
