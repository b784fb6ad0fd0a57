# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A message as it goes over the line, and addresses as they are named there; pure functions."""

import re
from base64 import encodebytes
from email import message_from_bytes
from email.generator import BytesGenerator
from email.policy import compat32
from io import BytesIO

from .. import headers, reasons
from ..base import MessageError
from ..net.dns_records import host_name

#: Characters of one line (RFC 5321, section 4.5.3.1.6, without its end).
MAX_LINE = 998

_BCC = re.compile(
    rb"^(?:resent-)?bcc[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*", re.IGNORECASE | re.MULTILINE
)
_POLICY = compat32.clone(linesep="\r\n", max_line_length=None, mangle_from_=False)
#: Whoever signed a message signed its encoding too (RFC 1847, section 2.1).
_SIGNED = {"multipart/signed", "multipart/encrypted"}


def leaving(message: bytes) -> bytes:
    """``message`` without its Bcc and with CRLF at the end of each line.

    No CR or LF is left alone: some servers take one for the end of a line and others do not,
    so that what follows could pass for a second message.
    """
    lines = message.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not lines.endswith(b"\n"):
        lines += b"\n"
    block, rest = split(lines)
    return (_BCC.sub(b"", block) + rest).replace(b"\n", b"\r\n")


def split(message: bytes) -> tuple[bytes, bytes]:
    """The header fields, and all from the empty line on; lines end in LF or CRLF."""
    if message.startswith((b"\n", b"\r\n")):
        return b"", message
    end = re.search(rb"\n(?=\r?\n)", message)
    return (message[: end.end()], message[end.end() :]) if end else (message, b"")


def stuffed(message: bytes) -> bytes:
    """With a dot more before lines that begin with one (RFC 5321, section 4.5.2)."""
    return (b"." if message.startswith(b".") else b"") + message.replace(b"\n.", b"\n..")


def transportable(message: bytes, eight_bit: bool) -> bytes:
    """``message`` as any server can take it, ``eight_bit`` telling of 8BITMIME (RFC 6152).

    Parts that cannot go as they are go in base64.  Raises MessageError for what is signed.
    """
    if not _has_long_line(message) and (eight_bit or message.isascii()):
        return message
    parsed = message_from_bytes(message, policy=_POLICY)
    if any(part.get_content_type() in _SIGNED for part in parsed.walk()):
        raise MessageError(reasons.SEND_REFUSED, "signed, and not fit for this server")
    for part in parsed.walk():
        _reencode(part, eight_bit)
    out = BytesIO()
    BytesGenerator(out, policy=_POLICY).flatten(parsed)
    encoded = out.getvalue()
    if not eight_bit and not encoded.isascii():
        raise MessageError(reasons.SEND_REFUSED, "8-bit text outside of its parts")
    return encoded


def _has_long_line(text: bytes) -> bool:
    return any(len(line.rstrip(b"\r\n")) > MAX_LINE for line in BytesIO(text))


def _reencode(part, eight_bit: bool) -> None:
    encoding = str(part.get("Content-Transfer-Encoding", "7bit")).strip().lower()
    if encoding not in ("7bit", "8bit", "binary"):
        return
    if part.is_multipart():
        new = None if eight_bit else "7bit"
    else:
        content = part.get_payload(decode=True)
        if not _has_long_line(content) and (eight_bit or content.isascii()):
            return
        part.set_payload(encodebytes(content).decode("ascii").replace("\n", "\r\n"))
        new = "base64"
    if new and "Content-Transfer-Encoding" in part:
        part.replace_header("Content-Transfer-Encoding", new)
    elif new == "base64":
        part["Content-Transfer-Encoding"] = new


def named(address: str) -> str:
    """An address as MAIL and RCPT take it: as it is, with its domain in A-labels.

    Raises MessageError, without the address, for what is none: no space, bracket or end of
    a line gets into a command.
    """
    if headers.addresses(address) != [address.lower()]:
        raise MessageError(reasons.ADDRESS_INVALID)
    if address.isascii():
        return address
    local_part, _, domain = address.rpartition("@")
    try:
        return f"{local_part}@{domain if domain.isascii() else host_name(domain)}"
    except ValueError:
        raise MessageError(reasons.ADDRESS_INVALID) from None


def quotes(text: str, message: bytes) -> bool:
    """Whether ``text`` holds a line, or the value of a header field, of ``message``."""
    for line in message.decode("utf-8", "replace").splitlines():
        for piece in (line.strip(), line.partition(":")[2].strip()):
            if len(piece) > 5 and piece in text:
                return True
    return False
