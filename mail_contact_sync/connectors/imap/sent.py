# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The copy of a sent message in the mailbox's Sent folder: there once, whoever puts it there.

The one place that writes to a mailbox.
"""

import time
from datetime import datetime, timedelta, timezone

from imapclient import SEEN
from imapclient.datetime_util import format_criteria_date

from .. import headers, reasons
from ..base import FolderGone, MessageError
from .connection import Connection
from .session import Session

#: Seconds that a server has for putting what it was given to send into Sent by itself, where
#: it is not known to do so, and between two looks.
PATIENCE = 6.0
_PAUSE = 1.0
#: Days back that are searched: nobody tries for longer, and a header that the server keeps no
#: index of is looked for message by message.
_DAYS = 30
#: How many of the last messages are looked at one by one: a search may not know them yet.
_LAST = 50


class SentFolder:
    """Puts messages into Sent, on an open connection that nobody else files by meanwhile."""

    def __init__(self, connection: Connection, session: Session):
        self._connection, self._session = connection, session

    def file(self, message: bytes, patience: float = PATIENCE) -> bool:
        """See to it that ``message`` stands in Sent, read; returns whether it did already.

        The server is given ``patience`` seconds to do so by itself.  May be called again after
        any error: what is there is never put there again.  Raises MessageError for a message
        without Message-ID and FolderGone (no-sent-folder) where there is no such folder.
        """
        message_id = id_of(message)
        name = self._name()
        if self._appears(name, message_id, patience):
            return True
        now = datetime.now(timezone.utc)
        with self._connection.talking() as client:
            client.append(name, message, (SEEN,), now)
        return False

    def is_filed_by_server(self) -> bool:
        """Whether it is Gmail, which files what it sends before it says that it took it."""
        return self._connection.offers("X-GM-EXT-1")

    def holds(self, message: bytes, patience: float = 0.0) -> bool:
        """Whether ``message`` stands in Sent, now or within ``patience`` seconds."""
        return self._appears(self._name(), id_of(message), patience)

    def _name(self) -> str:
        """The folder that the server says it is, else one that is called so."""
        folders, _ = self._session.folders()
        sent = [folder for folder in folders if folder.folder().role == "sent"]
        if not sent:
            raise FolderGone(reasons.NO_SENT_FOLDER)
        return min(sent, key=lambda folder: "\\sent" not in folder.attributes).name

    def _appears(self, name: str, message_id: str, patience: float) -> bool:
        looks = 1 + int(patience / _PAUSE)
        for look in range(looks):
            if look:
                time.sleep(_PAUSE)
            if self._holds(name, message_id):
                return True
        return False

    def _holds(self, name: str, message_id: str) -> bool:
        self._session.examine(name)
        quoted = '"' + message_id.replace("\\", "\\\\").replace('"', '\\"') + '"'
        # Microsoft sends under an id of its own, and keeps ours in the second field.
        for field in ("Message-ID", "X-Microsoft-Original-Message-ID"):
            if self._session.search(*_since(_DAYS), "HEADER", field, quoted):
                return True
        recent = self._session.search(*_since(1))
        found = self._session.headers(recent[-_LAST:]).messages.values()
        return any(message_id in _ids(items[b"BODY"]) for items in found)


def _since(days: int) -> tuple[str, str]:
    begin = datetime.now(timezone.utc) - timedelta(days=days)
    return "SINCE", format_criteria_date(begin).decode()


def id_of(message: bytes) -> str:
    """Its Message-ID.  Raises MessageError where it has none that IMAP could look for."""
    for message_id in _ids(message):
        if message_id.isascii():
            return message_id
    raise MessageError(reasons.SEND_REFUSED, "no Message-ID")


def _ids(block: bytes) -> list[str]:
    block = block.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    return list(headers.message_ids(headers.fields(block).get("message-id", ())))
