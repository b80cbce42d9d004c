#!/bin/bash
# test-maildir-push-mishaps.sh - two runs at once, servers that restart, signals, cuts while compressing, clocks
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Seeded by MISHAPS_SEED, which is printed.

. "${top_srcdir:-.}/tests/support/tap.sh" || exit 99
. "$top_srcdir/tests/support/sent-mail.sh"
# shellcheck source=tests/support/imap-servers.sh
. "$top_srcdir/tests/support/imap-servers.sh"

need_tool maildir-push
need_command dovecot openssl

unset XDG_STATE_HOME CREDENTIALS_DIRECTORY
seed=${MISHAPS_SEED:-$((RANDOM << 15 | RANDOM))}
diag "seed $seed"
RANDOM=$seed
make_maildir "$tmp/mail" 200 "$seed"
ln -s mail "$tmp/other-name"

start_server dovecot "$tmp/dovecot" -n 60 -x 'mail_fsync = never' || { diag 'no server'; exit 99; }
pusher=("$(tool maildir-push)" --insecure-cleartext --password-file="$IMAP_PASSWORD_FILE")

push ()
{
	"${pusher[@]}" "$@"
}

# become USER: with its own journals, and its URL in $url.
become ()
{
	export HOME=$tmp/home-$1
	mkdir "$HOME"
	url=imap://$1@$IMAP_HOST:$IMAP_PORT
}

