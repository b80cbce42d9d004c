#!/bin/bash
# test-maildir-push.sh - mail goes into a real server once, whole, and whatever is killed
#
# SPDX-License-Identifier: GPL-2.0-or-later

. "${top_srcdir:-.}/tests/support/tap.sh" || exit 99
# shellcheck source=tests/support/imap-servers.sh
. "$top_srcdir/tests/support/imap-servers.sh"
. "$top_srcdir/tests/support/sent-mail.sh"

need_tool maildir-push
need_command dovecot openssl

own_home

# Runs in the background by "${pusher[@]}" ... &, so that $! is the program and not a shell around it.
push ()
{
	"${pusher[@]}" "$@"
}

start_server dovecot "$tmp/imap" -n 9 -q 8000000 -x 'mail_fsync = never
plugin {
  quota_max_mail_size = 100k
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}' || { diag 'no server'; exit 99; }
host=$IMAP_HOST:$IMAPS_PORT
pusher=("$(tool maildir-push)" --ca-file="$IMAP_CA" --password-file="$IMAP_PASSWORD_FILE")
make_maildir "$tmp/mail" 420 1

# --- The plain case

run push -n "$tmp/mail" "imaps://ann@$host"
status_is 'a dry run succeeds' 0
complains 'it says what would go where' 'INBOX -> INBOX: 504 messages .* to send, 0 already there'
is 'it leaves no journal' "$(ls "$HOME/.local" 2>/dev/null)" ''

run push "$tmp/mail" "imaps://ann@$host"
status_is 'upload succeeds' 0
same 'every message arrives with its bytes, flags and date' "$tmp/mail" "$IMAP_MAIL/ann/maildir"

run push "$tmp/mail" "imaps://ann@$host"
status_is 'a second run succeeds' 0
complains 'it uploads nothing' '^maildir-push: 0 messages, 504 already there'

make_maildir "$tmp/mail" 5 2
run push "$tmp/mail" "imap://ann@$IMAP_HOST:$IMAP_PORT"
complains 'over STARTTLS and later, only what is new goes' '^maildir-push: 5 messages, 504 already there'

# --- What the journal does not know

rm -r "$HOME/.local"
run push "$tmp/mail" "imaps://ann@$host"
status_is 'without the journal it succeeds too' 0
complains 'it recognises what is there' '^maildir-push: 0 messages, 509 already there'

rm "$(find "$IMAP_MAIL/ann/maildir/cur" -type f | head -n 1)"
run push "$tmp/mail" "imaps://ann@$host"
status_is 'a message that has gone from the server is a difference' 1
complains 'it is counted' '1 of 509 messages that were delivered earlier.*gone-since-delivery'
complains 'it is not sent on its own account' '^maildir-push: 0 messages, 509 already there'
run push --again "$tmp/mail" "imaps://ann@$host"
status_is 'it is sent when asked for' 0
complains 'and nothing else is' '^maildir-push: 1 message, 508 already there'

# --- Folders

make_maildir "$tmp/tree" 3 3
make_maildir "$tmp/tree/.Projects.Caf&AOk-" 4 4
make_maildir "$tmp/tree/.Sent" 2 5
make_maildir "$tmp/tree/.Projects.Caf&AOk-.2020" 1 8
run push -n "$tmp/tree" "imaps://user1@$host"
complains 'a dry run writes names as people do' '^maildir-push: Projects/Café -> Projects/Café \(new\): 4 messages'
run push --map=Projects/Café=Work/Coffee "$tmp/tree" "imaps://user1@$host/From%20home"
status_is 'folders go below the folder of the URL' 0
is 'under their names, or where --map says' \
	"$(cd "$IMAP_MAIL/user1/maildir" && ls -d .[A-Z]* | sort | tr '\n' ' ')" \
	'.From home.INBOX .From home.Sent .From home.Work.Coffee .From home.Work.Coffee.2020 '
is 'and are subscribed' "$(grep -c 'From home' "$IMAP_MAIL/user1/maildir/subscriptions")" 4

# --- What a server refuses

