#!/usr/bin/env python3
# imap-facts.py - what is in a Maildir or an account, so that both can be compared
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Usage: imap-facts.py maildir DIR [SERVER]
#        imap-facts.py imap PORT CA USER PASSWORD-FILE
#
# A line for each message: folder, digest of its bytes (level L1: line ends and the fields that
# mailboxes change do not count), flags, date in seconds. Sorted. With SERVER (dovecot, cyrus, courier)
# the bytes are first damaged as that server does:
#
#	cyrus	writes X for each byte of a header that is not ASCII (munge8bit)
#	courier	drops CRs that no LF follows
#
# Python's own IMAP client and nothing of ours reads the account.

import calendar
import hashlib
import imaplib
import os
import re
import ssl
import sys

VOLATILE = re.compile(
    rb"^(?:Status|X-Status|X-UID|X-UIDL|X-IMAP|X-IMAPbase|X-Keywords|X-Delivery-ID|Content-Length|Lines):.*\n(?:[ \t].*\n)*",
    re.I | re.M,
)
FLAGS = {"D": "\\Draft", "F": "\\Flagged", "R": "\\Answered", "S": "\\Seen", "T": "\\Deleted"}


def halves(text):
    """The header with its line ends, and the rest."""
    end = 0 if text.startswith(b"\n") else text.find(b"\n\n") + 1
    return (text[:end], text[end:]) if end > 0 or text.startswith(b"\n") else (text, b"")


def digest(text, server=None):
    text = re.sub(rb"\r+\n", b"\n", text).replace(b"\0", b"\x80")
    if server == "courier":
        text = text.replace(b"\r", b"")
    header, body = halves(text)
    if server == "cyrus":
        header = re.sub(rb"[\x80-\xff]", b"X", header)
    text = VOLATILE.sub(b"", header) + body
    return hashlib.sha256(text.rstrip(b"\n") + b"\n").hexdigest()


def from_maildir(root, server):
    for directory, _, names in os.walk(root):
        if os.path.basename(directory) not in ("cur", "new"):
            continue
        folder = os.path.relpath(os.path.dirname(directory), root).lstrip(".").replace(".", "/") or "INBOX"
        for name in names:
            path = os.path.join(directory, name)
            flags = sorted(FLAGS[letter] for letter in name.partition(":2,")[2])
            with open(path, "rb") as file:
                yield folder, digest(file.read(), server), flags, int(os.stat(path).st_mtime)


def folders_of(session):
    """Names as the server has them, and as a Maildir would: without a prefix, levels by /."""
    for line in session.list()[1]:
        match = re.match(rb'\((.*?)\) (?:"(.)"|NIL) (.*)$', line)
        attributes, separator, name = match.groups()
        if rb"\noselect" in attributes.lower() or rb"\nonexistent" in attributes.lower():
            continue
        name = name.decode()
        plain = name.strip('"').replace((separator or b"/").decode(), "/")
        yield name, plain[len("INBOX/"):] if plain.startswith("INBOX/") else plain


def date_of(text):
    day, month, year, time, zone = re.match(r"([ \d]\d)-(\w+)-(\d+) (\S+) ([-+]\d{4})", text).groups()
    month = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split().index(month) + 1
    hour, minute, second = map(int, time.split(":"))
    seconds = calendar.timegm((int(year), month, int(day), hour, minute, second))
    return seconds - int(zone[0] + "1") * (int(zone[1:3]) * 3600 + int(zone[3:]) * 60)


def from_account(port, authority, user, password_file):
    context = ssl.create_default_context(cafile=authority)
    session = imaplib.IMAP4_SSL("127.0.0.1", int(port), ssl_context=context, timeout=120)
    with open(password_file, encoding="ascii") as file:
        session.login(user, file.read().strip())
    for name, folder in folders_of(session):
        status, answer = session.select(name, readonly=True)
        if status != "OK" or answer == [b"0"]:
            continue
        for part in session.fetch("1:*", "(FLAGS INTERNALDATE BODY.PEEK[])")[1]:
            if not isinstance(part, tuple):
                # Cyrus and others give the flags before the body, which is what we ask for.
                continue
            head = part[0].decode("latin-1")
            flags = re.search(r"FLAGS \((.*?)\)", head).group(1).split()
            flags = sorted(flag for flag in flags if flag in FLAGS.values())
            date = date_of(re.search(r'INTERNALDATE "(.*?)"', head).group(1))
            yield folder, digest(part[1]), flags, date
    session.logout()


imaplib._MAXLINE = 10_000_000
if sys.argv[1] == "maildir":
    facts = from_maildir(sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None)
else:
    facts = from_account(*sys.argv[2:6])
for folder, digest_, flags, date in sorted(facts):
    print(folder, digest_, ",".join(flags) or "-", date)
