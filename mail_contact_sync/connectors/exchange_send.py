# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A message for exactly its recipients, as Exchange takes it.

Exchange knows no envelope: it sends to whom To, Cc and Bcc name.  So those fields
may name nobody else, and who stands in neither To nor Cc is a blind copy, which goes
beside the message and not into it.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from . import headers, reasons
from .base import MessageError

_END = re.compile(rb"\r?\n\r?\n")


class Outgoing(NamedTuple):
    message: bytes
    blind_copies: list[tuple[str, str]]  # (name, address)


def outgoing(message: bytes, recipients: Iterable[str]) -> Outgoing:
    """``message`` without Bcc and without whom it is not for; all else byte for byte.

    Raises MessageError where it has no recipient.
    """
    wanted = {address.strip().lower(): address.strip() for address in recipients}
    if not wanted:
        raise MessageError(reasons.SEND_REFUSED, "no recipient")
    end = _END.search(message)
    block, rest = (message[: end.start()], message[end.start() :]) if end else (message, b"")
    values = headers.fields(block)
    blind = dict(wanted)
    block = _without(block, "Bcc")
    for name in ("To", "Cc"):
        named = [one for value in values.get(name.lower(), ()) for one in headers.mailboxes(value)]
        kept = [(phrase, address) for phrase, address in named if address in wanted]
        for _, address in kept:
            blind.pop(address, None)
        if len(kept) < len(named):
            block = _without(block, name)
            if kept:
                shown = ",\r\n ".join(_shown(*one) for one in kept)
                block = f"{name}: {shown}\r\n".encode("utf-8", "surrogateescape") + block
    return Outgoing(block + rest, [("", address) for address in blind.values()])


def _without(block: bytes, name: str) -> bytes:
    field = rb"^%s[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*(?:\n|\Z)" % name.encode()
    return re.sub(field, b"", block, flags=re.MULTILINE | re.IGNORECASE).rstrip(b"\r\n")


def _shown(phrase: str, address: str) -> str:
    return f"{' '.join(phrase.split())} <{address}>" if phrase else address
