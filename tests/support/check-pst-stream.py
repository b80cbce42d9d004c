#!/usr/bin/env python3
# check-pst-stream.py - does the stream of pst2mbox say what the Outlook file held?
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Usage: check-pst-stream.py STREAM TRUTH [--deleted|--form]
#
# With --form only the form of messages is looked at, not what they say.
# With --deleted, what was deleted must be there as well, in "Recovered Items"; without, it must not.
# TRUTH is what make-sample-pst wrote beside its file, or a list in the same spirit that another reader made.
# Everything is read with Python's own email package, which knows nothing of our code. Each difference
# is a line; the last line counts. The exit status is 1 if there is any.

import email.policy
import email.utils
import hashlib
import json
import re
import sys
from email.header import decode_header, make_header
from email.parser import BytesParser

# Fields that are not as they should be, and are carried as they came all the same, because nobody can know
# what was meant: by file, item, and field.
DOMAINLESS = "an address without a domain"
X500 = "an address of Exchange, not of mail"
NOTES = "an address of Lotus Notes, not of mail"
UNQUOTED = "a name with a comma or a dot, not quoted"
TWO_AT = "a message id with two @"
KEPT = {
    "aspose-SampleOstFile.ost": {
        0x2139E4: {"to": DOMAINLESS},
        0x213B84: {"to": DOMAINLESS},
        0x213DC4: {"reply-to": DOMAINLESS},
    },
    "aspose-Test_part1.pst": {nid: {"message-id": TWO_AT} for nid in (0x2000E4, 0x2001E4, 0x2002E4, 0x2003E4, 0x2004E4)},
    "enron.pst": {
        0x200084: {"to": DOMAINLESS, "cc": DOMAINLESS},
        0x2000A4: {"to": DOMAINLESS, "cc": DOMAINLESS},
        0x200124: {"from": UNQUOTED, "to": X500},
        0x200184: {"from": UNQUOTED, "to": X500},
        0x200204: {"from": NOTES, "to": NOTES, "cc": NOTES},
        0x200224: {"to": DOMAINLESS},
        0x200284: {"from": NOTES, "to": NOTES},
        0x2002A4: {"from": X500, "to": NOTES},
        0x2002C4: {"from": UNQUOTED, "to": X500, "cc": X500},
        0x2002E4: {"from": UNQUOTED, "to": X500},
        0x200324: {"to": UNQUOTED},
        0x200344: {"from": DOMAINLESS},
        0x200464: {"to": DOMAINLESS},
        0x2004C4: {"from": UNQUOTED},
        0x2004E4: {"from": UNQUOTED},
        0x200504: {"from": UNQUOTED},
        0x200524: {"from": UNQUOTED},
        0x200584: {"from": UNQUOTED},
        0x200724: {"to": DOMAINLESS},
        0x200764: {"from": UNQUOTED, "to": X500, "cc": X500},
        0x200784: {"from": UNQUOTED},
        0x200864: {"from": UNQUOTED, "to": X500},
    },
}

# Where properties do not say what the header says that came with the message, and which is carried as it
# came: by file, item, and field. Each with its reason, and each must be needed.
CUT = "the program that made the file cut a name at its colon and took one half for an address"
GLUED = "in the property the sender's address stands in front of another one; the header has that alone"
REPORT = "the recipient table of a report lists who was not reached, its header who got the report"
LATER = "the report was made 19 seconds before it was handed in"
OTHERWISE = {
    ("aspose-SampleOstFile.ost", 0x213A24, "To"): REPORT,
    ("aspose-SampleOstFile.ost", 0x213A24, "date"): LATER,
    ("enron.pst", 0x200624, "To"): CUT,
    ("enron.pst", 0x200744, "To"): CUT,
    ("enron.pst", 0x2006E4, "from"): GLUED,
}

assert len(OTHERWISE) <= 10

differences = 0
current_file = ""
needed = set()


