# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A letter before and after a mail client has put it into MIME."""

from dataclasses import dataclass
from datetime import datetime

from .people import Person


@dataclass(frozen=True, slots=True)
class File:
    """An attachment; with ``cid`` an image that the body shows.

    A body image stands where a line of the text reads ``[image]``, else under
    the signature.
    """

    name: str
    mimetype: str
    content: bytes
    cid: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody writes.

    Lines of ``text`` that begin with ``|`` are rows of a table.  ``extra`` are
    further headers, ``answers`` what is replied to, and quoted below.
    """

    sender: Person
    to: tuple[Person, ...]
    subject: str
    text: str
    date: datetime
    message_id: str
    cc: tuple[Person, ...] = ()
    bcc: tuple[Person, ...] = ()
    reply_to: tuple[Person, ...] = ()
    answers: "Written | None" = None
    files: tuple[File, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def lang(self) -> str:
        """The language of the writer's mail client."""
        return self.sender.lang

    @property
    def rtl(self) -> bool:
        """Whether it is written from right to left."""
        return any("\u0600" <= char <= "\u06ff" for char in self.text)

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody in From, Reply-To, To, Cc and Bcc."""
        return (self.sender, *self.reply_to, *self.to, *self.cc, *self.bcc)

    @property
    def in_reply_to(self) -> str:
        return self.answers.letter.message_id if self.answers else ""

    @property
    def references(self) -> tuple[str, ...]:
        """The Message-IDs of the thread above, oldest first (RFC 5322, 3.6.4)."""
        if not self.answers:
            return ()
        return (*self.answers.letter.references, self.answers.letter.message_id)

    @property
    def images(self) -> tuple[File, ...]:
        return tuple(file for file in self.files if file.cid)

    @property
    def attachments(self) -> tuple[File, ...]:
        return tuple(file for file in self.files if not file.cid)


@dataclass(frozen=True, slots=True)
class Written:
    """A letter and what its writer's client made of it.

    ``text`` and ``html`` (inside of ``<body>``; empty where the client writes
    plain text) hold what is quoted too; ``raw`` is the message as sent.
    """

    letter: Letter
    text: str
    html: str
    raw: bytes
