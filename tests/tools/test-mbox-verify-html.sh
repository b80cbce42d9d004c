#!/bin/bash
# test-mbox-verify-html.sh - the page that is handed on: sound, harmless, and true to the JSON
#
# SPDX-License-Identifier: GPL-2.0-or-later

. "${top_srcdir:-.}/tests/support/tap.sh"

need_tool mbox-verify
need_command python3
verify=$(tool mbox-verify)
cd "$tmp" || exit 99

# mail N [SUBJECT]: a message of its own.
mail ()
{
	printf 'Message-ID: <%s@example.org>\nDate: Mon, 1 Jan 2024 10:00:00 +0000\n' "$1"
	printf 'From: "<b>Ann</b>" <ann@example.org>\nSubject: %s\n\nThe body of number %s.\n' "${2:-number $1}" "$1"
}

# file_mail FOLDER FLAGS N [SUBJECT]: into a Maildir, its own or a folder of it, made by nobody else.
file_mail ()
{
	mkdir -p "$1/cur" "$1/new" "$1/tmp"
	mail "${@:3}" > "$1/cur/170410320$3.$3.host:2,$2"
	touch -d '2024-01-01 10:00:00 UTC' "$1/cur/170410320$3.$3.host:2,$2"
}

make_page ()
{
	run "$verify" --format=html "$@"
	cp "$out" page.html
}

cat > page.py <<'END'
import html.parser, json, re, sys

VOID = {"meta"}
ALLOWED = set("""html head meta title style body main section footer h1 h2 h3 p ul ol li div span strong bdi code pre
	small table thead tbody tfoot tr th td dl dt dd details summary time""".split())

class Page(html.parser.HTMLParser):
	def __init__(self):
		super().__init__(convert_charrefs=True)
		self.open, self.text, self.counts, self.row, self.items, self.kind = [], {}, {}, None, {}, None
		self.policy = ""
		self.bars = self.named_bars = self.headers = 0
	def handle_starttag(self, tag, attributes):
		values = dict(attributes)
		assert len(values) == len(attributes), "attribute twice"
		assert tag in ALLOWED, tag
		for name, value in attributes:
			assert not name.startswith("on") and name not in ("src", "href", "action"), name
			if name == "style": assert re.fullmatch(r"flex-grow:\d+", value), value
		if values.get("http-equiv") == "Content-Security-Policy": self.policy = values["content"]
		if tag == "th":
			assert values.get("scope") in ("row", "col"), "th without scope"
			self.headers += 1
		if values.get("class") == "bar" and tag == "div":
			self.bars += 1
			self.named_bars += values.get("role") == "img" and bool(values.get("aria-label"))
		if tag == "html": assert values["lang"] == "en"
		if tag == "table": self.table = values.get("id")
		if tag == "tr": self.row = []
		if tag == "h3": self.kind = ""
		if tag == "li" and self.kind is not None and "details" in self.open:
			self.items[self.kind] = self.items.get(self.kind, 0) + 1
		if tag not in VOID: self.open.append(tag)
	def handle_endtag(self, tag):
		assert self.open and self.open.pop() == tag, "badly nested: " + tag
		if tag == "tr" and self.table == "counts" and len(self.row) > 1:
			self.counts[self.row[0]] = int(self.row[1].replace(",", ""))
	def handle_data(self, data):
		for tag in set(self.open): self.text[tag] = self.text.get(tag, "") + data
		if self.open and self.open[-1] == "h3": self.kind += data
		if self.row is not None and self.open and self.open[-1] == "code" and "th" in self.open: self.row.append(data)
		if self.row is not None and self.open and self.open[-1] == "td": self.row.append(data)

def read(name):
	raw = open(name, "rb").read()
	text = raw.decode("utf-8")
	assert text.startswith("<!DOCTYPE html>\n") and text.endswith("</html>\n")
	page = Page()
	page.feed(text)
	page.close()
	assert page.open == [], page.open
	return text, page
END
check ()
{
	ok "$1" python3 -c "
from page import *
text, page = read('page.html')
$2"
}

# --- Nothing wrong ----------------------------------------------------------------------------------

for n in 1 2 3; do
	file_mail source S $n
	file_mail target S $n
done
make_page source target
status_is 'a page changes nothing about the status' 0
check 'every element of it is closed, and none is of a kind that could fetch or run' ''
check 'the verdict is on top' 'assert page.text["section"].split("\n")[2] == "Proven", page.text["section"][:200]'
check 'the sentence is that of the table' 'assert "Every message of source is in target\n" in page.text["main"]'
check 'nobody is told to delete a copy' 'assert "safe to delete" not in text'
check 'there is nothing to send' 'assert "--missing" not in text'
check 'the browser may apply the style and do nothing else' '
assert page.policy == "default-src '"'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"'"
assert "@import" not in text and "url(" not in text and "@font-face" not in text
assert "://" not in text'
check 'every bar has its words' 'assert page.bars == page.named_bars == 2, page.bars'
check 'it fits a telephone, paper and the night' '
for words in "width=device-width", "@media print", "prefers-color-scheme:dark": assert words in text, words'

if [ -x "$top_builddir/tests/support/make-sample-pst" ] && [ -x "$(tool mbox2maildir)" ]; then
	"$top_builddir/tests/support/make-sample-pst" demo old.pst > sample.log 2>&1 || diag "$(cat sample.log)"
	"$(tool mbox2maildir)" -q old.pst Sample
	make_page old.pst Sample
	check 'of an original it says what the table says, word by word' '
