#!/bin/bash
# test-mbox-verify-imap.sh - what mbox-verify says of an account on a real server, and sends it again
#
# SPDX-License-Identifier: GPL-2.0-or-later

. "${top_srcdir:-.}/tests/support/tap.sh"

need_tool mbox-verify maildir-push
need_command dovecot openssl
verify=$(tool mbox-verify)
push=$(tool maildir-push)
imapd=$top_srcdir/tests/support/imapd-dovecot.sh

on_exit "'$imapd' stop '$tmp/imapd'"
"$imapd" start "$tmp/imapd" -n 2 > /dev/null || exit 99
. "$tmp/imapd/env"
export XDG_STATE_HOME=$tmp/state
login=(--ca-file="$IMAP_CA" --password-file="$IMAP_PASSWORD_FILE")
url=imaps://ann@$IMAP_HOST:$IMAPS_PORT/
cd "$tmp" || exit 99

# Numbers 1 to 5, one of them twice; LF, no LF at the end, CRLF, 8 bit, a "From " line, a long line.
for n in 1 2 2 3 4 5; do
	printf 'From MAILER-DAEMON Mon Jan  1 10:00:00 2024\n'
	printf 'Message-ID: <%s@example.org>\nDate: Mon, 1 Jan 2024 10:00:0%s +0000\nSubject: number %s\n\n' $n $n $n
	case $n in
	1) printf 'short\n' ;;
	2) printf 'caf\303\251\n>From here\n' ;;
	3) printf 'line\r\nline\r\n' ;;
	4) head -c 100000 /dev/zero | tr '\0' x; echo ;;
	5) printf 'no end' ;;
	esac
	echo
done > mail.mbox

# The files of ann's INBOX that match.
files ()
{
	grep -l -- "$1" "$IMAP_MAIL"/ann/*/cur/* "$IMAP_MAIL"/ann/*/new/* 2> /dev/null
}

run "$verify" "${login[@]}" mail.mbox "$url"
status_is 'before the upload everything is missing' 1
prints 'all six' '^Differences: 0 of 6 proven$'

run "$push" -q "${login[@]}" mail.mbox "$url"
status_is 'maildir-push uploads' 0
run "$verify" "${login[@]}" --two-way mail.mbox "$url"
status_is 'after the upload everything is there' 0
prints 'byte for byte as it was sent' '^total +6 +6 +6 +- +- +- +-'
prints 'and proven' '^Proven: 6 of 6 proven$'

run "$verify" "${login[@]}" --two-way "$url" mail.mbox
status_is 'the account is a source, too' 0
prints 'an account is an original' 'safe to delete the old account$'
run "$verify" "${login[@]}" "${url}INBOX" mail.mbox
status_is 'so is a folder of it' 0
not_ok 'but that is not the whole account' grep -q 'safe to delete' "$out"
run "$verify" "${login[@]}" "$url" "${url%/}"
status_is 'an account agrees with itself' 0
not_ok 'but that is no reason to delete it' grep -q 'safe to delete' "$out"

rm "$(files 'number 3')" "$(files 'number 2' | head -n 1)"
run "$verify" "${login[@]}" --missing=left.mbs mail.mbox "$url"
status_is 'what was deleted at the server is a difference' 1
prints 'one is missing' '^missing: INBOX, .*"number 3"'
prints 'one is collapsed' '^collapsed: INBOX, .*"number 2"'
run_sh 'cat left.mbs | "$@"' "$push" -q "${login[@]}" - "$url"
status_is 'maildir-push takes what is missing' 0
run "$verify" "${login[@]}" --two-way mail.mbox "$url"
status_is 'and then all of it is there, once' 0

run "$verify" "${login[@]}" mail.mbox "imaps://user1@$IMAP_HOST:$IMAPS_PORT/"
status_is 'another account has none of it' 1

printf wrong > wrong
chmod 600 wrong
run "$verify" --ca-file="$IMAP_CA" --password-file=wrong mail.mbox "$url"
status_is 'a wrong password is status 77' 77
run "$verify" --password-file="$IMAP_PASSWORD_FILE" mail.mbox "$url"
status_is 'an unknown authority is status 2' 2

"$imapd" stop "$tmp/imapd" > /dev/null 2>&1
run "$verify" "${login[@]}" mail.mbox "$url"
status_is 'a server that is gone is status 75' 75
not_ok 'no verdict without a reading' grep -q proven "$out"

done_testing
