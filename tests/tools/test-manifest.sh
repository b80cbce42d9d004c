#!/bin/bash
# test-manifest.sh - every program lists what is at its target, for sort, join and grep too
#
# SPDX-License-Identifier: GPL-2.0-or-later

. "${top_srcdir:-.}/tests/support/tap.sh"
. "$top_srcdir/tests/support/imap-servers.sh"

need_tool pst2mbox mbox2maildir eml2mbox maildir-push imap2mbox mbox-verify
verify=$(tool mbox-verify)
cd "$tmp" || exit 99
export LC_ALL=C HOME=$tmp

columns=$'#columns\tL0\tL1\tL2\tsize\tdate\tflags\tmessage-id\tfolder\torigin\ttarget'

# mails FILE: its lines about messages; column N FILE: one field of them.
mails ()
{
	grep -v '^#' "$1"
}

column ()
{
	mails "$2" | cut -f "$1"
}

# is_manifest FILE TOOL COUNT
is_manifest ()
{
	like "$1: the first line says what wrote it" "$(head -n 1 "$1")" \
		"^#mail-manifest 1"$'\t'"tool=$2/[0-9.]+"$'\t'"source=[^ ]+$"
	is "$1: the second names the columns" "$(sed -n 2p "$1")" "$columns"
	is "$1: a line for every message" "$(mails "$1" | wc -l)" "$3"
	is "$1: ten fields in each" "$(mails "$1" | awk -F '\t' '{ print NF }' | sort -u)" 10
	is "$1: with all three digests" \
		"$(mails "$1" | grep -cE $'^([0-9a-f]{64}\t){3}[0-9]+\t')" "$3"
	is "$1: the last line chains all above it" \
		"$(sed -n 's/^#end\t.*\tchain=//p' "$1")" \
		"$(head -n -1 "$1" | sha256sum | cut -d ' ' -f 1)"
	is "$1: and counts them" \
		"$(sed -nE 's/^#end\t.*emitted=([0-9]+)\tpresent=([0-9]+)\t.*/\1 \2/p' "$1" |
		awk '{ print $1 + $2 }')" "$3"
}

# agree NAME COLUMN FILE...: the same values, as often, in all files.
agree ()
{
	local name=$1 column=$2 first=$3 file

	shift 3
	for file; do
		is "$name: $first and $file" "$(column "$column" "$file" | sort | sha256sum)" \
			"$(column "$column" "$first" | sort | sha256sum)"
	done
}

# --- Each program -----------------------------------------------------------------------------

"$top_builddir/tests/support/make-sample-pst" demo old.pst > sample.log 2>&1 ||
	diag "$(cat sample.log)"
