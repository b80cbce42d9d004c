# bench.sh - what the races share: a directory of their own, rounds, medians, servers
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034 # races use the rest
#
# Sourced first by each. Sets $top_srcdir, $top_builddir, $rounds (from ROUNDS) and $tmp, which is removed at the
# end.
#
#	on_exit COMMAND		runs it then, the last one given first
#	median COLUMN FILE	of the numbers in a column
#	use_servers		tests/support/imap-servers.sh, and a new HOME without anybody's settings

set -eu

top_srcdir=$(cd "${top_srcdir:-$(dirname "$0")/..}" && pwd)
top_builddir=$(cd "${top_builddir:-.}" && pwd)
rounds=${ROUNDS:-3}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/mailferry-bench.XXXXXX")
cleaning=
trap 'eval "$cleaning"; cd /; rm -rf "$tmp"' EXIT

on_exit ()
{
	cleaning="$1; $cleaning"
}

median ()
{
	cut -d' ' -f "$1" "$2" | sort -n | awk '{ all[NR] = $1 } END { print all[int ((NR + 1) / 2)] }'
}

use_servers ()
{
	# shellcheck source=tests/support/imap-servers.sh
	. "$top_srcdir/tests/support/imap-servers.sh"
	PATH=$PATH:/usr/sbin:/sbin
	chmod 755 "$tmp"
	export HOME=$tmp/home
	mkdir "$HOME"
}
