# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A message for providers that know no envelope: to its recipients, and to nobody else.

They send to whom To, Cc and Bcc name.  So To and Cc may name nobody else, and who
stands in neither is a blind copy.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from . import headers, reasons
from .base import MessageError

_END = re.compile(rb"\r?\n\r?\n")
_BCC = re.compile(rb"^bcc[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*(?:\n|\Z)", re.IGNORECASE | re.MULTILINE)


class Outgoing(NamedTuple):
    message: bytes
    blind_copies: list[str]


def without_bcc(message: bytes, recipients: Iterable[str]) -> Outgoing:
    """``message`` without its Bcc, else byte for byte, and who gets a blind copy.

    Raises MessageError with ``recipients-differ`` where To or Cc name somebody else, nobody
    is to have it, or a recipient is no address: the provider would send to others than was
    meant.
    """
    wanted = {address.strip().lower(): address.strip() for address in recipients}
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
    blind = [written for address, written in wanted.items() if address not in named]
    unfit = any(headers.addresses(written) != [written.lower()] for written in blind)
    if not wanted or unfit or not named <= wanted.keys():
        raise MessageError(reasons.RECIPIENTS_DIFFER)
    if _BCC.search(block):
        newline = _newline(message)
        block = _BCC.sub(b"", block + newline).removesuffix(newline)
    return Outgoing(block + rest, blind)


def with_recipients(message: bytes, recipients: Iterable[str]) -> bytes:
    """``message`` whose To, Cc and Bcc name exactly ``recipients``; only Bcc is changed.

    Raises MessageError as ``without_bcc`` does.
    """
    bare, blind = without_bcc(message, recipients)
    if not blind:
        return bare
    newline = _newline(message)
    return b"Bcc: " + (b"," + newline + b" ").join(map(str.encode, blind)) + newline + bare


def _newline(message: bytes) -> bytes:
    return b"\r\n" if b"\r\n" in message else b"\n"
