#!/bin/bash
# imapd-dovecot.sh - a private Dovecot on loopback: own configuration, accounts, certificates, processes
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# It needs no root and touches no Dovecot of the system. Started as root, the server runs as an
# unprivileged user (IMAPD_USER, default nobody). What the server writes lies in a directory of its own
# directly below /tmp: there that user can reach it, and the names of its sockets stay short enough.

set -eu

usage='usage: imapd-dovecot.sh start DIR [-n USERS] [-f maildir|sdbox|mdbox] [-s SEPARATOR] [-p PREFIX]
                              [-q QUOTA-BYTES] [-x EXTRA-CONFIGURATION]
       imapd-dovecot.sh stop DIR

Accounts are ann and user1 to userUSERS (default 1), and the master account admin, all with one random
password. start returns when the server greets, prints DIR/env and leaves in DIR:
  env       shell assignments: IMAP_HOST IMAP_PORT (STARTTLS) IMAPS_PORT IMAP_CA IMAP_USER
            IMAP_PASSWORD_FILE IMAP_MAIL (below it, ACCOUNT/FORMAT) IMAP_LOG IMAP_CONF IMAP_PID
  password  the password, without a line end
  ca.pem    the authority of the server, whose certificate is for localhost and 127.0.0.1'

die ()
{
	printf 'imapd-dovecot.sh: %s\n' "$*" >&2
	exit 2
}

# --- Certificates ----------------------------------------------------------------------------------

new_key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)

# make_certificates DIR: ca.pem, server.crt, server.key; good for a day.
make_certificates ()
{
	local dir=$1

	openssl req -x509 "${new_key[@]}" -days 1 -subj '/CN=throwaway test authority' \
		-addext 'keyUsage=critical,keyCertSign' -keyout "$dir/ca.key" -out "$dir/ca.pem"
	openssl req "${new_key[@]}" -subj '/CN=localhost' \
		-keyout "$dir/server.key" -out "$dir/server.csr"
	openssl x509 -req -in "$dir/server.csr" -days 1 -CA "$dir/ca.pem" -CAkey "$dir/ca.key" \
		-set_serial 1 -out "$dir/server.crt" -extfile - <<-END
		basicConstraints=critical,CA:FALSE
		extendedKeyUsage=serverAuth
		subjectAltName=DNS:localhost,IP:127.0.0.1
	END
}

# --- Configuration ---------------------------------------------------------------------------------

