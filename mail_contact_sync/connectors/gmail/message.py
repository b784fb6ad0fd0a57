# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""From a message as the Gmail API describes it to an Envelope or its bytes.

https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.messages
"""

from base64 import b64decode
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from .. import headers, reasons
from ..base import Envelope, MessageError

#: What to ask for.  The subject costs nothing more here, and is kept only of the few messages
#: that have no Message-ID.  Without "fields", the beginning of the text would come along.
ENVELOPE = {
    "format": "metadata",
    "metadataHeaders": [*headers.FIELDS, "Subject"],
    "fields": "labelIds,internalDate,sizeEstimate,payload/headers",
}
RAW = {"format": "raw", "fields": "labelIds,raw"}

#: Labels of what is no mail, or none that anybody wants.
LEFT_OUT = frozenset({"SPAM", "TRASH", "DRAFT", "CHAT"})
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def is_left_out(message: dict[str, Any]) -> bool:
    """Whether its labels keep it out, as far as they are told."""
    return not LEFT_OUT.isdisjoint(message.get("labelIds") or ())


def envelope_of(ref: str, message: dict[str, Any]) -> Envelope | MessageError:
    """The Envelope of a message in the format "metadata"."""
    try:
        pairs = [(entry["name"], entry["value"]) for entry in message["payload"]["headers"]]
        received = _EPOCH + timedelta(milliseconds=int(message["internalDate"]))
        size = int(message.get("sizeEstimate", 0))
        block = headers.block(pairs)
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
        return MessageError(reasons.MESSAGE_UNREADABLE, "headers", ref)
    envelope = headers.envelope(ref, size, received, block)
    if envelope.message_id:
        return envelope
    return replace(envelope, subject=headers.subject(block))


def raw_of(ref: str, message: dict[str, Any]) -> bytes | MessageError | None:
    """The bytes of a message in the format "raw"; None where it is left out by now."""
    if is_left_out(message):
        return None
    try:
        text = message.pop("raw").rstrip("=")
        return b64decode(text + "=" * (-len(text) % 4), altchars="-_", validate=True)
    except (KeyError, AttributeError, ValueError):
        return MessageError(reasons.MESSAGE_UNREADABLE, "raw", ref)
