#!/bin/bash
# check-docs.sh - --help, man page and completion of a tool name the same options; the pages are sound
#
# SPDX-License-Identifier: GPL-2.0-or-later

. "${top_srcdir:-.}/tests/support/tap.sh"

tools='pst2mbox eml2mbox imap2mbox mbox2maildir maildir-push mbox-verify'

# Each of these reads a text and gives its options, "-x" and "--long", one a line.
options_of_help ()
{
	grep -E '^ +-' | sed 's/^ *//; s/   *.*//' | grep -oE -- '(^|[ ,])(-[A-Za-z0-9]|--[a-z0-9-]+)' |
		sed 's/^[ ,]*//' | sort -u
}

options_of_page ()
{
	grep -E '^\.It Fl' | grep -oE 'Fl -?[A-Za-z0-9][a-z0-9-]*' | sed 's/^Fl /-/' | sort -u
}

options_of_completion ()
{
	grep -oE -- '--[a-z][a-z0-9-]*' | sort -u
}

# A tool has two helps; -h is for itself and stands in no table of options.
without_short_help ()
{
	grep -vx -- -h
}

long_ones ()
{
	grep -- '^--'
}

# --- The readers above ------------------------------------------------------------------------------

is 'options are read from a help text' "$(options_of_help <<-'END' | tr '\n' ' '
	Usage:
	  tool [OPTION…] SOURCE - move --mail about

	Application Options:
	  -o, --output=DIR        Write to DIR, like --directory
	  --since=DATE            -x is not an option
	END
)" '--output --since -o '

is 'options are read from a man page' "$(options_of_page <<-'END' | tr '\n' ' '
	.It Fl o Ar dir , Fl -output Ns = Ns Ar dir
	See
	.Fl -other .
	.It Fl -since Ns = Ns Ar date
	END
)" '--output --since -o '

# --- The pages --------------------------------------------------------------------------------------

for page in "$top_srcdir"/man/*.[0-9]; do
	name=${page##*/}
	if command -v mandoc > /dev/null; then
		is "mandoc finds no fault in $name" "$(mandoc -Tlint -Wwarning "$page" 2>&1)" ''
	else
		skip "mandoc finds no fault in $name" 'mandoc is not installed'
	fi
done

# What a page folds cannot be pasted.
is 'examples fit a line of 80 columns' "$(grep -nE '^\.Dl .{68}' "$top_srcdir"/man/*.[0-9])" ''

# section PAGE TITLE: the text of a section.
section ()
{
	sed -n "/^\.Sh $2\$/,/^\.Sh /p" "$1"
}

for name in $tools; do
	page=$top_srcdir/man/$name.1
	for title in NAME SYNOPSIS DESCRIPTION EXAMPLES 'EXIT STATUS' 'SEE ALSO'; do
		not_ok "$name(1) has $title" test -z "$(section "$page" "$title")"
	done

	if [ ! -x "$(tool "$name")" ]; then
		skip "$name --help and its man page name the same options" "tools/$name is not built"
		continue
	fi
	run "$(tool "$name")" --help
	help_options=$(options_of_help < "$out" | without_short_help)
	is "$name --help and its man page name the same options" \
		"$(options_of_page < "$page" | without_short_help)" "$help_options"

	completion=$top_srcdir/completions/$name
	if [ ! -e "$completion" ]; then continue; fi
	is "$name --help and its completion name the same options" \
		"$(options_of_completion < "$completion")" "$(long_ones <<< "$help_options")"
done

done_testing
