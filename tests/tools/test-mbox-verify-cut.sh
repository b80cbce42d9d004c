#!/bin/bash
# test-mbox-verify-cut.sh - an account is read to the end, however often the line breaks
#
# SPDX-License-Identifier: GPL-2.0-or-later

. "${top_srcdir:-.}/tests/support/tap.sh" || exit 99
. "$top_srcdir/tests/support/imap-servers.sh"

need_tool mbox-verify
need_tool maildir-push
proxy=$top_builddir/tests/support/fault-proxy
has_server dovecot || skip_all "$why"
start_server dovecot "$tmp/imap" || { diag 'no server'; exit 99; }

own_home
mkdir -p "$tmp/mail/cur" "$tmp/mail/new" "$tmp/mail/tmp"
login=(--ca-file="$IMAP_CA" --password-file="$IMAP_PASSWORD_FILE" --insecure-cleartext)

# head NUMBER
head_of ()
{
	printf 'From: ann@example.org\r\nDate: Thu, 29 Nov 2001 22:33:52 +0100\r\nMessage-ID: <%s@example.org>\r\nSubject: %s\r\n\r\n' "$1" "$1"
}

# Small ones, and one that needs three requests: exactly twice 8 MiB as sent, so the last is empty.
for i in {1..300}; do
	{ head_of "$i"; printf 'line %d of it\r\n' $(seq $((i % 50))); } > "$tmp/mail/cur/$i.test:2,S"
done
{
	head_of large
	yes 'a line of a large message' | sed 's/$/\r/' | head -c $((2 * 8388608 - 2 - $(head_of large | wc -c)))
	printf '\r\n'
} > "$tmp/mail/cur/301.test:2,"
{ head_of last; printf 'the end\r\n'; } > "$tmp/mail/cur/302.test:2,"
is 'the large message has twice the size of a piece' "$(stat -c %s "$tmp/mail/cur/301.test:2,")" 16777216

run "$(tool maildir-push)" "${login[@]}" "$tmp/mail" "imap://ann@$IMAP_HOST:$IMAP_PORT"
status_is 'the account is filled' 0
run "$(tool mbox-verify)" -v "${login[@]}" "$tmp/mail" "imap://ann@$IMAP_HOST:$IMAP_PORT"
status_is 'it is read' 0
prints 'and proven' '^Proven: 302 of 302 proven$'
complains 'as it was then' 'INBOX: 302 messages as of UIDNEXT 303'
prints 'the result says so, too' '^target INBOX: as of UIDNEXT 303, HIGHESTMODSEQ [0-9]+$'
not_ok 'and nothing about changes' grep -q meanwhile "$err"
run "$(tool mbox-verify)" --format=json "${login[@]}" "$tmp/mail" "imap://ann@$IMAP_HOST:$IMAP_PORT"
prints 'as JSON' '"type":"folder".*"target-uidnext":303,.*"target-arrived-meanwhile":0,'
run "$(tool mbox-verify)" --format=html "${login[@]}" "$tmp/mail" "imap://ann@$IMAP_HOST:$IMAP_PORT"
prints 'and as a page' '<dt><bdi>INBOX</bdi></dt><dd>UIDNEXT 303, HIGHESTMODSEQ [0-9]+</dd>'

# cut_at BYTE...: a proxy whose first connections break after so many bytes towards us.
cut_at ()
{
	rm -f "$tmp/port"
	"$proxy" "$@" --port-file="$tmp/port" --to="$IMAP_PORT" > "$tmp/events" &
	proxy_pid=$!
	until [ -s "$tmp/port" ] || ! kill -0 $proxy_pid 2> /dev/null; do sleep 0.02; done
}

on_exit 'kill $proxy_pid 2> /dev/null'
for bytes in 900 40000 100000 9000000 16000000; do
	cut_at --cut-down="$bytes"
	run "$(tool mbox-verify)" -v "${login[@]}" "$tmp/mail" "imap://ann@127.0.0.1:$(< "$tmp/port")"
	status_is "cut after $bytes bytes, it is read all the same" 0
	prints 'every message once' '^Proven: 302 of 302 proven$'
	complains 'over another connection' 'connecting again'
	kill $proxy_pid
	wait $proxy_pid 2> /dev/null
done

# --- Without the bodies

cut_at --cut-down=1000000000
url=imap://ann@127.0.0.1:$(< "$tmp/port")
run "$(tool mbox-verify)" --quick "${login[@]}" "$tmp/mail" "$url"
prints 'a quick look says that it proves nothing' 'ot proven|ot verified'
until grep -q '^closed' "$tmp/events" || ! kill -0 $proxy_pid; do sleep 0.02; done
is 'and reads less than a tenth of the account' \
	"$(awk '/^closed/ { sum += $4 } END { print (sum > 0 && sum < 17000000 / 10) }' "$tmp/events")" 1
run "$(tool mbox-verify)" --sample=20 "${login[@]}" "$tmp/mail" "$url"
prints 'a sample says how much it shows' '95 ?%'

done_testing
