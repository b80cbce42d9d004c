# sent-mail.sh - mail to be sent, and what must be the same at the other end
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # what tap.sh sets
#
# Sourced after tap.sh.

# make_maildir DIR COUNT SEED: messages with all flags, dates over twenty years, every tenth three times.
make_maildir ()
{
	mkdir -p "$1/cur" "$1/new" "$1/tmp"
	(cd "$1/cur" && awk -v count="$2" -v seed="$3" '
	BEGIN {
		srand (seed)
		split (",S,RS,FS,DS,FRS,T", flags, ",")
		for (i = 1; i <= count; i++) {
			date = 946684800 + int (rand () * 600000000)
			copies = i % 10 == 0 ? 3 : 1
			lines = int (rand () * 80)
			for (c = 1; c <= copies; c++) {
				name = date ".M" i "P" c ".test:2," flags[1 + i % 7]
				print date > "/dev/stderr"
				print name > "/dev/stderr"
				printf "From: a%d@example.org\nTo: b@example.org\nSubject: Number %d\n", i, i > name
				printf "Message-ID: <%d.%d@example.org>\n\n", seed, i > name
				for (l = 0; l < lines; l++) print "Line", l, "of", i, rand () > name
				close (name)
			}
		}
	}' 2>&1 | while read -r date && read -r name; do touch -d "@$date" "$name"; done)
}

# facts DIR: what must be the same at both ends: bytes, flags, date of every message, sorted.
facts ()
{
	(cd "$1" && find cur new -type f | sort > "$tmp/.files" &&
		paste -d ' ' <(xargs sha256sum < "$tmp/.files" | cut -c1-64) \
			<(xargs stat -c %Y < "$tmp/.files") \
			<(sed 's/.*:2,//; s/[a-z]//g' "$tmp/.files")) | sort
}

# same NAME SOURCE MAILDIR-OF-THE-SERVER
same ()
{
	facts "$2" > "$tmp/.expected"
	facts "$3" > "$tmp/.got"
	ok "$1" cmp "$tmp/.expected" "$tmp/.got"
}

journal ()
{
	cat "$HOME"/.local/state/mailferry/*.journal
}

# until_journal PID LETTER COUNT: wait for so many records, or the end of the process.
until_journal ()
{
	until [ "$(journal 2> /dev/null | grep -c "^$2")" -ge "$3" ] || ! kill -0 "$1" 2> /dev/null; do :; done
}
