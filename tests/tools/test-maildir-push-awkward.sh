#!/bin/bash
# test-maildir-push-awkward.sh - messages that servers disagree about: who takes what, and all else arrives
#
# SPDX-License-Identifier: GPL-2.0-or-later

. "${top_srcdir:-.}/tests/support/tap.sh" || exit 99
. "$top_srcdir/tests/support/imap-servers.sh"

need_tool maildir-push
need_command openssl python3
own_home
mkdir -p "$tmp/mail/cur" "$tmp/mail/new" "$tmp/mail/tmp"

# message NAME: what comes on stdin, with a date.
message ()
{
	cat > "$tmp/mail/cur/$1:2,S"
	touch -d '2001-03-05 10:00:00' "$tmp/mail/cur/$1:2,S"
}

head='From: a@example.org\nTo: b@example.org\n'
printf "${head}Subject: nothing odd\n\nText.\n" | message plain
printf "${head}Subject: NUL\n\none \0 two\n" | message nul
printf "${head}Subject: bare CR\n\none\rtwo\n" | message bare-cr
printf "${head}Subject: CRLF\n\none\ntwo\n" | sed 's/$/\r/' | message crlf
printf "${head}Subject: mixed ends\r\n\r\none\ntwo\r\n" | message mixed
printf "${head}Subject: no end\n\nText" | message no-newline
printf '' | message empty
printf '\nOnly a body.\n' | message no-header
printf "${head}Subject: no body\n" | message no-body
printf "${head}this line has no colon\nSubject: no colon\n\nText.\n" | message no-colon
printf "From a@example.org Mon Mar  5 10:00:00 2001\n${head}Subject: From_ line\n\nText.\n" | message from-line
printf "${head}Subject: caf\351 \344\366\374\n\nText \344.\n" | message eight-bit
{ printf "${head}Subject: long line\n\n"; head -c 1000000 /dev/zero | tr '\0' x; echo; } | message long-line
{ printf "${head}Subject: long header\nX-Long: "; head -c 70000 /dev/zero | tr '\0' y; printf '\n\nText.\n'; } | message long-header
printf "${head}Subject: dots\n\n.\n..\nFrom here\n" | message dots
printf "${head}Subject: old\n\nText.\n" | message old
touch -d '1960-01-01 00:00:00' "$tmp/mail/cur/old:2,S"
printf "${head}Subject: to come\n\nText.\n" | message to-come
touch -d '2040-01-01 00:00:00' "$tmp/mail/cur/to-come:2,S"
count=$(find "$tmp/mail/cur" -type f | wc -l)

# What each server refuses, by name.
refused_by ()
{
	case $1 in
	cyrus*) echo 'no-colon nul' ;;
	esac
}

# contents FACTS-ARGUMENTS...: digests only; some dates cannot be kept anywhere.
contents ()
{
	python3 "$top_srcdir/tests/support/imap-facts.py" "$@" | cut -d ' ' -f 2 | sort
}

for kind in $server_kinds; do
	if ! has_server "$kind"; then
		skip "$kind" "$why"
		continue
	fi
	start_server "$kind" "$tmp/$kind" || { tap_failed "$kind starts"; continue; }
	cp -r "$tmp/mail" "$tmp/mail-$kind"
	push=("$(tool maildir-push)" --ca-file="$IMAP_CA" --password-file="$IMAP_PASSWORD_FILE"
		--state="$tmp/state-$kind" "$tmp/mail-$kind" "imaps://ann@$IMAP_HOST:$IMAPS_PORT")
	refused=$(refused_by "$kind")

	run "${push[@]}"
	status_is "$kind: the status says whether something was refused" $((${#refused} > 0))
	is "$kind: what is refused is named" \
		"$(grep -o '[a-z-]*:2,S: .*\[failed\]' "$err" | cut -d : -f 1 | sort | tr '\n' ' ')" \
		"${refused:+$refused }"
	for name in $refused; do rm "$tmp/mail-$kind/cur/$name:2,S"; done
	cp -r "$tmp/mail-$kind" "$tmp/kept-$kind"
	# an mbox has no other place for a line that begins so
	if [ "$kind" = dovecot-mbox ]; then sed -i 1d "$tmp/kept-$kind/cur/from-line:2,S"; fi
	contents maildir "$tmp/kept-$kind" "${kind%%-*}" > "$tmp/expected"
	contents imap "$IMAPS_PORT" "$IMAP_CA" ann "$IMAP_PASSWORD_FILE" > "$tmp/got"
	ok "$kind: all else arrives whole" diff "$tmp/expected" "$tmp/got"
	run "${push[@]}"
	status_is "$kind: without what is refused a second run is content" 0
	complains "$kind: and sends nothing" "^maildir-push: 0 messages, $((count - $(wc -w <<< "$refused"))) already there"
	"$starter" stop "$tmp/$kind"
done

# --- Full -------------------------------------------------------------------------------------------

rm -r "$tmp/mail/cur"
mkdir "$tmp/mail/cur"
for i in {1..40}; do
	{ printf "${head}Subject: number $i\n\n"; yes 'A line of a message.' | head -n 1000; } | message "$i"
done
# quotas as each starter wants them
for kind in dovecot:200000 cyrus:200 courier:200000; do
	name=${kind%:*}
	if ! has_server "$name"; then
		skip "$name: a full account" "$why"
		continue
	fi
	start_server "$name" "$tmp/full-$name" -q "${kind#*:}" || { tap_failed "$name starts"; continue; }
	run "$(tool maildir-push)" --ca-file="$IMAP_CA" --password-file="$IMAP_PASSWORD_FILE" \
		--state="$tmp/state-full-$name" "$tmp/mail" "imaps://ann@$IMAP_HOST:$IMAPS_PORT"
	status_is "$name: a full account: 2" 2
	complains "$name: and it is said" '[Qq]uota'
done

done_testing
