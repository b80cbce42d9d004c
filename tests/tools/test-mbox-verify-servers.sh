#!/bin/bash
# test-mbox-verify-servers.sh - what real servers do to odd messages, and that it is called what it is
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Each kind of server gets the same messages, harmless and odd. What it keeps must be proven, what it
# damages named with its own reason, what it refuses missing; nothing else may be said. Then some are
# lost, changed and collapsed behind its back, and sent again.

. "${top_srcdir:-.}/tests/support/tap.sh"
# shellcheck source=tests/support/imap-servers.sh
. "$top_srcdir/tests/support/imap-servers.sh"

need_tool mbox-verify maildir-push
need_command openssl python3
verify=$(tool mbox-verify)
push=$(tool maildir-push)
export XDG_STATE_HOME=$tmp/state
cd "$tmp" || exit 99

python3 - << 'END'
import base64, os
os.umask(0o022)
count = 0
for sub in "", ".Old":
    for part in "cur", "new", "tmp":
        os.makedirs(os.path.join("source", sub, part))
def put(sub, name, data, flags="S"):
    global count
    count += 1
    path = os.path.join("source", sub, "cur", f"{1700000000 + count}.{name}.host:2,{flags}")
    with open(path, "wb") as file:
        file.write(data)
    os.utime(path, (1700000000 + count, 1700000000 + count))
def head(name, more=b""):
    return (f"Message-ID: <{name}@example.org>\nDate: Tue, 14 Nov 2023 22:13:20 +0000\nFrom: ann@example.org\n"
            f"To: bob@example.org\nSubject: {name}\n").encode() + more
plain = b"\nIt is a plain one.\n"
for i in range(6):
    put("", f"plain{i}", head(f"plain{i}") + plain)
    put(".Old", f"old{i}", head(f"old{i}") + plain, "FS" if i % 2 else "")
