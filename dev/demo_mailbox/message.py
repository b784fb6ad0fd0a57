# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A message in its folder, and the rules that say whose chatter it belongs in."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .people import Contact, Person, wire

#: Folders that are not synchronised.
OFF = ("Drafts", "Junk", "Trash")
#: How far back the first synchronisation goes, at the least.
WINDOW = timedelta(days=181)


@dataclass(frozen=True, slots=True)
class Message:
    """One message in one folder.

    ``received`` is the INTERNALDATE, ``flags`` are Maildir's.  ``contacts``
    holds the addresses, as the contacts' Email fields have them, in whose
    chatter the message must stand; ``late`` the same for contacts that come
    later.  ``reason`` says why it must stay out, or what is special about it.
    ``people`` are all in From, Reply-To, To, Cc and Bcc.
    """

    folder: str
    received: datetime
    flags: str
    raw: bytes = field(repr=False)
    message_id: str
    subject: str
    contacts: tuple[str, ...]
    late: tuple[str, ...]
    reason: str
    people: tuple[Person, ...] = field(repr=False)

    @property
    def identity(self) -> str | bytes:
        """Equal for all copies of one mail."""
        return self.message_id or self.raw


def landing(people: Iterable[Person], contacts: Iterable[Contact]) -> tuple[str, ...]:
    """The contacts' addresses among the people of a message, each once."""
    known = {wire(address): address for contact in contacts for address in contact.addresses}
    return tuple(dict.fromkeys(known[person.key] for person in people if person.key in known))


def count(messages: Iterable[Message], contacts: Iterable[Contact]) -> dict[str, int]:
    """Contact name to number of different mails in its chatter."""
    mails: dict[str, set] = {}
    for message in messages:
        for address in message.contacts + message.late:
            mails.setdefault(address, set()).add(message.identity)
    return {
        contact.name: len(set().union(*(mails.get(a, set()) for a in contact.addresses)))
        for contact in contacts
    }
