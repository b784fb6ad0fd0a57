# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A message for exactly its recipients, as Exchange takes it.

Exchange knows no envelope: it sends to whom To, Cc and Bcc name.  So To and Cc may
name nobody else, and who stands in neither is a blind copy, which goes beside the
message and not into it.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from .. import headers, reasons
from ..base import MessageError

_END = re.compile(rb"\r?\n\r?\n")
_BCC = re.compile(rb"^Bcc[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*", re.MULTILINE | re.IGNORECASE)


class Outgoing(NamedTuple):
    message: bytes
    blind_copies: list[str]


def outgoing(message: bytes, recipients: Iterable[str]) -> Outgoing:
    """``message`` without its Bcc, else byte for byte.

    Raises MessageError where To or Cc name somebody who is not to have it, where
    nobody is, or a recipient is no address.
    """
    wanted = {address.strip().lower(): address.strip() for address in recipients}
    end = _END.search(message)
    split = end.start() if end else len(message)
    block, rest = message[:split], message[split:]
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
    return Outgoing(_BCC.sub(b"", block + b"\n").removesuffix(b"\n") + rest, blind)
