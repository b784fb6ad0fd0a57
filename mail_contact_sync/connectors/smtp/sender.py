# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Sending by SMTP (RFC 6409): to all recipients or to nobody, and never twice by itself."""

import ssl
from collections.abc import Iterable

from .. import reasons
from ..base import MessageError, RecipientsRefused, Server
from ..imap.connection import Lookup
from .connection import Connection, Limits, Login
from .errors import GREETING, MESSAGE, RECIPIENT, SENDER, struck
from .login import password_login
from .message import leaving, named, quotes, split, stuffed, transportable

#: Recipients of one message: what every server takes (RFC 5321, section 4.5.3.1.8), and
#: more than a person writes to.
MAX_RECIPIENTS = 100
#: Bytes of one message, whatever the server would take.
MAX_MESSAGE = 150 << 20


class SmtpSender:
    """A submission server; a context manager that connects and logs in on enter.

    ``login`` logs a fresh connection in, see login.py.  ``ssl_context`` stands in for
    the system's certificates.  ``lookup`` says which IP addresses may be connected to; by
    default any.

    Every method may raise any ConnectorError.  SentUnknown is the only one after which a
    message may have been sent.  After a refusal the next message can be sent at once.
    """

    def __init__(
        self,
        server: Server,
        *,
        login: Login = password_login,
        limits: Limits | None = None,
        ssl_context: ssl.SSLContext | None = None,
        lookup: Lookup | None = None,
    ):
        self._connection = Connection(server, login, limits or Limits(), ssl_context, lookup)

    def __enter__(self) -> "SmtpSender":
        self._connection.open()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._connection.close()

    def check(self) -> None:
        """Prove that the login stands.  Sends nothing."""
        self._connection.begin()
        self._connection.ask(GREETING, "NOOP", 250)

    def send(self, message: bytes, sender: str, recipients: Iterable[str]) -> None:
        """Send to exactly ``recipients``, whatever the header says; a Bcc field stays here.

        Raises RecipientsRefused where the server does not take them all: nobody gets it then,
        as nobody answers to all whom it was meant for.  Raises MessageError for what is too
        large, has too many recipients or no proper addresses, or is refused; SettingsError
        where this sender is; Throttled with the seconds to wait.
        """
        wanted = _checked(recipients)
        sender = named(sender)
        self._connection.begin()
        message, options = self._prepared(leaving(message), [sender, *wanted.values()])
        try:
            self._connection.ask(SENDER, f"MAIL FROM:<{sender}>{options}", 250)
            self._name_recipients(wanted)
            self._connection.ask(MESSAGE, "DATA", 354)
        except Exception:
            self._reset()
            raise
        answer = self._connection.transmit(stuffed(message))
        if answer.code // 100 != 2:
            # Some say why by quoting the message.
            quiet = quotes(answer.text, message)
            raise self._connection.refused(answer, MESSAGE, quiet=quiet)

    def _prepared(self, message: bytes, addresses: list[str]) -> tuple[bytes, str]:
        """``message`` as this server takes it, and the parameters of MAIL."""
        with self._connection.talking() as client:
            offered = client.esmtp_features
        international = not all(map(str.isascii, addresses))
        if international and "smtputf8" not in offered:
            raise MessageError(reasons.ADDRESS_UNSUPPORTED)
        if not split(message)[0].isascii():  # RFC 6532
            if "smtputf8" not in offered:
                raise MessageError(reasons.SEND_REFUSED, "8-bit text in the header")
            international = True
        message = transportable(message, "8bitmime" in offered)
        _check_size(message, offered.get("size"))
        options = f" SIZE={len(message)}" if "size" in offered else ""
        if not message.isascii() or (international and "8bitmime" in offered):
            options += " BODY=8BITMIME"
        return message, options + (" SMTPUTF8" if international else "")

    def _name_recipients(self, wanted: dict[str, str]) -> None:
        refused: dict[str, str] = {}
        detail = ""
        for recipient, name in wanted.items():
            with self._connection.talking() as client:
                answer = client.ask(f"RCPT TO:<{name}>")
                if answer.code in (250, 251, 252):
                    continue
                error = self._connection.refused(answer, RECIPIENT)
                if error.reason != reasons.RECIPIENT_REFUSED:
                    raise error
                refused[recipient] = struck(f"{answer.code} {answer.text}", client.secrets)[:300]
                detail = error.detail
        if refused:
            raise RecipientsRefused(reasons.RECIPIENT_REFUSED, detail, refused)

    def _reset(self) -> None:
        """Make an end of a message that was begun, or else of the connection."""
        try:
            self._connection.ask(MESSAGE, "RSET", 250)
        except Exception:
            self._connection.drop()


def _checked(recipients: Iterable[str]) -> dict[str, str]:
    """Each recipient once, with the name it has on the line."""
    wanted: dict[str, str] = {}
    invalid: dict[str, str] = {}
    for recipient in recipients:
        try:
            wanted[recipient] = named(recipient)
        except MessageError:
            invalid[recipient] = ""
    if invalid or not wanted:
        raise RecipientsRefused(reasons.ADDRESS_INVALID, "", invalid)
    if len(wanted) > MAX_RECIPIENTS:
        raise MessageError(reasons.TOO_MANY_RECIPIENTS, f"more than {MAX_RECIPIENTS}")
    return wanted


def _check_size(message: bytes, offered: str | None) -> None:
    """By the SIZE that the server names (RFC 1870, section 4); zero is none."""
    limit = int(offered) if offered and offered.isdecimal() and len(offered) < 18 else 0
    limit = min(limit or MAX_MESSAGE, MAX_MESSAGE)
    if len(message) > limit:
        raise MessageError(reasons.MESSAGE_TOO_LARGE, f"{len(message)} of {limit} bytes")
