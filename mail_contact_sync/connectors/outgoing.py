# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A message for providers that read its recipients from the header: to those and nobody else."""

import re
from collections.abc import Iterable

from . import headers, reasons
from .base import MessageError

_END = re.compile(rb"\r?\n\r?\n")
_BCC = re.compile(rb"^bcc[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*(?:\n|\Z)", re.IGNORECASE | re.MULTILINE)


def with_recipients(message: bytes, recipients: Iterable[str]) -> bytes:
    """``message`` whose To, Cc and Bcc name exactly ``recipients``; only Bcc is changed.

    Raises MessageError with ``recipients-differ`` where To or Cc name somebody else, or a
    recipient is no address: the provider would send to others than was meant.
    """
    wanted = {recipient.lower(): recipient for recipient in recipients}
    end = _END.search(message)
    cut = end.start() if end else len(message)
    block, rest = message[:cut], message[cut:]
    values = headers.fields(block)
    named = {
        address
        for name in ("to", "cc")
        for value in values.get(name, ())
        for address in headers.addresses(value)
    }
    if not wanted or not named <= wanted.keys():
        raise MessageError(reasons.RECIPIENTS_DIFFER)
    hidden = [recipient for address, recipient in wanted.items() if address not in named]
    if any(headers.addresses(recipient) != [recipient.lower()] for recipient in hidden):
        raise MessageError(reasons.RECIPIENTS_DIFFER)
    newline = b"\r\n" if b"\r\n" in message else b"\n"
    if _BCC.search(block):
        block = _BCC.sub(b"", block + newline).removesuffix(newline)
    if hidden:
        field = (b"," + newline + b" ").join(recipient.encode() for recipient in hidden)
        block = b"Bcc: " + field + newline + block
    return block + rest
