#!/usr/bin/env python3
# append.py - upload a Maildir as most programs do: APPEND, wait, APPEND, wait
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Usage: append.py PORT USER PASSWORD-FILE DIR [CA-FILE]     with CA-FILE over TLS

import imaplib
import os
import ssl
import sys

port, user, password, directory = sys.argv[1:5]
if len(sys.argv) > 5:
    server = imaplib.IMAP4_SSL("127.0.0.1", int(port),
                               ssl_context=ssl.create_default_context(cafile=sys.argv[5]))
else:
    server = imaplib.IMAP4("127.0.0.1", int(port))
with open(password, encoding="ascii") as file:
    server.login(user, file.read().strip())
for name in sorted(os.listdir(os.path.join(directory, "cur"))):
    path = os.path.join(directory, "cur", name)
    with open(path, "rb") as file:
        flags = "(\\Seen)" if "S" in name.split(",")[-1] else "()"
        answer = server.append("INBOX", flags, imaplib.Time2Internaldate(os.stat(path).st_mtime),
                               file.read())
    if answer[0] != "OK":
        sys.exit(str(answer))
server.logout()