def differ(nid, what, got, wanted, kept=False):
    """kept: the field came so with the message, and its form is nobody's to mend."""
    global differences
    reason = OTHERWISE.get((current_file, nid, what))
    needed.add((current_file, nid, what))
    differences += not kept and not reason
    word = "kept:" if kept or reason else "DIFFERS:"
    print(word, f"{nid:#x}: {what}: {str(got)[:150]!r}, not {str(wanted)[:150]!r}", f"({reason})" if reason else "")


def records(data):
    """Message records of a stream: block fields and unquoted content. The digest must hold."""
    at = 0
    while at < len(data):
        end = data.index(b"\nX-Mbs-Seal: ", at)
        block = data[at:end].split(b"\n")
        fields = dict(line.split(b": ", 1) for line in block[1:] if b": " in line)
        at = data.index(b"\n", end + 1) + 1
        kind = fields[b"X-Mbs"].split()[1]
        if kind != b"message":
            at += 1
            yield kind.decode(), {k.decode(): v.decode() for k, v in fields.items()}, b""
            continue
        size = int(fields[b"X-Mbs-Size"].split()[0])
        content = bytearray()
        while len(content) < size:
            stop = data.find(b"\n", at) + 1
            line = data[at:stop]
            at = stop
            content += line[1:] if re.match(rb">+From ", line) else line
        if fields[b"X-Mbs-Size"].endswith(b" nonl"):
            content = content[:-1]
        if hashlib.sha256(content).hexdigest().encode() != fields[b"X-Mbs-Digest"]:
            differ(0, "digest", "broken", fields[b"X-Mbs-Digest"])
        at += 1
        yield "message", {k.decode(): v.decode() for k, v in fields.items()}, bytes(content)


def squeeze(text):
    return re.sub(r"[\s\u00a0]+", " ", text.replace("\0", "")).strip()


def digests(text):
    """A text may be listed as it is, with CRLF, with its last line end or without, or squeezed."""
    forms = set()
    for line_end in ("\n", "\r\n"):
        for tail in ("", line_end):
            form = text.replace("\r\n", "\n").rstrip("\n").replace("\n", line_end) + tail
            forms.add(hashlib.sha256(form.encode("utf-8", "replace")).hexdigest())
    forms.add(hashlib.sha256(text.replace("\r\n", "\n").encode("utf-8", "replace")).hexdigest())
    forms.add(hashlib.sha256(text.replace("\r\n", "\n").replace("\n", "\r\n").encode("utf-8", "replace")).hexdigest())
    forms.add(hashlib.sha256(squeeze(text).encode("utf-8", "surrogatepass")).hexdigest())
    return forms


def encoded(text, codepage):
    """The bytes an HTML body had before it was brought to UTF-8."""
    try:
        data = text.encode(f"cp{codepage}")
    except (LookupError, UnicodeError):
        return set()
    return {hashlib.sha256(d).hexdigest() for d in (data, data.replace(b"\n", b"\r\n"))}


def is_among(digest, forms):
    return any(form.startswith(digest) for form in forms)


def header(message, name):
    value = message.get(name)
    if value is None:
        return ""
    try:
        return str(make_header(decode_header(str(value))))
    except (LookupError, UnicodeError, ValueError):
        return str(value)


def addresses(message, *names):
    values = [str(v) for name in names for v in message.get_all(name, [])]
    return {a.lower().strip("'") for _, a in email.utils.getaddresses(values) if a}


def names(message, *fields):
    """Of people; one whose name is the address has no other."""
    values = [str(v) for field in fields for v in message.get_all(field, [])]
    pairs = email.utils.getaddresses(values)
    return {squeeze(str(make_header(decode_header(name)))).strip("'\"") for name, _ in pairs} | {a for _, a in pairs}


def has_header(wanted):
    return wanted.get("has_headers") or wanted.get("headers_size")


def text_of(part):
    payload = part.get_payload(decode=True)
    charset = part.get_content_charset() or "us-ascii"
    try:
        return payload.decode(charset)
    except (LookupError, UnicodeError):
        return payload.decode("latin-1")


def bytes_of(part):
    return part.get_payload(decode=True) or b""


def leaves(part):
    """Parts that aren't multipart, without looking into messages."""
    if part.get_content_maintype() == "multipart":
        for child in part.get_payload():
            yield from leaves(child)
    else:
        yield part


