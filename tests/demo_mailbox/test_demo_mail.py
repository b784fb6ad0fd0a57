# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The mail itself: valid, coherent, varied, the same every time."""

import io
import mailbox
import os
import subprocess
import sys
import zipfile
import zlib
from collections import Counter, defaultdict
from datetime import timedelta
from pathlib import Path

from demo_reading import NOW, OWNER, parsed

REPOSITORY = Path(__file__).parents[2]


def test_the_same_now_gives_the_same_bytes(demo):
    program = (
        "import hashlib, sys\nfrom datetime import datetime\n"
        "from dev.demo_mailbox import generate\n"
        "box = generate(sys.argv[1], sys.argv[2], datetime.fromisoformat(sys.argv[3]))\n"
        "print(hashlib.sha256(repr([(m.folder, m.received, m.flags, m.raw)\n"
        "    for m in box.messages]).encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program, *OWNER, NOW.isoformat()],
            env=os.environ | {"PYTHONPATH": str(REPOSITORY), "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def defects(name, value):
    """A header's faults, but for encoded words as file names, which many clients write."""
    found = getattr(value, "defects", ())
    in_file_name = name in ("Content-Type", "Content-Disposition") and not value.isascii()
    return () if in_file_name else found


def test_stdlib_parses_every_message(demo, theirs):
    for message in demo.messages + theirs.messages:
        mail = parsed(message.raw)
        for part in mail.walk():
            assert not part.defects, (message, part.defects)
            assert not [v for name, v in part.items() if defects(name, v)], message
            if part.get_content_maintype() == "text":
                assert "\ufffd" not in part.get_content(), message
        assert (mail["Message-ID"] or "") == message.message_id
        assert (mail["Subject"] or "") == message.subject
        assert max(map(len, message.raw.split(b"\r\n"))) <= 998
        assert b"\n" not in message.raw.replace(b"\r\n", b"")


def test_threads_hang_together(demo):
    first = {message.message_id: message.received for message in reversed(demo.messages)}
    chains = Counter()
    for message in demo.messages:
        mail = parsed(message.raw)
        if not mail["In-Reply-To"]:
            continue
        references = mail["References"].split()
        assert references[-1] == mail["In-Reply-To"]
        assert [first[reference] for reference in references] == sorted(
            first[reference] for reference in references
        )
        assert first[references[-1]] <= message.received
        chains[references[0]] = max(chains[references[0]], len(references) + 1)
    assert max(chains.values()) == 12
    assert len(chains) > 100


def test_dates_are_those_of_a_working_half_year(demo):
    ages = [NOW - message.received for message in demo.messages]
    assert timedelta(minutes=2) < min(ages) < timedelta(minutes=10)
    old = [age for age in ages if age > timedelta(days=165)]
    assert len(old) == 4 and min(old) > timedelta(days=200)
    for message in demo.messages:
        if message.contacts and not message.reason and NOW - message.received > timedelta(days=3):
            sent = parsed(message.raw)["Date"].datetime
            assert abs(message.received - sent) < timedelta(minutes=1)
            assert sent.weekday() < 5, message


def test_it_holds_what_real_mailboxes_hold(demo):
    landed = [message for message in demo.messages if message.contacts]
    parts = [part for m in landed for part in parsed(m.raw).walk()]
    kinds = Counter(part.get_content_type() for part in parts)
    assert {
        "multipart/signed",
        "multipart/related",
        "text/calendar",
        "message/rfc822",
        "application/pdf",
        "application/zip",
        "image/png",
    } <= set(kinds)
    charsets = {part.get_content_charset() for part in parts}
    assert {"iso-2022-jp", "windows-1252", "iso-8859-1", "windows-1256", "utf-8"} <= charsets
    encodings = {str(part["Content-Transfer-Encoding"]) for part in parts}
    assert {"7bit", "8bit", "quoted-printable", "base64"} <= encodings
    assert any('dir="rtl"' in p.get_content() for p in parts if p.get_content_type() == "text/html")
    assert any(p["Content-ID"] and not p.get_filename() for p in parts)
    assert (
        max(len(p.get_content()) for p in parts if p.get_content_type() == "application/zip")
        >= 12 << 20
    )
    folders = {message.folder for message in demo.messages}
    assert folders >= {"INBOX", "Sent", "Archive", "Drafts", "Junk", "Trash", "Kunden/Müller"}
    copies = defaultdict(set)
    for message in landed:
        copies[message.identity].add(message.folder)
    assert sum(len(places) > 1 for places in copies.values()) > 5
    nameless = [m for m in landed if not m.message_id]
    assert len(nameless) == 3 and len({m.raw for m in nameless}) == 2
    assert 500 <= len(demo.messages) <= 700


def test_files_open(demo):
    seen = Counter()
    for message in demo.messages:
        for part in parsed(message.raw).walk():
            kind = part.get_content_type()
            if kind == "image/png":
                data = part.get_content()
                assert data.startswith(b"\x89PNG\r\n\x1a\n")
                start = data.index(b"IDAT") + 4
                zlib.decompress(data[start : start + int.from_bytes(data[start - 8 : start - 4])])
            elif kind == "application/pdf":
                data = part.get_content()
                table = int(data.split()[-2])
                lines = data[table:].splitlines()
                assert lines[0] == b"xref"
                for number, line in enumerate(lines[3:8], 1):
                    assert data[int(line[:10]) :].startswith(b"%d 0 obj" % number)
            elif kind.endswith(("zip", "document")):
                assert zipfile.ZipFile(io.BytesIO(part.get_content())).testzip() is None
            else:
                continue
            seen[kind] += 1
    assert len(seen) == 4


def test_maildir_holds_the_messages(demo, tmp_path):
    demo.write_maildir(tmp_path)
    directories = {
        "INBOX": "",
        "Kunden/Müller": ".Kunden.M&APw-ller",
        "Salons & événements": ".Salons &- &AOk-v&AOk-nements",
    }
    for folder in {message.folder for message in demo.messages}:
        root = tmp_path / directories.get(folder, f".{folder}")
        stored = Counter()
        for key, mail in mailbox.Maildir(root, create=False).iteritems():
            path = next((root / "cur").glob(f"{key}*"))
            content = path.read_bytes().replace(b"\n", b"\r\n")
            assert f",S={path.stat().st_size},W={len(content)}" in key
            stored[content, int(path.stat().st_mtime), mail.get_flags()] += 1
        assert stored == Counter(
            (message.raw, int(message.received.timestamp()), message.flags)
            for message in demo.messages
            if message.folder == folder
        )
    assert "Kunden\tM&APw-ller\n" in (tmp_path / "subscriptions").read_text()
