# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Users, their mailboxes, and what changes in these."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email import message_from_bytes
from email.message import Message
from email.utils import make_msgid
from itertools import count
from threading import RLock

from ..recipients import recipients

#: Distinguished id: (name, class, distinguished id of the parent).  Named as in a German mailbox.
FOLDERS = {
    "root": ("", None, None),
    "msgfolderroot": ("Oberste Ebene des Informationsspeichers", None, "root"),
    "inbox": ("Posteingang", "IPF.Note", "msgfolderroot"),
    "sentitems": ("Gesendete Elemente", "IPF.Note", "msgfolderroot"),
    "drafts": ("Entwürfe", "IPF.Note", "msgfolderroot"),
    "deleteditems": ("Gelöschte Elemente", "IPF.Note", "msgfolderroot"),
    "junkemail": ("Junk-E-Mail", "IPF.Note", "msgfolderroot"),
    "outbox": ("Postausgang", "IPF.Note", "msgfolderroot"),
    "syncissues": ("Synchronisierungsprobleme", "IPF.Note", "msgfolderroot"),
    "conflicts": ("Konflikte", "IPF.Note", "syncissues"),
    "conversationhistory": ("Aufgezeichnete Unterhaltungen", "IPF.Note", "msgfolderroot"),
    "calendar": ("Kalender", "IPF.Appointment", "msgfolderroot"),
    "contacts": ("Kontakte", "IPF.Contact", "msgfolderroot"),
    "tasks": ("Aufgaben", "IPF.Task", "msgfolderroot"),
}
#: Names that older servers take for an error.
SINCE_2013 = {"syncissues", "conflicts", "localfailures", "serverfailures", "conversationhistory"}


@dataclass(eq=False)
class User:
    """Somebody in the directory.  ``old_type`` has the server tell the address as ``/o=…``."""

    address: str
    password: str = ""
    login: str = ""
    name: str = ""
    aliases: tuple[str, ...] = ()
    delegates: tuple[str, ...] = ()
    old_type: bool = False

    @property
    def distinguished_name(self) -> str:
        return f"/o=Ours/ou=Exchange/cn=Recipients/cn={self.address.partition('@')[0]}"


@dataclass(eq=False)
class Folder:
    id: str
    name: str
    parent: str | None
    kind: str | None
    distinguished: str | None = None
    hidden: bool = False


@dataclass(eq=False)
class Item:
    """One item; ``raw`` is RFC 5322.  ``transported``: it came by mail, header and all."""

    id: str
    folder: str
    raw: bytes
    received: datetime
    read: bool = False
    transported: bool = True
    kind: str = "Message"
    #: ResponseCode instead of the item, always or for its MIME alone; another size than it has.
    broken: str = ""
    mime_broken: str = ""
    size: int | None = None

    @property
    def mail(self) -> Message:
        return message_from_bytes(self.raw)


@dataclass(eq=False)
class Change:
    number: int
    kind: str  # Create, Delete, ReadFlagChange
    item: str
    folder: str


@dataclass(eq=False)
class Mailbox:
    user: User
    folders: dict[str, Folder] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    log: list[Change] = field(default_factory=list)

    def folder(self, name: str) -> Folder | None:
        """By id, distinguished id or name."""
        for folder in self.folders.values():
            if name in (folder.id, folder.distinguished) or name == folder.name:
                return folder
        return None

    def held_by(self, folder: str) -> list[Item]:
        return [item for item in self.items.values() if item.folder == folder]


