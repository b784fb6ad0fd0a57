# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Senders for the tests, to a scripted server or a real one, and what they send."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage

import pytest
from peers.scripted_smtp import ScriptedSmtp

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import AuthenticationFailed, ConnectorError, Server
from mail_contact_sync.connectors.oauth.grant import Client, Grant
from mail_contact_sync.connectors.oauth.tokens import TokenSource
from mail_contact_sync.connectors.smtp import SmtpSender
from mail_contact_sync.connectors.smtp.connection import Limits

ANNA, BEN, CLARA = "anna@ours.example", "ben@ours.example", "clara@customer.example"
PASSWORD = "correct horse"
SOON = Limits(connect=0.3, answer=0.3, accept=0.3, whole=5)
#: An answer to EHLO.
UTF8 = b"250-x\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN\r\n"


def sender_to(port: int, security: str = "none", user: str = ANNA, **options) -> SmtpSender:
    server = Server(
        options.pop("host", "127.0.0.1"), port, security, user, options.pop("password", PASSWORD)
    )
    return SmtpSender(server, **options)


def tokens(first: str, *renewed: str) -> TokenSource:
    """A grant whose token looks fresh; it can be renewed to each of ``renewed``, and no further."""
    left = list(renewed)

    def refresh(_client: Client, grant: Grant) -> Grant:
        if not left:
            raise AuthenticationFailed(reasons.GRANT_REVOKED)
        return replace(grant, access_token=left.pop(0))

    end = datetime.now(timezone.utc) + timedelta(hours=1)
    grant = Grant("refresh", first, end, (), "subject", ANNA)
    return TokenSource(Client("id"), grant, lambda _grant: None, refresh)


def letter(name: str = "m1", to: str = BEN, body: str = "Hello\n", sender: str = ANNA) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, "Our secret merger"
    message["Message-ID"] = f"<{name}@ours.example>"
    message.set_content(body)
    return message.as_bytes()


def send(peer: ScriptedSmtp, message: bytes | None = None, *recipients: str, **options) -> None:
    """Send through a scripted server."""
    with sender_to(peer.port, **options) as sender:
        sender.send(message or letter(), ANNA, recipients or (BEN,))


def failure(peer: ScriptedSmtp, *arguments, **options) -> ConnectorError:
    """The error that comes of ``send``."""
    with pytest.raises(ConnectorError) as caught:
        send(peer, *arguments, **options)
    return caught.value


def said(peer: ScriptedSmtp, *names: str) -> list[str]:
    """The commands of these names."""
    return [command for command in peer.commands if command.split(" ")[0] in names]
