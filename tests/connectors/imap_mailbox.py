# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mailboxes on a real Dovecot, another program that works in them, and how to read them."""

import ssl
from collections.abc import Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from imapclient import IMAPClient, SocketTimeout

from dev.account import Account
from dev.dovecot import Dovecot
from mail_contact_sync.connectors.base import ConnectorError, Folder, Server
from mail_contact_sync.connectors.imap import ImapConnector

NOW = datetime.now(timezone.utc).replace(microsecond=0)
SINCE = NOW - timedelta(days=180)
INBOX, PROJECT = Folder("INBOX", "INBOX", "inbox"), Folder("Project", "Project")
PASSWORD = "correct horse"
USERS = {f"user{number}@ours.example": PASSWORD for number in range(500)}
#: For servers that never answer.
SOON = SocketTimeout(connect=0.3, read=0.3)


class Mailbox:
    """A mailbox, its connector, and ``client``, another program that works in it.

    Messages go by a name, which is what their Message-ID is made of.
    """

    def __init__(self, dovecot: Dovecot, user: str, port: int):
        self.dovecot, self.user = dovecot, user
        self.server = Server("127.0.0.1", port, "none", user, PASSWORD)
        self.client = IMAPClient("127.0.0.1", dovecot.port, ssl=False)
        self.client.login(user, PASSWORD)

    def connect(self, **options) -> ImapConnector:
        return ImapConnector(self.server, **options)

    def add(self, *names: str, folder: str = "INBOX", days: float = 1, body: str = "Hello") -> None:
        """Put messages into a folder, received some ``days`` ago."""
        for name in names:
            self.client.append(folder, raw(name, body), (), NOW - timedelta(days=days))

    def remove(self, *names: str, folder: str = "INBOX") -> None:
        self.client.select_folder(folder)
        self.client.delete_messages(self._uids(names))
        self.client.expunge()

    def move(self, *names: str, source: str = "INBOX", target: str) -> None:
        self.client.select_folder(source)
        self.client.copy(self._uids(names), target)
        self.remove(*names, folder=source)

    def _uids(self, names: tuple[str, ...]) -> list[int]:
        return [
            uid
            for name in names
            for uid in self.client.search(["HEADER", "Message-ID", message_id(name)])
        ]


def message_id(name: str) -> str:
    return f"<{name}@customer.example>"


def names(envelopes) -> list[str]:
    return [envelope.message_id[1:].partition("@")[0] for envelope in envelopes]


def numbered(*numbers: int) -> list[str]:
    return [f"m{number}" for number in numbers]


def raw(name: str, body: str = "Hello") -> bytes:
    lines = (
        "From: Clara Customer <clara@customer.example>",
        "To: Anna <anna@ours.example>",
        f"Subject: {name}",
        "Date: Mon, 2 Mar 2026 10:00:00 +0100",
        f"Message-ID: {message_id(name)}",
        "",
        body,
        "",
    )
    return "\r\n".join(lines).encode()


def read(connector, folder=INBOX, cursor=None, since=SINCE, limit=1000):
    """All names that are left to read, page by page, and the cursor after them."""
    found, more = [], True
    while more:
        assert len(found) < 10_000, "the cursor does not move"
        page = connector.changes(folder, cursor, since, limit)
        assert len(page.envelopes) <= limit
        found += names(page.envelopes)
        cursor, more = page.cursor, page.more
    return found, cursor


@contextmanager
def running_dovecot(settings: str = "", users: Mapping[str, str] = USERS):
    # pytest's own folders can be entered by nobody else, which the server's account is.
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        with Dovecot(folder, Account.for_servers(), users, settings) as dovecot:
            yield dovecot


_numbers = count()


def new_mailbox(dovecot: Dovecot, port: int | None = None) -> Mailbox:
    """One that no other test has seen; its connector talks to ``port``."""
    return Mailbox(dovecot, f"user{next(_numbers)}@ours.example", port or dovecot.port)


def trusting(dovecot: Dovecot) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=dovecot.certificate)


def connector_of(server, security: str = "none", password: str = "pass", **options):
    """A connector to a scripted server."""
    return ImapConnector(
        Server("127.0.0.1", server.port, security, "anna", password),
        **{"timeout": SocketTimeout(5, 5), **options},
    )


def look(connector: ImapConnector, limit: int = 10):
    return connector.changes(INBOX, None, SINCE, limit)


def failure(connector: ImapConnector) -> ConnectorError:
    """The error that comes of connecting and having a look."""
    with pytest.raises(ConnectorError) as caught, connector:
        look(connector)
    return caught.value
