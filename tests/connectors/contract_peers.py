# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The mailboxes that the contract of the connector boundary is tested with.

A new provider is a class here, with ``@peer("name")`` before a function that makes one.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import exchange_double
from gmail_peer import CLARA, new_gmailbox
from graph_peer import Graphbox
from imap_mailbox import SINCE, names, new_mailbox
from microsoft_imap import OutlookMailbox

from mail_contact_sync.connectors.base import Connector, Folder
from mail_contact_sync.connectors.gmail import ALL

#: Makes a Peer out of pytest's ``request``.
PEERS: dict[str, Callable[[Any], "Peer"]] = {}


def peer(name: str):
    def register(make: Callable[[Any], "Peer"]) -> Callable[[Any], "Peer"]:
        PEERS[name] = make
        return make

    return register


class Peer(ABC):
    """A mailbox of its own for one test, and another program that works in it.

    Messages go by a name, which is what their Message-ID is made of; they are from
    clara@customer.example and lie in ``folder``.
    """

    address: str
    folder: Folder

    @abstractmethod
    def connect(self) -> Connector: ...

    @abstractmethod
    def connect_wrongly(self) -> Connector:
        """With a password or grant that is none any more."""

    @abstractmethod
    def add(self, *names: str, days: float = 1, message: bytes | None = None) -> None:
        """Put messages in, received some ``days`` ago."""

    @abstractmethod
    def remove(self, *names: str) -> None:
        """Delete messages for ever."""

    @abstractmethod
    def state(self) -> object:
        """All that a reader could change without being meant to: flags, labels, places."""

    @abstractmethod
    def void_cursors(self) -> None:
        """Make the cursors that are out mean nothing any more."""


class ImapPeer(Peer):
    folder = Folder("Project", "Project")

    def __init__(self, mailbox):
        self._mailbox = mailbox
        self.address = mailbox.user
        mailbox.client.create_folder("Project")

    def connect(self) -> Connector:
        return self._mailbox.connect()

    def connect_wrongly(self) -> Connector:
        self._mailbox.server = replace(self._mailbox.server, password="wrong")
        return self._mailbox.connect()

    def add(self, *names, days=1, message=None):
        if message is None:
            self._mailbox.add(*names, days=days, folder="Project")
        else:
            self._mailbox.client.append("Project", message)

    def remove(self, *names):
        self._mailbox.remove(*names, folder="Project")

    def state(self):
        maildir = self._mailbox.dovecot.maildir(self._mailbox.user)
        return {
            (str(path.relative_to(maildir)), path.stat().st_mtime_ns)
            for place in ("cur", "new")
            for path in maildir.rglob(f"{place}/*")
        }

    def void_cursors(self):
        self._mailbox.client.delete_folder("Project")
        self._mailbox.client.create_folder("Project")


@peer("imap")
def imap(request) -> Peer:
    mailbox = new_mailbox(request.getfixturevalue("dovecot"))
    request.addfinalizer(mailbox.client.logout)
    return ImapPeer(mailbox)


class OutlookImapPeer(ImapPeer):
    def connect_wrongly(self) -> Connector:
        self._mailbox.microsoft.consent.revoke(self.address)
        return self._mailbox.connect()


@peer("microsoft-imap")
def microsoft_imap(request) -> Peer:
    microsoft, outlook = map(request.getfixturevalue, ("microsoft", "outlook"))
    mailbox = OutlookMailbox(microsoft, outlook)
    request.addfinalizer(mailbox.client.logout)
    return OutlookImapPeer(mailbox)


class GraphPeer(Peer):
    def __init__(self, graphbox):
        self._graphbox = graphbox
        self.address = graphbox.user
        graphbox.mailbox.add_folder("Project")
        self.folder = graphbox.folder("Project")

    def connect(self) -> Connector:
        return self._graphbox.connect()

    def connect_wrongly(self) -> Connector:
        self._graphbox.microsoft.consent.revoke(self.address)
        return self._graphbox.connect()

    def add(self, *names, days=1, message=None):
        self._graphbox.add(*names, days=days, message=message, folder="Project")

    def remove(self, *names):
        self._graphbox.remove(*names)

    def state(self):
        return self._graphbox.state()

    def void_cursors(self):
        self._graphbox.graph.mail.void()


