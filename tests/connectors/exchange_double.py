# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mailboxes on the double of Exchange, another program that works in them, and how to read them."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from imap_mailbox import NOW, SINCE, message_id, names, raw, read

from dev.ews import Directory, EwsServer, User
from mail_contact_sync.connectors.base import ConnectorError, Folder
from mail_contact_sync.connectors.exchange import ExchangeConnector
from mail_contact_sync.connectors.exchange.settings import ExchangeServer

__all__ = ["NOW", "SINCE", "message_id", "names", "raw", "read"]

ANNA = "anna@ours.example"
PASSWORD = "correct hörse"


def users() -> tuple[User, ...]:
    """New ones: a test may change them."""
    return (
        User(ANNA, PASSWORD, "OURS\\anna", "Anna", ("a.nna@ours.example",)),
        User("ben@ours.example", "battery", "OURS\\ben", "Ben", delegates=(ANNA,)),
        User("carol@ours.example", "staple", "OURS\\carol", "Carol", old_type=True),
    )


class Office:
    """Anna's mailbox among others; messages go by a name, as in ``imap_mailbox``."""

    def __init__(self, server: EwsServer):
        self.server, self.directory = server, server.directory
        self.settings = ExchangeServer(ANNA, "OURS\\anna", PASSWORD, server.url)

    def connect(
        self, *, endpoint=None, found=None, timeout=None, fence=None, **settings
    ) -> ExchangeConnector:
        settings = replace(self.settings, **settings)
        return ExchangeConnector(
            settings, endpoint=endpoint, found=found, timeout=timeout, fence=fence
        )

    def folder(self, name: str = "inbox", address: str = ANNA) -> Folder:
        return Folder(self.directory.mailboxes[address].folder(name).id, name)

    def add(self, *names: str, folder: str = "inbox", days: float = 1, **more) -> None:
        for name in names:
            received = NOW - timedelta(days=days)
            self.directory.add(ANNA, raw(name), received, folder, **more)

    def items(self, *names: str) -> list:
        mailbox = self.directory.mailboxes[ANNA]
        by_name = {item.mail["Message-ID"]: item for item in mailbox.items.values()}
        return [by_name[message_id(name)] for name in names]

    def remove(self, *names: str) -> None:
        for item in self.items(*names):
            self.directory.remove(item)

    def state(self) -> list[tuple]:
        """All that a program which only reads must leave as it is."""
        return [
            (item.id, item.folder, item.read, item.raw)
            for mailbox in self.directory.mailboxes.values()
            for item in mailbox.items.values()
        ]


@contextmanager
def office(*people: User, **options):
    with EwsServer(Directory(*(people or users())), **options) as server:
        yield Office(server)
    assert server.crashes == []
    assert server.complaints == []


def failure(connector: ExchangeConnector) -> ConnectorError:
    """The error that comes of connecting."""
    with pytest.raises(ConnectorError) as caught, connector:
        pass
    return caught.value


def broken(connector: ExchangeConnector, folder: Folder) -> ConnectorError:
    """The error that comes of having a look."""
    with pytest.raises(ConnectorError) as caught:
        connector.changes(folder, None, SINCE, 10)
    return caught.value
