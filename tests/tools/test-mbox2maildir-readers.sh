#!/bin/bash
# test-mbox2maildir-readers.sh - what Dovecot and mutt read in our Maildirs, whatever their layout
#
# SPDX-License-Identifier: GPL-2.0-or-later

. "${top_srcdir:-.}/tests/support/tap.sh"

need_tool mbox2maildir
mbox2maildir=$(tool mbox2maildir)
make_stream=$top_builddir/tests/support/make-stream
cd "$tmp" || exit 99
n=100
"$make_stream" "$n" > s.mbs || exit 99

# as_user COMMAND...: without root's rights, or nothing.
as_user ()
{
	if [ "$(id -u)" = 0 ]; then setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; else "$@"; fi
}

# subject I: the number in the subject of made message I; a copy has that of its original.
subject ()
{
	echo $(($1 % 10 == 9 ? $1 - 1 : $1))
}

# --- Dovecot ----------------------------------------------------------------------------------------

# what Dovecot should say of made message N: subject, date, flags and keywords
expected ()
{
	local i=$1 flags=() date='1970-01-01 00:00:00'

	((i & 2)) && flags+=('\Answered')
	((i & 4)) && flags+=('\Flagged')
	((i & 16)) && flags+=('\Deleted')
	((i & 1)) && flags+=('\Seen')
	((i & 8)) && flags+=('\Draft')
	if ((i % 5 == 0)); then
		((i % 3 == 0)) && flags+=('$Forwarded')
		((i % 3 <= 1)) && flags+=('Big_Co')
		flags+=('$Label1')
	fi
	((i % 11)) && date=$(TZ=UTC printf '%(%F %T)T' $((1000000000 + 86400 * i)))
	printf '%s|%s|%s\n' "$(subject "$i")" "$date" \
		"$(printf '%s\n' "${flags[@]}" | grep . | LC_ALL=C sort | tr '\n' ' ')"
}

# doveadm_in MAILDIR OPTIONS ARGUMENT...: OPTIONS follow its mail location.
doveadm_in ()
{
	local location=maildir:$tmp/$1$2

	shift 2
	PATH=$PATH:/usr/sbin:/sbin TZ=UTC USER=ann HOME=$tmp/dovecot \
		doveadm -c dovecot.conf -o "mail_location=$location" "$@"
}

write_configuration ()
{
	local user=nobody

	[ "$(id -u)" = 0 ] || user=$(id -un)
	cat <<-END_OF_FILE
		base_dir = $tmp/dovecot/run
		state_dir = $tmp/dovecot/state
		log_path = $tmp/dovecot/log
		ssl = no
		mail_uid = $(id -u "$user")
		mail_gid = $(id -g "$user")
		first_valid_uid = 1
		first_valid_gid = 1
		default_internal_user = $user
		default_login_user = $user
		namespace inbox {
		  inbox = yes
		  separator = /
		}
	END_OF_FILE
}

plus='Empty|Empty/below|INBOX|INBOX/Café|Projects|Reports 1%2E0|Reports 1%2E0/a%2Fb|Sent Items|projects~|日本語|日本語/メール|'
nested='Empty|Empty/below|INBOX|INBOX/Café|Projects|Reports 1.0|Reports 1.0/a%2Fb|Sent Items|projects~|日本語|日本語/メール|'

