#!/usr/bin/env python3
# make-mail.py - a Maildir of made-up mail, the same each time
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Usage: make-mail.py DIR mixed|small COUNT
#
# mixed: sizes as in mailboxes (log-normal, median 8 KB, up to 20 MB), the larger ones attachments in
# base64. small: 1 to 6 KB of text.

import base64
import math
import os
import random
import sys

directory, kind, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
source = random.Random(1)
words = ["".join(source.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(source.randrange(2, 10)))
         for _ in range(3000)]
for name in ("cur", "new", "tmp"):
    os.makedirs(os.path.join(directory, name))


def text(size):
    lines = []
    length = 0
    while length < size:
        lines.append(" ".join(source.choices(words, k=11)))
        length += len(lines[-1]) + 1
    return "\n".join(lines) + "\n"


def choose_size():
    if kind == "small":
        return source.randrange(1000, 6000)
    return int(min(20e6, max(800, math.exp(source.gauss(math.log(7900), 2)))))


for i in range(count):
    date = 1000000000 + 3600 * i
    size = choose_size()
    head = (f"Received: from a.example.org by b.example.org; Sun, 09 Sep 2001 01:46:40 +0000\n"
            f"From: Number {i} <a{i}@example.org>\nTo: b@example.org\n"
            f"Date: Sun, 09 Sep 2001 01:46:40 +0000\nSubject: {i} of {count}\n"
            f"Message-ID: <{i}.{kind}@example.org>\nMIME-Version: 1.0\n")
    if size > 30000:
        body = ("Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n"
                + base64.encodebytes(source.randbytes(size * 3 // 4)).decode())
    else:
        body = "Content-Type: text/plain\n\n" + text(size)
    path = os.path.join(directory, "cur", f"{date}.M{i}.bench:2,{('', 'S', 'RS', 'FS')[i % 4]}")
    with open(path, "w", encoding="ascii") as file:
        file.write(head + body)
    os.utime(path, (date, date))
