# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A salesperson's mailbox of any size, the same in every run of a day.

Of all messages 5 % are exchanged with one of a thousand contacts, and twenty each with some people
who are not contacts yet; the others are strangers' mail and newsletters.  All kinds have the same
sizes: text and HTML with signature and quoted replies, one in twelve with a file attached, one in
ten with a picture in the signature.
"""

import quopri
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.mime.application import MIMEApplication
from email.mime.base import MIMEBase
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.utils import format_datetime, formataddr
from html import escape
from io import BytesIO
from itertools import count
from random import Random

from PIL import Image

from .prose import Prose

OWNER = "anna@sales.example"
CONTACTS = tuple(f"contact{number}@customer{number % 300}.example" for number in range(1_000))
#: People who are to become contacts, with ``PAST`` messages each in the mailbox.
NEWCOMERS = tuple(f"newcomer{number}@prospect{number}.example" for number in range(5))
PAST = 20

_SEED = 19
_DAYS = 170  # less than the six months that are synced
_WITH_CONTACTS = 0.05
_NEWSLETTERS = 0.3
_SENT = 0.25  # of the conversations
_REPLY = 0.6
_WITH_FILE = 0.08
_WITH_LOGO = 0.1


@dataclass(frozen=True, slots=True)
class Mail:
    """``other`` is the address of whom it was exchanged with; ``html`` the body within ``raw``."""

    received: datetime
    sent: bool
    other: str
    subject: str
    html: str
    raw: bytes


class Workload:
    """``size`` messages that end at ``until`` (aware), oldest first.

    >>> for mail in Workload(20_000, midnight):
    ...     store(mail.raw)
    """

    def __init__(self, size: int, until: datetime):
        self.size = size
        self.until = until

    def __iter__(self) -> Iterator[Mail]:
        random = Random(_SEED)
        writer = _Writer(random)
        step = timedelta(days=_DAYS) / self.size
        for number, (other, newsletter) in enumerate(self._correspondents(random)):
            received = self.until - timedelta(days=_DAYS) + number * step
            file = random.randint(8_000, 66_000) if random.random() < _WITH_FILE else 0
            yield writer.write(received.replace(microsecond=0), other, file, newsletter)

    def _correspondents(self, random: Random) -> list[tuple[str, bool]]:
        others = [
            *((address, False) for address in NEWCOMERS for _ in range(PAST)),
            *((random.choice(CONTACTS), False) for _ in range(round(self.size * _WITH_CONTACTS))),
        ]
        while len(others) < self.size:
            number = random.randrange(4_000)
            if random.random() < _NEWSLETTERS:
                others.append((f"news@shop{number % 150}.example", True))
            else:
                others.append((f"stranger{number}@elsewhere{number % 900}.example", False))
        random.shuffle(others)
        return others


def letters(other: str, received: datetime, *files: int) -> list[Mail]:
    """Messages from ``other``, each with a file attached of so many bytes."""
    writer = _Writer(Random(_SEED))
    return [writer.write(received, other, size) for size in files]


class _Writer:
    def __init__(self, random: Random):
        self._random = random
        self._numbers = count()
        self._prose = Prose(random)
        self._logos = [_png(random) for _ in range(8)]
        self._latest: dict[str, tuple[str, str]] = {}  # Message-ID and subject, by correspondent

    def write(
        self, received: datetime, other: str, file_size: int, newsletter: bool = False
    ) -> Mail:
        random = self._random
        sent = not newsletter and random.random() < _SENT
        domain = other.partition("@")[2]
        message_id = f"<{next(self._numbers)}.{random.getrandbits(64):x}@{domain}>"
        subject = self._prose.subject()
        text, html = self._body()
        message = self._entity(text, html, file_size)
        if other in self._latest and not newsletter and random.random() < _REPLY:
            parent, subject = self._latest[other]
            message["In-Reply-To"] = message["References"] = parent
            subject = f"Re: {subject.removeprefix('Re: ')}"
        self._latest[other] = message_id, subject
        people = formataddr((self._prose.name(), other)), formataddr(("Anna", OWNER))
        message["From"], message["To"] = reversed(people) if sent else people
        message["Subject"] = subject
        message["Date"] = format_datetime(received - timedelta(seconds=random.randint(1, 90)))
        message["Message-ID"] = message_id
        if not sent:
            self._add_transport(message, other, received)
        if newsletter:
            message["List-Id"] = f"<{other.replace('@', '.')}>"
            message["Precedence"] = "bulk"
        return Mail(received, sent, other, subject, html, message.as_bytes())

    def _body(self) -> tuple[str, str]:
        """Text and HTML: a message of its own and what it quotes."""
        own = self._prose.paragraphs(self._random.randint(1, 5))
        quoted = self._prose.paragraphs(min(60, int(self._random.lognormvariate(1.9, 0.9))))
        name = self._prose.name()
        text = "\n\n".join([*own, f"-- \n{name}", *(f"> {paragraph}" for paragraph in quoted)])
        html = _PAGE.format(
            own="".join(map(_paragraph, own)),
            name=name,
            quoted="".join(map(_paragraph, quoted)),
        )
        return text, html

    def _entity(self, text: str, html: str, file_size: int) -> MIMEBase:
        logo = self._random.random() < _WITH_LOGO
        rich = _text("html", html.replace(_LOGO_MARK, _LOGO if logo else ""))
        if logo:
            picture = MIMEImage(self._random.choice(self._logos), "png")
            picture["Content-ID"] = "<logo>"
            picture["Content-Disposition"] = "inline; filename=logo.png"
            rich = _multipart("related", rich, picture)
        body = _multipart("alternative", _text("plain", text), rich)
        if not file_size:
            return body
        file = MIMEApplication(b"%PDF-1.4\n" + self._random.randbytes(file_size), "pdf")
        file["Content-Disposition"] = "attachment; filename=offer.pdf"
        return _multipart("mixed", body, file)

    def _add_transport(self, message: MIMEBase, other: str, received: datetime) -> None:
        """The header fields that mail servers add, about two kilobytes of them."""
        domain = other.partition("@")[2]
        message["Return-Path"] = f"<{other}>"
        for hop in range(3):
            message["Received"] = (
                f"from mx{hop}.{domain} (mx{hop}.{domain} [192.0.2.{hop}]) by mail.sales.example "
                f"with ESMTPS id {self._random.getrandbits(64):x}; {format_datetime(received)}"
            )
        message["DKIM-Signature"] = (
            f"v=1; a=rsa-sha256; d={domain}; s=mail; c=relaxed/relaxed; h=from:to:subject:date; "
            f"bh={self._random.getrandbits(256):x}; b={self._random.getrandbits(2048):x}"
        )
        message["X-Mailer"] = "Mail Client 16.0"


_LOGO_MARK = "<!-- logo -->"
_LOGO = '<img src="cid:logo" alt="logo" width="120" height="60">'
_PAGE = """<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<style>
p.normal, li.normal, div.normal {{ margin: 0cm; font-size: 11.0pt; font-family: sans-serif; }}
a:link, span.link {{ color: #0563C1; text-decoration: underline; }}
@page section {{ size: 612.0pt 792.0pt; margin: 70.85pt 70.85pt 2.0cm 70.85pt; }}
</style></head><body lang="EN" link="#0563C1" vlink="#954F72"><div class="section">
{own}
<table border="0" cellspacing="0" cellpadding="0" style="border-collapse:collapse"><tbody><tr>
<td style="padding:0cm 5.4pt 0cm 5.4pt"><p class="normal"><b>{name}</b><br>Sales<br>
<a href="https://www.company.example/">www.company.example</a></p></td>
<td><!-- logo --></td></tr></tbody></table>
<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">
<p class="normal"><b>From:</b> {name}<br><b>To:</b> Anna<br><b>Subject:</b> Offer</p></div>
<blockquote type="cite">{quoted}</blockquote></div></body></html>
"""


def _paragraph(text: str) -> str:
    return (
        '<p class="normal" style="margin-bottom:6.0pt"><span lang="EN" style="font-size:11.0pt;'
        f'color:#1F497D">{escape(text)}</span></p>\n<p class="normal">&nbsp;</p>\n'
    )


def _text(subtype: str, text: str) -> MIMEBase:
    part = MIMENonMultipart("text", subtype, charset="utf-8")
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(quopri.encodestring(text.encode()).decode("ascii"))
    return part


def _multipart(subtype: str, *parts: MIMEBase) -> MIMEBase:
    return MIMEMultipart(subtype, boundary=f"=_{subtype}_part", _subparts=parts)


def _png(random: Random) -> bytes:
    picture = Image.frombytes("L", (120, 60), random.randbytes(120 * 60))
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
