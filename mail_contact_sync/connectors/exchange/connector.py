# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Exchange on its own server (2010 SP2 and later), by Exchange Web Services.

exchangelib is imported when a connector is entered, so that nobody needs it who
connects no Exchange.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .. import reasons
from ..base import Connector, Folder, Mailbox, Page, TemporaryError
from ..libraries import library
from .settings import Endpoint, ExchangeServer

if TYPE_CHECKING:
    from imapclient import SocketTimeout

    from ..net.fence import Fence
    from .mailbox import ExchangeMailbox


class ExchangeConnector(Connector):
    """A mailbox on an Exchange server.

    ``endpoint`` is the property of that name of an earlier connector for the same
    settings: it spares finding the server and its login out again.  ``found`` is
    told of another, as soon as the login holds.  ``timeout``
    holds the seconds to connect, and to wait for each piece of an answer.
    ``fence`` says where connections may go, by Autodiscover, too; without one,
    anywhere.
    """

    def __init__(
        self,
        server: ExchangeServer,
        *,
        endpoint: Endpoint | None = None,
        found: Callable[[Endpoint], None] | None = None,
        timeout: "SocketTimeout | None" = None,
        fence: "Fence | None" = None,
    ):
        self._server, self._remembered, self._found = server, endpoint, found
        self._timeout, self._fence = timeout, fence
        self._mailbox: ExchangeMailbox | None = None

    def __enter__(self) -> "ExchangeConnector":
        """Find the server and log in.

        Where NTLM and Basic are offered and nothing is forced or remembered, a
        wrong password is refused twice, once by each.
        """
        library("exchangelib", "exchangelib")
        from .mailbox import open_mailbox

        self._mailbox = open_mailbox(self._server, self._remembered, self._timeout, self._fence)
        if self._found and self.endpoint != self._remembered:
            self._found(self.endpoint)
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._mailbox:
            self._mailbox.close()
        self._mailbox = None

    @property
    def endpoint(self) -> Endpoint:
        """Where the server was found and how it let us in; to be stored."""
        return self._open.endpoint

    @property
    def _open(self) -> "ExchangeMailbox":
        if self._mailbox is None:
            raise TemporaryError(reasons.CONNECTION_DROPPED)
        return self._mailbox

    def check(self) -> Mailbox:
        """The primary address and the others, as the server's directory has them."""
        return self._open.check()

    def folders(self) -> list[Folder]:
        """The folders that hold mail, whatever their names, by path.

        What lies below Deleted Items, Junk and Drafts has their role.
        """
        return self._open.folders()

    def changes(self, folder: Folder, cursor: Any, since: datetime, limit: int) -> Page:
        """The next page.  The cursor is ``{"since", "state", "border", "done", "place"}``.

        See ``exchange_scan``.  A folder of more than 10,000 items may begin with
        pages that hold nothing but the way to the first.
        """
        return self._open.changes(folder, cursor, since, limit)

    def fetch(
        self, folder: Folder, refs: Iterable[str], limit: int | None = None
    ) -> Iterator[tuple[str, bytes]]:
        """The messages as Exchange writes them (MimeContent), 16 MB at a time.

        Exchange gives no part of a message: of one larger than ``limit`` (64 MB
        where there is none) its header and the text or HTML of its body are put
        together, without attachments, and cut at ``limit``.  Raises MessageError
        after all that could be had have been yielded.
        """
        return self._open.fetch(folder, refs, limit)

    def send(self, message: bytes, sender: str, recipients: Iterable[str]) -> None:
        """Send to ``recipients`` alone; Exchange keeps the copy in Sent Items.

        Under the From of ``message``, which this user has to be allowed to use.
        Raises MessageError where To or Cc name somebody who is no recipient, and
        SentUnknown where nobody can tell whether it was sent.
        """
        self._open.send(message, sender, recipients)
