#!/bin/bash
# test-maildir-push-once.sh - what is in doubt, what is there already, and what a link can do to an upload
#
# SPDX-License-Identifier: GPL-2.0-or-later

. "${top_srcdir:-.}/tests/support/tap.sh" || exit 99
. "$top_srcdir/tests/support/sent-mail.sh"
# shellcheck source=tests/support/imap-servers.sh
. "$top_srcdir/tests/support/imap-servers.sh"

need_tool maildir-push
need_command dovecot openssl

own_home
servers=0

# serve KIND [OPTION...]: that server, and ${pusher[@]} for it. Its accounts are new.
serve ()
{
	[ -z "${served:-}" ] || stop_server "$served"
	served=$tmp/$((++servers))
	start_server "$1" "$served" -n 9 "${@:2}" || { diag 'no server'; exit 99; }
	pusher=("$(tool maildir-push)" --insecure-cleartext --password-file="$IMAP_PASSWORD_FILE")
}

# through OPTION...: a link with faults; its port in $port.
through ()
{
	rm -f "$tmp/port"
	"$top_builddir/tests/support/fault-proxy" --to="$IMAP_PORT" --port-file="$tmp/port" "$@" > "$tmp/events" &
	proxy=$!
	until [ -s "$tmp/port" ] || ! kill -0 $proxy 2> /dev/null; do sleep 0.01; done
	port=$(cat "$tmp/port")
}
on_exit 'kill $proxy 2> /dev/null'

# away: the link ends, and has told how much it carried.
away ()
{
	kill $proxy
	wait $proxy
}

push ()
{
	"${pusher[@]}" "$@"
}

make_maildir "$tmp/mail" 200 3

# --- A link that breaks, in each way of uploading: the run goes on, and everything is there once

for kind in dovecot dovecot-plain; do
	serve $kind -x "$([ $kind = dovecot ] || echo 'imap_capability = IMAP4rev1')
mail_fsync = never"
	user=0
	for cut in --cut-up=90000 --cut-down=1500; do
		user=$((user + 1))
		through --delay=2 $cut
		run push -v "$tmp/mail" "imap://user$user@127.0.0.1:$port"
		away
		status_is "$kind, $cut: the run succeeds" 0
		ok 'the link was cut' grep -q '^cut' "$tmp/events"
		same 'nothing is lost, nothing doubled' "$tmp/mail" "$IMAP_MAIL/user$user/maildir"
	done
done
serve dovecot -x 'mail_fsync = never
protocol imap {
  mail_plugins = imap_zlib
}'

through --cut-up=90000 --hold
run push --timeout=1 "$tmp/mail" "imap://user1@127.0.0.1:$port"
away
status_is 'a server that falls silent is given up, and asked again' 0
same 'nothing is lost, nothing doubled' "$tmp/mail" "$IMAP_MAIL/user1/maildir"
through --cut-down=1 --every --hold
run push --timeout=1 "$tmp/mail" "imap://user9@127.0.0.1:$port"
away
status_is 'a server that never says a word: 75' 75
is 'in one line' "$(wc -l < "$err")" 1

through
run push --compress=on "$tmp/mail" "imap://user2@127.0.0.1:$port"
until [ "$(grep -c '^closed' "$tmp/events")" -ge "$(grep -c '^connection' "$tmp/events")" ] ||
	! kill -0 $proxy; do sleep 0.02; done
away
status_is 'compressed it arrives as well' 0
same 'byte by byte' "$tmp/mail" "$IMAP_MAIL/user2/maildir"
ok 'and fewer bytes were sent' awk -v size="$(cat "$tmp"/mail/cur/* | wc -c)" '/^closed/ { up += $3 }
	END { exit !(up > 0 && up < size * 2 / 3) }' "$tmp/events"

