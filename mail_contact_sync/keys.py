# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Keys: what the index holds in place of addresses and Message-IDs.

A key is a signed 64-bit keyed BLAKE2b (RFC 7693, section 2.9), so that it fits
a PostgreSQL bigint and tells nothing without the secret.  The three kinds are
kept apart by BLAKE2's personalisation: an address and a Message-ID that read
alike never share a key.
"""

from contextlib import suppress
from hashlib import blake2b


def normalise_address(address: str) -> str:
    """``local@domain`` in lower case, the domain in its ASCII form (RFC 5890)."""
    local, at, domain = address.strip().lower().rpartition("@")
    if not domain.isascii():
        # an impossible domain is still a name that can be compared
        with suppress(UnicodeError):
            domain = domain.encode("idna").decode("ascii")
    return f"{local}{at}{domain}"


class Keys:
    """Turns addresses, domains and Message-IDs into keys under one secret."""

    def __init__(self, secret: bytes):
        self._address = blake2b(digest_size=8, key=secret, person=b"address")
        self._domain = blake2b(digest_size=8, key=secret, person=b"domain")
        self._message = blake2b(digest_size=8, key=secret, person=b"message")

    @staticmethod
    def _key(hasher, text: str) -> int:
        hasher = hasher.copy()
        hasher.update(text.encode("utf-8", "surrogatepass"))
        return int.from_bytes(hasher.digest(), "big", signed=True)

    def address(self, address: str) -> int:
        return self._key(self._address, normalise_address(address))

    def domain(self, address: str) -> int:
        """The key of an address's domain."""
        return self._key(self._domain, normalise_address(address).rpartition("@")[2])

    def message(self, message_id: str) -> int:
        return self._key(self._message, message_id)
