# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What every mail client can do."""

import re
from abc import ABC, abstractmethod
from random import Random

from ..letter import Letter, Written
from ..people import Person

_PREFIX = re.compile(r"^(?:(?:re|aw|tr|rép|رد)\s*:\s*)+", re.IGNORECASE)


def base_subject(subject: str) -> str:
    """The subject without what replies have put before it."""
    return _PREFIX.sub("", subject)


def hexes(rng: Random, digits: int) -> str:
    """So many random upper-case hexadecimal digits."""
    return f"{rng.getrandbits(4 * digits):0{digits}X}"


def uuid(rng: Random) -> str:
    """A random UUID in upper case, as Apple writes them."""
    digits = hexes(rng, 32)
    return "-".join((digits[:8], digits[8:12], "4" + digits[13:16], digits[16:20], digits[20:]))


class Client(ABC):
    """A mail program.  ``rng`` is where boundaries and ids come from."""

    #: Whether it puts the writer's signature under each letter.
    signs = True

    def reply_subject(self, subject: str, lang: str) -> str:
        return f"Re: {base_subject(subject)}"

    @abstractmethod
    def message_id(self, sender: Person, rng: Random) -> str:
        """A Message-ID in angle brackets."""

    def content_id(self, sender: Person, rng: Random) -> str:
        """The Content-ID of a body image, without brackets."""
        return f"{uuid(rng)}@{sender.domain}"

    @abstractmethod
    def write(self, letter: Letter, rng: Random) -> Written:
        """The message as this program sends it."""
