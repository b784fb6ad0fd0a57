# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""From a message as Microsoft Graph describes it to an Envelope.

https://learn.microsoft.com/graph/api/resources/message
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from .. import headers, reasons
from ..base import Envelope, MessageError

#: What to ask for.  The header block as it came is there for received mail only; what Outlook
#: has sent tells its recipients as properties.  The subject costs nothing more here, and is kept
#: only of the few messages that have no Message-ID.
SELECT = ",".join(
    (
        *("from", "replyTo", "toRecipients", "ccRecipients", "bccRecipients"),
        *("receivedDateTime", "sentDateTime", "internetMessageId", "internetMessageHeaders"),
        *("isDraft", "subject"),
    )
)
#: Of MAPI's properties (MS-OXPROPS): PidTagMessageSize, and for what Outlook has sent
#: PidTagInReplyToId and PidTagInternetReferences.
_SIZE, _IN_REPLY_TO, _REFERENCES = "Integer 0x0E08", "String 0x1042", "String 0x1039"
EXPAND = "singleValueExtendedProperties($filter={})".format(
    " or ".join(f"id eq '{id}'" for id in (_SIZE, _IN_REPLY_TO, _REFERENCES))
)

_RECIPIENTS = {
    "From": "from",
    "Reply-To": "replyTo",
    "To": "toRecipients",
    "Cc": "ccRecipients",
    "Bcc": "bccRecipients",
}
_FIELDS = {name.lower() for name in headers.FIELDS}
_STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?Z")


def received(message: dict[str, Any]) -> datetime | None:
    """When it was received, to the second; None where that is not told, as in a change of what
    is known already."""
    return _date(message.get("receivedDateTime"))


def envelope_of(message: dict[str, Any]) -> Envelope | MessageError:
    """The Envelope of a message with what SELECT and EXPAND ask for."""
    ref = message.get("id")
    try:
        block = headers.block(_pairs(message))
        envelope = headers.envelope(str(ref), _size(message), received(message), block)
    except (KeyError, TypeError, ValueError, AttributeError):
        return MessageError(reasons.MESSAGE_UNREADABLE, "headers", str(ref))
    if envelope.sent is None:
        envelope = replace(envelope, sent=_date(message.get("sentDateTime")))
    if envelope.message_id:
        return envelope
    subject = " ".join(str(message.get("subject") or "").split())
    return replace(envelope, subject=subject)


def _pairs(message: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The header fields: what Graph tells as properties first, as it is what counts there."""
    for name, key in _RECIPIENTS.items():
        recipients = message.get(key) or []
        for recipient in recipients if isinstance(recipients, list) else [recipients]:
            address = (recipient.get("emailAddress") or {}).get("address")
            if address:
                yield name, f"<{address}>"
    if message.get("internetMessageId"):
        yield "Message-ID", message["internetMessageId"]
    for header in message.get("internetMessageHeaders") or []:
        if header["name"].lower() in _FIELDS:
            yield header["name"], header["value"] or ""
    extended = _extended(message)
    yield "In-Reply-To", extended.get(_IN_REPLY_TO, "")
    yield "References", extended.get(_REFERENCES, "")


def _extended(message: dict[str, Any]) -> dict[str, str]:
    """Graph spells ids in its own way: "Integer 0xe08" for "Integer 0x0E08"."""
    found = {}
    for entry in message.get("singleValueExtendedProperties") or []:
        kind, _, tag = entry["id"].partition(" ")
        found[f"{kind} 0x{int(tag, 16):04X}"] = entry["value"] or ""
    return found


def _size(message: dict[str, Any]) -> int:
    text = _extended(message).get(_SIZE, "")
    return int(text) if text.isdecimal() else 0


def _date(text: Any) -> datetime | None:
    match = _STAMP.fullmatch(text) if isinstance(text, str) else None
    try:
        date = datetime.fromisoformat(match[1]) if match else None
    except ValueError:
        return None
    # Exchange's way to say never is the first day of the year 1.
    return date.replace(tzinfo=timezone.utc) if date and 1970 <= date.year < 2100 else None
