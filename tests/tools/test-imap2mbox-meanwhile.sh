#!/bin/bash
# test-imap2mbox-meanwhile.sh - what others do to a mailbox while it is read is counted and said
#
# SPDX-License-Identifier: GPL-2.0-or-later

. "${top_srcdir:-.}/tests/support/tap.sh" || exit 99
# shellcheck source=tests/support/imap-servers.sh
. "$top_srcdir/tests/support/imap-servers.sh"

need_tool imap2mbox maildir-push
need_command openssl python3
export HOME=$tmp/home
mkdir -p "$HOME" "$tmp/mail"/{cur,new,tmp}

# So many that what is on its way (500 messages) is not yet all of them when the first has come.
for i in {1..1200}; do
	printf 'Message-ID: <%d@example.org>\nSubject: %d\n\ntext\n' "$i" "$i" > "$tmp/mail/cur/$i.test:2,"
done

cat > "$tmp/change.py" << 'END'
import imaplib, ssl, sys
host, port, ca, secret = sys.argv[1:]
imap = imaplib.IMAP4_SSL(host, int(port), ssl_context=ssl.create_default_context(cafile=ca))
imap.login("ann", open(secret).readline().rstrip("\n"))
imap.select("INBOX")
uids = imap.uid("SEARCH", "ALL")[1][0].split()
imap.uid("STORE", uids[1] + b":" + uids[2], "+FLAGS", "(\\Flagged)")
imap.uid("STORE", uids[0] + b"," + uids[-1], "+FLAGS", "(\\Deleted)")
imap.expunge()
imap.append("INBOX", None, None, b"Subject: late\r\n\r\ntext\r\n")
imap.logout()
END

# The pipe is full soon, so nothing is read from the server until the changes are made.
read_and_change ()
{
	"$(tool imap2mbox)" "${login[@]}" "$url" | {
		head -c 1000
		python3 "$tmp/change.py" "$IMAP_HOST" "$IMAPS_PORT" "$IMAP_CA" "$IMAP_PASSWORD_FILE" >&2
		cat
	}
	return "${PIPESTATUS[0]}"
}

check_server ()
{
	local kind=$1

	start_server "$kind" "$tmp/$kind" || { not_ok "$kind starts" true; return; }
	login=(--ca-file="$IMAP_CA" --password-file="$IMAP_PASSWORD_FILE")
	url=imaps://ann@$IMAP_HOST:$IMAPS_PORT
	run "$(tool maildir-push)" -q "${login[@]}" --state="$tmp/$kind-state" "$tmp/mail" "$url"
	status_is "$kind: the account is filled" 0

	run "$(tool imap2mbox)" "${login[@]}" "$url"
	is "$kind: all of it is read" "$(grep -c '^X-Mbs: 1 message' "$out")" 1200
	not_ok "$kind: where nothing changes nothing is said" grep -E 'meanwhile|changes-unknown' "$err"

	run read_and_change
	status_is "$kind: mail that others remove is no failure" 0
	complains "$kind: one has arrived" '1 messages since it was opened.*\[arrived-meanwhile\]'
	complains "$kind: two have other flags" 'of 2 messages.*\[flags-changed-meanwhile\]'
	complains "$kind: two are gone" '2 messages.*\[expunged-meanwhile\]'
	is "$kind: what was there is read" "$(grep -c '^X-Mbs: 1 message' "$out")" 1199
	prints "$kind: the last one was gone before its turn" '^X-Mbs-Total: .* skipped=1 failed=0 status=complete'
}

for kind in dovecot cyrus courier; do
	if has_server "$kind"; then
		check_server "$kind"
	else
		skip "$kind: where nothing changes nothing is said" "$why"
	fi
done

done_testing
