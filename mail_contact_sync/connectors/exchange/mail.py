# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""From an item on Exchange to an Envelope, or to a message in short.

Received mail still has the header it came with (PidTagTransportMessageHeaders).
What was sent from here has none: there the item's properties are put in its place.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.header import Header
from email.utils import format_datetime

from .. import headers
from ..base import Envelope
from .session import TRANSPORT_HEADERS, date_time, extended
from .soap import Element, find, find_all, text

#: SMTP addresses that go with From and Sender (PidTagSentRepresentingSmtpAddress,
#: PidTagSenderSmtpAddress), whatever type of address these are.
_FROM_SMTP, _SENDER_SMTP = "0x5D02", "0x5D01"

PROPERTIES = (
    *("item:DateTimeReceived", "item:DateTimeSent", "item:Size", "item:Subject", "item:InReplyTo"),
    *("message:From", "message:ReplyTo"),
    *("message:ToRecipients", "message:CcRecipients", "message:BccRecipients"),
    *("message:InternetMessageId", "message:References"),
)
STRINGS = (TRANSPORT_HEADERS, _FROM_SMTP, _SENDER_SMTP)

_LISTS = {
    "Reply-To": "t:ReplyTo",
    "To": "t:ToRecipients",
    "Cc": "t:CcRecipients",
    "Bcc": "t:BccRecipients",
}
_FROM_FIELD = re.compile(r"^From[ \t]*:", re.MULTILINE | re.IGNORECASE)
#: Fields that tell what the body is made of, which in a short message is another.
_OF_THE_BODY = re.compile(
    rb"^(?:Content-[\w-]*|MIME-Version)[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*",
    re.MULTILINE | re.IGNORECASE,
)
_LINE_BREAKS = re.compile(r"[\r\n\0]+")

#: Gives the SMTP address of one of Exchange's own (``/o=…``), empty where it has none.
Resolve = Callable[[str], str]


def envelope(ref: str, item: Element, resolve: Resolve) -> Envelope:
    block = header(item, resolve)
    received = date_time(text(item, "t:DateTimeReceived"))
    made = headers.envelope(ref, int(text(item, "t:Size") or 0), received, block)
    if not made.message_id:
        made = replace(made, subject=headers.subject(block))
    return made


def short_message(item: Element, resolve: Resolve) -> bytes:
    """The header and the body's text or HTML, as one part, of a message too large to be had."""
    body = text(item, "t:Body")
    found = find(item, "t:Body")
    kind = "html" if found is not None and found.get("BodyType") == "HTML" else "plain"
    block = header(item, resolve).replace(b"\r\n", b"\n").rstrip(b"\n") + b"\n"
    block = _OF_THE_BODY.sub(b"", block)
    about = f"MIME-Version: 1.0\nContent-Type: text/{kind}; charset=utf-8\n"
    about += "Content-Transfer-Encoding: 8bit\n\n"
    lines = block + about.encode() + body.replace("\r\n", "\n").encode()
    return lines.replace(b"\n", b"\r\n")


def header(item: Element, resolve: Resolve) -> bytes:
    """The header block of a message, without the empty line after it."""
    block = extended(item, TRANSPORT_HEADERS)
    if _FROM_FIELD.search(block):
        return block.partition("\r\n\r\n")[0].partition("\n\n")[0].encode()
    lines = [f"{name}: {_one_line(value)}" for name, value in _made_fields(item, resolve) if value]
    return "\r\n".join([*lines, ""]).encode()


def _made_fields(item: Element, resolve: Resolve) -> Iterator[tuple[str, str]]:
    sender = extended(item, _FROM_SMTP) or extended(item, _SENDER_SMTP)
    yield "From", ", ".join(_mailboxes(item, "t:From", resolve, sender)) or sender
    for name, path in _LISTS.items():
        yield name, ", ".join(_mailboxes(item, path, resolve))
    sent = date_time(text(item, "t:DateTimeSent"))
    yield "Date", format_datetime(sent) if sent else ""
    yield "Subject", _encoded(text(item, "t:Subject"))
    yield "Message-ID", text(item, "t:InternetMessageId")
    yield "In-Reply-To", text(item, "t:InReplyTo")
    yield "References", text(item, "t:References")


def _mailboxes(item: Element, path: str, resolve: Resolve, smtp: str = "") -> Iterator[str]:
    for mailbox in find_all(item, f"{path}/t:Mailbox"):
        address = text(mailbox, "t:EmailAddress")
        if text(mailbox, "t:RoutingType").upper() == "EX" or address.startswith("/"):
            address = smtp or resolve(address)
        if "@" in address:
            name = _encoded(text(mailbox, "t:Name"))
            yield f"{name} <{address}>" if name else address


def _encoded(phrase: str) -> str:
    """Text as encoded words (RFC 2047) unless it is plain letters and digits."""
    phrase = _one_line(phrase)
    if phrase.isascii() and phrase.replace(" ", "").isalnum():
        return phrase
    return Header(phrase, "utf-8").encode(linesep="\n", maxlinelen=0) if phrase else ""


def _one_line(value: str) -> str:
    return _LINE_BREAKS.sub(" ", value).strip()