"$(tool pst2mbox)" -q --manifest=of-pst old.pst > old.mbs
"$(tool mbox2maildir)" -q --manifest=of-maildir old.mbs Maildir
"$verify" -q --manifest=of-verify old.pst Maildir > /dev/null
mkdir files
n=0
for file in Maildir/cur/*; do
	n=$((n + 1))
	cp "$file" "files/$n.eml"
done
"$(tool eml2mbox)" -q --manifest=of-files files > files.mbs

all=$(grep -c '^X-Mbs: 1 message ' old.mbs)
is_manifest of-pst pst2mbox "$all"
is_manifest of-maildir mbox2maildir "$all"
is_manifest of-verify mbox-verify "$all"
is_manifest of-files eml2mbox "$n"
agree 'nothing is another mail' 2 of-pst of-maildir of-verify
agree 'nor says anything else' 3 of-pst of-maildir of-verify
agree 'nothing has another date, other flags or another name' 5-8 of-pst of-maildir of-verify

"$(tool mbox2maildir)" -q --manifest=again old.mbs Maildir
is_manifest again mbox2maildir "$all"
like 'what is there already is listed as well' "$(tail -n 1 again)" "present=$all"
agree 'as the same' 1-10 of-maildir again

if has_server dovecot && start_server dovecot "$tmp/imap"; then
	login=(--ca-file="$IMAP_CA" --password-file="$IMAP_PASSWORD_FILE")
	url=imaps://ann@$IMAP_HOST:$IMAPS_PORT
	"$(tool maildir-push)" -q "${login[@]}" --manifest=of-push Maildir "$url"
	"$(tool maildir-push)" -q "${login[@]}" --manifest=of-second Maildir "$url"
	"$(tool imap2mbox)" -q "${login[@]}" --manifest=of-imap "$url" > imap.mbs
	"$verify" -q "${login[@]}" --manifest=of-account old.pst "$url" > /dev/null
	is_manifest of-push maildir-push "$all"
	is_manifest of-second maildir-push "$all"
	is_manifest of-imap imap2mbox "$all"
	is_manifest of-account mbox-verify "$all"
	agree 'on a server it is the same mail' 2 of-pst of-push of-second of-imap of-account
	agree 'that says the same' 3 of-pst of-push of-second of-imap of-account
	like 'its place there is told' "$(column 10 of-push | head -n 1)" '^[0-9]+:[0-9]+$'
	for from in of-pst of-push of-imap of-account; do
		for to in of-maildir of-imap "$url" Maildir; do
			run "$verify" "${login[@]}" --require=canonical --two-way "$from" "$to"
			is "$from is in ${to%%:*}" "$status $(grep -c '^Proven: ' "$out")" '0 1'
		done
	done
else
	skip 'the same of accounts on a server' "${why:-no server}"
fi

# --- The usual tools --------------------------------------------------------------------------

tab=$'\t'
# by COLUMN FILE: sorted for join.
by ()
{
	mails "$2" | sort -t "$tab" -k "$1,$1"
}

is 'cut and sha256sum find each file of a Maildir by its line' \
	"$(mails of-maildir | while IFS=$tab read -r l0 _ _ _ _ _ _ _ _ target; do
		file=$(find Maildir -name "$target*")
		printf '%s  %s\n' "$l0" "$file"
	done | sha256sum --check --quiet 2>&1)" ''
is 'join finds each message of one list in another' \
	"$(join -t "$tab" -1 1 -2 1 -o 1.9 <(by 1 of-pst) <(by 1 of-maildir) | sort -u | wc -l)" \
	"$(column 9 of-pst | sort -u | wc -l)"
mails of-maildir | sed 3d > shorter
is 'and which is not' "$(join -t "$tab" -v 1 -o 1.9 <(by 1 of-pst) <(by 1 shorter) | wc -l)" \
	"$((all - $(join -t "$tab" -o 1.9 <(by 1 of-pst) <(by 1 shorter) | sort -u | wc -l)))"
is 'sort orders them by size' "$(mails of-pst | sort -t "$tab" -n -k 4,4 | cut -f 4)" \
	"$(column 4 of-pst | sort -n)"
is 'grep finds a folder' "$(grep -c "${tab}INBOX$tab" of-pst)" "$(column 8 of-pst | grep -cx INBOX)"
like 'and what was left out' "$(grep -c '^#skipped' of-pst)" '^[1-9]'

# --- What a stranger wrote does not break a line ----------------------------------------------

mkdir odd
printf 'Message-ID: <a\tb%%0A@x>\nSubject: \tx\n\nbody\n' > $'odd/a\tb.eml'
printf 'Message-ID:\n' > odd/empty.eml
head -c 3000 /dev/urandom > odd/noise.eml
"$(tool eml2mbox)" -q --manifest=of-odd odd > odd.mbs
is 'a tab in a name or a field is no separator' \
	"$(mails of-odd | awk -F '\t' '{ print NF }' | sort -u)" 10
run "$verify" --require=raw odd.mbs of-odd
status_is 'and the list proves what it lists' 0

# A message beyond the limits of a parser has no L2, and is proven by its bytes.
{
	printf 'Message-ID: <bomb@x>\nContent-Type: multipart/mixed; boundary=b\n\n'
	for n in $(seq 10100); do printf -- '--b\n\nx\n'; done
} > bomb.eml
mkdir bombs
mv bomb.eml bombs
"$(tool eml2mbox)" -q --manifest=of-bomb bombs > bomb.mbs
is 'what cannot be decoded has no L2' "$(column 3 of-bomb)" -
run "$verify" bombs of-bomb
prints 'but is proven' '^Proven: 1 of 1 proven$'

done_testing
