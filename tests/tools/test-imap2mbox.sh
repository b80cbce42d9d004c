#!/bin/bash
# test-imap2mbox.sh - an account on a real server comes out whole, and nothing in it changes
#
# SPDX-License-Identifier: GPL-2.0-or-later

. "${top_srcdir:-.}/tests/support/tap.sh" || exit 99
. "$top_srcdir/tests/support/imap-servers.sh"

need_tool imap2mbox
need_tool maildir-push
need_tool mbox2maildir
need_tool mbox-verify
has_server dovecot || skip_all "$why"
start_server dovecot "$tmp/imap" || { diag 'no server'; exit 99; }

own_home
login=(--ca-file="$IMAP_CA" --password-file="$IMAP_PASSWORD_FILE")
url=imaps://ann@$IMAP_HOST:$IMAPS_PORT

# make_message DIR NAME FLAGS TEXT
make_message ()
{
	mkdir -p "$1/cur" "$1/new" "$1/tmp"
	printf 'Subject: %s\n\n%s\n' "$2" "$4" > "$1/cur/1007069632.$2:2,$3"
	touch -d @1007069632 "$1/cur/1007069632.$2:2,$3"
}

make_message "$tmp/mail" one S 'seen'
make_message "$tmp/mail" two '' 'From the start of a line'
make_message "$tmp/mail" three FRS 'answered, flagged'
make_message "$tmp/mail/.Caf&AOk-" four '' 'in a folder'
make_message "$tmp/mail/.Sent" five S 'sent'
run "$(tool maildir-push)" "${login[@]}" "$tmp/mail" "$url"
status_is 'the account is filled' 0

# What the server knows of the account, to be the same before and after.
state ()
{
	(cd "$IMAP_MAIL/ann" && find . -path '*/cur/*' -o -path '*/new/*' | sort)
}

before=$(state)
run "$(tool imap2mbox)" "${login[@]}" "$url"
status_is 'it is read' 0
cp "$out" "$tmp/stream"
is 'five messages' "$(grep -c '^X-Mbs: 1 message' "$tmp/stream")" 5
is 'with their flags' "$(grep '^X-Mbs-Flags' "$tmp/stream" | LC_ALL=C sort | tr '\n' ';')" \
	'X-Mbs-Flags: \Seen;X-Mbs-Flags: \Seen;X-Mbs-Flags: \Seen \Answered \Flagged;'
is 'and dates' "$(grep -c '^X-Mbs-Date: 1007069632 ' "$tmp/stream")" 5
ok 'folders by their names' grep -q '^X-Mbs-Folder: Café$' "$tmp/stream"
ok 'and roles' grep -q '^X-Mbs-Role: sent$' "$tmp/stream"
is 'nothing changes at the server' "$(state)" "$before"

run "$(tool mbox-verify)" "${login[@]}" --metadata --two-way "$tmp/stream" "$url"
status_is 'the stream is the account' 0
run_sh '"$1" "${@:4}" | "$2" "$3"' "$(tool imap2mbox)" "$(tool mbox2maildir)" "$tmp/copy" "${login[@]}" "$url"
run "$(tool mbox-verify)" --metadata "$tmp/mail" "$tmp/copy"
status_is 'and what comes of it the mail we began with' 0

run "$(tool imap2mbox)" "${login[@]}" --folder='Caf*' "$url"
status_is 'a folder can be chosen' 0
is 'and is all that comes' "$(grep -c '^X-Mbs: 1 message' "$out")" 1
run "$(tool imap2mbox)" "${login[@]}" "$url/Sent"
is 'also by the URL' "$(grep -c '^X-Mbs: 1 message' "$out")" 1
run "$(tool imap2mbox)" "${login[@]}" --since=2002-01-01 "$url"
status_is 'nothing may be new enough' 0
is 'then the stream has no message' "$(grep -c '^X-Mbs: 1 message' "$out")" 0

run "$(tool imap2mbox)" "$tmp/mail"
status_is 'what is no URL: 2' 2
run "$(tool imap2mbox)" "${login[@]}" "imaps://nobody@$IMAP_HOST:$IMAPS_PORT"
status_is 'an unknown user: 77' 77

done_testing