# The part of a report that programs read is built from properties; it is no attachment.
BUILT = ("message/delivery-status", "message/disposition-notification")

# What is no mail is attached in the form of its own programs.
ENTRIES = {
    "IPM.Contact": "text/vcard",
    "IPM.DistList": "text/vcard",
    "IPM.Appointment": "text/calendar",
    "IPM.Task": "text/calendar",
    "IPM.StickyNote": "text/calendar",
    "IPM.Activity": "text/calendar",
}


def is_file(part):
    return part.get_content_disposition() in ("attachment", "inline")


def check_fields(name, nid, part):
    """The fields of a part parse without defects, unless they were kept as they came."""
    allowed = KEPT.get(name, {}).get(nid, {})
    for field, value in part.items():
        reason = allowed.get(field.lower())
        if value.defects:
            differ(nid, f"form of {field} ({reason or 'no reason known'})", value.defects, "none", reason)


def check_form(name, nid, content):
    """What every message owes to its readers, whatever it says."""
    for part in BytesParser(policy=email.policy.default).parsebytes(content).walk():
        check_fields(name, nid, part)
        encoding = str(part.get("Content-Transfer-Encoding", "7bit")).lower()
        payload = "" if part.is_multipart() else part.get_payload()
        if encoding != "8bit" and not payload.isascii():
            differ(nid, "8-bit text in " + part.get_content_type(), encoding, "8bit")
        if not part.is_multipart():
            part.get_payload(decode=True)  # notices what is wrong with base64
        if part.defects:
            differ(nid, "defects of " + part.get_content_type(), part.defects, "none")
        if part.get_content_maintype() in ("message", "multipart") and encoding not in ("7bit", "8bit"):
            differ(nid, "encoding of " + part.get_content_type(), encoding, "7bit or 8bit")
    for line in content.split(b"\n"):
        if len(line) > 998:
            differ(nid, "line length", len(line), "at most 998")
            break
    if b"\0" in content:
        differ(nid, "NUL", "yes", "no")


def check_sender(nid, message, wanted):
    person = wanted.get("representing") or wanted.get("sender") or {}
    smtp = wanted.get("from_smtp") or person.get("smtp") or ""
    if not smtp and (wanted.get("from_type") or person.get("type")) == "SMTP":
        smtp = wanted.get("rep_email") or wanted.get("from_email") or person.get("address") or ""
    got = addresses(message, "From", "Sender")
    name = wanted.get("from_name") or person.get("name") or ""
    if "@" in smtp and smtp.lower() not in got:
        differ(nid, "from", got, smtp)
    if "@" not in smtp and name and not has_header(wanted) and squeeze(name) not in names(message, "From", "Sender"):
        differ(nid, "from", names(message, "From", "Sender"), name)
    if len(message.get_all("From", [])) != 1:
        differ(nid, "From fields", len(message.get_all("From", [])), 1)


def check_recipients(nid, message, wanted):
    fields = {1: "To", 2: "Cc", 3: "Bcc"}
    people = wanted.get("recipients", wanted.get("rcpt", []))
    for kind, field in fields.items():
        count = sum(p.get("kind", 1) & 15 == kind for p in people)
        got = len(email.utils.getaddresses([str(v) for v in message.get_all(field, [])]))
        if people and not has_header(wanted) and got != count:
            differ(nid, f"number of {field}", got, count)
    everyone = addresses(message, "To", "Cc", "Bcc")
    for person in people:
        kind = person.get("kind", 1) & 15
        smtp = person.get("smtp") or ""
        if not smtp and person.get("type") == "SMTP":
            smtp = person.get("address") or person.get("addr") or ""
        if "@" in smtp:
            smtp = smtp.strip("'<>")
            if smtp.lower() not in addresses(message, fields.get(kind, "To")):
                where = "elsewhere" if smtp.lower() in everyone else "nowhere"
                differ(nid, fields.get(kind, "To"), where, smtp)
        elif kind in fields and not message.get(fields[kind]):
            differ(nid, fields[kind], "missing", person.get("name"))


