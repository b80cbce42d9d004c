#!/bin/bash
# test-maildir-push-login.sh - every way into an account of a real server, and what becomes of the secret
#
# SPDX-License-Identifier: GPL-2.0-or-later

. "${top_srcdir:-.}/tests/support/tap.sh" || exit 99
# shellcheck source=tests/support/imap-servers.sh
. "$top_srcdir/tests/support/imap-servers.sh"

need_tool maildir-push
need_command dovecot openssl

own_home
mkdir -p "$tmp/mail/cur" "$tmp/mail/new" "$tmp/mail/tmp"
printf 'Subject: one\n\nhello\n' > "$tmp/mail/cur/1.one:2,S"

# Here the server, which is another user where this runs as root, can read.
public=$(mktemp -d /tmp/mailferry-login.XXXXXX)
on_exit 'rm -rf "$public"'
chmod 755 "$public"

# --- What the server knows of its users

# base64url of standard input
base64url ()
{
	openssl base64 -A | tr '+/' '-_' | tr -d '='
}

# make_token USER EXPIRY: a token that the server can check by itself (RFC 7519, HS256).
make_token ()
{
	local head body

	head=$(printf '{"alg":"HS256","typ":"JWT"}' | base64url)
	body=$(printf '{"sub":"%s","exp":%d}' "$1" "$2" | base64url)
	printf '%s.%s.%s\n' "$head" "$body" \
		"$(printf '%s.%s' "$head" "$body" | openssl dgst -sha256 -hmac "$token_key" -binary | base64url)"
}

token_key=not-so-secret
mkdir -p "$public/keys/default/HS256"
printf '%s' "$token_key" | openssl base64 -A > "$public/keys/default/HS256/default"
cat > "$public/oauth2.conf" << END
introspection_mode = local
local_validation_key_dict = fs:posix:prefix=$public/keys/
username_attribute = sub
END
chmod -R a+rX "$public"

(
	cd "$tmp" || exit
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 \
		-subj '/CN=user5' -keyout user5.key -out user5.crt
	umask 077
	cat user5.crt user5.key > user5.pem
) 2> /dev/null
cp "$tmp/user5.crt" "$public/clients.pem"
chmod a+r "$public/clients.pem"

start_server dovecot "$tmp/imap" -n 9 -x "auth_mechanisms = plain scram-sha-256 oauthbearer xoauth2 external
ssl_ca = <$public/clients.pem
ssl_verify_client_cert = yes
ssl_require_crl = no
auth_ssl_username_from_cert = yes
auth_ssl_require_client_cert = no
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
passdb {
  driver = static
  username_filter = hashed
  args = password={SSHA256}$(printf 'an old passwordsalt' | openssl dgst -sha256 -binary |
	cat - <(printf salt) | openssl base64 -A)
}
passdb {
  driver = oauth2
  mechanisms = oauthbearer xoauth2
  args = $public/oauth2.conf
}
passdb {
  driver = static
  mechanisms = external
  username_filter = user5
  args = nopassword
}" || { diag 'no server'; exit 99; }
host=$IMAP_HOST:$IMAPS_PORT

# push OPTION... URL: without the password of the server's accounts.
push ()
{
	"$(tool maildir-push)" --ca-file="$IMAP_CA" "${@:1:$#-1}" "$tmp/mail" "${*: -1}"
}

# logged_in NAME USER MECHANISM: the server says who came in last, and how.
logged_in ()
{
	like "$1" "$(grep -o 'Login: user=<[^>]*>, method=[^,]*' "$IMAP_LOG" | tail -n 1)" \
		"<$2>, method=$3"
}

# --- Passwords

