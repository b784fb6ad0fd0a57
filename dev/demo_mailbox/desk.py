# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The desk at which a mailbox comes about: letters are written and filed here."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from .clients import CLIENTS
from .letter import Letter, Written
from .message import OFF, WINDOW, Message, landing
from .people import CONTACTS, LATE, Contact, Person
from .transport import deliver


class Desk:
    """``owner`` has the mailbox, ``colleague`` is the other internal user."""

    def __init__(self, owner: Person, colleague: Person, now: datetime):
        self.owner, self.colleague, self.now = owner, colleague, now
        self.rng = Random(f"demo mailbox of {owner.key}")
        self.messages: list[Message] = []
        self._contacts = {contact.key: contact for contact in (*CONTACTS, *LATE)}

    def contact(self, email: str) -> Contact:
        """The contact who writes from this address."""
        return self._contacts[email]

    def ago(self, **time: float) -> datetime:
        return self.now - timedelta(**time)

    def write(
        self,
        sender: Person,
        to: tuple[Person, ...],
        subject: str,
        text: str,
        date: datetime,
        **more,
    ) -> Written:
        """Have ``sender``'s client write a letter; ``more`` are further fields of it."""
        client = CLIENTS[sender.client]
        more.setdefault("message_id", client.message_id(sender, self.rng))
        date = sender.local_time(date.replace(microsecond=0))
        return client.write(Letter(sender, to, subject, text, date, **more), self.rng)

    def put(
        self,
        written: Written,
        folder: str,
        reason: str = "",
        flags: str = "S",
        received: datetime | None = None,
    ) -> Message:
        """File a letter; one from somebody else, or sent to oneself, has come by mail."""
        letter = written.letter
        raw, received = written.raw, (received or letter.date).replace(microsecond=0)
        if folder not in ("Sent", "Drafts"):
            received += timedelta(seconds=self.rng.randint(2, 40))
            host = f"mx1.{self.owner.domain}"
            raw = deliver(raw, letter.sender, host, received, self.rng)
        in_scope = folder not in OFF and received > self.now - WINDOW
        people = letter.people
        message = Message(
            folder=folder,
            received=received,
            flags=flags,
            raw=raw,
            message_id=letter.message_id,
            subject=letter.subject,
            contacts=landing(people, CONTACTS) if in_scope else (),
            late=landing(people, LATE) if in_scope else (),
            reason=reason,
            people=people,
        )
        self.messages.append(message)
        return message

    def copy(self, message: Message, folder: str) -> None:
        """The same bytes in another folder."""
        self.messages.append(replace(message, folder=folder))