def check_date(nid, message, wanted):
    seconds = wanted.get("submit") or wanted.get("delivery")
    parsed = email.utils.parsedate_tz(str(message.get("Date", "")))
    if seconds and (parsed is None or abs(email.utils.mktime_tz(parsed) - seconds) > 1):
        differ(nid, "date", message.get("Date"), seconds)


def check_texts(nid, message, wanted):
    texts = [p for p in leaves(message) if p.get_content_maintype() == "text" and not is_file(p)]
    for subtype, size, digest in (
        ("plain", wanted.get("plain_size", wanted.get("body_chars", 0)), wanted.get("plain_sha256", wanted.get("body_sha"))),
        ("html", wanted.get("html_size", wanted.get("html_chars", 0)), wanted.get("html_sha256", wanted.get("html_sha"))),
    ):
        parts = [p for p in texts if p.get_content_subtype() == subtype]
        if not size:
            continue
        raw = {hashlib.sha256(bytes_of(p)).hexdigest() for p in parts}
        raw |= {hashlib.sha256(bytes_of(p).replace(b"\n", b"\r\n")).hexdigest() for p in parts}
        for part in parts:
            raw |= encoded(text_of(part), wanted.get("cpid", 0))
        if not parts:
            differ(nid, subtype, "missing", f"{size} characters")
        elif not any(is_among(digest, digests(text_of(p))) for p in parts) and not is_among(digest, raw):
            differ(nid, subtype, text_of(parts[0])[:60], f"{size} characters of {digest[:12]}")
        if subtype == "html":
            break
    if not wanted.get("plain_size", wanted.get("body_chars", 0)) and wanted.get("rtf"):
        if not any(squeeze(text_of(p)) for p in texts):
            print(f"{nid:#x}: note: RTF only ({wanted['rtf']} characters), no text")


def in_order(files, listed):
    """Another reader may list by place in the table, not by number: then by what they hold."""
    if all("nid" in a for a in listed):
        return zip(files, listed)
    left = list(files)
    pairs = []
    for attachment in listed:
        digest = attachment.get("sha") or "-"
        same = [p for p in left if hashlib.sha256(bytes_of(p)).hexdigest().startswith(digest)]
        part = (same or left)[0]
        left.remove(part)
        pairs.append((part, attachment))
    return pairs


def check_attachments(nid, message, wanted):
    files = [p for p in leaves(message) if is_file(p) or p.get_content_maintype() not in ("text",)]
    files = [p for p in files if not (p.get_filename() or "").endswith("body.rtf")]
    files = [p for p in files if is_file(p) or p.get_content_type() not in BUILT]
    listed = wanted.get("attachments", wanted.get("att", []))
    if len(files) != len(listed):
        differ(nid, "attachments", len(files), len(listed))
        return
    for part, attachment in in_order(files, listed):
        inner = attachment.get("message") or attachment.get("msg")
        if attachment.get("method") == 5 or attachment.get("embedded"):
            form = ENTRIES.get((inner or {}).get("class"), "message/rfc822")
            if part.get_content_type() != form:
                differ(nid, "embedded", part.get_content_type(), form)
            elif inner and form == "message/rfc822":
                check_message(nid, part.get_payload(0), inner)
            continue
        digest = attachment.get("sha256", attachment.get("sha"))
        got = hashlib.sha256(bytes_of(part)).hexdigest()
        if attachment.get("size", -1) >= 0 and digest and not got.startswith(digest):
            differ(nid, "attachment " + attachment.get("name", ""), got, digest)
        name = re.split(r"[/\\]", attachment.get("name", ""))[-1]
        if name and attachment.get("method") == 1 and part.get_filename() != name:
            differ(nid, "file name", part.get_filename(), name)
        cid = attachment.get("cid")
        if cid and str(part.get("Content-ID", "")).strip("<>") != cid.strip("<>"):
            differ(nid, "content id", part.get("Content-ID"), cid)


