# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mail to parse, and what must hold for every mail, however broken."""

import re
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent

from mail_contact_sync.mime import ParsedMail, parse

CORPUS = Path(__file__).parent / "corpus" / "mikel-mail"


def corpus() -> dict[str, bytes]:
    """Odd messages of real life (see the licence beside them), by their path."""
    return {
        str(path.relative_to(CORPUS)): path.read_bytes() for path in sorted(CORPUS.rglob("*.eml"))
    }


def cpython_corpus() -> dict[str, bytes]:
    """The messages that CPython tests its own parser with, where it has them."""
    tests = find_spec("test.test_email") if find_spec("test") else None
    folders = map(Path, tests.submodule_search_locations) if tests else ()
    return {
        path.name: path.read_bytes()
        for folder in folders
        for path in sorted((folder / "data").glob("msg_*.txt"))
    }


def mail(text: str) -> bytes:
    """Text of a test as octets: not indented, lines ended by CRLF."""
    return dedent(text).removeprefix("\n").replace("\n", "\r\n").encode()


def part(content_type: str, body: bytes, *fields: str) -> bytes:
    """An entity of any octets."""
    head = "".join(f"{field}\r\n" for field in (f"Content-Type: {content_type}", *fields))
    return head.encode() + b"\r\n" + body


def multipart(subtype: str, *parts: str | bytes, **parameters: str) -> bytes:
    """A multipart of entities; a boundary of its own for each level."""
    entities = [part if isinstance(part, bytes) else mail(part) for part in parts]
    boundary = b"b%d" % sum(map(len, entities))
    head = f"Content-Type: multipart/{subtype}; boundary={boundary.decode()}"
    head += "".join(f'; {name}="{value}"' for name, value in parameters.items())
    delimited = b"".join(b"\r\n--%b\r\n%b" % (boundary, entity) for entity in entities)
    return head.encode() + b"\r\n\r\nPreamble" + delimited + b"\r\n--" + boundary + b"--\r\n"


def names(parsed: ParsedMail) -> list[str]:
    return [attachment.name for attachment in parsed.attachments]


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def sound(raw: bytes) -> ParsedMail:
    """Parse ``raw`` and check what must hold for any octets."""
    parsed = parse(raw)
    head = (
        *(parsed.message_id, parsed.in_reply_to, *parsed.references, parsed.digest),
        *(parsed.sender, parsed.sender_address, parsed.reply_to, parsed.to, parsed.cc),
        *(parsed.subject, *parsed.addresses),
        *(text for file in parsed.attachments for text in (file.name, file.mimetype, file.cid)),
    )
    for text in (*head, parsed.text, parsed.html):
        assert "\0" not in text
        text.encode("utf-8")  # raises where a surrogate stands alone
    for text in head:
        assert not _CONTROL.search(text)
    for address in parsed.addresses:
        assert address == address.lower() and "@" in address
    assert not (parsed.text and parsed.html)
    assert bool(parsed.digest) != bool(parsed.message_id)
    assert parsed.date is None or parsed.date.utcoffset() == timedelta(0)
    for file in parsed.attachments:
        assert file.name and len(file.name.encode()) <= 255 and not {*file.name} & {*"/\\"}
        assert not file.cid or f"cid:{file.cid}" in parsed.html
    return parsed
