# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The whole mailbox and its manifest: what must land where, and what nowhere."""

from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parseaddr
from functools import cached_property
from os import PathLike
from pathlib import Path

from . import conversations, maildir, oddities, outsiders
from .clients import base_subject
from .desk import Desk
from .message import OFF, Message, count
from .people import CONTACTS, LATE, Person

#: What the colleague talks about with whom, apart from what the two share.
_OF_COLLEAGUE = {
    "sabine.mueller@mueller-foerdertechnik.example": 2,
    "dale.whitcombe@fairweather-grain.example": 2,
    "henrik@vestergaard-korn.example": 1,
    "julien.marchetti@fromageries-delacroix.example": 2,
    "harriet.pym@pennine-dairy.example": 1,
}


@dataclass(frozen=True)
class DemoMailbox:
    """The mailbox of ``owner``; ``messages`` are in the order in which they came."""

    owner: Person
    colleague: Person
    now: datetime
    messages: list[Message]

    @property
    def contacts(self) -> list[dict]:
        """What the CRM holds: name, email (the field), is_company, parent (a name), lang."""
        return [contact.as_dict() for contact in CONTACTS]

    @cached_property
    def expected(self) -> dict[str, int]:
        """Contact name to the number of messages that must stand in its chatter."""
        return count(self.messages, CONTACTS)

    @property
    def late(self) -> list[dict]:
        """Contacts not yet in the CRM; ``expected`` is the number of their past mails."""
        numbers = count(self.messages, LATE)
        return [contact.as_dict() | {"expected": numbers[contact.name]} for contact in LATE]

    @cached_property
    def expected_with_colleague(self) -> dict[str, int]:
        """``expected`` once the colleague's mailbox is synchronised too."""
        theirs = self.copy_for(self.colleague.email)
        return count(self.messages + theirs.messages, CONTACTS)

    @cached_property
    def private_terms(self) -> tuple[str, ...]:
        """Addresses, names and subjects that no contact's mail holds.

        None of them may be found in a database after a synchronisation.
        """
        shown = [message for message in self.messages if message.contacts or message.late]
        known = {self.owner, self.colleague, *CONTACTS, *LATE}
        known.update(person for message in shown for person in message.people)
        public = {term.lower() for person in known for term in (person.name, person.email)}
        public |= {base_subject(message.subject).lower() for message in shown}
        terms = set()
        for message in self.messages:
            if not (message.contacts or message.late):
                terms.add(base_subject(message.subject))
                terms.update(term for who in message.people for term in (who.name, who.email))
        return tuple(sorted(term for term in terms if term and term.lower() not in public))

    def copy_for(self, colleague: str) -> "DemoMailbox":
        """The colleague's mailbox: copies of what the two share, and some of its own."""
        if colleague.lower() != self.colleague.key:
            raise ValueError(f"{colleague} is not the colleague, {self.colleague.email}")
        desk = Desk(self.colleague, self.owner, self.now)
        shared = {}
        for message in self.messages:
            if message.folder not in OFF and any(
                person.key == self.colleague.key for person in message.people
            ):
                shared.setdefault(message.identity, message)
        for message in shared.values():
            folder = "Sent" if message.people[0].key == self.colleague.key else "INBOX"
            desk.messages.append(replace(message, folder=folder, flags="S"))
        conversations.of_colleague(desk, _OF_COLLEAGUE)
        outsiders.private(desk, "colleague_private")
        return _mailbox(desk)

    def write_maildir(self, path: str | PathLike) -> None:
        """Write it as Maildir++ below ``path``, which is Dovecot's ``Maildir``."""
        maildir.write(Path(path), self.messages)


def _mailbox(desk: Desk) -> DemoMailbox:
    messages = sorted(desk.messages, key=lambda message: message.received)
    return DemoMailbox(desk.owner, desk.colleague, desk.now, messages)


def _internal(name: str, email: str, client: str, title: str) -> Person:
    return Person(
        name, email, client, title=title, company="Halden Weighing", phone="+49 40 555 70 12"
    )


def generate(address: str, name: str, now: datetime, colleague: str = "") -> DemoMailbox:
    """Half a year of a salesperson's mail up to ``now`` (aware); the same for the same input.

    ``colleague`` is the other internal user, ``Name <address>`` or the address
    alone; by default somebody at the owner's domain.
    """
    domain = address.rpartition("@")[2]
    called, email = parseaddr(colleague or f"jonas.brandt@{domain}")
    called = called or email.partition("@")[0].replace(".", " ").title()
    owner = _internal(name, address, "thunderbird", "Key Account Manager")
    desk = Desk(owner, _internal(called, email, "apple", "Field Service Lead"), now)
    conversations.with_contacts(desk)
    outsiders.newsletters(desk)
    outsiders.notices(desk)
    outsiders.private(desk, "private")
    outsiders.colleagues(desk)
    outsiders.junk(desk)
    oddities.all_of_them(desk)
    return _mailbox(desk)
