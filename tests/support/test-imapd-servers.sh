#!/bin/bash
# test-imapd-servers.sh - the private servers that other tests rely on are there, private, and go again
#
# SPDX-License-Identifier: GPL-2.0-or-later

. "${top_srcdir:-.}/tests/support/tap.sh"
. "$top_srcdir/tests/support/imap-servers.sh"

need_command openssl

# A server that hangs up fails its own tests only.
trap '' PIPE

# session: lines of IMAP on stdin, over TLS with the certificate checked; what the server says on stdout.
session ()
{
	timeout 60 openssl s_client -quiet -verify_return_error -CAfile "$IMAP_CA" -verify_ip "$IMAP_HOST" \
		-connect "$IMAP_HOST:$IMAPS_PORT"
}

group_of ()
{
	cat /proc/[0-9]*/stat 2>/dev/null | sed 's/^.*) //' | awk -v group="$1" '$3 == group && $1 != "Z"'
}

# say COMMAND...: log in, say this, log out; the server answers into $out. Courier loses what is sent
# behind a LOGIN before its answer.
say ()
{
	local command line from to

	coproc session 2> /dev/null
	exec {from}<&"${COPROC[0]}" {to}>&"${COPROC[1]}"
	eval "exec ${COPROC[1]}>&-"
	printf 'a LOGIN user2 %s\r\n' "$(cat "$IMAP_PASSWORD_FILE")" >&"$to"
	while read -r -u "$from" line; do
		echo "$line"
		if [[ $line == 'a '* ]]; then break; fi
	done > "$out"
	for command; do printf 'b %s\r\n' "$command"; done >&"$to"
	printf 'c LOGOUT\r\n' >&"$to"
	exec {to}>&-
	cat <&"$from" >> "$out"
	exec {from}<&-
}

# What each kind says of its names and of what it can do.
expected_namespace ()
{
	case $1 in
	*-dot | courier) echo 'NAMESPACE \(\("INBOX\." "\."\)\)' ;;
	*) echo 'NAMESPACE \(\("" "/"\)\)' ;;
	esac
}

expected_capability ()
{
	case $1 in
	dovecot-minus) echo ' LITERAL-( |$)' ;;
	dovecot-plain | courier) echo ' IMAP4rev1( |$)' ;;
	*) echo ' LITERAL\+ .*MULTIAPPEND|MULTIAPPEND.* LITERAL\+' ;;
	esac
}

for kind in $server_kinds; do
	if ! has_server "$kind"; then
		skip "$kind" "$why"
		continue
	fi
	ok "$kind starts" start_server "$kind" "$tmp/$kind" -n 2 || continue
	# shellcheck disable=SC1090,SC1091
	. "$tmp/$kind/env"
	state=$(readlink "$tmp/$kind/state")

	say 'NAMESPACE' 'CAPABILITY' 'SELECT INBOX'
	prints "$kind: an account can log in over TLS" '^a OK '
	prints "$kind: separator and prefix are as asked for" "$(expected_namespace "$kind")"
	prints "$kind: it offers what it shall" "$(expected_capability "$kind")"
	prints "$kind: there is an INBOX" '^b OK \[READ-WRITE\]'
	printf 'a LOGIN ann wrong\r\nb LOGOUT\r\n' > "$tmp/commands"
	run session < "$tmp/commands"
	prints "$kind: a wrong password is refused" '^a NO '

	is "$kind: nobody else can read the password" "$(stat -c %a "$IMAP_PASSWORD_FILE")" 600
	not_ok "$kind does not run as root" grep -q '^Uid:.*\b0\b' "/proc/$IMAP_PID/status"
	not_ok "$kind: a second one in the same directory is refused" \
		"$starter" start "$tmp/$kind"
	ok "$kind stops" "$starter" stop "$tmp/$kind"
	is "$kind: no process of it is left" "$(group_of "$IMAP_PID")" ''
	is "$kind: nothing it wrote is left" "$(ls -d "$state" 2>/dev/null)" ''
	ok "$kind: stopping twice is no error" "$starter" stop "$tmp/$kind"
done

# --- Their own options

if has_server dovecot; then
	start_server dovecot "$tmp/own" -n 2 -q 100000 -x 'imap_id_send = name Private'
	say 'GETQUOTAROOT INBOX' 'ID NIL'
	prints 'the quota is as asked for' 'QUOTA "User quota" \(STORAGE 0 98\)'
	prints 'more configuration is taken' 'ID \("name" "Private"'
fi

# --- Without root

as_nobody=()
if [ "$(id -u)" = 0 ]; then
	chmod 711 "$tmp"
	mkdir "$tmp/packages" "$tmp/nobody"
	cp -r "$MAILFERRY_SERVERS"/*/ "$tmp/packages" 2>/dev/null
	chmod -R go+rX "$tmp/packages"
	chown nobody "$tmp/nobody"
	cp -r "$top_srcdir/tests/support" "$tmp/support"
	chmod -R go+rX "$tmp/support"
	as_nobody=(setpriv --reuid nobody --regid "$(id -g nobody)" --clear-groups
		env HOME=/ MAILFERRY_SERVERS="$tmp/packages")
fi
for kind in dovecot cyrus courier; do
	if [ ${#as_nobody[@]} = 0 ] || ! has_server $kind; then
		skip "$kind starts without root" 'not root, so all the above was without; or no such server'
		continue
	fi
	on_exit "'$tmp/support/imapd-$kind.sh' stop '$tmp/nobody/$kind' || :"
	run "${as_nobody[@]}" "$tmp/support/imapd-$kind.sh" start "$tmp/nobody/$kind" -n 2
	status_is "$kind starts without root" 0
	# shellcheck disable=SC1090,SC1091
	. "$tmp/nobody/$kind/env"
	say 'SELECT INBOX'
	prints "$kind without root: an account can log in over TLS" '^a OK '
	ok "$kind without root: it stops" "${as_nobody[@]}" "$tmp/support/imapd-$kind.sh" stop "$tmp/nobody/$kind"
done

done_testing
