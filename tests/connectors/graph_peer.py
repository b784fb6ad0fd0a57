# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mailboxes on the double of Microsoft Graph, and other programs that work in them."""

from datetime import timedelta

from imap_mailbox import NOW, raw
from microsoft_peer import CLIENT, consented, endpoints, new_user

from dev.graph import Microsoft
from mail_contact_sync.connectors.base import Folder
from mail_contact_sync.connectors.graph import GraphConnector
from mail_contact_sync.connectors.oauth.grant import Grant
from mail_contact_sync.connectors.oauth.microsoft import graph_scopes

DELTA = "me/mailFolders/messages/delta"
LIST = "me/mailFolders/messages"
VALUE = "me/mailFolders/messages/$value"
FOLDER = "me/mailFolders"
FOLDERS = "me/mailFolders/delta"
SEND = "me/sendMail"


class Graphbox:
    """A mailbox and what its connector keeps: the grant, in each of its states.

    Messages go by a name, which is what their Message-ID is made of.
    """

    def __init__(self, microsoft: Microsoft, *, sending: bool = False, shared: str = ""):
        self.microsoft, self.graph, self.user = microsoft, microsoft.graph, new_user()
        self.shared = shared
        scopes = graph_scopes(sending=sending, shared=bool(shared))
        self.grant = consented(microsoft, self.user, scopes)
        self.mailbox = microsoft.mailboxes[shared or self.user]
        self.stored: list[Grant] = []
        self.ids: dict[str, str] = {}

    def connect(self, **options) -> GraphConnector:
        options = {"shared": self.shared, "endpoints": endpoints(self.microsoft), **options}
        return GraphConnector(CLIENT, self.grant, self._store, **options)

    def _store(self, grant: Grant) -> None:
        self.stored.append(grant)
        self.grant = grant

    def folder(self, name: str = "inbox") -> Folder:
        return Folder(self.mailbox.folder(name).id, name)

    def add(self, *names: str, folder="inbox", days: float = 1, message=None, **more) -> None:
        """Messages come in, received some ``days`` ago."""
        for name in names:
            received = NOW - timedelta(days=days)
            mail = self.mailbox.add(message or raw(name), received, folder, **more)
            self.ids[name] = mail.id

    def remove(self, *names: str) -> None:
        for name in names:
            self.mailbox.remove(self.ids[name])

    def state(self) -> list[tuple]:
        """All that a program which only reads must leave as it is."""
        mails = self.mailbox.mails.values()
        return [(m.id, m.folder, m.read, m.raw) for m in mails] + [len(self.mailbox.log)]


def numbered(*numbers: int) -> list[str]:
    return [f"m{number:02}" for number in numbers]


def aged(box: Graphbox, *numbers: int, **more) -> None:
    """Messages numbered by their age in hours."""
    for number in numbers:
        box.add(f"m{number:02}", days=number / 24, **more)
