# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A message in Unicode."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from itertools import chain, islice

from ..connectors.headers import MAX_ADDRESSES, envelope, mailboxes, message_ids
from .content import body_and_files
from .parts import read
from .text import decode_words, in_order
from .writing import MARK

#: Characters of a subject, and of a name beside an address, that are kept.
MAX_SUBJECT = 1000
MAX_NAME = 200
MAX_REFERENCES = 100

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file of a message.  ``cid`` is set where the HTML body shows it."""

    name: str
    content: bytes
    mimetype: str
    cid: str = ""


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """A message in Unicode.

    ``sender``, ``reply_to``, ``to`` and ``cc`` are written as a person reads
    them (``"Name" <address>, …``), in the order of the header.  ``addresses``
    holds the bare lower-case addresses of From, Reply-To, To, Cc and Bcc;
    ``sender_address`` the first of From.  ``date`` is aware, in UTC, or None.
    The body is ``html`` or, where no part of it is HTML, ``text``; the other is
    empty.  HTML calls the attachments that it shows ``cid:<cid>``.  ``digest``
    identifies a message that has no Message-ID, whichever mailbox it was found
    in; it is empty where there is one.  ``mark`` is the Message-ID that we gave it, if it
    is one of ours.
    """

    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    date: datetime | None
    sender: str
    sender_address: str
    reply_to: str
    to: str
    cc: str
    addresses: frozenset[str]
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...]
    digest: str
    mark: str = ""


def parse(raw: bytes) -> ParsedMail:
    """The message whose octets are ``raw``, however broken.

    Takes time linear in the size of ``raw``, and up to twice its memory beside it.
    """
    root = read(raw)
    # What the index is made of too, so that message and index agree.
    keys = envelope("", len(raw), None, root.head)
    # Raw octets in a header are most often in the charset of the text.
    charset = next(filter(None, (leaf.parameters.get("charset") for leaf in root.leaves())), "")
    text, html, files = body_and_files(root)
    mail = ParsedMail(
        message_id=keys.message_id,
        in_reply_to=keys.in_reply_to,
        references=tuple(message_ids(root.fields.get("references", ())))[-MAX_REFERENCES:],
        date=keys.sent,
        sender=_people(root.fields.get("from", ())[:1], charset) or _nobody(root.header("from")),
        sender_address=keys.sender,
        reply_to=_people(root.fields.get("reply-to", ()), charset),
        to=_people(root.fields.get("to", ()), charset),
        cc=_people(root.fields.get("cc", ()), charset),
        addresses=frozenset(keys.addresses),
        subject=in_order(decode_words(root.header("subject"), charset)[:MAX_SUBJECT]),
        text=text,
        html=html,
        attachments=tuple(Attachment(f.name, f.content, f.mimetype, cid) for f, cid in files),
        digest="",
        mark=next(iter(message_ids(root.fields.get(MARK.lower(), ()))), ""),
    )
    return mail if mail.message_id else replace(mail, digest=_digest(mail, root.header("date")))


def content_digest(mail: ParsedMail) -> str:
    """Tells whether two mails of one Message-ID are the same."""
    return _digest(mail, "")


def _people(values: Iterable[str], charset: str) -> str:
    """Address lists as text, each mailbox as ``"Name" <address>``."""
    found = (mailbox for value in values for mailbox in mailboxes(value))
    return ", ".join(_person(*mailbox, charset) for mailbox in islice(found, MAX_ADDRESSES))


def _nobody(value: str) -> str:
    """A sender without an address, as "MAILER-DAEMON"; nothing that might pass for one."""
    name = _name(value.partition("<")[0], "")
    return "" if "@" in name else name


_QUOTING = re.compile(r'"|\\(.)')


def _person(phrase: str, address: str, charset: str) -> str:
    name = _name(phrase, charset)
    if not name or name.lower() == address:
        return address
    name = re.sub(r'(["\\])', r"\\\1", name)
    return f'"{name}" <{address}>'


def _name(phrase: str, charset: str) -> str:
    return in_order(decode_words(_QUOTING.sub(r"\1", phrase), charset).strip("\"' ")[:MAX_NAME])


def _digest(mail: ParsedMail, date: str) -> str:
    """What stays the same on every way of a message: not its route, nor how it is encoded."""
    when = mail.date.isoformat() if mail.date else decode_words(date)
    texts = (when, mail.sender_address, mail.subject, mail.text.strip(), mail.html.strip())
    digest = blake2b(digest_size=16)
    for piece in chain((text.encode() for text in texts), map(_file_digest, mail.attachments)):
        digest.update(b"%d:" % len(piece))
        digest.update(piece)
    return digest.hexdigest()


def _file_digest(file: Attachment) -> bytes:
    digest = blake2b(digest_size=16)
    for start in range(0, len(file.content), _CHUNK):
        chunk = file.content[start : start + _CHUNK]
        # Base64 keeps the line ends of text, other encodings those of the transport.
        digest.update(chunk.replace(b"\r", b"") if file.mimetype.startswith("text/") else chunk)
    return digest.digest()