mkdir -p "$tmp/odd/cur" "$tmp/odd/new" "$tmp/odd/tmp"
make_maildir "$tmp/odd" 20 6
printf '0 %s\n' "$(printf 'x%.0s' {1..150})" > "$tmp/odd/dovecot-keywords"
f=$(find "$tmp/odd/cur" -name '*:2,S' | head -n 1)
mv "$f" "${f}a"
{ echo 'Subject: large'; echo; yes 'a line of a large message' | head -n 5000; } > "$tmp/odd/cur/1.large:2,"
run push "$tmp/odd" "imaps://user2@$host"
status_is 'a message that the server finds too large is a difference' 1
complains 'it is named, with what the server says' '1\.large.*the server refuses it: .*larger than the maximum'
complains 'all others arrive' '^maildir-push: 24 messages, 0 already there, 0 skipped, 1 failed'
complains 'a keyword that the server refuses is left out' 'keywords-refused'
rm "$tmp/odd/cur/1.large:2,"
run push "$tmp/odd" "imaps://user2@$host"
status_is 'without it, nothing is left to do' 0
mkdir -p "$tmp/full/cur" "$tmp/full/new"
{ echo 'Subject: not small'; echo; yes 'a line of a message that is not small' | head -n 2500; } > "$tmp/full/cur/1"
for i in {2..90}; do cp "$tmp/full/cur/1" "$tmp/full/cur/$i"; done
run push "$tmp/full" "imaps://user9@$host"
status_is 'an account that is full: 2' 2
complains 'and the server is quoted' 'cannot store into INBOX: Quota exceeded'

# --- What goes wrong at the door

run push "$tmp/mail" "imaps://nobody@$host"
status_is 'an unknown user: 77' 77
(umask 077; echo wrong > "$tmp/wrong")
run "$(tool maildir-push)" --ca-file="$IMAP_CA" --password-file="$tmp/wrong" "$tmp/mail" "imaps://ann@$host"
status_is 'a wrong password: 77' 77
complains 'and the server is quoted' 'login as ann refused: .*Authentication failed'
not_ok 'the wrong password is not' grep -q wrong "$err"
run "$(tool maildir-push)" --password-file="$IMAP_PASSWORD_FILE" "$tmp/mail" "imaps://ann@$host"
status_is 'a certificate of an unknown authority: 2' 2
complains 'its digest is shown' 'not signed by an authority we trust \(it is sha256:[0-9a-f]{64}\)'
pin=$(grep -o 'sha256:[0-9a-f]*' "$err")
run "$(tool maildir-push)" -n --tls-pin="$pin" --password-file="$IMAP_PASSWORD_FILE" "$tmp/mail" "imaps://ann@$host"
status_is 'with that digest as --tls-pin it is trusted' 0
run push --tls-pin="sha256:$(printf '0%.0s' {1..64})" "$tmp/mail" "imaps://ann@$host"
status_is 'with another it is not, well signed or not: 2' 2
run push "$tmp/mail" 'imaps://ann@127.0.0.1:1'
status_is 'nobody listens: 75' 75
run push "$tmp/mail" "imaps://ann@no-such-host.invalid"
like 'an unknown host: 2, or 75 where no resolver answers' "$status" '^(2|75)$'

# A login service that restarts: the first two connections are dropped, the third is greeted and refused.
if command -v python3 > /dev/null; then
	python3 - "$tmp/port" << 'EOF' &
import os, socket, sys
server = socket.create_server(("127.0.0.1", 0))
with open(sys.argv[1] + ".new", "w") as port:
    port.write(str(server.getsockname()[1]))
os.rename(sys.argv[1] + ".new", sys.argv[1])
server.settimeout(20)
for _ in range(2):
    server.accept()[0].close()
