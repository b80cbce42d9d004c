# check-floors.awk - the offences of C files against the tables of check-floors.sh, one a line
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Variables: floors (a room and whom it may include, a line), libraries and words (an extended regular
# expression and the rooms or files it is confined to, a line). No blank before the parenthesis of our
# own functions: awk forbids it.

BEGIN {
	n = split (floors, line, "\n")
	for (i = 1; i <= n; i++) {
		m = split (line[i], f, " ")
		for (j = 1; j <= m; j++)
			may[f[1], f[j]] = 1
		if (m > 0)
			known[f[1]] = 1
	}
	library_count = read_rules(libraries, library, library_rooms)
	word_count = read_rules(words, word, word_rooms)
}

function read_rules(text, pattern, rooms,    line, n, i, count) {
	n = split (text, line, "\n")
	for (i = 1; i <= n; i++) {
		if (line[i] == "")
			continue
		count++
		pattern[count] = line[i]
		sub (/ .*/, "", pattern[count])
		rooms[count] = line[i] " "
		sub (/^[^ ]* +/, " ", rooms[count])
	}
	return count
}

# allowed: rooms holds this room, or this very file without its ending.
function allowed(rooms,    unit) {
	unit = FILENAME
	sub (/^common\//, "", unit)
	sub (/\.[ch]$/, "", unit)
	return index (rooms, " " room " ") || index (rooms, " " unit " ")
}

function name_of(token) {
	sub (/[(]$/, "", token)
	return token
}

function fault(text) {
	print FILENAME ":" FNR ": " text
}

FNR == 1 {
	n = split (FILENAME, part, "/")
	room = part[1] == "common" ? part[2] : part[1]
	in_comment = 0
	if (!(room in known))
		fault("the room " room " is not in the table of floors")
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
	split ($0, quoted, "\"")
	n = split (quoted[2], part, "/")
	if (n != 2 || part[1] == "..")
		fault("write #include \"room/file.h\", not " quoted[2])
	else if (!((room, part[1]) in may))
		fault(room " must not include " quoted[2])
	next
}

/^[ \t]*#[ \t]*include[ \t]*</ {
	split ($0, quoted, /[<>]/)
	for (i = 1; i <= library_count; i++)
		if (quoted[2] ~ library[i] && !allowed(library_rooms[i]))
			fault("<" quoted[2] "> belongs to" library_rooms[i] "only")
	next
}

# Code without comments and strings, word by word.
{
	text = $0
	gsub (/\\./, "", text)
	gsub (/"[^"]*"/, "\"\"", text)
	gsub (/\/\*([^*]|\*[^\/])*\*\//, " ", text)
	if (in_comment && sub (/^.*\*\//, "", text))
		in_comment = 0
	if (in_comment)
		next
	if (sub (/\/\*.*/, "", text))
		in_comment = 1
	# A call keeps its parenthesis, so that a rule can tell "exit (" from a field named exit.
	gsub (/[ \t]*\(/, "( ", text)
	gsub (/[^A-Za-z0-9_(]+/, " ", text)
	n = split (text, token, " ")
	for (i = 1; i <= n; i++)
		for (j = 1; j <= word_count; j++)
			if (token[i] ~ ("^(" word[j] ")$") && !allowed(word_rooms[j]))
				fault(name_of(token[i]) " belongs to" word_rooms[j] "only")
}