def check_message(nid, message, wanted):
    subject = squeeze(header(message, "Subject"))
    wanted_subject = wanted.get("subject", "")
    if wanted_subject[:1] == "\1":
        wanted_subject = wanted_subject[2:]
    if subject != squeeze(wanted_subject):
        differ(nid, "subject", subject, wanted_subject)
    check_sender(nid, message, wanted)
    check_recipients(nid, message, wanted)
    check_date(nid, message, wanted)
    if wanted.get("msgid") and str(message.get("Message-ID", "")).strip() != wanted["msgid"].strip():
        differ(nid, "message-id", message.get("Message-ID"), wanted["msgid"])
    check_texts(nid, message, wanted)
    check_attachments(nid, message, wanted)


def check_flags(nid, fields, wanted):
    flags = fields.get("X-Mbs-Flags", "").split()
    for flag, condition in (
        ("\\Seen", wanted.get("read")),
        ("\\Draft", wanted.get("unsent")),
        ("\\Answered", wanted.get("last_verb", wanted.get("replied_verb", 0)) in (102, 103)),
        ("$Forwarded", wanted.get("last_verb", wanted.get("replied_verb", 0)) == 104),
        ("\\Flagged", wanted.get("flag_status", wanted.get("flag", 0)) == 2),
    ):
        if condition is not None and (flag in flags) != bool(condition):
            differ(nid, "flag " + flag, flag in flags, condition)
    quoted = re.findall(r'"((?:\\.|[^"\\])*)"|(\S+)', fields.get("X-Mbs-Flags", ""))
    keywords = [re.sub(r"\\(.)", r"\1", text) or atom for text, atom in quoted]
    for category in wanted.get("categories", []):
        if category not in keywords:
            differ(nid, "category", keywords, category)
    seconds = wanted.get("delivery") or wanted.get("submit")
    got = fields.get("X-Mbs-Date", "").split()[:1]
    if got != ([str(seconds)] if seconds else []):
        differ(nid, "received", got, seconds)


def is_mail(wanted):
    name = wanted.get("class") or ""
    return name.startswith(("IPM.Note", "REPORT", "IPM.Schedule.Meeting", "IPM.Post")) and not wanted.get("hidden")


def main():
    global current_file
    truth = {}
    with_deleted = "--deleted" in sys.argv[3:]
    with open(sys.argv[2], encoding="utf-8") as lines:
        for line in lines:
            wanted = json.loads(line)
            is_deleted = wanted.get("placement") in ("deleted", "orphan")
            if "nid" in wanted and is_mail(wanted) and with_deleted >= is_deleted:
                truth[wanted["nid"]] = wanted
    with open(sys.argv[1], "rb") as stream:
        data = stream.read()

    parser = BytesParser(policy=email.policy.compat32)
    seen = 0
    for kind, fields, content in records(data):
        if kind != "message":
            continue
        nid, _, age = fields["X-Mbs-Origin"].rsplit(":", 1)[1].partition("~")
        nid = int(nid, 16)
        seen += 1
        if "--form" in sys.argv[3:]:
            check_form(fields["X-Mbs-Origin"].rsplit(":", 1)[0], nid, content)
            truth.pop(nid, None)
            continue
        wanted = truth.pop(nid, None)
        if wanted is None:
            differ(nid, "item", "written", "known")
            continue
        if (age == "old") != (wanted.get("placement") == "deleted"):
            differ(nid, "origin", fields["X-Mbs-Origin"], wanted.get("placement"))
        is_deleted = wanted.get("placement") in ("deleted", "orphan")
        if (fields.get("X-Mbs-Folder") == "Recovered Items") != is_deleted:
            differ(nid, "folder", fields.get("X-Mbs-Folder"), wanted.get("placement"))
        current_file = fields["X-Mbs-Origin"].rsplit(":", 1)[0]
        message = parser.parsebytes(content)
        check_form(fields["X-Mbs-Origin"].rsplit(":", 1)[0], nid, content)
        check_message(nid, message, wanted)
        check_flags(nid, fields, wanted)
    for nid in truth:
        differ(nid, "item", "missing", truth[nid].get("subject"))
    for name, nid, what in OTHERWISE.keys() - needed:
        if name == current_file:
            differ(nid, what, "equal", "to be excused")
    print(f"{seen} messages, {differences} differences")
    sys.exit(differences > 0)


main()
