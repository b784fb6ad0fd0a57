# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""MIME by hand (RFC 2045-2047, 2231): each client orders, encodes and folds in its own way.

An entity is bytes: headers, an empty line, the body, all with CRLF.
"""

import base64
import quopri
import re
from collections.abc import Iterable
from datetime import datetime, timezone
from email.header import Header
from email.utils import format_datetime
from email.utils import quote as quote_string
from urllib.parse import quote

from ..letter import File, Letter
from ..people import Person

CRLF = b"\r\n"


def crlf(text: str | bytes) -> bytes:
    data = text if isinstance(text, bytes) else text.encode()
    return data.replace(b"\r\n", b"\n").replace(b"\n", CRLF)


def narrowest(text: str, *charsets: str) -> str:
    """The first of ``charsets`` that can write ``text``, else UTF-8."""
    for charset in charsets:
        try:
            text.encode(charset)
        except UnicodeEncodeError:
            continue
        return charset
    return "utf-8"


def words(text: str, charset: str, name: str = "") -> str:
    """Unstructured header text, folded; encoded-words where it is not ASCII."""
    charset = narrowest(text, "us-ascii", charset)
    return Header(text, charset, header_name=name).encode(linesep="\r\n")


def mailbox(person: Person, charset: str) -> str:
    """``Name <address>``, the name quoted or encoded as needed."""
    if not person.name:
        return person.email
    name = words(person.name, charset)
    if re.search(r'[][()<>@,:;.\\"]', person.name) and person.name.isascii():
        name = f'"{quote_string(person.name)}"'
    return f"{name} <{person.email}>"


def mailboxes(people: Iterable[Person], charset: str, name: str = "To") -> str:
    """An address list, folded between addresses."""
    lines = [f"{name}:"]
    for person in people:
        item = mailbox(person, charset)
        if len(lines[-1]) + len(item) > 76 and lines[-1] != f"{name}:":
            lines.append("")
        lines[-1] += f" {item},"
    return "\r\n".join(lines)[len(name) + 2 : -1]


def date_header(moment: datetime) -> str:
    """RFC 5322 date with the day unpadded, as today's clients write it."""
    return format_datetime(moment).replace(", 0", ", ")


def utc(moment: datetime) -> datetime:
    return moment.astimezone(timezone.utc)


def headers(letter: Letter, order: str, charset: str, **more: str) -> list[tuple[str, str]]:
    """The headers that exist, in the client's ``order``; the letter's own replace them.

    ``more`` adds to or replaces the usual ones (``Thread_Topic`` for Thread-Topic).
    """
    known = {
        "From": mailbox(letter.sender, charset),
        "To": mailboxes(letter.to, charset),
        "Cc": mailboxes(letter.cc, charset, "Cc"),
        "Bcc": mailboxes(letter.bcc, charset, "Bcc"),
        "Reply-To": mailboxes(letter.reply_to, charset, "Reply-To"),
        "Subject": words(letter.subject, charset, "Subject"),
        "Date": date_header(letter.date),
        "Message-ID": letter.message_id,
        "Message-Id": letter.message_id,
        "In-Reply-To": letter.in_reply_to,
        "References": "\r\n ".join(letter.references),
        "MIME-Version": "1.0",
    }
    known.update({name.replace("_", "-"): value for name, value in more.items()})
    own = dict(letter.extra)
    listed = [(name, known[name]) for name in order.split() if known[name] and name not in own]
    return listed + list(letter.extra)


def entity(head: Iterable[tuple[str, str]], body: bytes) -> bytes:
    return _lines(head) + CRLF + body


def _lines(head: Iterable[tuple[str, str]]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in head).encode("ascii")


def encode(data: bytes, encoding: str) -> bytes:
    """The body in a Content-Transfer-Encoding, with CRLF."""
    if encoding == "base64":
        return crlf(base64.encodebytes(data)).rstrip(CRLF)
    if encoding == "quoted-printable":
        return crlf(quopri.encodestring(data.replace(CRLF, b"\n")))
    return crlf(data)


def text_part(text: str, content_type: str, encoding: str) -> bytes:
    """A text entity; ``content_type`` ends with the charset, or more after a ``;``."""
    charset = content_type.partition("charset=")[2].partition(";")[0].strip('"')
    head = [("Content-Type", content_type)]
    if encoding:
        head.append(("Content-Transfer-Encoding", encoding))
    return entity(head, encode(text.encode(charset), encoding))


def filename_2231(name: str) -> str:
    """`` filename*=…`` (RFC 2231) where the name is not ASCII."""
    if name.isascii():
        return f'filename="{name}"'
    return f"filename*=UTF-8''{quote(name)}"


def filename_2047(name: str, parameter: str = "filename") -> str:
    """The encoded-word in quotes that RFC 2047 forbids and half the world writes."""
    return f'{parameter}="{name if name.isascii() else words(name, "utf-8")}"'


def file_part(file: File, head: Iterable[tuple[str, str]]) -> bytes:
    encoding = "base64"
    if file.mimetype.startswith("message/"):
        encoding = "7bit" if file.content.isascii() else "8bit"  # RFC 2046, 5.2.1
    head = [*head, ("Content-Transfer-Encoding", encoding)]
    return entity(head, encode(file.content, encoding))


def multipart(
    subtype: str, boundary: str, parts: Iterable[bytes], params: str = "", preamble: str = ""
) -> bytes:
    """``params`` (``; type=…``) go before the boundary."""
    content_type = f'multipart/{subtype}{params};\r\n boundary="{boundary}"'
    return entity([("Content-Type", content_type)], multipart_body(boundary, parts, preamble))


def multipart_body(boundary: str, parts: Iterable[bytes], preamble: str = "") -> bytes:
    lines = [crlf(f"{preamble}\n")] if preamble else []
    mark = boundary.encode()
    for part in parts:
        lines.append(b"--" + mark + CRLF + part + CRLF)
    return b"".join(lines) + b"--" + mark + b"--" + CRLF


def message(head: Iterable[tuple[str, str]], content: bytes, content_first: bool = False) -> bytes:
    """The message: the letter's headers and those of the entity ``content`` in one block."""
    if not content_first:
        return _lines(head) + content
    own, _, body = content.partition(CRLF + CRLF)
    return own + CRLF + _lines(head) + CRLF + body
