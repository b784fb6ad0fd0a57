# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A mailbox of Microsoft 365 by Microsoft Graph."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from .. import reasons
from ..base import Connector, Folder, Mailbox, Page, TemporaryError
from ..oauth.grant import Client, Grant
from ..oauth.microsoft import MICROSOFT, Endpoints, refresh
from ..oauth.tokens import Store, TokenSource
from ..outgoing import with_recipients
from . import folders, sending
from .fetch import Fetch
from .http import Session, Usage
from .scan import Scan


class GraphConnector(Connector):
    """The mailbox of the user who gave ``grant``, or the ``shared`` one of that address, which
    she may open.

    ``grant`` is one of ``oauth_microsoft`` with ``graph_scopes``.  ``store`` is handed each new
    state of it, at once: Microsoft replaces the refresh token each time.  ``endpoints`` are
    those of a national cloud.  ``usage`` counts what was asked for.
    """

    def __init__(
        self,
        client: Client,
        grant: Grant,
        store: Store,
        *,
        shared: str = "",
        endpoints: Endpoints = MICROSOFT,
    ):
        renewing = partial(refresh, endpoints=endpoints)
        self._tokens = TokenSource(client, grant, store, renewing)
        self._shared = shared
        self._endpoints = endpoints
        self._opened: Session | None = None
        self._scan: Scan | None = None
        self.usage = Usage()

    def __enter__(self) -> "GraphConnector":
        self._opened = Session(self._tokens, self._endpoints.api, self._shared)
        self._opened.usage = self.usage
        self._scan = Scan(self._opened)
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._opened:
            self._opened.close()
        self._opened = self._scan = None

    @property
    def _session(self) -> Session:
        if self._opened is None:
            raise TemporaryError(reasons.CONNECTION_DROPPED)
        return self._opened

    def check(self) -> Mailbox:
        """The address that came with the consent; others would take another scope to learn."""
        session = self._session
        session.get(session.path("mailFolders", "inbox", select="displayName"))
        return Mailbox(self._shared or self._tokens.grant.address)

    def folders(self) -> list[Folder]:
        """Archived, deleted and junk mail included; not what waits to be sent, nor chats."""
        return folders.folders(self._session)

    def changes(self, folder: Folder, cursor: Any, since: datetime, limit: int) -> Page:
        """The next page; what the cursor says is told at ``graph_scan.Cursor``.

        A message comes again that was changed or moved here.  After the first 5,000, new mail
        comes before the rest of the past; until then, after them.
        """
        if self._scan is None:
            raise TemporaryError(reasons.CONNECTION_DROPPED)
        return self._scan.changes(folder, cursor, since, limit)

    def fetch(
        self, folder: Folder, refs: Iterable[str], limit: int | None = None
    ) -> Iterator[tuple[str, bytes]]:
        """What has left the folder is left out.

        Raises MessageError for one that Graph keeps back, after all that it gave have been
        yielded; whether others were kept back too is not said.
        """
        for ref, message in Fetch(self._session, folder.ref, list(dict.fromkeys(refs))):
            yield ref, message[:limit]

    def send(self, message: bytes, sender: str, recipients: Iterable[str]) -> None:
        """Send; Exchange files it in Sent.

        It goes by the header's To, Cc and Bcc: Bcc is made to name those of ``recipients`` that
        the others do not, and a header that names anybody else raises MessageError with
        ``recipients-differ`` before anything is sent, as does one of more than 2.2 MB with
        ``message-too-large``.  SettingsError with ``send-denied`` where the From is none that the
        mailbox may send as.
        """
        sending.send(self._session, with_recipients(message, recipients))
