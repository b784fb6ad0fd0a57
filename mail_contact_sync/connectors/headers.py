# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""From a header block to an Envelope; never raises on bad mail.

Addresses are read by a scanner of its own.  The standard library's puts
addresses together that nobody wrote (``Mr. joe@a.example`` gives
``Mr.joe@a.example``), drops a whole list for one stray quote, and answers
differently from one Python release to the next.  This one takes time linear in
its input, and in doubt finds no address rather than a wrong one.
"""

import re
from binascii import Error as Base64Error
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timezone
from email.errors import MessageError
from email.header import decode_header, make_header
from email.utils import parsedate_to_datetime
from itertools import chain, islice

from .base import Envelope

#: The header fields that an Envelope is made of.  Not Sender: it names whoever handed a mail in
#: for its author, such as a secretary or the program of a list, with whom it is not.
FIELDS = (
    *("From", "Reply-To", "To", "Cc", "Bcc"),
    *("Date", "Message-ID", "In-Reply-To", "References"),
    *("List-Id", "Auto-Submitted", "Precedence"),
)

#: Bytes of one header block that are read, addresses of one message that are
#: kept, and characters that an address may have (RFC 3696, section 3).  What is
#: longer than MAX_MESSAGE_ID is no Message-ID: none is, and no index takes it.
MAX_BLOCK = 1 << 20
MAX_ADDRESSES = 1000
MAX_ADDRESS = 320
MAX_MESSAGE_ID = 500

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_FIELD = re.compile(r"^([\w-]+)[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)", re.MULTILINE)
#: Control characters but white space, and octets that are no UTF-8.
_UNFIT = r"\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff"
_MESSAGE_ID = re.compile(rf"<\s*[^<>\s{_UNFIT}][^<>{_UNFIT}]{{0,{MAX_MESSAGE_ID}}}>")
_BARE_MESSAGE_ID = re.compile(rf"\s*([^<>\s@{_UNFIT}]{{1,200}}@[^<>\s@{_UNFIT}]{{1,200}})\s*")
_WORD = re.compile(r"\s*([\w-]*)")
_BULK_PRECEDENCE = {"bulk", "junk", "list"}


def envelope(ref: str, size: int, received: datetime | None, block: bytes) -> Envelope:
    """The Envelope of a message whose header (RFC 5322, section 2.2) is ``block``.

    Where the server's date is not known the message's own stands in for it, and
    1970 where that is missing too.
    """
    values = fields(block)
    sent = parse_date(values["date"][0]) if "date" in values else None
    senders = [address for value in values.get("from", ()) for address in addresses(value)]
    others = (
        address
        for name in ("reply-to", "to", "cc", "bcc")
        for value in values.get(name, ())
        for address in addresses(value)
    )
    return Envelope(
        ref,
        size,
        received or sent or _EPOCH,
        sent,
        _message_id(values.get("message-id", ())),
        _parent(values),
        senders[0] if senders else "",
        tuple(dict.fromkeys(islice(chain(senders, others), MAX_ADDRESSES))),
        _is_bulk(values),
    )


def block(pairs: Iterable[tuple[str, str]]) -> bytes:
    """The header block of fields that come as names and values, each value on one line."""
    lines = (f"{name}: {' '.join(value.splitlines())}\n" for name, value in pairs)
    return "".join(lines).encode("utf-8", "surrogatepass")


def fields(block: bytes) -> dict[str, list[str]]:
    """The values of each field by its lower-case name, in the order they stand."""
    # Header text is ASCII or UTF-8 (RFC 6532).  Bytes that are neither become
    # lone surrogates: they harm nothing beside them and stand in no address.
    text = block[:MAX_BLOCK].replace(b"\r", b"").replace(b"\0", b"")
    values: dict[str, list[str]] = {}
    for field in _FIELD.finditer(text.decode("utf-8", "surrogateescape")):
        values.setdefault(field[1].lower(), []).append(field[2])
    return values


def subject(block: bytes) -> str:
    """The Subject as it is written, on one line."""
    return " ".join(" ".join(fields(block).get("subject", ())).split())


def message_ids(values: Iterable[str]) -> Iterator[str]:
    """The ``<…>`` of Message-ID fields and their like, white space inside removed."""
    for value in values:
        for match in _MESSAGE_ID.finditer(value):
            yield "".join(match[0].split())


def _message_id(values: Sequence[str]) -> str:
    for message_id in message_ids(values):
        return message_id
    # Some programs leave out the brackets.
    bare = _BARE_MESSAGE_ID.fullmatch(values[0]) if values else None
    return f"<{bare[1]}>" if bare else ""


def _parent(fields: dict[str, list[str]]) -> str:
    """The Message-ID of the message replied to (RFC 5322, section 3.6.4)."""
    for parent in message_ids(fields.get("in-reply-to", ())):
        return parent
    return next(reversed([*message_ids(fields.get("references", ()))]), "")


def _is_bulk(fields: dict[str, list[str]]) -> bool:
    """Whether list or automatic mail (RFC 2919; RFC 3834, section 5)."""

    def first_words(name):
        return {_WORD.match(value)[1].lower() for value in fields.get(name, ())}

    return (
        "list-id" in fields
        or bool(first_words("auto-submitted") - {"no", ""})
        or not _BULK_PRECEDENCE.isdisjoint(first_words("precedence"))
    )


def parse_date(text: str) -> datetime | None:
    """A Date (RFC 5322, section 3.3) or IMAP date-time (RFC 3501) in UTC.

    None where it cannot be read, or lies before 1970 or after the year 2099.
    """
    try:
        date = parsedate_to_datetime(text)
        if date.tzinfo is None:  # "-0000", or no zone at all
            date = date.replace(tzinfo=timezone.utc)
        date = date.astimezone(timezone.utc)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date if 1970 <= date.year < 2100 else None


#: As nearly all write a mailbox, up to the next or the end.
_ORDINARY_MAILBOX = re.compile(
    r"""\s*(?:("[^"\\]*"\s*|[^\s<>"\[\\,;:()@][^<>"\[\\,;:()@]*|)<)?
    ([\w.+-]+@\w(?:[\w.-]*\w)?)(?(1)>)\s*(?:,|\Z)""",
    re.VERBOSE,
)

# A quotation mark ends what is quoted where the backslashes before it are even in number,
# wherever that began.  So only the last such mark may be without its partner, and be looked for
# in vain; and of two "<" that are no brackets no more than one reads past the next.
_QUOTED = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_OUTSIDE = re.compile(rf'[^("\\]+|\\.|{_QUOTED}|.', re.DOTALL)
_INSIDE = re.compile(r"[^()\\]+|\\.|.", re.DOTALL)
#: Of a list that is encoded as a whole.
_MAX_ENCODED = 16 << 10
_TOKEN = re.compile(
    rf"""
    <(?P<angle>[^<>"\\]*(?:(?:{_QUOTED}|\\.)[^<>"\\]*)*)>
    | (?P<separator>[,;])
    | (?P<group>:)
    | =\?[^?\s]+\?[bq]\?[^?\s]*\?=
    | {_QUOTED} | \[[^\[\]]*\] | \\. | [^<"\[\\,;:=]+ | .
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_ADDRESS = re.compile(
    rf"""(?!=\?)
    (?:"(?:[^"\\\t-\r{_UNFIT}]|\\[^\t-\r{_UNFIT}])*"|[^\s"(),:;<>@\[\]\\{_UNFIT}]+)
    @ (?:\w(?:[\w.-]*\w)?|\[[\w.:-]+\])""",
    re.VERBOSE,
)
_AROUND_AT = re.compile(r"\s*@\s*")
_AROUND_DOT = re.compile(r"\s*\.\s*")


def addresses(value: str) -> list[str]:
    """The addresses of ``mailboxes``."""
    return [address for _phrase, address in mailboxes(value)]


def mailboxes(value: str) -> list[tuple[str, str]]:
    """The mailboxes of an address list (RFC 5322, section 3.4).

    Each is the phrase before the address, as it is written, and the address in
    lower case.  Takes what is seen in the wild too: groups, comments, routes,
    ``;`` between addresses, stray quotes and brackets.
    """
    found = _ordinary(value) or _scan(value)
    if not found and "=?" in value[:_MAX_ENCODED]:
        # Some programs encode the whole list, which RFC 2047 forbids.
        found = _scan(_decoded(value[:_MAX_ENCODED]))
    return found


def _ordinary(value: str) -> list[tuple[str, str]]:
    """What ``_scan`` finds, sooner; nothing where ``value`` is out of the ordinary."""
    found, position = [], 0
    while position < len(value):
        mailbox = _ORDINARY_MAILBOX.match(value, position)
        if not mailbox or len(mailbox[2]) > MAX_ADDRESS:
            return []
        found.append(((mailbox[1] or "").strip(), mailbox[2].lower()))
        position = mailbox.end()
    return found


def _decoded(value: str) -> str:
    words, end, rest = " ".join(value.splitlines()).rpartition("?=")
    # Over words without an end the library takes quadratic time.
    line = words + end + rest.replace("=?", "= ?")
    try:
        return str(make_header(decode_header(line)))
    except (MessageError, Base64Error, LookupError, ValueError):
        return ""


def _scan(value: str) -> list[tuple[str, str]]:
    if "(" in value:
        value = _without_comments(value)
    found: list[tuple[str, str]] = []
    bare: list[str] = []
    bracketed = False

    def keep(phrase: str, text: str) -> None:
        if address := _address(text):
            found.append((phrase, address))

    for token in _TOKEN.finditer(value + ","):
        kind = token.lastgroup
        if kind is None:
            bare.append(token[0])
            continue
        if kind == "angle":
            bracketed = True
            keep("".join(bare).strip(), token["angle"])
        elif kind == "separator":
            if not bracketed:
                keep("", "".join(bare))
            bracketed = False
        bare.clear()  # what stood before a colon was the name of a group
    return found


def _without_comments(value: str) -> str:
    """A space for each; a bracket without its partner is left as it is."""
    pieces: list[str] = []
    opened: list[int] = []  # where in pieces
    position = 0
    while position < len(value):
        # Within a comment a quotation mark is a letter like any other.
        token = (_INSIDE if opened else _OUTSIDE).match(value, position)
        position = token.end()
        if token[0] == "(":
            opened.append(len(pieces))
        if token[0] == ")" and opened:
            del pieces[opened.pop() :]
            pieces.append(" ")
        else:
            pieces.append(token[0])
    return "".join(pieces)


def _address(text: str) -> str:
    """The ``local@domain`` that ``text`` is, or nothing."""
    text = text.strip()
    if text.startswith("@"):  # a route (RFC 5322, section 4.4)
        text = text.partition(":")[2].strip()
    if len(text) > MAX_ADDRESS:
        return ""
    if text[:1] == text[-1:] == "'":  # Outlook
        text = text[1:-1]
    if not _ADDRESS.fullmatch(text):
        local, at, domain = _AROUND_AT.sub("@", text).rpartition("@")
        text = local + at + _AROUND_DOT.sub(".", domain)
        if not _ADDRESS.fullmatch(text):
            return ""
    return text.lower()
