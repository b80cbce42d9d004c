#!/bin/bash
# check-floors.sh - who may include whom, and who may do what: the drawing of the house, kept true
#
# SPDX-License-Identifier: GPL-2.0-or-later

. "${top_srcdir:-.}/tests/support/tap.sh"

# Floor by floor: the rooms that files of the room on the left may include, besides their own.
floors='
tools    cli store verify mbox maildir eml pst imap pop message base
store    mbox maildir eml pst imap pop message base
verify   mbox maildir eml pst imap pop message base
mbox     message base
maildir  message base
eml      message base
pst      message base
imap     net message base
pop      net message base
cli      net message base
net      base
message  base
base
'

# Headers of libraries that are confined to some rooms: an extended regular expression, then the rooms.
libraries='
^(libpst/|libpst\.h)                             pst
^(libical/|ical\.h)                              pst
^gsasl\.h                                        net
^(netdb\.h|netinet/|arpa/|gio/gnetworking\.h)    net
^sys/(socket|un)\.h                              net base/child
^gmime/                                          message pst verify
^(err\.h|error\.h)                               cli
^stdio\.h                                        cli base/safe-file pst
'

# Words that are confined in the same way; a call ends in [(]. "nowhere" is no room.
words='
(G|g_)(Socket|socket_|Tls|tls_|NetworkAddress|network_address_).*  net
(v|f|vf|d|vd)?printf[(]|f?put[sc][(]|perror[(]|g_print(err)?[(]    cli
exit[(]|abort[(]|g_error[(]                                        cli
rename(at2?)?[(]|fsync[(]|fdatasync[(]                             base/safe-file
goto                                                               nowhere
'

# faults TREE: one line for each offence in TREE/common and TREE/tools.
faults ()
{
	(cd "$1" && find common tools -name '*.[ch]' 2>/dev/null | sort | xargs -r \
		awk -v floors="$floors" -v libraries="$libraries" -v words="$words" \
		-f "$top_srcdir/tests/check-floors.awk") || echo 'the check itself failed'
}

# --- The check itself finds what it should ---------------------------------------------------------

# plant FILE LINE...: a tree with just this file.
plant ()
{
	rm -rf "$tmp/tree"
	mkdir -p "$tmp/tree/${1%/*}"
	printf '%s\n' "${@:2}" > "$tmp/tree/$1"
}

finds ()
{
	local name=$1 expected=$2

	plant "${@:3}"
	like "$name" "$(faults "$tmp/tree")" "$expected"
}

passes ()
{
	local name=$1

	plant "${@:2}"
	is "$name" "$(faults "$tmp/tree")" ''
}

finds 'a room that includes another is found' 'common/mbox/a.c:2: mbox must not include maildir/b.h' \
	common/mbox/a.c '' '#include "maildir/b.h"'
finds 'base that includes a higher floor is found' 'base must not include message/message.h' \
	common/base/a.h '# include  "message/message.h"'
finds 'an include without its room is found' 'not b.h' common/mbox/a.c '#include "b.h"'
finds 'an include by a relative path is found' 'not ../base/b.h' common/mbox/a.c '#include "../base/b.h"'
finds 'a room that nobody planned is found' 'room attic is not in the table' common/attic/a.c ''
finds 'libpst outside pst is found' 'belongs to pst only' common/mbox/a.c '#include <libpst/libpst.h>'
finds 'GMime outside its rooms is found' 'belongs to message pst verify only' \
	tools/a.c '#include <gmime/gmime.h>'
finds 'a socket header outside net is found' 'belongs to net base.child only' common/imap/a.c '#include <sys/socket.h>'
finds 'a GIO socket outside net is found' 'GSocketClient belongs to net only' \
	common/imap/a.c 'GSocketClient *client;'
finds 'a room that prints is found' 'a.c:3: g_printerr belongs to cli only' \
	common/imap/a.c '/* g_print' ' * g_print */' 'x (); g_printerr ("no");'
finds 'a rename outside safe-file is found' 'rename belongs to base/safe-file only' \
	common/mbox/a.c 'rename (a, b);'
finds 'goto is found' 'goto belongs to nowhere only' tools/a.c '	goto out;'
passes 'a tool may include a room' tools/a.c '#include "mbox/mbox-source.h"'
passes 'a room may include its own files and lower floors' \
	common/imap/a.c '#include "imap/b.h"' '#include "net/c.h"' '#include "base/d.h"' '#include <glib.h>'
passes 'a file that is named may do what the rest of its room may not' \
	common/base/safe-file.c 'rename (a, b);'
passes 'a field may be named like a function' common/base/a.c 'status.exit = 2;'
passes 'comments and strings are not code' \
	common/base/a.c '/* goto */ x (); /* printf' 'exit */ g_strdup ("goto \" exit");'

# --- The tree ---------------------------------------------------------------------------------------

# tree_room ROOM: the faults of the real tree in this room.
tree_room ()
{
	grep -E "^(common/)?$1/" "$tmp/faults" || :
}

faults "$top_srcdir" > "$tmp/faults"
for room in $(cd "$top_srcdir" && find common/* tools -maxdepth 0 -type d 2>/dev/null | sed 's,^common/,,' | sort); do
	is "$room keeps to its floor" "$(tree_room "$room")" ''
done

done_testing