# locked PID: until a run holds its journal. What it has open, a program of ours shows to root alone.
locked ()
{
	local held

	until held=$(stat -c '%i' "$HOME"/.local/state/mailferry/*.journal 2> /dev/null | sed 's/^/:/; s/$/ /') &&
		grep FLOCK /proc/locks | grep -qF "$held" || ! kill -0 "$1" 2> /dev/null; do :; done
}

# --- Twice at the same time

become user1
"${pusher[@]}" -q --max-rate=200K "$tmp/mail" "imap://user1@localhost:$IMAP_PORT" &
pid=$!
until_journal $pid S 1
run push "$tmp/mail" "imap://user1@localhost:$IMAP_PORT"
status_is 'a second run of the same upload stops: 75' 75
is 'in one line' "$(wc -l < "$err")" 1
complains 'which says why' 'another run is sending this source to this account; wait for it to end'
run push "$tmp/other-name" "imap://user1@LocalHost:$IMAP_PORT"
status_is 'also under other names of source and server' 75
kill -0 $pid || diag 'the first run had ended by then'
wait $pid
is 'the first one succeeds' $? 0
same 'nothing is lost, nothing doubled' "$tmp/mail" "$IMAP_MAIL/user1/maildir"

# --- The server goes away and comes back

become user2
"${pusher[@]}" --max-rate=200K "$tmp/mail" "$url" > "$tmp/restarted" 2>&1 &
pid=$!
until_journal $pid S 1
master=$(cat "${IMAP_CONF%/*}/run/master.pid")
kill "$master"
while kill -0 "$master" 2> /dev/null; do :; done
runuser=$(stat -c %U "$IMAP_CONF")
if [ "$(id -u)" = 0 ]; then
	setpriv --reuid="$runuser" --regid="$(id -g "$runuser")" --clear-groups dovecot -c "$IMAP_CONF"
else
	dovecot -c "$IMAP_CONF"
fi
wait $pid
is 'a server that is started anew meanwhile: the same run goes on' $? 0
same 'nothing is lost, nothing doubled' "$tmp/mail" "$IMAP_MAIL/user2/maildir"

# --- Signals

become user3
"${pusher[@]}" -q --max-rate=20K "$tmp/mail" "$url" 2> "$err" &
pid=$!
until_journal $pid S 1
SECONDS=0
kill -TERM $pid
wait $pid
is 'SIGTERM while the rate holds everything up: 75' $? 75
ok 'within ten seconds' test $SECONDS -le 10
is 'in one line' "$(wc -l < "$err")" 1
run push "$tmp/mail" "$url"
status_is 'the next run completes' 0
same 'nothing is lost, nothing doubled' "$tmp/mail" "$IMAP_MAIL/user3/maildir"

become user4
"${pusher[@]}" -q --max-rate=300K "$tmp/mail" "$url" 2> /dev/null &
pid=$!
until_journal $pid S 1
kill -9 $pid
wait $pid 2> /dev/null
for signal in INT TERM; do
	"${pusher[@]}" -q --max-rate=20K "$tmp/mail" "$url" 2> /dev/null &
	pid=$!
	locked $pid
	SECONDS=0
	kill -$signal $pid
	wait $pid
	is "SIG$signal while it waits for the server to settle" $? "$([ $signal = INT ] && echo 130 || echo 75)"
	ok 'within ten seconds' test $SECONDS -le 10
done
run push "$tmp/mail" "$url"
status_is 'the next run finds out and completes' 0
same 'nothing is lost, nothing doubled' "$tmp/mail" "$IMAP_MAIL/user4/maildir"

# --- Cut while compressing

# cut_off USER DIRECTION BYTE: prints what is wrong. A cut before the login has it run again.
cut_off ()
{
	local port=$work/port proxy status=75

	"$top_builddir/tests/support/fault-proxy" --to="$IMAP_PORT" --port-file="$port" "--cut-$2=$3" > "$work/events" &
	proxy=$!
	until [ -s "$port" ] || ! kill -0 $proxy 2> /dev/null; do sleep 0.01; done
	for _ in 1 2 3; do
		[ $status = 75 ] || break
		"${pusher[@]}" -q --compress=on --state="$work/state" "$tmp/mail" "imap://$1@127.0.0.1:$(< "$port")"
		status=$?
	done
	kill $proxy
	[ $status = 0 ] || echo "cut $2 at $3: status $status"
	grep -q '^cut' "$work/events" || echo "there was no cut $2 at $3"
	tmp=$work facts "$IMAP_MAIL/$1/maildir" | cmp "$tmp/facts" - || echo "cut $2 at $3: not the same"
}

facts "$tmp/mail" > "$tmp/facts"
for ((i = 20; i < 32; i++)); do
	work=$tmp/work-$i
	mkdir "$work"
	if ((i % 2 == 0)); then cut_off user$i up $((RANDOM % 60000)); else cut_off user$i down $((RANDOM % 1500)); fi \
		> "$work/wrong" 2> "$work/said" &
done
wait
is 'compressed, twelve cuts lose and double nothing' "$(cat "$tmp"/work-*/wrong)" ''

# --- Folders that meet

for folder in One Two Three; do
	make_maildir "$tmp/meeting/.$folder" 20 "$seed$folder"
done
cp -p "$tmp/meeting/.One/cur/"*M1P1* "$tmp/meeting/.Two/cur/"
mkdir "$tmp/meeting"/{cur,new,tmp}
mkdir -p "$tmp/met/cur" "$tmp/met/new"
for folder in One Two Three; do
	(cd "$tmp/meeting/.$folder/cur" && for name in *; do cp -p "$name" "$tmp/met/cur/$folder.$name"; done)
done
become user5
for _ in first second; do
	run push --report="$tmp/report" --map=One=Two --map=Three=Two "$tmp/meeting" "$url"
	status_is 'three folders are put into one' 0
done
complains 'the second time everything is there' '^maildir-push: 0 messages, .* 0 failed'
is 'which is told' "$(grep -c folders-merged "$tmp/report")" 2
same 'nothing is lost, nothing doubled, copies stay copies' "$tmp/met" "$IMAP_MAIL/user5/maildir/.Two"

# --- Odd names

name=$(printf 'Übergrößenträger/%.0s' {1..9})äöü.mit.Punkten
for odd in "$name" inbox InBoX/Sub 'a.b' 'c%2Fd'; do
	make_maildir "$tmp/one-more" 1 "$((++seed))"
	"$(dirname "$(tool maildir-push)")/mbox2maildir" -q --into="$odd" <(
		echo 'From a Thu Nov 29 22:33:52 2001'
		cat "$tmp/one-more/cur/"*
	) "$tmp/odd" || diag "$odd: not made"
	rm -r "$tmp/one-more"
done
become user6
run push "$tmp/odd" "$url"
status_is 'folders with umlauts, separators, and INBOX in odd case arrive' 0
complains 'all five' '^maildir-push: 5 messages, 0 already'
rm -r "$HOME/.local"
run push "$tmp/odd" "$url"
complains 'and are found again without a journal' '^maildir-push: 0 messages, 5 already there'

# --- The clock

if [ -e "$top_builddir/tests/support/clock-back.so" ] &&
	! grep -q __asan_init "$(tool maildir-push)"; then
	become user7
	LD_PRELOAD=$top_builddir/tests/support/clock-back.so run push -v "$tmp/mail" "$url"
	status_is 'with a clock that is twenty years late and goes back all the time' 0
	complains 'which is told' 'the clock of this machine is wrong.*clock-wrong'
	same 'nothing is lost, nothing doubled, and the dates stay' "$tmp/mail" "$IMAP_MAIL/user7/maildir"
fi

# --- One message of 300 MB, where it may not be sent unasked

mkdir -p "$tmp/huge"/{cur,new,tmp}
{ echo 'Subject: huge'; echo; yes 'a line of a huge message, one of very many' | head -n 6600000; } > "$tmp/huge/cur/1"
stop_server "$tmp/dovecot"
for kind in dovecot-minus dovecot-plain; do
	server_kind $kind
	start_server $kind "$tmp/$kind" -x "${server_options[1]}
mail_fsync = never" || { diag 'no server'; exit 99; }
	pusher=("$(tool maildir-push)" --insecure-cleartext --password-file="$IMAP_PASSWORD_FILE")
	become ann
	"${pusher[@]}" -q "$tmp/huge" "$url" &
	watch_memory $!
	is "$kind: a message of 300 MB arrives" $? 0
	is 'whole' "$(find "$IMAP_MAIL/ann" -path '*/cur/*' -printf '%s')" "$(stat -c %s "$tmp/huge/cur/1")"
	ok "it is never in memory as a whole: $peak KiB" [ "$peak" -lt 40000 ]
	stop_server "$tmp/$kind"
	rm -r "$HOME"
done

done_testing
