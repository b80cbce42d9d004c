#!/bin/bash
# fresh-machine.sh - prove on a minimal Debian 12 that ./bootstrap demo and ./bootstrap check need nothing else
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Debian is laid out by debootstrap (minbase) in a temporary directory, from the mirror, with the keys,
# proxies and name servers that this machine's own apt uses. What is committed here is cloned there and
# run in a chroot: the demo as a plain user with sudo, the check as root and as that user. Mounts and
# processes live in name spaces of their own, so that none is left behind, however this ends.
#
# It takes several minutes, root, debootstrap and about 2 GB below ${TMPDIR:-/var/tmp}; make check does not run it.

set -euo pipefail

suite=bookworm
usage='usage: fresh-machine.sh [demo|check]...'
self=$(cd "$(dirname "$0")" && pwd)/fresh-machine.sh
checkout=${self%/tests/fresh-machine.sh}

say ()
{
	printf '\nfresh-machine: %s\n' "$*"
}

die ()
{
	printf 'fresh-machine: %s\n' "$*" >&2
	exit 2
}

# --- The machine's apt configuration ---------------------------------------------------------------

# The mirror that apt here takes the suite from.
mirror ()
{
	# shellcheck disable=SC2016 # apt-get substitutes these
	apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' |
		sed -n "s/ $suite main\$//p" | sed -n 1p
}

# The key rings that apt sources name, one a line.
keyrings ()
{
	grep -rhoiE 'signed-by *[:=] *.*' /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null |
		grep -oE '/[^] ,]+' | sort -u || : # none is named
	echo /usr/share/keyrings/debian-archive-keyring.gpg
}

keyring ()
{
	local file

	for file in $(keyrings); do
		if [ -r "$file" ]; then
			echo "$file"
			return
		fi
	done
}

# proxy SCHEME: the one apt is configured with, else that of the environment.
proxy ()
{
	local found='' variable=$1_proxy

	eval "$(apt-config shell found "Acquire::$1::Proxy")"
	echo "${found:-${!variable:-}}"
}

# Give the new machine the same sources, keys, proxies, certificates and name servers.
copy_configuration ()
{
	local file

	rm -f "$root/etc/apt/sources.list"
	cp -a /etc/apt/. "$root/etc/apt/"
	keyrings | while read -r file; do
		if [ -r "$file" ]; then install -D -m 644 "$file" "$root$file"; fi
	done
	for file in /etc/resolv.conf /etc/hosts /etc/ssl/certs/ca-certificates.crt; do
		if [ -r "$file" ]; then
			mkdir -p "$root${file%/*}"
			cat "$file" > "$root$file"
		fi
	done
}

# --- Inside the name spaces ------------------------------------------------------------------------

