#!/bin/bash
# test-mbox-verify-many.sh - long lists of messages, the awkward ones too, in bounded memory
#
# SPDX-License-Identifier: GPL-2.0-or-later

. "${top_srcdir:-.}/tests/support/tap.sh"

need_tool mbox-verify
make=$top_builddir/tests/support/make-manifest
count=70000 # more than a sorter holds in memory
one=$((count / 100))
memory=64 # MiB of data
cd "$tmp" || exit 99

# pair SOURCE TARGET STATUS LINE: what the counts of all folders are, numbers between single blanks
pair ()
{
	local shape

	for shape in "$1" "$2"; do
		[ -s "$shape" ] || "$make" "$count" "$shape" > "$shape"
	done
	run_sh "ulimit -d $((memory * 1024)); \"\$@\"" "$(tool mbox-verify)" -q "$1" "$2"
	status_is "$1 to $2 ends with status $3" "$3"
	is "$1 to $2 is counted" "$(grep '^total' "$out" | tr -s ' ')" "total $count $4"
}

# What the columns are depends on what there is to show.
# source and target   status  found, identical, canonical, ...
pair plain plain           0 "$count $count - - - -"
pair plain faults          1 "$((count / 100 * 99)) $((count / 100 * 97)) $one $one $one - $one -"
pair plain others          1 "0 - - $count - $count"
pair plain altered         1 "0 - - - $count -"
pair plain moved           0 "$count - - $count - - -"
pair plain anew            0 "$count - - $count - - -"
pair one one               0 "$count $count - - - -"
pair one one-other         1 "0 - - - $count -"
pair one plain             1 "1 1 - - - $((count - 1)) $((count - 1))"
pair nameless nameless-other 1 "0 - - $count - $count"

done_testing
