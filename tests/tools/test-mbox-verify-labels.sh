#!/bin/bash
# test-mbox-verify-labels.sh - one mail that a server shows in several folders is one mail
#
# SPDX-License-Identifier: GPL-2.0-or-later

. "${top_srcdir:-.}/tests/support/tap.sh" || exit 99
# shellcheck source=tests/support/imap-servers.sh
. "$top_srcdir/tests/support/imap-servers.sh"

need_tool mbox-verify maildir-push imap2mbox
need_command openssl
fake=$top_builddir/tests/support/fake-imapd
[ -x "$fake" ] || skip_all 'tests/support/fake-imapd is not built'
export HOME=$tmp/home
mkdir -p "$HOME"
(umask 077; echo secret > "$tmp/password")

# make_mail DIR FOLDER=NUMBERS...: a Maildir; the same number is the same mail, wherever it lies
make_mail ()
{
	local dir=$1 pair folder number copy=0

	mkdir -p "$dir"/{cur,new,tmp}
	for pair in "${@:2}"; do
		folder=$dir/.${pair%%=*}
		if [ "${pair%%=*}" = INBOX ]; then folder=$dir; fi
		mkdir -p "$folder"/{cur,new,tmp}
		for number in ${pair#*=}; do
			printf 'Message-ID: <%s@example.org>\nDate: Mon, 5 Mar 2001 10:00:00 +0100\nSubject: %s\n\n%s\n' \
				"$number" "$number" "$number" > "$folder/cur/$((++copy)).test:2,S"
			touch -d @983783000 "$folder/cur/$copy.test:2,S"
		done
	done
}

# start_fake SETTING...: a server of our own, which has nothing yet
start_fake ()
{
	rm -rf "$tmp/port" "$tmp/state"
	printf 'set %s\n' "$@" > "$tmp/script"
	"$fake" "$tmp/script" "$tmp/port" "$tmp/log" &
	fake_pid=$!
	until [ -e "$tmp/port" ]; do kill -0 $fake_pid || exit 99; sleep 0.02; done
	login=(--insecure-cleartext --password-file="$tmp/password")
	url=imap://ann@127.0.0.1:$(< "$tmp/port")
}

stop_fake ()
{
	kill "$fake_pid"
	wait "$fake_pid" 2> /dev/null
}
on_exit 'kill $fake_pid 2> /dev/null'

fill ()
{
	"$(tool maildir-push)" -q "${login[@]}" --state="$tmp/state" "$1" "$url" || exit 99
}

verify ()
{
	run "$(tool mbox-verify)" "${login[@]}" "$@"
}

base='IMAP4rev1 LITERAL+ MULTIAPPEND UIDPLUS NAMESPACE'
make_mail "$tmp/account" 'INBOX=1 2 3' Work=2 'All=1 2 3 4'
make_mail "$tmp/plain" 'INBOX=1 2 3' Work=2 Old=4
make_mail "$tmp/inbox" 'INBOX=1 2 3'

# --- Names for mail, and none

for names in OBJECTID X-GM-EXT-1 none; do
	start_fake "offers $base $names"
	fill "$tmp/account"
	run "$(tool imap2mbox)" "${login[@]}" "$url"
	is "$names: imap2mbox writes what each folder shows" "$(grep -c '^X-Mbs: 1 message' "$out")" 8
	verify "$url" "$tmp/plain"
	if [ $names = none ]; then
		status_is "$names: every copy needs its own" 1
		prints "$names: or is missing" '^total +8 +5 '
	else
		status_is "$names: one copy of a mail is enough" 0
		prints "$names: all are found" '^Proven: 8 of 8 proven$'
		prints "$names: those of other folders there" '^note: moved: All -> INBOX, .*"1"'
		verify --metadata "$url" "$tmp/plain"
		status_is "$names: unless folders count" 1
		verify --quick "$url" "$tmp/plain"
		prints "$names: by headers it is the same" '^total +8 +0 .* 8 '
	fi
	verify --two-way "$tmp/plain" "$url"
	if [ $names = none ]; then
		status_is "$names: at the target each is one too many" 1
		prints "$names: and extra" '^total +5 .* 3$'
	else
		status_is "$names: at the target they are nothing extra" 0
		prints "$names: and counted" '^3 at the target are the same mail as others there'
	fi
	stop_fake
done

# --- What only looks like it

start_fake "offers $base OBJECTID"
make_mail "$tmp/twice" 'INBOX=1 1 2' 'All=1 1 2'
make_mail "$tmp/once" 'INBOX=1 2'
fill "$tmp/twice"
verify "$tmp/once" "$url"
status_is 'twice in one folder it is there twice' 1
prints 'and is called so' '^duplicated: INBOX, .*"1"'
verify "$url" "$tmp/once"
status_is 'also at the source' 1
prints 'where one is missing' '^collapsed: INBOX, .*"1"'
stop_fake

start_fake "offers $base OBJECTID"
make_mail "$tmp/merged" 'INBOX=1 2' 'All=1 2'
fill "$tmp/merged"
make_mail "$tmp/copies" 'INBOX=1 1 2'
verify "$tmp/copies" "$url"
status_is 'two copies of which the server has made one' 1
prints 'are not found in the folder that shows it again' '^collapsed: INBOX, .*"1"'
stop_fake

start_fake "offers $base OBJECTID"
make_mail "$tmp/many" 'INBOX=1 2 3' 'Work=7 8' 'All=7 8' 'Old=7'
fill "$tmp/many"
verify --format=json "$tmp/inbox" "$url"
is 'what is only at the target is extra once' "$(grep -c '"class":"extra"' "$out")" 2
prints 'the sum knows the others' '"type":"summary".*"folded":3,'
stop_fake

# --- A server that lies

start_fake "offers $base OBJECTID" 'objects same'
make_mail "$tmp/other" 'INBOX=1 2 3' 'Work=1 5'
fill "$tmp/other"
verify "$url" "$tmp/inbox"
status_is 'one name for different mail: the digests win' 1
prints 'and what is missing is' '^missing: Work, .*"5"'
prints 'but no other' '^total +5 +4 '
verify --two-way "$tmp/inbox" "$url"
status_is 'so they do at the target' 1
prints 'where it is extra' '^extra: Work, .*"5"'
stop_fake

# --- Real ones: Cyrus names its mail, Dovecot does not

check_server ()
{
	start_server "$1" "$tmp/$1" || { not_ok "$1 starts" true; return; }
	login=(--ca-file="$IMAP_CA" --password-file="$IMAP_PASSWORD_FILE")
	url=imaps://ann@$IMAP_HOST:$IMAPS_PORT
	rm -rf "$tmp/state"
	fill "$tmp/account"
	verify "$url" "$tmp/plain"
	status_is "$1: the account is compared with one copy of each mail" "$2"
	prints "$1: and so many are found" "^total +8 +$3 "
}

if has_server cyrus; then check_server cyrus 0 8; else skip 'cyrus: one copy of each' "$why"; fi
if has_server dovecot; then check_server dovecot 1 5; else skip 'dovecot: one copy of each' "$why"; fi

done_testing
