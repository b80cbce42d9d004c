#!/bin/bash
# test-maildir-push-names.sh - folders whose names a server refuses arrive all the same, and are found again
#
# SPDX-License-Identifier: GPL-2.0-or-later

. "${top_srcdir:-.}/tests/support/tap.sh" || exit 99
# shellcheck source=tests/support/imap-servers.sh
. "$top_srcdir/tests/support/imap-servers.sh"

need_tool mbox2maildir maildir-push mbox-verify
need_command dovecot openssl

own_home

# Dots, slashes, '~' at the front, and more than 255 bytes: Dovecot takes none of them in every layout.
long=$(printf 'long%.0s' {1..70})
number=0
while read -r folder; do
	number=$((number + 1))
	printf 'From a@example.org Thu Nov 29 22:33:52 2001\nSubject: %d\nMessage-ID: <%d@x>\n\nText\n\n' \
		$number $number > "$tmp/mbox"
	"$(tool mbox2maildir)" -q --into="$folder" "$tmp/mbox" "$tmp/mail" || exit 99
done <<-END
	INBOX
	Mr. Smith
	Mr. Smith/2024
	a%2Fb
	~tilde
	100%25
	$long
	Plain
	Plain/$long
END

for layout in '/ ' '. INBOX.'; do
	start_server dovecot "$tmp/imap" -s "${layout% *}" -p "${layout#* }" -x 'mail_fsync = never' || {
		diag 'no server'
		exit 99
	}
	url=imaps://ann@$IMAP_HOST:$IMAPS_PORT
	login=(--ca-file="$IMAP_CA" --password-file="$IMAP_PASSWORD_FILE")

	run "$(tool maildir-push)" "${login[@]}" "$tmp/mail" "$url"
	status_is "separator ${layout% *}: all folders arrive" 0
	complains 'with all messages' "^maildir-push: $number messages, 0 already there, 0 skipped, 0 failed"
	complains 'new names are reported' 'goes to .*%7Etilde: .*folder-renamed'
	run "$(tool maildir-push)" "${login[@]}" "$tmp/mail" "$url"
	complains 'a second run knows them' "^maildir-push: 0 messages, $number already there"
	rm -r "$HOME/.local"
	run "$(tool maildir-push)" "${login[@]}" "$tmp/mail" "$url"
	complains 'also without a journal' "^maildir-push: 0 messages, $number already there"
	run "$(tool mbox-verify)" "${login[@]}" --format=json "$tmp/mail" "$url"
	status_is 'mbox-verify proves them' 0
	prints 'in their folders, by whatever name' '"type":"summary".*"identical":9,.*"moved":0,'
	rm -r "$HOME/.local"
	stop_server "$tmp/imap"
done

done_testing