run push --password-file="$IMAP_PASSWORD_FILE" "imaps://ann@$host"
status_is 'a password logs in' 0
logged_in 'without being shown to the server' ann SCRAM-SHA-256
run push --password-file="$IMAP_PASSWORD_FILE" --as=user1 "imaps://admin@$host"
status_is 'an administrator logs in for a user' 0
logged_in 'by the same means' user1 SCRAM-SHA-256
(umask 077; printf 'an old password\n' > "$tmp/old")
run push --password-file="$tmp/old" "imaps://hashed@$host"
status_is 'a server that knows only a hash of the password is content with PLAIN' 0
logged_in 'over TLS' hashed PLAIN
run push --insecure-cleartext --password-file="$tmp/old" "imap://hashed@$IMAP_HOST:$IMAP_PORT"
status_is 'but in the clear SCRAM is not given up for it: 77' 77
(umask 077; printf 'wrong\n' > "$tmp/wrong")
run push --password-file="$tmp/wrong" "imaps://ann@$host"
status_is 'a wrong password: 77' 77
for ((i = 0; i < 500; i++)); do
	grep -q 'auth failed.*user=<ann>' "$IMAP_LOG" && break
	sleep 0.02
done
is 'is said once' "$(grep 'auth failed.*user=<ann>' "$IMAP_LOG" | grep -o '[0-9]* attempts')" '1 attempts'

# --- Tokens

make_token user2 $(($(date +%s) + 600)) > "$tmp/good"
make_token user2 $(($(date +%s) - 600)) > "$tmp/expired"
run push --token-command="cat $tmp/good" "imaps://user2@$host"
status_is 'a token logs in' 0
logged_in 'as the standard says' user2 OAUTHBEARER
# shellcheck disable=SC2016
printf '#!/bin/sh\necho x >> %s/asked\n[ $(wc -l < %s/asked) = 1 ] && exec cat %s/expired\nexec cat %s/good\n' \
	"$tmp" "$tmp" "$tmp" "$tmp" > "$tmp/tokens"
chmod +x "$tmp/tokens"
run push --token-command="$tmp/tokens" "imaps://user2@$host"
status_is 'for an expired one there is a second' 0
is 'which was asked for' "$(wc -l < "$tmp/asked")" 2
run push --token-command="cat $tmp/expired" "imaps://user2@$host"
status_is 'but not a third: 77' 77
not_ok 'a token is not repeated to people' grep -qF "$(cut -d. -f2 "$tmp/expired")" "$err"
run push --token-command="cat $tmp/good" "imaps://user3@$host"
status_is 'the token of somebody else: 77' 77
run push --token-command='exit 3' "imaps://user2@$host"
status_is 'no token: 2' 2
complains 'the command is named' 'token-command'
run push --token-command=x --password-file=y "imaps://user2@$host"
status_is 'a token and a password: 2' 2

# --- Certificates

run push --client-cert="$tmp/user5.pem" "imaps://user5@$host"
status_is 'a certificate logs in' 0
logged_in 'by itself' user5 EXTERNAL
chmod 644 "$tmp/user5.pem"
run push --client-cert="$tmp/user5.pem" "imaps://user5@$host"
status_is 'a key that others may read: 2' 2
complains 'with the way out' 'chmod 600'
(umask 077; cp "$tmp/user5.crt" "$tmp/half.pem")
run push --client-cert="$tmp/half.pem" "imaps://user5@$host"
status_is 'a certificate without its key: 2' 2
complains 'is named' 'half\.pem'

# --- Tunnels

imap=/usr/lib/dovecot/imap
if [ -x "$imap" ] && { [ "$(id -u)" != 0 ] || [ -r "$IMAP_CONF" ]; }; then
	run push --tunnel="exec $imap -c '$IMAP_CONF' -u user6" 'imap://user6@mail.example.org'
	status_is 'a command can be the server' 0
	is 'the message arrives' "$(find "$IMAP_MAIL/user6" -path '*/cur/*' -type f | wc -l)" 1
	yes 'a line of a message that does not fit into a pipe' | head -c 3000000 |
		{ printf 'Subject: big\n\n'; cat; } > "$tmp/mail/cur/2.big:2,"
	run push --tunnel="exec $imap -c '$IMAP_CONF' -u user6" 'imap://user6@mail.example.org'
	status_is 'messages larger than a pipe go through' 0
