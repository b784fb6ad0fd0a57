# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a person wrote to RFC 5322 bytes, as a mail program writes them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, formataddr

from ..connectors.net.dns_records import host_name

#: Says which message of ours it is, where a provider gives it another Message-ID.
MARK = "X-Mail-Contact-Sync"
#: References that are kept, the first and the last (RFC 5322, section 3.6.4, sets no limit).
MAX_REFERENCES = 20

#: Characters of a name beside an address that are kept.
MAX_NAME = 200

_IDS = ("message-id", "in-reply-to", "references", MARK.lower())
_PEOPLE = ("from", "to", "cc")
_MIMETYPE = re.compile(r"[\w.+-]+/[\w.+-]+")
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class File:
    """``cid`` is the name by which the text shows it; "" for an attachment."""

    name: str
    content: bytes = field(repr=False)
    mimetype: str = "application/octet-stream"
    cid: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """One message; people are pairs of a name, or "", and an address.

    ``references`` are the Message-IDs of the conversation, the answered one last; all ids
    stand in angle brackets.  ``date`` is aware.  There is no Bcc: who is to get the message
    is said to the server, not in it.
    """

    message_id: str
    date: datetime
    sender: tuple[str, str]
    to: tuple[tuple[str, str], ...]
    subject: str = ""
    cc: tuple[tuple[str, str], ...] = ()
    references: tuple[str, ...] = ()
    html: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    files: tuple[File, ...] = ()


class _Policy(EmailPolicy):
    """Two kinds of fields are folded here.

    The standard library writes a long id as an encoded word, and so the comma after a name with
    other than ASCII letters where the line is full: mail programs read neither.
    """

    def fold(self, name: str, value: str) -> str:
        folded = _folded(name.lower(), value)
        return super().fold(name, value) if folded is None else f"{name}: {folded}\r\n"

    def fold_binary(self, name: str, value: str) -> bytes:
        folded = _folded(name.lower(), value)
        if folded is None:
            return super().fold_binary(name, value)
        return f"{name}: {folded}\r\n".encode("ascii", "surrogateescape")


def _folded(name: str, value: str) -> str | None:
    """The lines of a field that we fold; None where it is the library's."""
    if name in _IDS:
        return "\r\n ".join(str(value).split())
    # An address that is no ASCII (RFC 6531) is the library's, too.
    if name in _PEOPLE and all(each.addr_spec.isascii() for each in value.addresses):
        return ",\r\n ".join(map(_mailbox, value.addresses))
    return None


def _mailbox(person: Address) -> str:
    if person.display_name.isascii():
        return formataddr((person.display_name, person.addr_spec))
    name = Header(person.display_name, "utf-8").encode(linesep="\r\n")
    return f"{name}\r\n <{person.addr_spec}>"


_POLICY = _Policy(linesep="\r\n", cte_type="7bit", raise_on_defect=False, utf8=False)


def compose(letter: Letter) -> bytes:
    """The message: text and HTML, shown images within, files after it.

    Raises ValueError for what is no address.
    """
    message = EmailMessage(policy=_POLICY)
    message["Date"] = format_datetime(letter.date)
    message["From"] = _address(*letter.sender)
    message["To"] = [_address(*each) for each in letter.to]
    if letter.cc:
        message["Cc"] = [_address(*each) for each in letter.cc]
    message["Subject"] = _line(letter.subject)
    message["Message-ID"] = letter.message_id
    if letter.references:
        message["In-Reply-To"] = letter.references[-1]
        message["References"] = " ".join(_kept(letter.references))
    message[MARK] = letter.message_id
    _write(message, letter)
    for part in message.walk():
        if part is not message:
            del part["MIME-Version"]  # the library gives it to each
    return message.as_bytes(policy=_POLICY)


def _write(message: EmailMessage, letter: Letter) -> None:
    message.set_content(letter.text, charset="utf-8", cte="quoted-printable")
    if letter.html:
        message.add_alternative(
            letter.html, subtype="html", charset="utf-8", cte="quoted-printable"
        )
        page = message.get_payload()[-1]
        for file in letter.files:
            if file.cid:
                _attach(page.add_related, file, disposition="inline", cid=f"<{file.cid}>")
    for file in letter.files:
        if not (file.cid and letter.html):
            _attach(message.add_attachment, file)


def _attach(add, file: File, **options: str) -> None:
    maintype, _, subtype = file.mimetype.partition("/")
    if not _MIMETYPE.fullmatch(file.mimetype) or maintype in ("multipart", "message"):
        maintype, subtype = "application", "octet-stream"
    name = _line(file.name) or "file"
    add(file.content, maintype=maintype, subtype=subtype, filename=name, **options)


def _address(name: str, address: str) -> Address:
    """Raises ValueError."""
    local, at, domain = address.rpartition("@")
    if not (at and local and domain) or _BREAKS.search(address) or "=?" in address:
        raise ValueError("not an address")
    return Address(_line(name)[:MAX_NAME].strip(), local, host_name(domain))


def _line(text: str) -> str:
    """``text`` in one line, in which nothing reads as an encoded word (RFC 2047).

    The standard library decodes what it is given for a header, and writes the line breaks that
    come out: somebody's subject could add a Bcc to the answer.
    """
    return _BREAKS.sub(" ", text).replace("=?", "= ?").strip()


def _kept(references: Iterable[str]) -> list[str]:
    """The conversation's beginning and its end."""
    ids = list(dict.fromkeys(references))
    return ids if len(ids) <= MAX_REFERENCES else [ids[0], *ids[1 - MAX_REFERENCES :]]
