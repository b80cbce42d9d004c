#!/bin/bash
# test-imapd-dovecot.sh - the private server that other tests rely on is there, private, and goes again
#
# SPDX-License-Identifier: GPL-2.0-or-later

. "${top_srcdir:-.}/tests/support/tap.sh"

need_command dovecot openssl
starter=$top_srcdir/tests/support/imapd-dovecot.sh
on_exit '"$starter" stop "$tmp/imap"'

# session: lines of IMAP on stdin, over TLS with the certificate checked; what the server says on stdout.
session ()
{
	openssl s_client -quiet -verify_return_error -CAfile "$IMAP_CA" -verify_ip "$IMAP_HOST" \
		-connect "$IMAP_HOST:$IMAPS_PORT"
}

group_of ()
{
	cat /proc/[0-9]*/stat 2>/dev/null | sed 's/^.*) //' | awk -v group="$1" '$3 == group && $1 != "Z"'
}

run "$starter" start "$tmp/imap" -n 2 -s . -p INBOX. -q 100000 -x 'imap_id_send = name Private'
status_is 'it starts' 0 || { done_testing; }
# shellcheck disable=SC1091
. "$tmp/imap/env"

printf 'a LOGIN user2 %s\r\nb NAMESPACE\r\nc GETQUOTAROOT INBOX\r\nd ID NIL\r\ne LOGOUT\r\n' \
	"$(cat "$IMAP_PASSWORD_FILE")" > "$tmp/commands"
run session < "$tmp/commands"
prints 'an account can log in over TLS' '^a OK '
prints 'separator and prefix are as asked for' 'NAMESPACE .*"INBOX\." "\."'
prints 'the quota is as asked for' 'QUOTA "User quota" \(STORAGE 0 98\)'
prints 'more configuration is taken' 'ID \("name" "Private"'

printf 'a LOGIN ann wrong\r\nb LOGOUT\r\n' > "$tmp/commands"
run session < "$tmp/commands"
prints 'a wrong password is refused' '^a NO '

is 'nobody else can read the password' "$(stat -c %a "$IMAP_PASSWORD_FILE")" 600
not_ok 'the server does not run as root' grep -q '^Uid:.*\b0\b' "/proc/$IMAP_PID/status"
not_ok 'a second one in the same directory is refused' "$starter" start "$tmp/imap"

run "$starter" stop "$tmp/imap"
status_is 'it stops' 0
is 'no process of it is left' "$(group_of "$IMAP_PID")" ''
is 'nothing it wrote is left' "$(ls -d "${IMAP_MAIL%/mail}" 2>/dev/null)" ''
ok 'stopping twice is no error' "$starter" stop "$tmp/imap"

done_testing
