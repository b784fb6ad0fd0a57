# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Messages as Maildir++ folders, as Dovecot reads them under ``maildir:~/Maildir``."""

import base64
import os
import re
from collections.abc import Iterable
from pathlib import Path

from .message import Message

_SHIFTED = re.compile(r"[^\x20-\x7e]+")


def modified_utf7(name: str) -> str:
    """A folder name as it goes over IMAP (RFC 3501, 5.1.3)."""

    def shift(match: re.Match) -> str:
        code = base64.b64encode(match[0].encode("utf-16-be")).decode()
        return f"&{code.rstrip('=').replace('/', ',')}-"

    return _SHIFTED.sub(shift, name.replace("&", "&-"))


def _directory(root: Path, folder: str) -> Path:
    return root if folder == "INBOX" else root / f".{modified_utf7(folder).replace('/', '.')}"


def write(root: Path, messages: Iterable[Message]) -> None:
    """Write all messages below ``root``, oldest first, and subscribe to their folders.

    A file's time is the INTERNALDATE; ``,S=`` and ``,W=`` spare Dovecot the
    counting of sizes.  Line ends are stored bare, as Dovecot itself does.
    """
    folders: set[str] = set()
    for number, message in enumerate(sorted(messages, key=lambda m: m.received)):
        directory = _directory(root, message.folder)
        if message.folder not in folders:
            folders.add(message.folder)
            for part in ("cur", "new", "tmp"):
                (directory / part).mkdir(parents=True, exist_ok=True)
            if directory != root:
                (directory / "maildirfolder").touch()
        data = message.raw.replace(b"\r\n", b"\n")
        received = int(message.received.timestamp())
        unique = f"{received}.M{number:06}P1.demo,S={len(data)},W={len(message.raw)}"
        path = directory / "cur" / f"{unique}:2,{message.flags}"
        path.write_bytes(data)
        os.utime(path, (received, received))
    lines = [modified_utf7(folder).replace("/", "\t") for folder in sorted(folders)]
    (root / "subscriptions").write_text("V\t2\n\n" + "\n".join(lines) + "\n", "ascii")
