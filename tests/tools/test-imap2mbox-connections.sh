#!/bin/bash
# test-imap2mbox-connections.sh - read over several connections, an account comes out as over one
#
# SPDX-License-Identifier: GPL-2.0-or-later

. "${top_srcdir:-.}/tests/support/tap.sh" || exit 99
# shellcheck source=tests/support/imap-servers.sh
. "$top_srcdir/tests/support/imap-servers.sh"

need_tool imap2mbox maildir-push mbox-verify
need_command openssl
fake=$top_builddir/tests/support/fake-imapd
proxy=$top_builddir/tests/support/fault-proxy
[ -x "$fake" ] && [ -x "$proxy" ] || skip_all 'tests/support/fake-imapd or fault-proxy is not built'
export HOME=$tmp/home
mkdir -p "$HOME"
on_exit 'kill $pid 2> /dev/null'

# A large message among many small ones, and a folder besides.
mkdir -p "$tmp/mail"/{cur,new,tmp} "$tmp/mail/.Work"/{cur,new,tmp}
for i in {1..3100}; do
	folder=$tmp/mail
	if [ "$i" -gt 3000 ]; then folder=$tmp/mail/.Work; fi
	printf 'Message-ID: <%d@example.org>\nSubject: %d\n\ntext %d\n' "$i" "$i" "$i" > "$folder/cur/$i.test:2,S"
done
{ printf 'Subject: large\n\n'; yes 'a line of a large message' | head -c 9000000; } >> "$tmp/mail/cur/1500.test:2,S"

# await FILE: until a server or proxy has written its port there
await ()
{
	until [ -s "$1" ]; do kill -0 "$pid" || exit 99; sleep 0.02; done
}

digests ()
{
	grep -a '^X-Mbs-\(Digest\|Folder\)' "$1"
}

# --- Real servers

check_server ()
{
	local kind=$1 n

	start_server "$kind" "$tmp/$kind" || { not_ok "$kind starts" true; return; }
	login=(--ca-file="$IMAP_CA" --password-file="$IMAP_PASSWORD_FILE" --insecure-cleartext)
	run "$(tool maildir-push)" -q "${login[@]}" --state="$tmp/$kind-state" "$tmp/mail" \
		"imap://ann@$IMAP_HOST:$IMAP_PORT"
	status_is "$kind: the account is filled" 0
	rm -f "$tmp/port"
	"$proxy" --port-file="$tmp/port" --to="$IMAP_PORT" > "$tmp/events" & pid=$!
	await "$tmp/port"
	for n in 1 2 4; do
		: > "$tmp/events"
		run "$(tool imap2mbox)" "${login[@]}" --connections=$n "imap://ann@127.0.0.1:$(< "$tmp/port")"
		status_is "$kind: read over $n connections" 0
		if [ $n = 1 ]; then
			cp "$out" "$tmp/one"
			is "$kind: all of it" "$(grep -ac '^X-Mbs: 1 message' "$out")" 3100
		else
			ok "$kind: $n give the same bytes as one" cmp "$tmp/one" "$out"
		fi
		until [ "$(grep -c '^closed' "$tmp/events")" = "$n" ] || ! kill -0 $pid || ((SECONDS > 300)); do sleep 0.02; done
		is "$kind: so many there were" "$(grep -c '^closed' "$tmp/events")" $n
	done
	not_ok "$kind: nothing is said of it" grep -E 'meanwhile|connection' "$err"
	kill $pid
	wait $pid 2> /dev/null
	digests "$tmp/one" > "$tmp/expected-here"
	for n in 30000 100000 5000000; do
		rm -f "$tmp/port"
		"$proxy" --cut-down=$n --port-file="$tmp/port" --to="$IMAP_PORT" > "$tmp/events" & pid=$!
		await "$tmp/port"
		run "$(tool imap2mbox)" -v "${login[@]}" --connections=4 "imap://ann@127.0.0.1:$(< "$tmp/port")"
		status_is "$kind: cut after $n bytes" 0
		complains "$kind: it goes on" 'connecting again'
		digests "$out" > "$tmp/got"
		ok "$kind: with each message once, in the same order" cmp "$tmp/expected-here" "$tmp/got"
		kill $pid
		wait $pid 2> /dev/null
	done
}

for kind in dovecot cyrus courier; do
	if has_server "$kind"; then check_server "$kind"; else skip "$kind: read over several connections" "$why"; fi
done

# --- Bad days

(umask 077; echo secret > "$tmp/password")
login=(--insecure-cleartext --password-file="$tmp/password")

# check_fake NAME RULE...: the upload is connection 1, reading begins with number 2
check_fake ()
{
	local name=$1

	rm -rf "$tmp/port" "$tmp/state"
	printf '%s\n' "${@:2}" > "$tmp/script"
	"$fake" "$tmp/script" "$tmp/port" "$tmp/log" & pid=$!
	await "$tmp/port"
	url=imap://ann@127.0.0.1:$(< "$tmp/port")
	run "$(tool maildir-push)" -q "${login[@]}" --connections=1 --state="$tmp/state" "$tmp/mail" "$url"
	status_is "$name: the account is filled" 0
	if [ ! -e "$tmp/expected" ]; then
		"$(tool imap2mbox)" -q "${login[@]}" --connections=1 "$url" > "$tmp/single"
		digests "$tmp/single" > "$tmp/expected"
	fi
	run "$(tool imap2mbox)" -v "${login[@]}" --connections=4 "$url"
	status_is "$name: it is read all the same" 0
	digests "$out" > "$tmp/got"
	ok "$name: each message once, in the same order" cmp "$tmp/expected" "$tmp/got"
	kill $pid
	wait $pid 2> /dev/null
}

