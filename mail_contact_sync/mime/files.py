# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Parts as files, under names that can be shown and saved (RFC 2183)."""

import re
from dataclasses import dataclass
from mimetypes import MimeTypes
from os.path import splitext

from ..connectors.headers import fields
from .parts import Part
from .text import decode_words, parameters

#: Bytes of a name, the limit of most file systems; of these its extension has at most.
MAX_NAME = 255
_MAX_EXTENSION = 32
#: How much of a forwarded message is searched for its subject.
_MAX_HEAD = 1 << 16


@dataclass(slots=True)
class File:
    """``content_id`` and ``location`` are what HTML may call it by; often empty."""

    name: str
    content: bytes
    mimetype: str
    content_id: str = ""
    location: str = ""


def file(part: Part) -> File:
    content = part.content()
    name = _name(part)
    if part.content_type in _MESSAGES and not name.lower().endswith(".eml"):
        name = safe_name(f"{name or _subject(content)}.eml")
    return File(
        name or _default_name(part.content_type),
        content,
        part.content_type,
        "".join(decode_words(part.header("content-id")).split()).strip("<>"),
        "".join(decode_words(part.header("content-location")).split()),
    )


def uuencoded_file(name: bytes, content: bytes) -> File:
    text = name.decode("utf-8", "surrogateescape")
    return File(safe_name(text) or "attachment.bin", content, "application/octet-stream")


def is_attached(part: Part) -> bool:
    return parameters(part.header("content-disposition"))[0] == "attachment"


def is_named(part: Part) -> bool:
    return bool(_name(part))


def _name(part: Part) -> str:
    _, disposition = parameters(part.header("content-disposition"))
    return safe_name(disposition.get("filename") or part.parameters.get("name", ""))


_FOLDERS = re.compile(r"(?:[A-Za-z]:|\.\.?)?[\\/](?:.*[\\/])?")
_SEPARATORS = re.compile(r"[\\/]")
#: These make a name read other than it is: "fdp.exe" for "exe.pdf".
_DIRECTIONS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def safe_name(value: str) -> str:
    """A name from a header value: one line, no folder, no longer than MAX_NAME; or empty."""
    name = _DIRECTIONS.sub("", decode_words(value))
    if folders := _FOLDERS.match(name):
        name = name[folders.end() :]
    name = _SEPARATORS.sub("_", name).strip('". ')
    if len(name.encode()) <= MAX_NAME:
        return name
    stem, extension = splitext(name)
    if len(extension.encode()) > _MAX_EXTENSION:
        stem, extension = name, ""
    room = MAX_NAME - len(extension.encode())
    return stem.encode()[:room].decode("utf-8", "ignore") + extension


_NAMES = {
    "application/ms-tnef": "winmail.dat",
    "application/pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-mime": "smime.p7m",
    "application/pkcs7-signature": "smime.p7s",
    "application/x-pkcs7-signature": "smime.p7s",
    "application/pgp-signature": "signature.asc",
    "message/delivery-status": "delivery-status.txt",
    "message/disposition-notification": "disposition-notification.txt",
    "text/calendar": "invite.ics",
    "text/rfc822-headers": "headers.txt",
}
_MESSAGES = {"message/rfc822", "message/global", "message/news"}
_STEMS = {"image", "audio", "video", "text"}
#: The library's own table, the same on every machine.
_TYPES = MimeTypes()


def _subject(message: bytes) -> str:
    head = re.split(rb"\n\r?\n", message[:_MAX_HEAD], maxsplit=1)[0]
    subject = fields(head).get("subject", ("",))[0]
    return decode_words(subject) or "message"


def _default_name(content_type: str) -> str:
    if content_type in _NAMES:
        return _NAMES[content_type]
    kind = content_type.partition("/")[0]
    extension = _TYPES.guess_extension(content_type, strict=False) or ".bin"
    return (kind if kind in _STEMS else "attachment") + extension
