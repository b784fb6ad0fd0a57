# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The key that stands outside the database, and what it opens.

``MAIL_CONTACT_SYNC_KEYS`` holds one or several Fernet keys, the first of which
encrypts and all of which decrypt, so that a key can be changed without asking
anyone for a password.  Where the variable is not set, a key file in Odoo's data
directory is used and made when first needed.  Neither is part of a database
backup: a dump alone opens no mailbox.
"""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

ENVIRONMENT = "MAIL_CONTACT_SYNC_KEYS"
KEY_FILE = "mail_contact_sync.key"


class KeyLost(Exception):
    """The value was encrypted with a key that is not here."""


class KeyInvalid(KeyLost):
    """What is given as a key is none.  Nothing can be encrypted, either."""


class Vault:
    """Encrypts and decrypts short texts."""

    def __init__(self, keys: list[str]):
        fernets = [Fernet(key) for key in keys]
        self._first = fernets[0]
        self._fernet = MultiFernet(fernets)

    @classmethod
    def open(cls, data_dir: str) -> "Vault":
        """The vault of this server; raise ``KeyInvalid``."""
        keys = os.environ.get(ENVIRONMENT, "").replace(",", " ").split()
        path = Path(data_dir) / KEY_FILE
        try:
            return cls(keys or [_key_from_file(path)])
        except ValueError as error:
            raise KeyInvalid(f"No Fernet key: {ENVIRONMENT if keys else path}") from error

    def encrypt(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode("ascii")

    def decrypt(self, token: str) -> str:
        """Raise ``KeyLost`` where none of the keys opens ``token``."""
        try:
            return self._fernet.decrypt(token.encode()).decode()
        except InvalidToken as error:
            raise KeyLost from error

    def rotate(self, token: str) -> str:
        """``token`` encrypted with the first key; as it is where that opens it."""
        text = self.decrypt(token)
        try:
            self._first.decrypt(token.encode())
        except InvalidToken:
            return self.encrypt(text)
        return token


def _key_from_file(path: Path) -> str:
    if not path.exists():
        # Written whole under another name and then linked: two workers that
        # start at once end with one key, and none ever reads half a file.
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{KEY_FILE}")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(Fernet.generate_key())
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(draft, path)
        finally:
            os.unlink(draft)
    return path.read_text(encoding="ascii").strip()
