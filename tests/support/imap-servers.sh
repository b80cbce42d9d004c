# imap-servers.sh - the kinds of server that an upload must get along with, by name
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154 # what tests use, and what tap.sh sets
#
# Sourced after tap.sh, before HOME is changed (the packages of some servers lie in a cache below it).
#
#	has_server KIND		whether it can be started here; if not, $why says what is missing
#	start_server KIND DIR [OPTION...]
#				starts it until the test ends and takes over DIR/env
#	stop_server DIR		the one started last

server_kinds='dovecot dovecot-sdbox dovecot-mbox dovecot-dot dovecot-minus dovecot-plain cyrus cyrus-dot courier'
MAILFERRY_SERVERS=${MAILFERRY_SERVERS:-${XDG_CACHE_HOME:-$HOME/.cache}/mailferry/servers}
export MAILFERRY_SERVERS

# What Dovecot 2.3 offers, without what is to be missed.
dovecot_offers='IMAP4rev1 SASL-IR ID ENABLE IDLE NAMESPACE UIDPLUS SPECIAL-USE CHILDREN UNSELECT'

# The starter of a kind and its options, in $starter and ${server_options[@]}.
server_kind ()
{
	server_options=()
	starter=$top_srcdir/tests/support/imapd-${1%%-*}.sh
	case $1 in
	dovecot | cyrus | courier) ;;
	dovecot-sdbox) server_options=(-f sdbox) ;;
	dovecot-mbox) server_options=(-f mbox) ;;
	dovecot-dot) server_options=(-s . -p INBOX.) ;;
	# as large providers are: no MULTIAPPEND, and of literals only small ones without waiting
	dovecot-minus) server_options=(-x "imap_literal_minus = yes
imap_capability = $dovecot_offers LITERAL- COMPRESS=DEFLATE") ;;
	# nothing that makes an upload fast
	dovecot-plain) server_options=(-x "imap_capability = IMAP4rev1") ;;
	cyrus-dot) server_options=(-s .) ;;
	*) return 1 ;;
	esac
}

has_server ()
{
	local program

	case $1 in
	dovecot*) program=$(PATH=$PATH:/usr/sbin:/sbin command -v dovecot) ;;
	cyrus*) program=$MAILFERRY_SERVERS/cyrus/usr/lib/cyrus/bin/imapd ;;
	courier*) program=$MAILFERRY_SERVERS/courier/usr/bin/imapd ;;
	esac
	why="no ${1%%-*} here; ./bootstrap servers fetches it"
	[ -x "$program" ] || return
	case $1 in
	dovecot*) ;;
	*)
		why="libraries of ${1%%-*} are missing here"
		has_libraries "$MAILFERRY_SERVERS/${1%%-*}"
		;;
	esac
}

# has_libraries TREE: whether the programs unpacked there find all they are linked with.
has_libraries ()
{
	local path

	path=$(find "$1" -name '*.so*' -printf '%h\n' | sort -u | paste -sd :)
	! find "$1" -type f -regex '.*/\(master\|imapd\|imaplogin\|couriertls\|maildirmake\.courier\|authdaemond\)' \
		-exec env LD_LIBRARY_PATH="$path" ldd {} + 2> /dev/null | grep -q 'not found'
}

start_server ()
{
	local kind=$1 dir=$2

	shift 2
	server_kind "$kind" || return
	on_exit "'$starter' stop '$dir'"
	"$starter" start "$dir" "${server_options[@]}" "$@" > /dev/null || return
	# shellcheck disable=SC1091 # written by the starter
	. "$dir/env"
}

stop_server ()
{
	"$starter" stop "$1"
}
