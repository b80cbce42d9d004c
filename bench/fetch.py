#!/usr/bin/env python3
# fetch.py - fetch all messages of INBOX in pipelined commands and throw them away, as fast as a socket goes
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Usage: fetch.py PORT USER PASSWORD-FILE MESSAGES [CA]     over TLS if there is a CA

import socket
import ssl
import sys

port, user, password, messages = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
with open(password, encoding="ascii") as file:
    secret = file.read().strip()
link = socket.create_connection(("127.0.0.1", port))
if len(sys.argv) > 5:
    link = ssl.create_default_context(cafile=sys.argv[5]).wrap_socket(link, server_hostname="127.0.0.1")
lines = link.makefile("rb")
lines.readline()
link.sendall(f"a LOGIN {user} {secret}\r\nb EXAMINE INBOX\r\n".encode())
while not lines.readline().startswith(b"b "):
    pass
# All at once: the server is never idle.
commands = [f"c{i} UID FETCH {i}:{min(i + 99, messages)} (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])\r\n"
            for i in range(1, messages + 1, 100)]
link.sendall("".join(commands).encode() + b"z NOOP\r\n")
buffer = bytearray(1 << 20)
tail = b""
while b"\nz OK" not in tail:
    got = link.recv_into(buffer)
    if got == 0:
        sys.exit("hung up")
    tail = (tail + bytes(buffer[max(0, got - 64):got]))[-128:]
