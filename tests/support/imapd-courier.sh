#!/bin/bash
# imapd-courier.sh - a private Courier on loopback, run from packages that are unpacked and not installed
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Debian's Courier conflicts with its Dovecot, so "bootstrap servers" unpacks it into a cache. It needs
# no root; started as root, it runs as an unprivileged user (IMAPD_USER, default nobody).
#
# Its programs look for /etc/courier and /run/courier wherever they are. Both names have twelve bytes,
# so a private copy of the programs is changed to look at a link of as many bytes below /tmp instead.

set -eu

usage='usage: imapd-courier.sh start DIR [-n USERS] [-q QUOTA-BYTES] [-c CAPABILITIES]
       imapd-courier.sh stop DIR

Accounts, password, and what start leaves in DIR are as for imapd-dovecot.sh, but env has only IMAP_HOST
IMAP_PORT IMAPS_PORT IMAP_CA IMAP_USER IMAP_PASSWORD_FILE IMAP_MAIL (below it, ACCOUNT/Maildir) IMAP_LOG
IMAP_PID. There is no account admin.'

# shellcheck source=tests/support/imapd-common.sh
. "$(dirname "$0")/imapd-common.sh"

parse_options ()
{
	quota=''
	capabilities='IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA IDLE'
	while getopts n:q:c: option; do
		case $option in
		n) users=$OPTARG ;;
		q) quota=$OPTARG ;;
		c) capabilities=$OPTARG ;;
		*) die "$usage" ;;
		esac
	done
}

check_installed ()
{
	[ -e "$servers/courier/usr/bin/imapd" ] ||
		die "no Courier in $servers; ./bootstrap servers fetches it"
	command -v cc > /dev/null || die 'cc is not installed'
	command -v perl > /dev/null || die 'perl is not installed'
}

# --- Programs --------------------------------------------------------------------------------------

# Where the programs shall look: a link to $state/etc with a name of twelve bytes.
make_link ()
{
	while :; do
		link=$(printf '/tmp/c%06d' $(((RANDOM << 15 | RANDOM) % 1000000)))
		if ln -s "$state/etc" "$link" 2>/dev/null; then break; fi
	done
	echo "$link" > "$state/link"
}

# Bytes in programs keep their length. imaplogin becomes the user "courier" for TLS; there may be none.
redirect_programs ()
{
	local file

	# shellcheck disable=SC2016 # it is Perl that expands
	grep -rlaE '/(etc|run)/courier|courier' "$tree/usr/bin" "$tree/usr/sbin" "$tree/usr/lib" |
		while read -r file; do
			LINK=$link USER_NAME=$run_user perl -0777 -pi -e '
				s,/(?:etc|run)/courier,$ENV{LINK},g;
				if (length ($ENV{USER_NAME}) <= 7) {
					my $name = substr ($ENV{USER_NAME} . "\0" x 7, 0, 7);
					s/\0courier\0/\0$name\0/g;
				}' "$file"
		done
}

# Courier asks libfam for changes of folders, and waits two seconds at each SELECT for a daemon that
# nobody started. This one says at once that it cannot help.
replace_fam ()
{
	local file

	cc -shared -fPIC -x c -o "$state/fam" - <<-'END'
	int FAMOpen (void *connection) { return -1; }
	int FAMClose (void *connection) { return 0; }
	int FAMMonitorDirectory (void *a, void *b, void *c, void *d) { return -1; }
	int FAMMonitorFile (void *a, void *b, void *c, void *d) { return -1; }
	int FAMCancelMonitor (void *connection, void *request) { return 0; }
	int FAMNextEvent (void *connection, void *event) { return -1; }
	int FAMPending (void *connection) { return 0; }
	END
	find "$tree/usr/lib" -type f -name 'libfam.so.0*' | while read -r file; do
		cp "$state/fam" "$file"
	done
}

# --- Configuration ---------------------------------------------------------------------------------

write_configuration ()
{
	cat > "$state/etc/authdaemonrc" <<-END
	authmodulelist="authuserdb"
	authmodulelistorig="authuserdb"
	daemons=3
	authdaemonvar=$link/authdaemon
	DEBUG_LOGIN=0
	DEFAULTOPTIONS=""
	LOGGEROPTS=""
	END
	settings=(
		"IMAP_CAPABILITY=$capabilities"
		"IMAP_CAPABILITY_TLS=$capabilities AUTH=PLAIN"
		"IMAP_CAPABILITY_ORIG=$capabilities"
		IMAP_KEYWORDS=1
		IMAP_ACL=1
		IMAP_IDLE_TIMEOUT=60
		IMAP_MAILBOX_SANITY_CHECK=0
		IMAP_USELOCKS=1
		IMAP_TRASHFOLDERNAME=Trash
		IMAP_UMASK=022
		MAILDIRPATH=Maildir
		"COURIERTLS=$tree/usr/bin/couriertls"
		"TLS_CERTFILE=$state/server.pem"
		TLS_VERIFYPEER=NONE
		IMAP_TLS_REQUIRED=0
		"LD_LIBRARY_PATH=$tree/usr/lib:$library_path:$tree${library_path#"$tree/usr"}:$tree/usr/lib/courier-authlib"
	)
}