# A loopback port that nobody listens on, below the range that the kernel hands out to clients.
free_port ()
{
	local port

	while :; do
		port=$((10000 + (RANDOM << 15 | RANDOM) % 20000))
		if ! (: < "/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
			echo "$port"
			return
		fi
	done
}

write_accounts ()
{
	local i

	echo "admin:{PLAIN}$password:::::" > "$state/masters"
	{
		echo "ann:{PLAIN}$password:::::"
		for ((i = 1; i <= users; i++)); do echo "user$i:{PLAIN}$password:::::"; done
	} > "$state/users"
}

quota_rules ()
{
	cat <<-END
	plugin {
	  quota = count:User quota
	  quota_vsizes = yes
	  quota_rule = *:bytes=$quota
	  quota_grace = 0
	}
	END
}

# write_configuration PORT TLS-PORT
write_configuration ()
{
	cat <<-END
	base_dir = $state/run
	state_dir = $state/state
	log_path = $state/log
	protocols = imap
	listen = 127.0.0.1

	default_internal_user = $run_user
	default_internal_group = $run_group
	default_login_user = $run_user
	first_valid_uid = 1
	first_valid_gid = 1

	ssl = yes
	ssl_cert = <$state/server.crt
	ssl_key = <$state/server.key

	# Clients must be able to get this wrong, so that their own rules about clear text are tested.
	disable_plaintext_auth = no
	auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256
	auth_master_user_separator = *
	auth_failure_delay = 0
	passdb {
	  driver = passwd-file
	  args = $state/masters
	  master = yes
	}
	passdb {
	  driver = passwd-file
	  args = $state/users
	}
	userdb {
	  driver = static
	  args = uid=$(id -u "$run_user") gid=$(id -g "$run_user") home=$state/mail/%u
	}

	mail_location = $format:~/$format
	mail_max_userip_connections = 100
	mail_max_keyword_length = 100
	mail_plugins = zlib ${quota:+quota}
	namespace inbox {
	  inbox = yes
	  separator = $separator
	  prefix = $prefix
	  mailbox Drafts {
	    special_use = \\Drafts
	  }
	  mailbox Sent {
	    special_use = \\Sent
	  }
	  mailbox Junk {
	    special_use = \\Junk
	  }
	  mailbox Trash {
	    special_use = \\Trash
	  }
	  mailbox Archive {
	    special_use = \\Archive
	  }
	}
	protocol imap {
	  mail_plugins = \$mail_plugins imap_zlib ${quota:+imap_quota}
	}

	service anvil {
	  chroot =
	}
	service imap-login {
	  chroot =
	  service_count = 0
	  process_min_avail = 1
	  inet_listener imap {
	    port = $1
	  }
	  inet_listener imaps {
	    port = $2
	    ssl = yes
	  }
	}
	END
	if [ -n "$quota" ]; then quota_rules; fi
	printf '%s\n' "$extra"
}

write_environment ()
{
	cat <<-END
	IMAP_HOST=127.0.0.1
	IMAP_PORT=$1
	IMAPS_PORT=$2
	IMAP_CA='$dir/ca.pem'
	IMAP_USER=ann
	IMAP_PASSWORD_FILE='$dir/password'
	IMAP_MAIL=$state/mail
	IMAP_LOG=$state/log
	IMAP_CONF=$state/dovecot.conf
	IMAP_PID=$(< "$state/run/master.pid")
	END
}

# --- Start and stop --------------------------------------------------------------------------------

as_run_user ()
{
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid "$run_user" --regid "$run_group" --clear-groups -- \
			env -i PATH="$PATH" HOME=/ "$@"
	else
		env -i PATH="$PATH" HOME="$state" "$@"
	fi
}

# greets PORT: whether an IMAP server answers there now.
greets ()
{
	local greeting

	{ read -r -t 5 greeting < "/dev/tcp/127.0.0.1/$1"; } 2>/dev/null && [[ $greeting == '* OK'* ]]
}

# wait_until SECONDS COMMAND...: look every 20 ms.
wait_until ()
{
	local tries=$(($1 * 50))

	shift
	until "$@"; do
		((tries-- > 0)) || return 1
		sleep 0.02
	done
}

# Another process may take a port between our look and Dovecot's, so a failed start is tried again.
launch ()
{
	local port tls_port

	for _ in 1 2 3; do
		port=$(free_port)
		tls_port=$(free_port)
		write_configuration "$port" "$tls_port" > "$state/dovecot.conf"
		if [ "$(id -u)" = 0 ]; then chown -R "$run_user:$run_group" "$state"; fi
		if as_run_user dovecot -c "$state/dovecot.conf" 2> "$state/launch.log" &&
			wait_until 20 greets "$port"; then
			write_environment "$port" "$tls_port" > "$dir/env"
			return
		fi
		stop_server
	done
	cat "$state/launch.log" "$state/log" >&2 || :
	return 1
}

# The server is ours only if it runs with our configuration; process numbers are used again.
is_our_server ()
{
	tr '\0' ' ' 2>/dev/null < "/proc/$1/cmdline" | grep -qF "$state/dovecot.conf"
}

# group_gone PID: whether the server and its helpers have ended; zombies nobody waits for do not count.
group_gone ()
{
	! cat /proc/[0-9]*/stat 2>/dev/null | sed 's/^.*) //' |
		awk -v group="$1" '$3 == group && $1 != "Z" { found = 1 } END { exit !found }'
}

stop_server ()
{
	local pid

	pid=$(cat "$state/run/master.pid" 2>/dev/null) || return 0
	is_our_server "$pid" || return 0
	kill -TERM "$pid"
	wait_until 10 group_gone "$pid" || kill -KILL -- "-$pid"
}

start ()
{
	users=1 format=maildir separator=/ prefix='' quota='' extra=''
	while getopts n:f:s:p:q:x: option; do
		case $option in
		n) users=$OPTARG ;;
		f) format=$OPTARG ;;
		s) separator=$OPTARG ;;
		p) prefix=$OPTARG ;;
		q) quota=$OPTARG ;;
		x) extra=$OPTARG ;;
		*) die "$usage" ;;
		esac
	done
	[ ! -e "$dir/state" ] || die "$dir is in use; stop it first"
	command -v dovecot >/dev/null || die 'Dovecot is not installed'

	umask 077
	run_user=$(id -un)
	if [ "$(id -u)" = 0 ]; then run_user=${IMAPD_USER:-nobody}; fi
	run_group=$(id -gn "$run_user")
	state=$(mktemp -d /tmp/mailferry-imapd.XXXXXX)
	trap 'stop' EXIT
	ln -s "$state" "$dir/state"

	password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
	printf '%s' "$password" > "$dir/password"
	mkdir "$state/run" "$state/state" "$state/mail"
	make_certificates "$state" 2> "$state/launch.log" || die "openssl: $(< "$state/launch.log")"
	cp "$state/ca.pem" "$dir/ca.pem"
	write_accounts

	launch || die 'Dovecot does not start'
	trap - EXIT
	cat "$dir/env"
}

stop ()
{
	if [ ! -L "$dir/state" ]; then return; fi
	state=$(readlink "$dir/state")
	stop_server
	rm -rf "$state" "$dir/state" "$dir/env"
}

[ $# -ge 2 ] || die "$usage"
PATH=$PATH:/usr/sbin:/sbin
command=$1
mkdir -p "$2"
dir=$(cd "$2" && pwd)
shift 2
case $command in
start) start "$@" ;;
stop) stop ;;
*) die "$usage" ;;
esac
