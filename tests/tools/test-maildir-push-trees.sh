#!/bin/bash
# test-maildir-push-trees.sh - what a mail program keeps on its disk goes to a server without a copy in between
#
# SPDX-License-Identifier: GPL-2.0-or-later

. "${top_srcdir:-.}/tests/support/tap.sh" || exit 99
# shellcheck source=tests/support/imap-servers.sh
. "$top_srcdir/tests/support/imap-servers.sh"
. "$top_srcdir/tests/support/mail-trees.sh"

need_tool maildir-push mbox-verify
need_command dovecot openssl

own_home
start_server dovecot "$tmp/imap" -n 3 -x 'mail_fsync = never' || { diag 'no server'; exit 99; }
login=(--ca-file="$IMAP_CA" --password-file="$IMAP_PASSWORD_FILE")

cd "$tmp" || exit 99
thunderbird_profile thunderbird
apple_mail apple
windows_mail windows

user=0
while read -r tree messages flagged; do
	user=$((user + 1))
	url=imaps://user$user@$IMAP_HOST:$IMAPS_PORT
	before=$(find "$tree" -type f -exec sha256sum {} + | LC_ALL=C sort)
	run "$(tool maildir-push)" "${login[@]}" "$tree" "$url"
	status_is "$tree: it is carried" 0
	complains "$tree: all of it" "^maildir-push: $messages messages, 0 already there, .* 0 failed"
	run "$(tool maildir-push)" "${login[@]}" "$tree" "$url"
	complains "$tree: once" "^maildir-push: 0 messages, $messages already there"
	rm -r "$HOME/.local"
	run "$(tool maildir-push)" "${login[@]}" "$tree" "$url"
	complains "$tree: also without a journal" "^maildir-push: 0 messages, $messages already there"
	run "$(tool mbox-verify)" "${login[@]}" --format=json "$tree" "$url"
	status_is "$tree: and that is proven" 0
	is "$tree: with its flags" "$(find "$IMAP_MAIL/user$user" -path '*/cur/*' -name '*:2,*S*' | wc -l)" "$flagged"
	is "$tree: and is what it was" "$(find "$tree" -type f -exec sha256sum {} + | LC_ALL=C sort)" "$before"
	rm -rf "$HOME/.local"
done <<-END
	thunderbird 11 0
	apple 9 5
	windows 4 0
END

done_testing
