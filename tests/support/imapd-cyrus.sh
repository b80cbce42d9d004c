#!/bin/bash
# imapd-cyrus.sh - a private Cyrus on loopback, run from packages that are unpacked and not installed
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Debian's Cyrus conflicts with its Dovecot, so "bootstrap servers" unpacks it into a cache. It needs no
# root; started as root, it runs as an unprivileged user (IMAPD_USER, default nobody).

set -eu

usage='usage: imapd-cyrus.sh start DIR [-n USERS] [-s /|.] [-q QUOTA-KB] [-m MESSAGE-KB] [-x EXTRA-CONFIGURATION]
       imapd-cyrus.sh stop DIR

With the separator / (the default) folders lie beside INBOX, with . below it. Accounts, password, and
what start leaves in DIR are as for imapd-dovecot.sh, but env has only IMAP_HOST IMAP_PORT IMAPS_PORT
IMAP_CA IMAP_USER IMAP_PASSWORD_FILE IMAP_LOG IMAP_PID.'

# shellcheck source=tests/support/imapd-common.sh
. "$(dirname "$0")/imapd-common.sh"

parse_options ()
{
	separator=/ quota=0 message_limit=0 extra=''
	while getopts n:s:q:m:x: option; do
		case $option in
		n) users=$OPTARG ;;
		s) separator=$OPTARG ;;
		q) quota=$OPTARG ;;
		m) message_limit=$OPTARG ;;
		x) extra=$OPTARG ;;
		*) die "$usage" ;;
		esac
	done
}

check_installed ()
{
	[ -e "$servers/cyrus/usr/lib/cyrus/bin/imapd" ] ||
		die "no Cyrus in $servers; ./bootstrap servers fetches it"
}

# --- Configuration ---------------------------------------------------------------------------------

# Every option needs a value: an empty one ends the server, and only syslog is told why.
write_configuration ()
{
	local unix=no

	if [ "$separator" = / ]; then unix=yes; fi
	cat <<-END
	configdirectory: $state/conf
	defaultpartition: default
	partition-default: $state/spool
	proc_path: $state/proc
	mboxname_lockpath: $state/lock
	idlesocket: $state/idle
	notifysocket: $state/notify
	lmtpsocket: $state/lmtp

	cyrus_user: $run_user
	admins: admin
	servername: localhost
	defaultdomain: localhost
	virtdomains: no

	unixhierarchysep: $unix
	altnamespace: $unix
	specialusealways: yes
	autocreate_quota: $quota
	maxmessagesize: $((message_limit * 1024))
	duplicatesuppression: no

	allowplaintext: yes
	failedloginpause: 0
	sasl_mech_list: PLAIN LOGIN
	sasl_pwcheck_method: auxprop
	sasl_auxprop_plugin: sasldb
	sasl_sasldb_path: $state/accounts
	tls_server_cert: $state/server.crt
	tls_server_key: $state/server.key
	tls_sessions_db_path: $state/conf/tls_sessions.db
	$extra
	END
}

# write_services PORT TLS-PORT
write_services ()
{
	local bin=$tree/usr/lib/cyrus/bin

	cat <<-END
	START {
	  recover cmd="$bin/ctl_cyrusdb -C $state/imapd.conf -r"
	}
	SERVICES {
	  imap cmd="$bin/imapd -C $state/imapd.conf -U 30" listen="127.0.0.1:$1" prefork=1
	  imaps cmd="$bin/imapd -C $state/imapd.conf -s -U 30" listen="127.0.0.1:$2" prefork=0
	}
	EVENTS {
	  checkpoint cmd="$bin/ctl_cyrusdb -C $state/imapd.conf -c" period=30
	}
	END
}

write_accounts ()
{
	local i name
	local names=(ann admin)

	for ((i = 1; i <= users; i++)); do names+=("user$i"); done
	for name in "${names[@]}"; do
		env "${libraries[@]}" "$tree/usr/sbin/saslpasswd2" -p -c -u localhost -f "$state/accounts" "$name" \
			< "$dir/password"
	done
}

more_environment ()
{
	cat <<-END
	IMAP_LOG=$state/log
	IMAP_PID=$(< "$state/pid")
	END
}

# --- Start and stop --------------------------------------------------------------------------------

# run_server PORT TLS-PORT
run_server ()
{
	if [ ! -d "$state/packages" ]; then
		use_packages cyrus
		libraries=("LD_LIBRARY_PATH=$library_path:$tree${library_path#"$tree/usr"}"
			"SASL_PATH=$library_path/sasl2:/usr${library_path#"$tree/usr"}/sasl2")
		mkdir "$state/conf" "$state/spool" "$state/proc" "$state/lock"
		write_accounts
		write_configuration > "$state/imapd.conf"
	fi
	write_services "$1" "$2" > "$state/cyrus.conf"
	if [ "$(id -u)" = 0 ]; then chown -R "$run_user:$run_group" "$state"; fi
	as_run_user env "${libraries[@]}" setsid "$tree/usr/lib/cyrus/bin/master" \
		-C "$state/imapd.conf" -M "$state/cyrus.conf" -p "$state/pid" -d \
		> "$state/log" 2>&1 < /dev/null
}

stop_server ()
{
	local pid

	pid=$(cat "$state/pid" 2>/dev/null) || return 0
	stop_group "$pid"
}

main "$@"
