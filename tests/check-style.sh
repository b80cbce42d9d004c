#!/bin/bash
# check-style.sh - what .clang-format cannot keep by itself: width, line ends, heads of files
#
# SPDX-License-Identifier: GPL-2.0-or-later

. "${top_srcdir:-.}/tests/support/tap.sh"

cd "$top_srcdir" || exit 99
sources=(common/*/*.[ch] tools/*.c)

# too_wide FILE...: lines of more than 100 columns, a tab reaching to the next multiple of 8.
too_wide ()
{
	local file

	for file; do
		expand -t 8 "$file" | LC_ALL=C.UTF-8 grep -nE '.{101}' | sed "s|:.*||; s|^|$file:|"
	done
}

printf 'x%.0s' {1..101} > "$tmp/wide"
printf '\t%s\n' "$(printf 'x%.0s' {1..92})" > "$tmp/fits"
is 'a line of 101 columns is found' "$(too_wide "$tmp/wide")" "$tmp/wide:1"
printf '\t%s\n' "$(printf 'é%.0s' {1..92})" >> "$tmp/fits"
is 'a line of 100 columns is not, in any script' "$(too_wide "$tmp/fits")" ''

is 'no line is wider than 100 columns' "$(too_wide "${sources[@]}")" ''
is 'no line ends in a blank' "$(grep -nE '[[:blank:]]+$' "${sources[@]}")" ''
is 'every file ends in a line end' \
	"$(for file in "${sources[@]}"; do [ -z "$(tail -c 1 "$file")" ] || echo "$file"; done)" ''
is 'every file says first what it is for' \
	"$(for file in "${sources[@]}"; do
		head -n 1 "$file" | grep -qF "/* ${file##*/} - " || echo "$file"
	done)" ''
is 'every file names its licence' "$(grep -L 'SPDX-License-Identifier: GPL-2.0-or-later' "${sources[@]}")" ''

done_testing
