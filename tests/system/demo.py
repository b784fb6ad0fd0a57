# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The demo mailbox in an office, and what must come of it."""

from collections import Counter
from datetime import datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.utils import getaddresses
from hashlib import sha256
from itertools import groupby
from typing import NamedTuple

from dev.demo_mailbox import DemoMailbox, Message
from dev.demo_mailbox.message import OFF, WINDOW
from dev.demo_mailbox.people import wire

from .office import Office


class Demo:
    """``mailbox``, synchronised for anna for the first time in ``office``.

    To be made when the mailbox is connected and nothing has been read.  ``posted`` is what that
    brought, ``files_before`` and ``traffic_before`` are what there was before, ``traffic_after``
    what there was right afterwards.
    """

    def __init__(self, office: Office, mailbox: DemoMailbox):
        self.office, self.mailbox = office, mailbox
        self.files_before = files(office, mailbox.owner.email)
        self.traffic_before = traffic(office)
        [[self.account]] = office.sql("SELECT id FROM mail_sync_account")
        self.sync()
        self.posted, self.traffic_after = posted(office), traffic(office)

    def sync(self) -> None:
        self.office.sync_now("anna", self.account)
        self.office.rest()


def files(office: Office, address: str) -> dict[str, bytes]:
    """All messages of a mailbox: path, which holds the flags, to digest."""
    root = office.dovecot.maildir(address)
    return {
        str(path.relative_to(root)): sha256(path.read_bytes()).digest()
        for path in root.glob("**/*")
        if path.parent.name in ("cur", "new")
    }


def traffic(office: Office) -> dict[str, int]:
    """Numbers of rows of what Odoo sends or tells people."""
    tables = ("mail_mail", "mail_notification", "mail_followers", "mail_activity")
    return {table: office.sql(f"SELECT count(*) FROM {table}")[0][0] for table in tables}


class Posted(NamedTuple):
    """A mail in a contact's chatter.

    ``message_id`` is empty where the mail has none, ``author`` where it is nobody known.
    """

    contact: str
    message_id: str
    subject: str
    date: datetime
    kind: str
    author: str


def expected(mailbox: DemoMailbox) -> Counter[Posted]:
    """What must stand in the chatters, as the standard library reads the mails."""
    owners: dict[str, list[str]] = {}
    for contact in mailbox.contacts:
        for _, address in getaddresses([contact["email"]]):
            owners.setdefault(wire(address), []).append(contact["name"])
    found = Counter()
    by_identity = sorted(mailbox.messages, key=lambda message: repr(message.identity))
    for _, copies in groupby(by_identity, lambda message: message.identity):
        copies = [message for message in copies if message.contacts]
        for contact in {name for copy in copies for a in copy.contacts for name in owners[wire(a)]}:
            found[_posted(mailbox, copies, contact, owners)] += 1
    return found


def _posted(
    mailbox: DemoMailbox, copies: list[Message], contact: str, owners: dict[str, list[str]]
) -> Posted:
    mail = message_from_bytes(copies[0].raw, policy=policy.default)
    sender = wire(mail["From"].addresses[0].addr_spec)
    sent = sender == mailbox.owner.key or any(copy.folder == "Sent" for copy in copies)
    if sender == mailbox.owner.key:
        author = mailbox.owner.name
    elif sender == mailbox.colleague.key:
        author = mailbox.colleague.name
    else:
        names = owners.get(sender, [""])
        author = contact if contact in names else names[0]
    date = mail["Date"].datetime.astimezone(timezone.utc)
    if abs(date - copies[0].received) > timedelta(days=400):  # a clock that was wrong
        date = copies[0].received
    return Posted(
        contact,
        mail["Message-ID"] or "",
        mail["Subject"] or "",
        date.replace(microsecond=0, tzinfo=None),
        "email_outgoing" if sent else "email",
        author,
    )


def in_scope(mailbox: DemoMailbox) -> int:
    """How many messages the index must hold, each once in each folder."""
    begin = mailbox.now - WINDOW
    return sum(m.folder not in OFF and m.received > begin for m in mailbox.messages)


def posted(office: Office) -> Counter[Posted]:
    """What stands in the chatters."""
    rows = office.sql(
        """
        SELECT contact.name,
            CASE WHEN sync_message_id LIKE 'digest:%' THEN '' ELSE sync_message_id END,
            coalesce(subject, ''), message.date, message_type, coalesce(author.name, '')
        FROM mail_message message
        JOIN res_partner contact ON contact.id = message.res_id
        LEFT JOIN res_partner author ON author.id = message.author_id
        WHERE message.model = 'res.partner' AND message.sync_access IS NOT NULL
        """
    )
    return Counter(Posted(*row) for row in rows)


def indexed(office: Office) -> int:
    """How many messages the index holds."""
    return office.sql("SELECT count(*) FROM mail_sync_envelope")[0][0]