check_fake 'a good server' '# nothing'
is 'nothing is missing' "$(grep -c Digest "$tmp/got")" 3100
not_ok 'it has connections enough' grep -q 'no further connection' "$err"
check_fake 'the second connection may not log in' \
	'on AUTHENTICATE 3-: reply NO [LIMIT] too many connections'
complains 'which is said to who asks' 'no further connection: .*too many connections'
check_fake 'the second connection is unavailable' 'on AUTHENTICATE 3-: reply NO [UNAVAILABLE] not now'
check_fake 'the second connection is a wrong login' \
	'on AUTHENTICATE 3-: reply NO [AUTHENTICATIONFAILED] one at a time' \
	'on LOGIN *: reply NO [AUTHENTICATIONFAILED] one at a time'
check_fake 'BYE for the third connection' 'on greeting 4-: say * BYE too many; close'
check_fake 'the second connection does not open the folder' \
	'on EXAMINE 2: reply NO [INUSE] somebody has it'
check_fake 'another mailbox over the second connection' \
	'on EXAMINE 2: say * OK [UIDVALIDITY 77] other; reply OK [READ-ONLY] opened'
check_fake 'a connection breaks' 'on UID-FETCH 12: close'
complains 'and is made again' 'connecting again'
check_fake 'a connection breaks within a message' \
	'on UID-FETCH 14: raw * 1 FETCH (UID 1 FLAGS () RFC822.SIZE 170 BODY[] {170}\r\nFrom: ; close'
check_fake 'connections break again and again' \
	'on UID-FETCH 8: close' 'on UID-FETCH 16: close' 'on UID-FETCH 24: close' 'on UID-FETCH 32: close'
check_fake 'throttled on one of them' \
	'on UID-FETCH 13: reply NO Request is throttled. Suggested Backoff Time: 300 milliseconds'
complains 'for as long as it takes' 'going on in 1 s'

# To try on with connections that nobody wants any longer would take 1.8 s.
ends_soon ()
{
	local begun=${EPOCHREALTIME/[.,]/}

	"$(tool imap2mbox)" -q "${login[@]}" --connections=4 "$url" > "$tmp/soon" || return
	((${EPOCHREALTIME/[.,]/} - begun < 1800000))
}

rm -rf "$tmp/port" "$tmp/state"
seq -f 'on greeting %g: mute' 3 100 | awk '(NR - 1) % 4 != 3' > "$tmp/script"
"$fake" "$tmp/script" "$tmp/port" "$tmp/log" & pid=$!
await "$tmp/port"
url=imap://ann@127.0.0.1:$(< "$tmp/port")
run "$(tool maildir-push)" -q "${login[@]}" --connections=1 --state="$tmp/state" "$tmp/mail" "$url"
status_is 'the others are not greeted: the account is filled' 0
ok 'the others are not greeted: the end does not wait for them' \
	eval 'ends_soon || ends_soon || ends_soon'
ok 'the others are not greeted: everything is read' test "$(grep -ac '^X-Mbs: 1 message' "$tmp/soon")" = 3100
kill $pid
wait $pid 2> /dev/null

# check_hangs_up NAME REFUSED RULE...: the fifth question for messages is the first in folder A
check_hangs_up ()
{
	local name=$1 refused=$2

	rm -rf "$tmp/port" "$tmp/state"
	printf '%s\n' 'mailbox '{A..L} "${@:3}" > "$tmp/script"
	"$fake" "$tmp/script" "$tmp/port" "$tmp/log" & pid=$!
	await "$tmp/port"
	url=imap://ann@127.0.0.1:$(< "$tmp/port")
	run "$(tool maildir-push)" -q "${login[@]}" --connections=1 --state="$tmp/state" "$tmp/few" "$url"
	status_is "$name: the account is filled" 0
	run "$(tool imap2mbox)" -v "${login[@]}" "$url"
	status_is "$name: all are gone through" $((refused > 0))
	complains "$name: over several connections" 'connecting again'
	is "$name: so many are refused" "$(grep -c 'does not open the folder: no access' "$err")" "$refused"
	is "$name: the others are there" "$(grep -ac '^X-Mbs: 1 folder' "$out")" $((13 - refused))
	kill $pid
	wait $pid 2> /dev/null
}

mkdir -p "$tmp/few"/{cur,new,tmp}
cp "$tmp/mail/cur"/{1,2}.test:2,S "$tmp/few/cur"
check_hangs_up 'a server that hangs up at a refused folder' 12 \
	'on EXAMINE 3-: reply NO no access' 'on UID-FETCH 5-: close'
check_hangs_up 'one that says BAD before' 12 \
	'on EXAMINE 3-: reply NO no access' 'on UID-FETCH 5-: reply BAD no mailbox; close'
check_hangs_up 'one that hangs up at an empty folder' 0 'on UID-FETCH 5-: say * BYE no; close'

run "$(tool imap2mbox)" "${login[@]}" --connections=1000 "$url"
status_is 'there are limits' 2
run "$(tool mbox-verify)" "${login[@]}" --connections=-1 "$tmp/mail" "$url"
status_is 'in both directions' 2

done_testing