lay_out ()
{
	local device from

	from=$(mirror)
	[ -n "$from" ] || die "apt here has no source for $suite main (try apt-get update)"
	say "laying out Debian $suite"
	http_proxy=$(proxy http) https_proxy=$(proxy https) \
		debootstrap --variant=minbase --include=sudo --keyring="$(keyring)" \
		"$suite" "$root" "$from" > "$root.log" || { tail -n 20 "$root.log"; die 'debootstrap failed'; }
	rm -f "$root/var/cache/apt/archives"/*.deb
	copy_configuration

	mount -t proc proc "$root/proc"
	mount -t tmpfs -o mode=755 dev "$root/dev"
	for device in null:3 zero:5 full:7 random:8 urandom:9; do
		mknod -m 666 "$root/dev/${device%:*}" c 1 "${device#*:}"
	done
	mknod -m 666 "$root/dev/tty" c 5 0
	ln -s /proc/self/fd "$root/dev/fd"
	ln -s fd/0 "$root/dev/stdin"
	ln -s fd/1 "$root/dev/stdout"
	ln -s fd/2 "$root/dev/stderr"
	mkdir -m 1777 "$root/dev/shm"
	mkdir "$root/dev/pts"
	mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts "$root/dev/pts"
	ln -s pts/ptmx "$root/dev/ptmx"
}

# on_machine USER COMMAND...: as that user, in the checkout in that user's home, with a bare environment.
on_machine ()
{
	local user=$1 home

	shift
	home=$(chroot "$root" getent passwd "$user" | cut -d: -f6)
	chroot "$root" /usr/bin/env -i HOME="$home" USER="$user" LOGNAME="$user" \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		http_proxy="$(proxy http)" https_proxy="$(proxy https)" \
		setpriv --reuid "$user" --regid "$user" --init-groups -- \
		sh -c "cd ~/mailferry && exec \"\$@\"" sh "$@"
}

# give_checkout USER: a clone of what is committed, in that user's home.
give_checkout ()
{
	local home

	home=$(chroot "$root" getent passwd "$1" | cut -d: -f6)
	git -c safe.directory='*' clone -q --no-hardlinks "$checkout" "$root$home/mailferry"
	chroot "$root" chown -R "$1:" "$home/mailferry"
}

# Nothing that was installed may start by itself, and the rule that saw to it must be gone.
nothing_starts ()
{
	local found

	found=$(find "$root"/etc/rc[2-5].d "$root"/etc/systemd \
		-name 'S*dovecot*' -o -name 'dovecot*' 2>/dev/null || :)
	[ -z "$found" ] || die "a server would start with the machine: $found"
	[ ! -e "$root/usr/sbin/policy-rc.d" ] || die 'policy-rc.d was left behind'
	! grep -lsz '^dovecot\|/dovecot$' /proc/[0-9]*/cmdline || die 'a server is running'
}

plain_user ()
{
	if chroot "$root" getent passwd ann > /dev/null; then return; fi
	chroot "$root" useradd --create-home --shell /bin/bash ann
	echo 'ann ALL=(ALL) NOPASSWD: ALL' > "$root/etc/sudoers.d/ann"
	give_checkout ann
}

run_demo ()
{
	plain_user
	say './bootstrap demo, as a plain user with sudo'
	on_machine ann ./bootstrap demo
	nothing_starts
}

# check_as USER: some tests are different for root, so both kinds of user run them.
check_as ()
{
	on_machine "$1" ./bootstrap check | tee "$root.log"
	tail -n 1 "$root.log" | grep -qE '^[0-9]+ passed, 0 failed, [0-9]+ skipped$' ||
		die 'the output of the check does not end with its sum'
	nothing_starts
}

run_check ()
{
	say './bootstrap check, as root'
	give_checkout root
	check_as root
	plain_user
	say './bootstrap check, as a plain user'
	check_as ann
}

# --- Outside ---------------------------------------------------------------------------------------

# Run ourselves again where we are process 1 and own all mounts; all of it ends with that process.
enter ()
{
	[ "$(id -u)" = 0 ] || die 'needs root, to lay out Debian and change into it'
	command -v debootstrap >/dev/null || die 'needs debootstrap: apt-get install debootstrap'
	command -v git >/dev/null || die 'needs git: apt-get install git'

	root=$(mktemp -d "${TMPDIR:-/var/tmp}/mailferry-fresh.XXXXXX")
	trap 'rm -rf --one-file-system "$root" "$root.log"' EXIT
	trap 'kill -KILL "$child"; wait "$child"; exit 130' INT
	trap 'kill -KILL "$child"; wait "$child"; exit 143' TERM HUP
	chmod 755 "$root"
	setpriv --pdeathsig KILL -- unshare --mount --propagation private --pid --fork --kill-child \
		--mount-proc "$self" --inside "$root" "$@" < /dev/null &
	child=$!
	wait "$child"
}

if [ "${1:-}" = --inside ]; then
	root=$2
	shift 2
	lay_out
	for command in "$@"; do "run_$command"; done
	say 'everything passed on a fresh machine'
	exit
fi

[ $# -gt 0 ] || set -- demo check
for command in "$@"; do
	case $command in
	demo | check) ;;
	*) die "$usage" ;;
	esac
done
enter "$@"