put("", "twice1", head("twice") + plain)
put("", "twice2", head("twice") + plain)
put("", "crlf", (head("crlf") + plain).replace(b"\n", b"\r\n"))
put("", "noend", head("noend") + b"\nno line end")
put("", "nobody", head("nobody"))
put("", "lines", head("lines") + plain + b"\n\n\n")
put("", "from", head("from") + b"\nFrom here\n>From there\n>>From afar\n")
put("", "eight", head("eight") + b"\nCaf\xe9 or caf\xc3\xa9\n")
put("", "long", head("long") + b"\n" + b"x" * 100000 + b"\n")
put("", "blanks", head("blanks") + b"\ntrailing  \nand\t\n")
put("", "state", head("state", b"Status: RO\nX-Keywords: \nContent-Length: 5\n") + plain)
put("", "parts", head("parts", b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n") +
    b"\n--b\n\ntext\n--b\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\n" +
    base64.encodebytes(bytes(range(256)) * 20) + b"--b--\n")
put("", "signed", head("signed", b"Content-Type: multipart/signed; boundary=s\n") +
    b"\n--s\nContent-Type: text/plain\n\nmine \n--s\nContent-Type: application/pgp-signature\n\nsig\n--s--\n")
# What some servers do not keep.
put("", "barecr", head("barecr") + b"\none\rtwo\r\rthree\n")
put("", "header8", head("header8").replace(b"From: ", b"From: J\xf6rg ") + plain)
put("", "other8", head("other8", b"X-Name: J\xf6rg\nX-Other: J\xc3\xb6rg\n") + plain)
put("", "nul", head("nul") + b"\na NUL\0here\n")
END
cp -a source sound
rm sound/cur/*.{barecr,header8,other8,nul}.*
sound=$(find sound -path '*/cur/*' -type f | wc -l)
harm='altered:text-changed eight
altered:truncated long
collapsed twice
missing old2
missing plain3'

# harm PORT USER: three messages go, one of two copies with them; two are replaced by something else.
cat > harm.py << 'END'
import imaplib, ssl, sys
host, port, user, ca, secret = sys.argv[1:]
imap = imaplib.IMAP4_SSL(host, int(port), ssl_context=ssl.create_default_context(cafile=ca))
imap.login(user, open(secret).readline().rstrip("\n"))
old = next(line.decode().rsplit(" ", 1)[1] for line in imap.list()[1] if b"Old" in line)
def take(folder, subject):
    imap.select(folder)
    uid = imap.uid("SEARCH", "SUBJECT", subject)[1][0].split()[0]
    parts = imap.uid("FETCH", uid, "(INTERNALDATE BODY.PEEK[])")[1]
    date = [part if isinstance(part, bytes) else part[0] for part in parts]
    date = next(text for text in date if b"INTERNALDATE" in text)
    imap.uid("STORE", uid, "+FLAGS", "(\\Deleted)")
    imap.expunge()
    return '"' + date.decode().split('INTERNALDATE "')[1].split('"')[0] + '"', parts[0][1]
for folder, subject in ("INBOX", "plain3"), (old, "old2"), ("INBOX", "twice"):
    take(folder, subject)
date, text = take("INBOX", "eight")
imap.append("INBOX", "\\Seen", date, text.replace(b" or ", b" OR "))
date, text = take("INBOX", "long")
imap.append("INBOX", "\\Seen", date, text[:5000])
imap.logout()
END

# said FILE: class:reason subject of every finding in a JSON result, but for flags and dates.
said ()
{
	python3 -c '
import json, sys
for line in open(sys.argv[1], encoding="utf-8"):
    f = json.loads(line)
    if "class" in f and not f["class"].endswith("-differs"):
        print(f["class"] + (":" + f["reason"] if "reason" in f else ""), f.get("subject", "-"))
' "$1" | sort
}

# What each does to the odd ones, beyond keeping them.
# shellcheck disable=SC2034 # looked up by name
damage_dovecot='canonical:nul nul'
# shellcheck disable=SC2034
damage_cyrus='altered:header-munged header8
mime-equal other8
missing nul'
# shellcheck disable=SC2034
damage_courier='altered:bare-cr-dropped barecr'

check_server ()
{
	local kind=$1 url login expected damage=damage_${1%%-*}

	start_server "$kind" "$tmp/$kind" -n 2 || { not_ok "$kind starts" true; return; }
	login=(--ca-file="$IMAP_CA" --password-file="$IMAP_PASSWORD_FILE")
	url=imaps://ann@$IMAP_HOST:$IMAPS_PORT/

	run "$push" -q "${login[@]}" source "$url"
	run "$verify" "${login[@]}" --format=json source "$url"
	cp "$out" "$kind.json"
	expected=${!damage}
	is "$kind: exactly what it damages is named" "$(said "$kind.json")" "$(sort <<< "$expected")"

	run "$verify" "${login[@]}" "$url" "$url"
	status_is "$kind: an account agrees with itself" 0
	not_ok "$kind: where nothing changes nothing is said" grep -E 'meanwhile|changes-unknown' "$err"
	run "$verify" "${login[@]}" --manifest="$kind.list" source "$url"
	run "$verify" "${login[@]}" "$kind.list" "$url"
	status_is "$kind: its list agrees with it" 0

	url=imaps://user1@$IMAP_HOST:$IMAPS_PORT/
	run "$push" -q "${login[@]}" sound "$url"
	run "$verify" "${login[@]}" sound "$url"
	prints "$kind: of what is not odd everything arrives" "^Proven: $sound of $sound proven"
	python3 harm.py "$IMAP_HOST" "$IMAPS_PORT" user1 "$IMAP_CA" "$IMAP_PASSWORD_FILE" || return
	run "$verify" "${login[@]}" --format=json sound "$url"
	is "$kind: what was lost and changed there is named" "$(said "$out")" "$harm"
	run_sh '"$1" "${@:4}" --missing=- sound "$3" | "$2" -q "${@:4}" - "$3"' \
		"$verify" "$push" "$url" "${login[@]}"
	status_is "$kind: maildir-push takes what is missing, altered and collapsed" 0
	run "$verify" "${login[@]}" sound "$url"
	prints "$kind: then everything is there" "^Proven: $sound of $sound proven"
}

for kind in dovecot dovecot-sdbox dovecot-mbox cyrus courier; do
	if has_server "$kind"; then
		check_server "$kind"
	else
		skip "$kind: exactly what it damages is named" "$why"
	fi
done

done_testing
