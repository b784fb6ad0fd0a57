# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whether a mail server answers under a name.  Nothing is sent that tells of anybody."""

import socket
from contextlib import closing, suppress

from ..base import ConnectorError
from ..net.deadline import Deadline
from ..net.fence import MAIL_PORTS, Fence

#: Bytes of a greeting that are read.
_MAX_GREETING = 4096


def speaks_imap(host: str, fence: Fence, deadline: Deadline) -> bool:
    """Whether there is an IMAP server (RFC 3501, section 7.1) with TLS and a good certificate."""
    try:
        with fence.open_tls(host, 993, MAIL_PORTS, deadline) as connection:
            # PREAUTH would be somebody's mailbox already, and no user's own.
            return _line(connection, deadline).upper().startswith(b"* OK")
    except (ConnectorError, OSError):
        return False


def submission(host: str, fence: Fence, deadline: Deadline) -> tuple[int, str] | None:
    """Port and security of a submission server with a good certificate, if there is one."""
    with (
        suppress(ConnectorError, OSError),
        fence.open_tls(host, 465, MAIL_PORTS, deadline.sooner(3)) as connection,
    ):
        if _line(connection, deadline).startswith(b"220"):
            return 465, "tls"
    with (
        suppress(ConnectorError, OSError),
        closing(fence.open(host, 587, MAIL_PORTS, deadline)) as connection,
    ):
        if _offers_starttls(connection, deadline):
            fence.secure(connection, host, deadline).close()
            return 587, "starttls"
    return None


def _offers_starttls(connection: socket.socket, deadline: Deadline) -> bool:
    """Go as far as where TLS begins (RFC 3207, section 4)."""
    if not _line(connection, deadline).startswith(b"220"):
        return False
    connection.sendall(b"EHLO [127.0.0.1]\r\n")
    lines = [_line(connection, deadline)]
    while lines[-1][3:4] == b"-" and len(lines) < 50:
        lines.append(_line(connection, deadline))
    if not any(line[4:].strip().upper() == b"STARTTLS" for line in lines):
        return False
    connection.sendall(b"STARTTLS\r\n")
    return _line(connection, deadline).startswith(b"220")


def _line(connection: socket.socket, deadline: Deadline) -> bytes:
    """Up to the end of the line, and not an octet more: what follows may be TLS."""
    line = b""
    while not line.endswith(b"\n") and len(line) < _MAX_GREETING:
        connection.settimeout(deadline.left())
        octet = connection.recv(1)
        if not octet:
            break
        line += octet
    return line