class Directory:
    """All users and what they hold.  Its methods are also another program at work there."""

    def __init__(self, *users: User):
        self.users = list(users)
        self.lock = RLock()
        self.era = 0  # a SyncState is good for one
        self._numbers = count(1)
        self.mailboxes = {user.address: self._new_mailbox(user) for user in users}

    def _new_mailbox(self, user: User) -> Mailbox:
        mailbox = Mailbox(user)
        ids: dict[str | None, str | None] = {None: None}
        for distinguished, (name, kind, parent) in FOLDERS.items():
            ids[distinguished] = self._new_id("F")
            folder = Folder(ids[distinguished], name, ids[parent], kind, distinguished)
            mailbox.folders[folder.id] = folder
        return mailbox

    def _new_id(self, kind: str) -> str:
        # Ids tell upper from lower case and do not order by age, like the real ones.
        number = next(self._numbers)
        mixed = hashlib.sha256(f"{kind}{number}".encode()).digest()
        return f"AAMk{kind}{base64.b64encode(mixed).decode()}"

    def user(self, address: str) -> User | None:
        address = address.lower()
        for user in self.users:
            if address in (user.address, *user.aliases):
                return user
        return None

    def by_login(self, login: str) -> User | None:
        for user in self.users:
            if login.lower() in (user.login.lower(), user.address):
                return user
        return None

    def place(self, folder_id: str) -> tuple[Mailbox, Folder] | None:
        for mailbox in self.mailboxes.values():
            if folder_id in mailbox.folders:
                return mailbox, mailbox.folders[folder_id]
        return None

    def item(self, item_id: str) -> tuple[Mailbox, Item] | None:
        for mailbox in self.mailboxes.values():
            if item_id in mailbox.items:
                return mailbox, mailbox.items[item_id]
        return None

    # What happens in a mailbox ------------------------------------------------------

    def add_folder(self, address: str, name: str, parent: str = "msgfolderroot", **more) -> Folder:
        mailbox = self.mailboxes[address]
        more = {"kind": "IPF.Note", **more}
        folder = Folder(self._new_id("F"), name, mailbox.folder(parent).id, **more)
        mailbox.folders[folder.id] = folder
        return folder

    def remove_folder(self, address: str, name: str) -> None:
        mailbox = self.mailboxes[address]
        folder = mailbox.folders.pop(mailbox.folder(name).id)
        for item in mailbox.held_by(folder.id):
            del mailbox.items[item.id]

    def add(
        self,
        address: str,
        raw: bytes,
        received: datetime | None = None,
        folder: str = "inbox",
        **more,
    ) -> Item:
        """Put a message (RFC 5322) into a folder."""
        with self.lock:
            mailbox = self.mailboxes[address]
            received = received or datetime.now(timezone.utc)
            where = mailbox.folder(folder).id
            item = Item(self._new_id("I"), where, raw, received, **more)
            mailbox.items[item.id] = item
            self._log(mailbox, "Create", item)
            return item

    def remove(self, item: Item) -> None:
        with self.lock:
            mailbox, _ = self.item(item.id)
            del mailbox.items[item.id]
            self._log(mailbox, "Delete", item)

    def move(self, item: Item, folder: str) -> Item:
        """To another folder of the mailbox, where it has another id."""
        with self.lock:
            mailbox, _ = self.item(item.id)
            self.remove(item)
            return self.add(
                mailbox.user.address,
                item.raw,
                item.received,
                folder,
                read=item.read,
                transported=item.transported,
            )

    def mark_read(self, item: Item) -> None:
        with self.lock:
            mailbox, _ = self.item(item.id)
            item.read = True
            self._log(mailbox, "ReadFlagChange", item)

    def _log(self, mailbox: Mailbox, kind: str, item: Item) -> None:
        mailbox.log.append(Change(len(mailbox.log) + 1, kind, item.id, item.folder))

    def deliver(self, raw: bytes, *recipients: str) -> None:
        """As the transport does: into the Inbox of each who is here, others are elsewhere."""
        for user in dict.fromkeys(filter(None, map(self.user, recipients))):
            self.add(user.address, raw)

    def send(self, sender: Mailbox, folder: str, raw: bytes, blind: list[str]) -> None:
        """What CreateItem does with a message to be sent: to whom it names, and a copy kept."""
        mail = message_from_bytes(raw)
        kept = raw
        if "Message-ID" not in mail:
            kept = f"Message-ID: {make_msgid(domain='exchange.example')}\r\n".encode() + raw
        sent = kept
        if blind:
            kept = f"Bcc: {', '.join(blind)}\r\n".encode() + kept
        self.add(sender.user.address, kept, folder=folder, read=True, transported=False)
        self.deliver(sent, *recipients(mail), *map(str.lower, blind))

    # States -------------------------------------------------------------------------

    def dump_state(self, folder: str, number: int) -> str:
        return base64.b64encode(json.dumps([self.era, folder, number]).encode()).decode()

    def load_state(self, state: str, folder: str) -> int | None:
        """How far the log has been told, or None for a SyncState that is none of this folder."""
        try:
            era, of, number = json.loads(base64.b64decode(state, validate=True))
        except (ValueError, TypeError):
            return None
        return number if (era, of) == (self.era, folder) else None