else
	skip 'a command can be the server' "there is no $imap"
fi
run push --tunnel="exec openssl s_client -quiet -connect $host 2> /dev/null" \
	--password-file="$IMAP_PASSWORD_FILE" 'imap://user7@localhost'
status_is 'a tunnel that asks for a password and offers no encryption: 2' 2
run push --tunnel="exec openssl s_client -quiet -connect $host 2> /dev/null" \
	--password-file="$IMAP_PASSWORD_FILE" --insecure-cleartext 'imap://user7@localhost'
status_is 'unless that was asked for' 0
bridge='import os, select, socket, sys
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
ends = {0: lambda d: s.sendall(d), s.fileno(): lambda d: os.write(1, d)}
while True:
    for fd in select.select(list(ends), [], [])[0]:
        data = os.read(fd, 65536)
        if not data: sys.exit()
        ends[fd](data)'
if command -v python3 > /dev/null; then
	run push --tunnel="exec python3 -c '$bridge' $IMAP_HOST $IMAPS_PORT" \
		--password-file="$IMAP_PASSWORD_FILE" 'imaps://user8@localhost'
	status_is 'TLS goes through a tunnel' 0
	logged_in 'to the server' user8 SCRAM-SHA-256
	run push --tunnel="exec python3 -c '$bridge' $IMAP_HOST $IMAPS_PORT" \
		--password-file="$IMAP_PASSWORD_FILE" 'imaps://user8@mail.example.org'
	status_is 'and the certificate must be that of the host in the URL: 2' 2
else
	skip 'TLS goes through a tunnel' 'there is no python3'
fi
run push --tunnel='exit 3' 'imap://user6@mail.example.org'
status_is 'a tunnel that ends at once: 75' 75

# --- A terminal, and two programs of a pipe that want to ask at once

# at_terminal COMMAND: runs it in a terminal of its own, answers a question for a password when nobody has
# said anything for a second, so that both could have asked, and prints what was to be seen.
at_terminal ()
{
	python3 -c '
import os, pty, select, sys, time
child, terminal = pty.fork()
if child == 0: os.execvp("bash", ["bash", "-c", sys.argv[1]])
seen, answered, end = b"", 0, time.monotonic() + 60
while time.monotonic() < end:
    if not select.select([terminal], [], [], 1)[0]:
        if answered < seen.count(b"Password of"):
            answered += 1
            os.write(terminal, open(sys.argv[2], "rb").read().strip() + b"\n")
        continue
    try: data = os.read(terminal, 65536)
    except OSError: break
    if not data: break
    seen += data
os.close(terminal)
os.waitpid(child, 0)
sys.stdout.buffer.write(seen)' "$1" "$IMAP_PASSWORD_FILE" > "$out" 2> "$err"
}

if command -v python3 > /dev/null; then
	once="'$(tool maildir-push)' -q --ca-file='$IMAP_CA' '$tmp/mail' 'imaps://user6@$IMAP_HOST:$IMAPS_PORT"
	at_terminal "$once/One' | $once/Two' --state='$tmp/other'; echo \"ended: \${PIPESTATUS[*]}\"; stty -a"
	prints 'two programs of a pipe ask for the password, each in its turn' '^ended: 0 0'
	is 'both did ask' "$(grep -ao 'Password of user6' "$out" | wc -l)" 2
	not_ok 'neither shows what is typed' grep -qaF "$(cat "$IMAP_PASSWORD_FILE")" "$out"
	prints 'and the terminal shows what is typed afterwards' '(^|[ ;])echo( |;|$)'
else
	skip 'two programs of a pipe ask for the password, each in its turn' 'there is no python3'
fi

done_testing