@peer("graph")
def graph(request) -> Peer:
    return GraphPeer(Graphbox(request.getfixturevalue("microsoft")))


class GmailPeer(Peer):
    folder = ALL

    def __init__(self, gmailbox):
        self._gmailbox = gmailbox
        self.address = gmailbox.user

    def connect(self) -> Connector:
        return self._gmailbox.connect()

    def connect_wrongly(self) -> Connector:
        self._gmailbox.google.consent.revoke(self._gmailbox.grant.refresh_token)
        return self._gmailbox.connect()

    def add(self, *names, days=1, message=None):
        self._gmailbox.add(*names, days=days, message=message)

    def remove(self, *names):
        for name in names:
            self._gmailbox.mailbox.delete(self._gmailbox.ids[name])

    def state(self):
        mailbox = self._gmailbox.mailbox
        labels = {id: mailbox.labels(id) for id in mailbox.index.entries}
        return labels, mailbox.history_id()

    def void_cursors(self):
        self._gmailbox.mailbox.forget_history()


@peer("gmail")
def gmail(request) -> Peer:
    return GmailPeer(
        new_gmailbox(request.getfixturevalue("google"), request.getfixturevalue("clock"))
    )


class ExchangePeer(Peer):
    def __init__(self, mailbox):
        self._mailbox = mailbox
        self.address = exchange_double.ANNA
        mailbox.directory.add_folder(self.address, "Project")
        self.folder = replace(mailbox.folder("Project"), role=None)
        self._number = 0

    def connect(self) -> Connector:
        return self._mailbox.connect()

    def connect_wrongly(self) -> Connector:
        return self._mailbox.connect(password="wrong")

    def add(self, *names, days=1, message=None):
        if message is None:
            self._mailbox.add(*names, days=days, folder="Project")
        else:
            self._mailbox.directory.add(self.address, message, folder="Project")

    def remove(self, *names):
        self._mailbox.remove(*names)

    def state(self):
        return self._mailbox.state()

    def void_cursors(self):
        self._mailbox.server.void_states()


@peer("exchange")
def exchange(request) -> Peer:
    running = exchange_double.office()
    request.addfinalizer(lambda: running.__exit__(None, None, None))
    return ExchangePeer(running.__enter__())


def reading(connector: Connector, folder: Folder, limit: int = 1000, since=SINCE):
    """Pages with all mail with Clara, in the way that the provider's past has to be found."""
    if not connector.searches:
        yield from changing(connector, folder, None, limit, since)
        return
    page = connector.changes(folder, None, since, limit)
    yield page
    found = [
        ref
        for group in connector.search_groups([CLARA])
        for refs in connector.search(group, since)
        for ref in refs
    ]
    cursor = page.cursor
    for start in range(0, len(found), limit):
        left = found[start : start + limit]
        while left:
            page = connector.envelopes(folder, left)
            left = page.cursor
            yield replace(page, cursor=cursor)
    yield from changing(connector, folder, cursor, limit, since)


def changing(connector: Connector, folder: Folder, cursor, limit: int = 1000, since=SINCE):
    """Pages with what ``cursor`` does not cover."""
    for _ in range(1000):
        page = connector.changes(folder, cursor, since, limit)
        yield page
        cursor = page.cursor
        if not page.more:
            return
    raise AssertionError("the cursor does not move")


def read(pages):
    """All envelopes, and the cursor after them."""
    pages = list(pages)
    return [envelope for page in pages for envelope in page.envelopes], pages[-1].cursor


def named(pages) -> list[str]:
    return sorted(names(read(pages)[0]))
