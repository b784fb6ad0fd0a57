# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mailboxes, their folders and messages, and the log of what happens to them."""

import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime, timezone

#: The folders that every mailbox has: well-known name, and what a German user reads.
_FOLDERS = {
    "inbox": "Posteingang",
    "sentitems": "Gesendete Elemente",
    "drafts": "Entwürfe",
    "deleteditems": "Gelöschte Elemente",
    "junkemail": "Junk-E-Mail",
    "archive": "Archiv",
    "outbox": "Postausgang",
    "conversationhistory": "Aufgezeichnete Unterhaltungen",
}
ROOT = "msgfolderroot"


@dataclass
class Folder:
    id: str
    name: str
    parent: str
    known: str = ""
    hidden: bool = False
    search: bool = False


@dataclass
class Mail:
    """``headers`` says that it came over the Internet and its header block was kept, ``fault``
    is the code of the error that is all there is to be had of it."""

    id: str
    folder: str
    raw: bytes
    received: datetime
    headers: bool = True
    draft: bool = False
    read: bool = False
    fault: str = ""


@dataclass
class Change:
    folder: str
    id: str
    kind: str  # "created", "updated" or "removed"


@dataclass
class GraphMailbox:
    """A user's.  ``readers`` are others who may open it."""

    address: str
    readers: set[str] = field(default_factory=set)
    folders: dict[str, Folder] = field(default_factory=dict)
    mails: dict[str, Mail] = field(default_factory=dict)
    log: list[Change] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self):
        root = Folder(_id("root"), "Oberste Ebene des Informationsspeichers", "", ROOT)
        self.folders[root.id] = root
        for known, name in _FOLDERS.items():
            self.add_folder(name, known=known)

    def folder(self, name: str) -> Folder | None:
        """By its id, well-known name or display name."""
        if name in self.folders:
            return self.folders[name]
        named = [f for f in self.folders.values() if name.lower() == f.known or name == f.name]
        return named[0] if named else None

    def add_folder(self, name: str, parent: str = ROOT, **more) -> Folder:
        folder = Folder(_id("folder"), name, self.folder(parent).id, **more)
        self.folders[folder.id] = folder
        return folder

    def remove_folder(self, name: str) -> None:
        folder = self.folder(name)
        del self.folders[folder.id]
        for mail in [mail for mail in self.mails.values() if mail.folder == folder.id]:
            self.remove(mail.id)

    def add(self, raw: bytes, received: datetime | None = None, folder="inbox", **more) -> Mail:
        received = received or datetime.now(timezone.utc)
        with self.lock:
            mail = Mail(_id("mail"), self.folder(folder).id, raw, received, **more)
            self.mails[mail.id] = mail
            self.log.append(Change(mail.folder, mail.id, "created"))
        return mail

    def remove(self, id: str) -> None:
        with self.lock:
            mail = self.mails.pop(id)
            self.log.append(Change(mail.folder, id, "removed"))

    def move(self, id: str, folder: str) -> None:
        """Its id stays the same, as immutable ids do."""
        with self.lock:
            mail = self.mails[id]
            self.log.append(Change(mail.folder, id, "removed"))
            mail.folder = self.folder(folder).id
            self.log.append(Change(mail.folder, id, "created"))

    def mark_read(self, id: str) -> None:
        with self.lock:
            self.mails[id].read = True
            self.log.append(Change(self.mails[id].folder, id, "updated"))


def _id(kind: str) -> str:
    # As long as Graph's, and with the characters that want quoting in a path.
    return f"AAMk+{kind}-{secrets.token_urlsafe(60)}AAA="