# check_dovecot NAME OPTIONS FOLDERS ARGUMENT...: mbox2maildir's arguments, what Dovecot then needs, and sees.
check_dovecot ()
{
	local name=$1 options=$2 folders=$3

	shift 3
	"$mbox2maildir" -q "$@" s.mbs "$name"
	[ "$(id -u)" != 0 ] || chown -R 65534:65534 "$name"
	is "$name: the folders" \
		"$(doveadm_in "$name" "$options" mailbox list | sed 's/~[0-9a-f]*$/~/' | LC_ALL=C sort | tr '\n' '|')" \
		"$folders"
	is "$name: what is subscribed" "$(doveadm_in "$name" "$options" mailbox list -s | wc -l)" 9
	doveadm_in "$name" "$options" -f flow fetch 'hdr.subject date.received flags' mailbox '*' 2> errors |
		sed -E 's/^hdr.subject=Message ([0-9]+) date.received=(.{19}) flags=(.*)$/\1|\2|\3/' |
		while IFS='|' read -r i when flags; do
			printf '%s|%s|%s\n' "$i" "$when" \
				"$(printf '%s\n' $flags | grep -vxF '\Recent' | LC_ALL=C sort | tr '\n' ' ')"
		done | sort > got
	ok "$name: flags, keywords and dates" diff -u wanted got
	is "$name: without complaint" "$(cat errors dovecot/log 2> /dev/null)" ''
}

chmod 755 .
if PATH=$PATH:/usr/sbin:/sbin command -v doveadm > /dev/null && as_user test -r "$tmp/s.mbs"; then
	mkdir dovecot
	[ "$(id -u)" != 0 ] || chown 65534:65534 dovecot
	write_configuration > dovecot.conf
	for ((i = 0; i < n; i++)); do expected "$i"; done | sort > wanted
	check_dovecot Plus '' "$plus"
	check_dovecot Plus8 ':UTF-8' "$plus" --names=utf8
	check_dovecot Nested ':LAYOUT=fs' "$nested" --layout=fs
	check_dovecot Nested8 ':LAYOUT=fs:UTF-8' "$nested" --layout=fs --names=utf8
	"$mbox2maildir" -q s.mbs Plus
	is 'a run after Dovecot has been there finds everything' "$(find Plus -path '*/cur/*' -type f | wc -l)" "$n"
else
	skip 'what Dovecot reads' 'doveadm is not installed'
fi

# --- mutt -------------------------------------------------------------------------------------------

# mutt_finds MAILDIR PATTERN: subjects of the messages that match, by a mutt that believes it has a terminal.
mutt_finds ()
{
	rm -f found
	cat > muttrc <<-END_OF_FILE
		set pipe_split=yes pipe_decode=no wait_key=no
		push "<tag-pattern>$2<enter><tag-prefix-cond><pipe-message>cat >> found<enter><exit>"
	END_OF_FILE
	TERM=xterm HOME=$tmp timeout 20 \
		script -qec "mutt -n -F muttrc -R -f '$1'" /dev/null < /dev/null > /dev/null 2>&1
	if [ -e found ]; then sed -n 's/^Subject: Message \([0-9]*\).*/\1/p' found | sort -n | tr '\n' ' '; fi
}

# made_with PLACE BIT: the same of made messages in the PLACEth of the seven folders, 0 meaning any flags
made_with ()
{
	local i

	for ((i = 0; i < n; i++)); do
		((i * 7 / n == $1)) && (($2 == 0 || i & $2)) && subject "$i"
	done | sort -n | tr '\n' ' '
}

if command -v mutt > /dev/null && command -v script > /dev/null; then
	mkdir Mail # or it asks whether to make it
	"$mbox2maildir" -q s.mbs Mutt
	"$mbox2maildir" -q --layout=fs s.mbs MuttNested
	place=0
	for folder in Mutt 'Mutt/.INBOX.Caf&AOk-' 'MuttNested/Sent Items'; do
		is "mutt finds the messages of $folder" "$(mutt_finds "$folder" '~A')" "$(made_with "$place" 0)"
		is 'which are read' "$(mutt_finds "$folder" '~R')" "$(made_with "$place" 1)"
		is 'answered' "$(mutt_finds "$folder" '~Q')" "$(made_with "$place" 2)"
		is 'flagged' "$(mutt_finds "$folder" '~F')" "$(made_with "$place" 4)"
		is 'deleted' "$(mutt_finds "$folder" '~D')" "$(made_with "$place" 16)"
		place=$((place + 1))
	done
else
	skip 'what mutt reads' 'mutt or script is not installed'
fi

done_testing
