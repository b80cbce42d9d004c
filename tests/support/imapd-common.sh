# imapd-common.sh - what the starters of private IMAP servers share
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154 # the starters set and use the rest
#
# A starter sets usage, and defines parse_options, check_installed, run_server PORT TLS-PORT (which
# returns at once or fails), stop_server (which waits) and more_environment; then it calls main "$@".
#
# The server runs as an unprivileged user if we are root. What it writes lies in $state, a directory of
# its own directly below /tmp: there that user can reach it, and names of sockets stay short enough.

die ()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
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

# --- The server's surroundings ---------------------------------------------------------------------

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

# group_gone PID: whether the server and its helpers have ended; zombies nobody waits for do not count.
group_gone ()
{
	! cat /proc/[0-9]*/stat 2>/dev/null | sed 's/^.*) //' |
		awk -v group="$1" '$3 == group && $1 != "Z" { found = 1 } END { exit !found }'
}

# stop_group PID: end a server that leads a process group, if it is ours: process numbers are used again.
stop_group ()
{
	tr '\0' ' ' 2>/dev/null < "/proc/$1/cmdline" | grep -qF "$state" || return 0
	kill -TERM "$1"
	wait_until 10 group_gone "$1" || kill -KILL -- "-$1"
}

# use_packages NAME: $tree becomes a copy of the packages that "bootstrap servers" has unpacked, where
# the user of the server can read it; library_path names its libraries.
use_packages ()
{
	tree=$state/packages
	cp -r "$servers/$1" "$tree"
	chmod -R u+rwX,go+rX "$tree"
	library_path=$(find "$tree/usr/lib" -maxdepth 1 -type d -name '*-linux-gnu*' | head -n 1)
}

# --- Start and stop --------------------------------------------------------------------------------

write_environment ()
{
	cat <<-END
	IMAP_HOST=127.0.0.1
	IMAP_PORT=$1
	IMAPS_PORT=$2
	IMAP_CA='$dir/ca.pem'
	IMAP_USER=ann
	IMAP_PASSWORD_FILE='$dir/password'
	END
	more_environment
}

# Another process may take a port between our look and the server's, so a failed start is tried again.
launch ()
{
	local port tls_port

	for _ in 1 2 3; do
		port=$(free_port)
		tls_port=$(free_port)
		if run_server "$port" "$tls_port" 2> "$state/launch.log" && wait_until 20 greets "$port"; then
			write_environment "$port" "$tls_port" > "$dir/env"
			return
		fi
		stop_server
	done
	return 1
}

# Whatever ends start before its time: say why, leave nothing.
give_up ()
{
	cat "$state/launch.log" "$state/log" >&2 || :
	stop
}

start ()
{
	users=1
	parse_options "$@"
	[ ! -e "$dir/state" ] || die "$dir is in use; stop it first"
	servers=${MAILFERRY_SERVERS:-${XDG_CACHE_HOME:-$HOME/.cache}/mailferry/servers}
	check_installed

	umask 077
	run_user=$(id -un)
	if [ "$(id -u)" = 0 ]; then run_user=${IMAPD_USER:-nobody}; fi
	run_group=$(id -gn "$run_user")
	state=$(mktemp -d /tmp/mailferry-imapd.XXXXXX)
	trap give_up EXIT
	ln -s "$state" "$dir/state"

	password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
	printf '%s' "$password" > "$dir/password"
	make_certificates "$state" 2> "$state/launch.log" || die "openssl: $(< "$state/launch.log")"
	cp "$state/ca.pem" "$dir/ca.pem"

	launch || die 'the server does not start'
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

main ()
{
	local command

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
}