assert "Every message of old.pst is in Sample: safe to delete the old account\n" in page.text["strong"] + "\n"
assert "Not carried: not mail: 1 contact, 1 appointment" in page.text["p"]
assert "INBOX › Projekte/Übersicht 2024" in page.text["table"]'
	make_page --folder=INBOX old.pst Sample
	check 'of a part of it, that this is a part' '
assert "safe to delete" not in text and "only a part of the source was asked for" in text
assert "--folder=INBOX" in page.text["dd"]'
else
	skip 'of an original it says what the table says' 'make-sample-pst or mbox2maildir is not built'
fi

# --- Everything wrong -------------------------------------------------------------------------------

hostile=$'<script>alert(1)</script> "a" & \'b\' \xe2\x80\xae\xd8\x9cgnp \x1b[31m'
rm -rf source target
for n in 1 2 3 4 5 6 7; do file_mail source S $n; done
file_mail source S 8 "$hostile"
mkdir -p $'source/.<img onerror="x">.Sent/cur'
mv source/cur/*.7.host:2,S $'source/.<img onerror="x">.Sent/cur/'
cp source/cur/*.1.host:2,S source/cur/1704103201.copy.host:2,S
for n in 1 2 3 7; do file_mail target S $n; done
file_mail target '' 4
sed -i 's/body/soul/' target/cur/*.3.host:2,S
cp target/cur/*.2.host:2,S target/cur/1704103202.copy.host:2,S
touch -d '2024-02-01 10:00:00 UTC' target/cur/*.2.host:2,S
file_mail target S 9
run "$verify" --format=json source target
cp "$out" result.jsonl
make_page source target
status_is 'differences end with 1, on a page too' 1
check 'the counts are those of --format=json' '
end = [json.loads(line) for line in open("result.jsonl")][-1]
assert len(page.counts) == 13
for name, count in page.counts.items(): assert end[name] == count, name
for name in "missing altered collapsed duplicated extra moved flag-differs date-differs".split(): assert end[name] > 0, name
assert "%d of %d proven" % (end["proven"], end["source-messages"]) in page.text["p"]
assert sum(page.items.values()) == sum(1 for line in open("result.jsonl") if "\"class\"" in line), page.items'
check 'strangers write no markup' '
assert "alert(1)" in page.text["li"] and "<script" not in text
assert "<img" not in text and "onerror=\"" not in text and "<img onerror=\"x\">" in page.text["th"]
assert "\"<b>Ann</b>\"" in page.text["li"]'
check 'what they hide is made visible' '
assert "\\u{202E}\\u{061C}gnp \\x1B[31m" in page.text["li"]
assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", text)'
if [ -x "$(tool mbox2maildir)" ]; then
	command=$(python3 -c 'from page import *; print(read("page.html")[1].text["pre"].split("mbox-verify")[1])')
	is 'what to do next is a command' "$command" ' --missing=- source target | mbox2maildir target'
	rm target/cur/*.3.host:2,S
	PATH=$(dirname "$verify"):$PATH run_sh "mbox-verify$command"
	status_is 'that works' 0
	run "$verify" source target
	prints 'and sends what was missing' ' proven$'
	not_ok 'all of it' grep -qE '^(missing|altered|collapsed):' "$out"
else
	skip 'what to do next is a command that works' 'mbox2maildir is not built'
fi

mv source "my 'source"
make_page --map='Old mail=New mail' "my 'source" target
check 'a command can be pasted whatever the names are' '
import shlex
assert shlex.split(page.text["pre"])[:4] == ["mbox-verify", "--map=Old mail=New mail", "my '"'"'source", "target"], page.text["pre"]'
mv "my 'source" source

run_sh 'cat target/cur/*.9.host:2,S | sed "1i From - Mon Jan  1 10:00:00 2024" | "$1" --format=html source -' "$verify"
cp "$out" page.html
check 'what came by a pipe cannot be asked again' 'assert "pre" not in page.text and "<code>--missing</code>" in text'
make_page --quick source target
check 'a quick look is not called more than it is' '
assert "proves nothing about the content" in text and "mbox-verify source target" in page.text["pre"]'

: > empty-of-mail.mbox
run "$verify" -q --missing=whole.mbs source empty-of-mail.mbox
sed 's/body of number 5/body of number 6/' whole.mbs > damaged.mbs
make_page damaged.mbs source
status_is 'what cannot be read is trouble, on a page too' 2
check 'the bar has a part for it' '
assert "Not verified" in page.text["title"] and "1 not readable" in page.text["li"]
assert "What could be read" in text'

# --- Nothing, and very much -------------------------------------------------------------------------

: > empty.mbox
make_page empty.mbox target
status_is 'an empty mailbox has a page' 0
check 'which says that there was nothing' 'assert "There was no message to compare" in text and "0 of 0 proven" in text'

python3 -c '
for n in range(30000):
	print("From - Mon Jan  1 10:00:00 2024\nMessage-ID: <%d@x>\nSubject: s%d\n\nbody %d\n" % (n, n, n))' > many.mbox
make_page many.mbox empty.mbox
status_is 'thirty thousand messages may be missing' 1
check 'the page stays one that can be opened, and counts all of them' '
assert len(text) < 200000, len(text)
assert page.items == {"Missing": 100}, page.items
assert page.counts["missing"] == 30000 and "And 29,900 more" in page.text["p"] and "--format=json" in page.text["code"]'

if [ -e /dev/full ]; then
	run_sh '"$1" --format=html source target > /dev/full' "$verify"
	status_is 'a full disk is not silent' 2
fi

done_testing
