#!/bin/bash
# test-maildir-push-refused.sh - what a server refuses is named, kept, and mended if that is wanted
#
# SPDX-License-Identifier: GPL-2.0-or-later

. "${top_srcdir:-.}/tests/support/tap.sh" || exit 99
. "$top_srcdir/tests/support/imap-servers.sh"

need_tool maildir-push
need_tool mbox-verify
cyrus=cyrus
has_server cyrus || cyrus=
dovecot=dovecot
has_server dovecot || dovecot=
[ -n "$cyrus$dovecot" ] || skip_all 'no server here'

own_home
mkdir -p "$tmp/mail/cur" "$tmp/mail/new" "$tmp/mail/tmp"

head='From: Ann <ann@example.org>\nDate: Thu, 29 Nov 2001 22:33:52 +0100\nMessage-ID: <%s@example.org>\n'
# shellcheck disable=SC2059 # the format is ours
make_message ()
{
	printf "$head" "$1" > "$tmp/mail/cur/1007069632.$1:2,S"
	printf "$2" >> "$tmp/mail/cur/1007069632.$1:2,S"
}

make_message good 'Subject: good\n\nhello\n'
make_message nul 'Subject: nul\n\na\0b\n'
make_message header 'Subject: header\nthis is no field\n\nhello\n'
make_message big 'Subject: big\n\n'
yes 'a line of a large message' | head -n 20000 >> "$tmp/mail/cur/1007069632.big:2,S"

push ()
{
	"$(tool maildir-push)" --ca-file="$IMAP_CA" --password-file="$IMAP_PASSWORD_FILE" "$@"
}

verify ()
{
	"$(tool mbox-verify)" --ca-file="$IMAP_CA" --password-file="$IMAP_PASSWORD_FILE" "$@"
}

stream_count ()
{
	grep -ac '^X-Mbs: 1 message' "$1"
}

# --- A server that says how large messages may be, and refuses NUL and malformed headers

if [ -n "$cyrus" ] && start_server cyrus "$tmp/cyrus" -m 200; then
	url=imaps://ann@$IMAP_HOST:$IMAPS_PORT
	run push -n "$tmp/mail" "$url"
	status_is 'a dry run tells what is too large: 1' 1
	complains 'by name' '1007069632\.big.*it has [0-9]* bytes, and the server takes 20[0-9]{4}'
	run push --rejected="$tmp/rejected" "$tmp/mail" "$url"
	status_is 'refused messages are a difference' 1
	complains 'the others arrive' '^maildir-push: 1 message, 0 already there, 0 skipped, 3 failed'
	is 'the refused ones are kept as a stream' "$(stream_count "$tmp/rejected")" 3
	run push --repair=nul,headers --report="$tmp/report" "$tmp/mail" "$url"
	status_is 'what can be mended is delivered, the rest is named: 1' 1
	complains 'no more, no less' '^maildir-push: 2 messages, 1 already there, 0 skipped, 1 failed'
	is 'each repair is reported' "$(grep -c '"name":"repaired"' "$tmp/report")" 2
	run push --repair=nul,headers "$tmp/mail" "$url"
	complains 'what was mended is not sent again' '^maildir-push: 0 messages, 3 already there'
	rm -r "$HOME/.local"
	rm "$tmp/mail/cur/1007069632.big:2,S"
	run verify --format=json "$tmp/mail" "$url"
	like 'the mended NUL compares as canonical' "$(grep -a 'nul:2' "$out"; cat "$out")" 'canonical'
else
	skip 'a dry run tells what is too large: 1' "$why"
fi

# --- The kept ones go elsewhere

if [ -n "$cyrus" ] && [ -n "$dovecot" ] && start_server dovecot "$tmp/dovecot"; then
	url=imaps://ann@$IMAP_HOST:$IMAPS_PORT
	run push - "$url" < "$tmp/rejected"
	status_is 'another server takes what was kept' 0
	complains 'all of it' '^maildir-push: 3 messages'
	stop_server "$tmp/dovecot"
fi

# --- An account that is too small

if [ -n "$dovecot" ] && start_server dovecot "$tmp/small" -q 100000; then
	url=imaps://ann@$IMAP_HOST:$IMAPS_PORT
	for i in {1..10}; do make_message "m$i" "Subject: $i\n\n$(printf 'x%.0s' {1..20000})\n"; done
	run push -n "$tmp/mail" "$url"
	status_is 'a dry run tells that the account is too small: 1' 1
	complains 'how much is missing' 'kB are to be sent, and the account has .* left \[quota-too-small\]'
	rm "$tmp/mail/cur/"*m[1-9]*
	run push -n "$tmp/mail" "$url"
	status_is 'or large enough' 0
	complains 'with what is left' 'the account has .* left'
else
	skip 'a dry run tells that the account is too small: 1' 'no dovecot here'
fi

run "$(tool maildir-push)" --repair=everything "$tmp/mail" imaps://ann@localhost
status_is 'an unknown repair: 2' 2
complains 'with those that there are' 'nul, long-lines, headers'
run "$(tool maildir-push)" --rejected="$tmp/no/such/dir" "$tmp/mail" imaps://ann@localhost:1
status_is 'nowhere to keep the refused ones: 2' 2

done_testing
