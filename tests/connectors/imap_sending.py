# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Sending from a mailbox on a real Dovecot, and what stands in its folder of sent mail then."""

from imap_mailbox import SINCE, Mailbox, names
from smtp_peers import letter, sender_to

from mail_contact_sync.connectors.base import Folder
from mail_contact_sync.connectors.imap import ImapConnector

SENT = Folder("Sent", "Sent", "sent")


def connect(mailbox: Mailbox, server, **options) -> ImapConnector:
    """One that sends by the server; it waits for no copy but its own."""
    smtp = sender_to(server.port, user=mailbox.user)
    return mailbox.connect(smtp=smtp, **{"files_within": 0, **options})


def written_by(mailbox: Mailbox, to: Mailbox, name: str = "m1", **more) -> bytes:
    return letter(name, to.user, sender=mailbox.user, **more)


def stands_in(mailbox: Mailbox, folder: Folder) -> list[str]:
    with mailbox.connect() as connector:
        return names(connector.changes(folder, None, SINCE, 1000).envelopes)


def raw_sent(mailbox: Mailbox) -> list[dict]:
    mailbox.client.select_folder("Sent", readonly=True)
    found = mailbox.client.fetch(mailbox.client.search(), ["FLAGS", "BODY.PEEK[]"])
    return list(found.values())