client = server.accept()[0]
client.sendall(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
for line in client.makefile("rb"):
    client.sendall(line.split()[0] + b" NO [AUTHENTICATIONFAILED] no\r\n")
EOF
	dropper=$!
	on_exit 'kill $dropper 2> /dev/null'
	until [ -e "$tmp/port" ] || ! kill -0 $dropper 2> /dev/null; do sleep 0.02; done
	run push --insecure-cleartext "$tmp/mail" "imap://user1@127.0.0.1:$(cat "$tmp/port")/"
	status_is 'a server that hangs up before it greets is asked again' 77
else
	skip 'a server that hangs up before it greets is asked again' 'there is no python3'
fi
run push "$tmp/mail" "imaps://ann:secret@$host"
status_is 'a password in the URL: 2' 2
not_ok 'it is not repeated' grep -q secret "$err"
chmod 644 "$tmp/wrong"
run "$(tool maildir-push)" --ca-file="$IMAP_CA" --password-file="$tmp/wrong" "$tmp/mail" "imaps://ann@$host"
status_is 'a password that others may read: 2' 2
run env -u HOME "$(tool maildir-push)" --ca-file="$IMAP_CA" --password-file="$IMAP_PASSWORD_FILE" "$tmp/mail" "imaps://ann@$host"
status_is 'nowhere to keep the journal: 2' 2
run push --insecure-cleartext "$tmp/odd" "imap://user3@$IMAP_HOST:$IMAP_PORT"
status_is 'in the clear to this machine, if told so' 0

# --- Secrets

mkfifo "$tmp/pipe"
rm -rf "$HOME/.local"
"${pusher[@]}" --report="$tmp/report" -v - "imaps://user4@$host" < "$tmp/pipe" 2> "$tmp/said" &
pid=$!
exec 9> "$tmp/pipe"
until ls "$HOME"/.local/state/mailferry/*.journal > /dev/null 2>&1 || ! kill -0 $pid 2> /dev/null; do sleep 0.02; done
tr '\0' '\n' < "/proc/$pid/cmdline" > "$tmp/seen"
cat "/proc/$pid/environ" >> "$tmp/seen" 2> /dev/null
ok 'the logged-in process can be looked at' grep -q user4 "$tmp/seen"
run "$(tool maildir-push)" --ca-file="$IMAP_CA" --password-file="$IMAP_PASSWORD_FILE" - "imaps://user4@$host" < /dev/null
status_is 'a second one for the same source and account has to wait: 75' 75
exec 9>&-
wait $pid
is 'a stream that ends before it began: 2' $? 2
not_ok 'the password is in no argument, environment, journal or log' \
	grep -rqF "$(cat "$IMAP_PASSWORD_FILE")" "$tmp/seen" "$tmp/said" "$tmp/report" "$HOME"

# --- Cut off

# push_again SOURCE URL: until it does not say "run it again": Dovecot's login service stumbles over the end of a
# client, and takes the connections down that it carries at that moment.
push_again ()
{
	local _

	for _ in 1 2 3; do
		run push "$@"
		[ $status = 75 ] || break
	done
}

make_maildir "$tmp/large" 1500 7
RANDOM=7
for user in 5 6 7; do
	for letter in S A; do
		"${pusher[@]}" -q "$tmp/large" "imaps://user$user@$host" 2> /dev/null &
		pid=$!
		until_journal $pid $letter $((1 + RANDOM % 6))
		kill -9 $pid 2> /dev/null
		wait $pid 2> /dev/null
		printf 'S 999 1 1' >> "$(echo "$HOME"/.local/state/mailferry/user$user@*.journal)"
	done
	push_again "$tmp/large" "imaps://user$user@$host"
	status_is "after two kills, user$user: the third run succeeds" 0
	same "user$user: nothing is lost, nothing doubled" "$tmp/large" "$IMAP_MAIL/user$user/maildir"
	rm -r "$HOME/.local"
done

"${pusher[@]}" "$tmp/large" "imaps://user8@$host" 2> "$tmp/said" &
pid=$!
until_journal $pid S 2
# Only processes of the server that we started, and of this user's session.
for worker in $(cat "/proc/$IMAP_PID/task/$IMAP_PID/children"); do
	if [ "$(cat "/proc/$worker/comm" 2> /dev/null)" = imap ]; then kill "$worker"; fi
done
wait $pid
is 'the session ends in the middle: another one takes over' $? 0 || diag "$(cat "$tmp/said")"
same 'nothing is lost, nothing doubled' "$tmp/large" "$IMAP_MAIL/user8/maildir"

rm -r "$HOME/.local"
"${pusher[@]}" --max-rate=500K "$tmp/large" "imaps://user1@$host/Stopped" 2> "$tmp/said" &
pid=$!
until_journal $pid S 1
kill $pid
wait $pid
is 'asked to end in the middle: 75' $? 75 || diag "$(cat "$tmp/said")"
push_again "$tmp/large" "imaps://user1@$host/Stopped"
status_is 'and the next run completes' 0
same 'nothing is lost, nothing doubled' "$tmp/large" "$IMAP_MAIL/user1/maildir/.Stopped.INBOX"

done_testing
