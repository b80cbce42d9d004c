#!/bin/bash
# bench-verify.sh - mbox-verify beside openssl and Python: the same files, one run, ratios
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Usage: bench-verify.sh [MESSAGES [RECORDS]]     default 8000 messages of 35 kB, 10 million records
#
# Machines are shared and noisy: rounds are interleaved, and of each program the median of the processor's time
# counts. mbox-verify reads two Maildirs, the others one, so half of its time is compared. Nothing here is a
# test; the figures are for people.

# shellcheck source=bench/bench.sh
. "$(dirname "$0")/bench.sh"

messages=${1:-8000}
records=${2:-10000000}
rounds=${ROUNDS:-5}
export TMPDIR=$tmp
cd "$tmp"
verify=$top_builddir/tools/mbox-verify

python3 - "$messages" << 'END'
import base64, os, random, sys
random.seed(1)
for box in "one", "two":
    for part in "cur", "new", "tmp":
        os.makedirs(f"{box}/{part}")
for i in range(int(sys.argv[1])):
    head = (f"Received: from a.example (a.example [10.0.0.{i % 250}])\n\tby b.example with ESMTP id {i}\n"
            f"\tfor <ann@example.org>; Fri, 1 Mar 2024 10:00:00 +0000\nMessage-ID: <{i}@example.org>\n"
            f"Date: Fri, 1 Mar 2024 {i % 24:02}:{i % 60:02}:{i % 59:02} +0000\nFrom: Joe <joe@example.org>\n"
            f"To: ann@example.org\nSubject: number {i}\nMIME-Version: 1.0\n"
            "Content-Type: text/plain; charset=utf-8\nX-Mailer: none to speak of\n\n")
    size = random.choice([500, 2000, 2000, 5000, 40000, 120000])
    if size < 40000:
        body = "".join("a line of a mail that is about as long as lines are\n" for _ in range(size // 52))
    else:
        body = base64.encodebytes(random.randbytes(size)).decode()
    for box in "one", "two":
        with open(f"{box}/cur/17000{i:05}.{i}.host:2,S", "w") as file:
            file.write(head + body)
END

cat > digests.py << 'END'
import hashlib, mailbox
seen = {}
for key, message in mailbox.Maildir("one", create=False).iteritems():
    digest = hashlib.sha256(message.as_bytes()).hexdigest()
    seen[digest] = seen.get(digest, 0) + 1
END

run_openssl ()
{
	find one -type f -print0 | sort -z | xargs -0 cat | openssl sha256
}

run_python ()
{
	python3 digests.py
}

run_verify ()
{
	"$verify" -q one two
}

# timed PROGRAM: seconds of processor, user and system.
timed ()
{
	local TIMEFORMAT='%U %S' times

	times=$({ time "run_$1" > /dev/null; } 2>&1 | tail -n 1)
	awk '{ printf "%.3f\n", $1 + $2 }' <<< "$times"
}

# Once for the page cache.
cat one/cur/* two/cur/* > /dev/null
for ((round = 0; round < rounds; round++)); do
	for program in openssl verify python; do timed "$program" >> "$program"; done
done
awk -v openssl="$(median 1 openssl)" -v verify="$(median 1 verify)" -v python="$(median 1 python)" \
	-v bytes="$(du -sb one | cut -f1)" 'BEGIN {
		ours = verify / 2
		printf "a Maildir of %.0f MB, seconds of processor:\n", bytes / 1e6
		printf "  openssl sha256     %8.2f\n  Python, hashlib    %8.2f\n", openssl, python
		printf "  mbox-verify, half  %8.2f    %.2f x openssl, %.0f x Python\n", ours, openssl / ours, python / ours
	}'

"$top_builddir/tests/support/match-records" "$records" |
	awk '{ printf "matching %d records with as many: %.1f s, %.1f s of processor, %d MiB\n", $1, $2, $3, $4 }'

# The whole program, from list to list: what reading, matching and showing take together.
make_manifest=$top_builddir/tests/support/make-manifest
for shape in plain faults; do "$make_manifest" "$records" "$shape" > "$shape"; done
times=$({ TIMEFORMAT='%R %U %S'; time "$verify" -q plain faults > /dev/null; } 2>&1 | tail -n 1)
awk -v records="$records" '{
	printf "two lists of %d: %.1f s, %.1f s of processor\n", records, $1, $2 + $3
}' <<< "$times"