write_account ()
{
	local home=$state/mail/$1

	mkdir -p "$home"
	env "${settings[@]}" "$tree/usr/bin/maildirmake.courier" "$home/Maildir" || die 'no Maildir can be made'
	if [ -n "$quota" ]; then
		env "${settings[@]}" "$tree/usr/bin/maildirmake.courier" -q "${quota}S" "$home/Maildir"
	fi
	printf '%s\tuid=%s|gid=%s|home=%s|mail=%s\n' "$1" "$(id -u "$run_user")" "$(id -g "$run_user")" \
		"$home" "$home/Maildir" >> "$state/etc/userdb"
	printf '%s\tsystempw=%s\n' "$1" "$hash" >> "$state/etc/shadow"
}

# A line with a dot ends the input of makedatprog.
write_accounts ()
{
	local i make=$tree/usr/lib/courier/courier/makedatprog
	local hash

	hash=$(openssl passwd -6 -stdin < "$dir/password")
	write_account ann
	for ((i = 1; i <= users; i++)); do write_account "user$i"; done
	echo . >> "$state/etc/userdb"
	echo . >> "$state/etc/shadow"
	[ -x "$make" ] || make=$tree/usr/lib/courier/courier-authlib/makedatprog
	env "${settings[@]}" "$make" "$state/etc/userdb" "$state/etc/new" "$state/etc/userdb.dat"
	env "${settings[@]}" "$make" "$state/etc/shadow" "$state/etc/new" "$state/etc/userdbshadow.dat"
	chmod 600 "$state/etc/userdbshadow.dat"
}

more_environment ()
{
	cat <<-END
	IMAP_MAIL=$state/mail
	IMAP_LOG=$state/log
	IMAP_PID=$(< "$state/imap.pid")
	END
}

# --- Start and stop --------------------------------------------------------------------------------

prepare ()
{
	use_packages courier
	mkdir -p "$state/etc/authdaemon" "$state/mail"
	cat "$state/server.key" "$state/server.crt" > "$state/server.pem"
	make_link
	redirect_programs
	replace_fam
	write_configuration
	write_accounts
	if [ "$(id -u)" = 0 ]; then chown -R "$run_user:$run_group" "$state"; fi
}

# in_background NAME COMMAND...: with a process group of its own, whose number is in $state/NAME.pid.
in_background ()
{
	# shellcheck disable=SC2016 # the inner shell expands
	as_run_user env "${settings[@]}" setsid sh -c 'echo $$ > "$0"; exec "$@"' "$state/$1.pid" \
		"${@:2}" >> "$state/log" 2>&1 < /dev/null &
}

# listen_on NAME PORT VARIABLE=VALUE COMMAND...: a process for each connection.
listen_on ()
{
	local name=$1 port=$2

	shift 2
	in_background "$name" env "$1" "$tree/usr/sbin/couriertcpd" -address=127.0.0.1 -maxprocs=200 \
		-maxperip=200 -nodnslookup -noidentlookup "$port" "${@:2}"
}

# run_server PORT TLS-PORT
run_server ()
{
	local login

	if [ ! -d "$state/packages" ]; then prepare; fi
	login=$tree/usr/lib/courier/courier/imaplogin
	in_background accounts "$tree/usr/lib/courier/courier-authlib/authdaemond"
	listen_on imap "$1" IMAP_STARTTLS=YES "$login" "$tree/usr/bin/imapd" Maildir
	listen_on imaps "$2" IMAP_TLS=1 "$tree/usr/bin/couriertls" -server -tcpd "$login" \
		"$tree/usr/bin/imapd" Maildir
	wait_until 20 test -S "$state/etc/authdaemon/socket"
}

stop_server ()
{
	local name

	for name in imap imaps accounts; do
		if [ -e "$state/$name.pid" ]; then stop_group "$(< "$state/$name.pid")"; fi
	done
	if [ -e "$state/link" ]; then rm -f "$(< "$state/link")"; fi
}

main "$@"
