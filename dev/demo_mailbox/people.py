# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who writes in the demo mailbox: the contacts of the CRM and the strangers around them.

All domains end in ``.example`` (RFC 2606): nothing can ever be delivered there.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

#: Hours ahead of UTC, in winter and in summer.
_OFFSETS = {
    "eu": (1, 2),
    "uk": (0, 1),
    "us": (-6, -5),
    "in": (5.5, 5.5),
    "jp": (9, 9),
    "ae": (4, 4),
    "jo": (3, 3),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who writes or is written to.

    ``email`` stands in headers as it is here, capitals included; ``client`` is
    a name in ``clients.CLIENTS``; ``call`` is how one addresses the person.
    """

    name: str
    email: str
    client: str = "gmail"
    lang: str = "en"
    region: str = "eu"
    call: str = ""
    title: str = ""
    company: str = ""
    phone: str = ""

    @property
    def domain(self) -> str:
        return self.email.rpartition("@")[2].lower()

    @property
    def key(self) -> str:
        """The address as it is compared: RFC 5321 domains know no case, and nor do we."""
        return self.email.lower()

    def local_time(self, moment: datetime) -> datetime:
        """``moment`` on this person's clock; that DST switches within a month is all we model."""
        winter, summer = _OFFSETS[self.region]
        hours = summer if 4 <= moment.month <= 10 else winter
        return moment.astimezone(timezone(timedelta(hours=hours)))


@dataclass(frozen=True, slots=True)
class Contact(Person):
    """A person or company of the CRM; ``company`` names the parent, if any.

    ``field`` is the Email field where it is more, or other, than ``email``;
    ``threads`` says how many conversations there have been.
    """

    field: str = ""
    is_company: bool = False
    city: str = ""
    threads: int = 0

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses of the Email field, each as written there."""
        field = self.field or self.email
        return tuple(address.strip() for address in field.split(",") if address.strip())

    def as_dict(self) -> dict:
        locale = {"en": "en_US", "de": "de_DE", "fr": "fr_FR", "ja": "ja_JP", "ar": "ar_001"}
        return {
            "name": self.name,
            "email": self.field or self.email,
            "is_company": self.is_company,
            "parent": self.company or None,
            "lang": locale[self.lang],
        }


def wire(address: str) -> str:
    """An address as headers carry it: lower case, the domain in ASCII (RFC 5890)."""
    local, _, domain = address.lower().rpartition("@")
    return f"{local}@{domain.encode('idna').decode('ascii')}"


def _contacts(kind: str) -> tuple[Contact, ...]:
    rows = json.loads((Path(__file__).parent / "texts/contacts.json").read_text("utf-8"))
    return tuple(Contact(**row) for row in rows[kind])


CONTACTS = _contacts("contacts")
#: In touch already, but not in the CRM when it starts.
LATE = _contacts("late")

#: In Cc of business mail: no contacts, yet their names stand rightly in contacts' chatters.
FORWARDER = Person(
    "Spedition Harkort", "dispo@spedition-harkort.example", "outlook", "de", call="Dispo-Team"
)
LABORATORY = Person("Calibration Desk", "desk@metrolab-north.example", "outlook", "en", "uk")