before=$(date +%s%N)
run push --max-rate=200K "$tmp/mail" "imap://user3@$IMAP_HOST:$IMAP_PORT"
status_is 'slowly it arrives as well' 0
took=$((($(date +%s%N) - before) / 1000000))
least=$(($(cat "$tmp"/mail/cur/* | wc -c) * 1000 / 204800 - 200))
ok "at 200 KiB a second it takes $least ms at least" [ $took -ge $least ]

# --- Killed, and then the mailbox changes

# kill_early USER: after the first batch was announced.
kill_early ()
{
	"${pusher[@]}" -q --max-rate=300K "$tmp/mail" "imap://$1@$IMAP_HOST:$IMAP_PORT" 2> /dev/null &
	pid=$!
	until_journal $pid S 1
	kill -9 $pid 2> /dev/null
	wait $pid 2> /dev/null
}

rm -r "$HOME/.local"
kill_early user4
mkdir -p "$tmp/foreign/cur" "$tmp/foreign/new" "$tmp/foreign/tmp"
printf 'Subject: from somebody else\n\nText\n' > "$tmp/foreign/cur/1007073232.M1.x:2,S"
mkdir -p "$IMAP_MAIL/user4/maildir/new"
cp "$tmp/foreign/cur/"* "$IMAP_MAIL/user4/maildir/new/1007073232.M1.x"
chmod -R a+rwX "$IMAP_MAIL/user4" 2> /dev/null
run push "$tmp/mail" "imap://user4@$IMAP_HOST:$IMAP_PORT"
status_is 'mail that came in between does not disturb' 0
rm "$(grep -rl 'from somebody else' "$IMAP_MAIL/user4/maildir/cur" "$IMAP_MAIL/user4/maildir/new")"
same 'nothing is lost, nothing doubled' "$tmp/mail" "$IMAP_MAIL/user4/maildir"

rm -r "$HOME/.local"
run push --before=2005-01-01 "$tmp/mail" "imap://user5@$IMAP_HOST:$IMAP_PORT"
rm -f "$IMAP_MAIL"/user5/maildir/dovecot*
run push "$tmp/mail" "imap://user5@$IMAP_HOST:$IMAP_PORT"
status_is 'with another UIDVALIDITY it goes on' 0
same 'and nothing is lost, nothing doubled' "$tmp/mail" "$IMAP_MAIL/user5/maildir"

# --- What a server stored late

rm -r "$HOME/.local"
kill_early user6
run push "$tmp/mail" "imap://user6@$IMAP_HOST:$IMAP_PORT"
status_is 'after a kill, the second run succeeds' 0
late=$IMAP_MAIL/user6/maildir/cur
one=$(find "$late" -type f | sort | tail -n 1)
cp -p "$one" "$IMAP_MAIL/user6/maildir/new/1234567890.M99P1.late"
chmod a+rw "$IMAP_MAIL/user6/maildir/new/"*
sed -i '/^C /d' "$HOME"/.local/state/mailferry/*.journal
run push "$tmp/mail" "imap://user6@$IMAP_HOST:$IMAP_PORT"
status_is 'a message that is there once more than it was sent is a difference' 1
complains 'it is told' '1 messages more than were sent.*surplus'
run push --dedupe-own "$tmp/mail" "imap://user6@$IMAP_HOST:$IMAP_PORT"
status_is 'with --dedupe-own it is removed' 0
same 'and nothing else is' "$tmp/mail" "$IMAP_MAIL/user6/maildir"

# --- What was there before

make_one ()
{
	mkdir -p "$1/cur" "$1/new" "$1/tmp"
	printf 'From: a@example.org\nDate: Thu, 29 Nov 2001 22:33:52 +0000\nMessage-ID: <1@x>\nSubject: one\n\n%s\n' \
		"$3" > "$1/cur/1007073232.M$2:2,"
}

rm -r "$HOME/.local"
make_one "$tmp/before" 1 'The same length.'
make_one "$tmp/after" 1 'THE SAME LENGTH.'
make_one "$tmp/longer" 1 'Of another length.'
run push "$tmp/before" "imap://user7@$IMAP_HOST:$IMAP_PORT"
run push "$tmp/after" "imap://user7@$IMAP_HOST:$IMAP_PORT"
complains 'the same size and header with another body is another message' '^maildir-push: 1 message, 0 already there'
run push --again "$tmp/before" "imap://user7@$IMAP_HOST:$IMAP_PORT"
complains 'the same body is not' '^maildir-push: 0 messages, 1 already there'
run push -n "$tmp/longer" "imap://user7@$IMAP_HOST:$IMAP_PORT"
complains 'a dry run says what only looks like it' 'INBOX: 1 of them have the Message-ID.*--existing=similar'
run push --existing=similar --report="$tmp/report" "$tmp/longer" "imap://user7@$IMAP_HOST:$IMAP_PORT"
complains 'with --existing=similar that counts' '^maildir-push: 0 messages, 1 already there'
ok 'and is listed' grep -q '"name":"similar"' "$tmp/report"
run push --existing=somehow "$tmp/longer" "imap://user7@$IMAP_HOST:$IMAP_PORT"
status_is 'another word for it: 2' 2

# Without Message-ID and Date, only the text tells them apart.
for order in forth back; do
	mkdir -p "$tmp/$order/cur" "$tmp/$order/new" "$tmp/$order/tmp"
done
(cd "$tmp" && awk 'BEGIN {
	for (i = 1; i <= 1100; i++) {
		printf "From: cron@example.org\nSubject: nightly\n\nrun %04d\n", i > "forth/cur/1." i
		printf "From: cron@example.org\nSubject: nightly\n\nrun %04d\n", i > "back/cur/1." 9999 - i
		close ("forth/cur/1." i)
		close ("back/cur/1." 9999 - i)
	}
}')
run push "$tmp/forth" "imap://user7@$IMAP_HOST:$IMAP_PORT/Cron"
run push "$tmp/back" "imap://user7@$IMAP_HOST:$IMAP_PORT/Cron"
complains 'of a thousand with the same size and header each is found' \
	'^maildir-push: 0 messages, 1100 already there'

# Both in doubt, and only the second one is there: over several connections that can be.
rm -r "$HOME/.local"
mkdir -p "$tmp/both/cur" "$tmp/both/new" "$tmp/both/tmp"
printf 'Subject: nightly\n\nrun 1\n' > "$tmp/both/cur/1.one:2,S"
printf 'Subject: nightly\n\nrun 2\n' > "$tmp/both/cur/2.two:2,S"
touch -d @1007073232 "$tmp/both/cur/"*
run push "$tmp/both" "imap://user7@$IMAP_HOST:$IMAP_PORT/Both"
sed -i '/^A /d' "$HOME"/.local/state/mailferry/*.journal
rm "$(grep -rl 'run 1' "$IMAP_MAIL/user7/maildir/.Both.INBOX/cur")"
run push "$tmp/both" "imap://user7@$IMAP_HOST:$IMAP_PORT/Both"
status_is 'two that look alike are in doubt' 0
same 'the one that had not arrived is sent' "$tmp/both" "$IMAP_MAIL/user7/maildir/.Both.INBOX"

# What the server makes of bare CRs, and of CR CR LF at the end of a line, is still the same mail.
mkdir -p "$tmp/returns/cur" "$tmp/returns/new" "$tmp/returns/tmp"
printf '\r' > "$tmp/returns/cur/1.one"
printf '\r\r\r' > "$tmp/returns/cur/1.three"
printf 'Subject: old\r\rwritten on a Macintosh\r' > "$tmp/returns/cur/1.mac"
printf 'Subject: twice\r\r\n\r\r\ntranslated\r\r\n' > "$tmp/returns/cur/1.twice"
run push "$tmp/returns" "imap://user7@$IMAP_HOST:$IMAP_PORT/Returns"
run push --again "$tmp/returns" "imap://user7@$IMAP_HOST:$IMAP_PORT/Returns"
complains 'a message with odd line ends is recognised' '^maildir-push: 0 messages, 4 already there'

# --- One large message, and a signal

mkdir -p "$tmp/huge/cur" "$tmp/huge/new" "$tmp/huge/tmp"
{ echo 'Subject: huge'; echo; yes 'a line of a huge message, one of very many' | head -c 150000000; } > "$tmp/huge/cur/1"
"${pusher[@]}" -q "$tmp/huge" "imap://user8@$IMAP_HOST:$IMAP_PORT" &
watch_memory $!
is 'a message of 150 MB arrives' $? 0
ok "it is never in memory as a whole: $peak KiB" [ "$peak" -lt 40000 ]

rm -r "$HOME/.local"
"${pusher[@]}" -q --max-rate=100K "$tmp/mail" "imap://user8@$IMAP_HOST:$IMAP_PORT/Stopped" 2> /dev/null &
pid=$!
until_journal $pid S 1
kill -INT $pid
wait $pid
is 'SIGINT ends it by SIGINT' $? 130
run push "$tmp/mail" "imap://user8@$IMAP_HOST:$IMAP_PORT/Stopped"
status_is 'and the next run completes' 0
same 'nothing is lost, nothing doubled' "$tmp/mail" "$IMAP_MAIL/user8/maildir/.Stopped.INBOX"

done_testing
