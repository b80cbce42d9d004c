#!/bin/bash
# test-pst2mbox-traps.sh - what readers of Outlook files fall into, and the test for each
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # status, out, err and tmp are set by tap.sh
#
# The table is for people: here they find what a test is there for, before they remove it.

. "${top_srcdir:-.}/tests/support/tap.sh"

need_tool pst2mbox

# number and trap, then the names of its tests, in C programs and in scripts
traps='
1|attachments that stand for nothing, but for recipients
  /pst/source/odd-attachments-are-kept-whole
2|deleted items by an English name
  /pst/store/roles-come-from-entry-ids
  /pst/store/roles-of-an-ost-by-the-ids-of-the-server
3|the root varies, and some nodes lack a parent
  /pst/store/deep-folders-move-up
  /pst/store/a-damaged-store-is-still-listed
4|tables and nodes disagree
  /pst/store/tables-and-nodes-together
  /pst/source/tables-and-nodes-are-united
5|settings that look like messages
  /pst/store/items-outside-are-counted-apart
  /pst/source/knows-what-is-mail
6|headers that are none
  /pst/headers/keeps-fields-and-drops-the-old-body
  /pst/envelope/keeps-the-header-that-came
7|sent mail and drafts without a header
  /pst/envelope/builds-a-header-where-there-is-none
  /pst/envelope/fields-kept-as-properties-are-fields-again
  /pst/source/gives-the-same-twice
8|names of Exchange instead of addresses
  /pst/address/prefers-the-internet-address
  /pst/envelope/finds-addresses-anywhere-in-the-file
  /pst/envelope/an-unknown-address-is-told-once
  /pst/address/invents-a-valid-one-and-says-so
9|the wrong code page
  /pst/item/finds-the-charset-in-meta
  /pst/source/bodies-keep-every-character
  /pst/source/strings-in-odd-code-pages
10|a body that is a stub
  /pst/source/the-body-that-was-written-leads
  /pst/source/a-stub-hides-no-text
11|times that are none, and 1601
  /pst/item/zero-is-no-date
  /pst/envelope/no-clock-no-date
  /pst/envelope/what-is-no-date-hides-none
12|signatures that break
  /pst/secure/signed-by-smime-or-pgp-to-the-byte
  /pst/secure/encrypted-by-pgp-can-be-decrypted
13|message/... in base64
  /pst/source/attachments-of-every-kind
  /pst/source/reports-kept-as-files-are-put-together
14|names, order and kinds of attachments
  /pst/source/attachments-of-every-kind
  /pst/source/odd-attachments-are-kept-whole
  /pst/enclosure/both-forks-travel-as-appledouble
15|names of folders
  /pst/source/folder-names-stay-apart
16|what libpst keeps for a whole process
  /pst/file/leaves-the-working-directory-alone
  /pst/file/two-files-at-once-keep-apart
17|libraries that print
  /base/child/what-it-prints-reaches-nobody
18|memory for what the file claims
  /pst/lzfu/refuses-what-is-damaged-or-too-large
  /pst/lzfu/inflates
  /pst/lzfu/believes-no-size
19|a seek for every block
  /pst/file/reads-ahead-what-the-file-holds
20|other versions of libpst
  of libpst only what opens and decodes is used
'

# exists TEST: a program or a script has a test of that name.
exists ()
{
	grep -r -q -F --include='*.c' --include='*.sh' -e "(\"$1\"" -e "'$1'" "$top_srcdir/tests"
}

# judge: the last trap, if all its tests have been read.
judge ()
{
	if [ -n "$trap" ]; then is "trap $trap" "${missing# }" ''; fi
	missing=
}

trap=
missing=
while IFS= read -r line; do
	case $line in
	'') ;;
	'  '*) exists "${line#  }" || missing="$missing ${line#  }" ;;
	*)
		judge
		trap=${line/|/: }
		;;
	esac
done <<< "$traps"
judge

# --- Trap 20 --------------------------------------------------------------------------------------------

# The same in every version: it opens a file and decodes a block. What parses is ours.
if command -v nm > /dev/null; then
	is 'of libpst only what opens and decodes is used' \
		"$(nm -D --undefined-only "$(tool pst2mbox)" |
			sed -n 's/^ *U \(pst_[A-Za-z0-9_]*\).*/\1/p' | sort | tr '\n' ' ')" \
		'pst_close pst_debug_setlevel pst_ff_getIDblock_dec pst_open '
else
	skip 'of libpst only what opens and decodes is used' 'there is no nm'
fi

done_testing
