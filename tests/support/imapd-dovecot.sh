#!/bin/bash
# imapd-dovecot.sh - a private Dovecot on loopback: own configuration, accounts, certificates, processes
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# It needs no root and touches no Dovecot of the system. Started as root, the server runs as an
# unprivileged user (IMAPD_USER, default nobody).

set -eu

usage='usage: imapd-dovecot.sh start DIR [-n USERS] [-f maildir|sdbox|mdbox|mbox] [-s SEPARATOR] [-p PREFIX]
                              [-q QUOTA-BYTES] [-x EXTRA-CONFIGURATION]
       imapd-dovecot.sh stop DIR

Accounts are ann and user1 to userUSERS (default 1), and the master account admin, all with one random
password. start returns when the server greets, prints DIR/env and leaves in DIR:
  env       shell assignments: IMAP_HOST IMAP_PORT (STARTTLS) IMAPS_PORT IMAP_CA IMAP_USER
            IMAP_PASSWORD_FILE IMAP_MAIL (below it, ACCOUNT/FORMAT) IMAP_LOG IMAP_CONF IMAP_PID
  password  the password, without a line end
  ca.pem    the authority of the server, whose certificate is for localhost and 127.0.0.1'

# shellcheck source=tests/support/imapd-common.sh
. "$(dirname "$0")/imapd-common.sh"

# --- Configuration ---------------------------------------------------------------------------------

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

more_environment ()
{
	cat <<-END
	IMAP_MAIL=$state/mail
	IMAP_LOG=$state/log
	IMAP_CONF=$state/dovecot.conf
	IMAP_PID=$(< "$state/run/master.pid")
	END
}

# --- Start and stop --------------------------------------------------------------------------------

parse_options ()
{
	format=maildir separator=/ prefix='' quota='' extra=''
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
}

check_installed ()
{
	command -v dovecot >/dev/null || die 'Dovecot is not installed'
}

# run_server PORT TLS-PORT
run_server ()
{
	mkdir -p "$state/run" "$state/state" "$state/mail"
	write_accounts
	write_configuration "$1" "$2" > "$state/dovecot.conf"
	if [ "$(id -u)" = 0 ]; then chown -R "$run_user:$run_group" "$state"; fi
	as_run_user dovecot -c "$state/dovecot.conf"
}

stop_server ()
{
	local pid

	pid=$(cat "$state/run/master.pid" 2>/dev/null) || return 0
	stop_group "$pid"
}

main "$@"
