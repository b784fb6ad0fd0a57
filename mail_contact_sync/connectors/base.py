# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The connector boundary: what every provider's protocol is reduced to.

Nothing in this package imports Odoo, and nothing here knows what is done with
the mail.  A connector raises only the errors below; whoever drives it decides
what each of them means for the account.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from . import reasons

#: Seconds of a ``retry_after`` that are believed.
MAX_WAIT = 24 * 3600.0
#: Seconds to wait where a minute's or a day's share is used up, and nobody says for how long.
A_MINUTES_SHARE = 60.0
A_DAYS_SHARE = 6 * 3600.0
#: What a folder is for.  A folder without a role (None) is one of the user's own.
ROLES = ("inbox", "sent", "archive", "all", "junk", "trash", "drafts")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Whose mailbox it is: the address and every other address it answers to."""

    address: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Folder:
    """``ref`` is the provider's own name or id, ``name`` what a person reads."""

    ref: str
    name: str
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Envelope:
    """The headers of one message, as far as anybody needs them.

    ``ref`` names the message inside its folder and is good for ``fetch`` for
    as long as the cursor is; it must never come to name another message.
    ``received`` is the server's date, ``sent`` that of the Date header (None
    where missing or unreadable); both are aware, in UTC.  ``size`` is in bytes.
    Addresses are bare ``local@domain``, lower case; ``sender`` is the first
    From address (empty where there is none), ``addresses`` holds all of From,
    Reply-To, To, Cc and Bcc, each once.  ``subject``, as it is written, only where
    there is no ``message_id``: it tells two such messages apart.
    """

    ref: str
    size: int
    received: datetime
    sent: datetime | None
    message_id: str
    in_reply_to: str
    sender: str
    addresses: tuple[str, ...]
    bulk: bool = False
    subject: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Page:
    """One step through a folder.

    ``cursor`` is a JSON value that covers exactly what has been returned up to
    and including this page; ``more`` says whether another call would find
    something at once; ``total`` is the number of messages in the window, where
    the provider tells.  ``failed`` names the messages of this page that the
    provider lists but will not show the headers of.
    """

    envelopes: tuple[Envelope, ...]
    cursor: Any
    more: bool = False
    total: int | None = None
    failed: tuple["MessageError", ...] = ()


@dataclass(frozen=True, slots=True)
class Server:
    """Where to connect and as whom.  The secret never shows in a repr."""

    host: str
    port: int
    security: str  # "tls", "starttls" or "none" (loopback only)
    login: str
    password: str = field(default="", repr=False)


class ConnectorError(Exception):
    """Base of all that a connector raises.

    ``reason`` is a stable word from which the user's sentence is made;
    ``detail`` the server's own words, for the log and the fine print.  Neither
    ever holds a password, a token or a line of somebody's mail.
    """

    def __init__(self, reason: str, detail: str = ""):
        detail = detail.replace("\0", "")  # no database takes it, whoever said it
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class AuthenticationFailed(ConnectorError):
    """Wrong password, revoked or expired grant: only the user can mend it."""


class SettingsError(ConnectorError):
    """Wrong host, port or security, protocol switched off, missing scope."""


class TemporaryError(ConnectorError):
    """Network, dropped connection, 5xx.  ``retry_after`` in seconds, if known."""

    def __init__(self, reason: str, detail: str = "", retry_after: float | None = None):
        super().__init__(reason, detail)
        self.retry_after = retry_after


class CutOff(TemporaryError):
    """The server took longer than there was time for all that was asked (net/deadline.py)."""

    def __init__(self):
        super().__init__(reasons.CONNECTION_TIMEOUT, "too slow")


class Throttled(TemporaryError):
    """The provider asks for a pause: 429, quota, ServerBusy."""


class CursorExpired(ConnectorError):
    """The cursor means nothing any more: the folder has to be read anew."""


class FolderGone(ConnectorError):
    """The folder was deleted or renamed."""


class MessageError(ConnectorError):
    """One message cannot be had; the others can.  ``ref`` is that message's."""

    def __init__(self, reason: str, detail: str = "", ref: str = ""):
        super().__init__(reason, detail)
        self.ref = ref


class RecipientsRefused(MessageError):
    """Nothing was sent to anybody, as the server does not take all recipients.

    ``refused`` holds the server's words by recipient; neither is in the error's text.
    """

    def __init__(self, reason: str, detail: str = "", refused: Mapping[str, str] | None = None):
        super().__init__(reason, detail)
        self.refused = dict(refused or {})


class SentUnknown(ConnectorError):
    """The line broke between a message's last byte and the server's answer.

    It may have been sent or not, and must not be sent again but by a person who knows.
    """


class NotFiled(ConnectorError):
    """The message was sent, but its copy is not in Sent: to be filed again, not to be sent.

    The reason is that of ``cause``.
    """

    def __init__(self, cause: ConnectorError):
        super().__init__(cause.reason, cause.detail)
        self.cause = cause


class Connector(ABC):
    """A mailbox, read only.  A context manager: connects on enter, closes on exit.

    Every method may raise any ``ConnectorError``.  An empty answer always means
    that there is nothing: a search or fetch that failed raises.
    """

    #: Whether ``search`` and ``envelopes`` are there, and are how past mail has to be found:
    #: then ``changes`` begins with None as cursor, at once and before the first search, and
    #: tells only of what comes later.
    searches: ClassVar[bool] = False

    @abstractmethod
    def __enter__(self) -> "Connector": ...

    @abstractmethod
    def __exit__(self, *exc_info: object) -> None: ...

    @abstractmethod
    def check(self) -> Mailbox:
        """Prove the login; tell whose mailbox it is."""

    @abstractmethod
    def folders(self) -> list[Folder]:
        """All folders that hold messages."""

    @abstractmethod
    def changes(self, folder: Folder, cursor: Any, since: datetime, limit: int) -> Page:
        """The next at most ``limit`` envelopes that ``cursor`` does not cover.

        ``None`` as cursor begins: the messages received from ``since`` (aware)
        on, newest first.  A later, earlier ``since`` widens the window.  New
        mail comes before the rest of the past.
        """

    @abstractmethod
    def fetch(
        self, folder: Folder, refs: Iterable[str], limit: int | None = None
    ) -> Iterator[tuple[str, bytes]]:
        """The messages as stored (RFC 5322), in any order; never marks them read.

        Of each at most the first ``limit`` bytes.  A message that is not there
        any more is left out; one that cannot be had raises ``MessageError``.
        """

    def search_groups(self, addresses: Iterable[str]) -> Iterator[list[str]]:
        """``addresses``, in groups that one search takes each; only where ``searches``.

        A search that was interrupted is begun again for its group.
        """
        raise NotImplementedError

    def search(self, addresses: Iterable[str], since: datetime) -> Iterator[list[str]]:
        """Refs of candidates for mail with any of ``addresses``, received from ``since``
        (aware) on, page by page; only where ``searches``.

        They are good for ``envelopes``, whose headers decide.  A ref comes once in one search.
        """
        raise NotImplementedError

    def envelopes(self, folder: Folder, refs: Sequence[str]) -> Page:
        """The envelopes of ``refs``; only where ``searches``.

        As many as are to be had now: ``cursor`` is the list of the refs that are left, a JSON
        value.  What is gone, or is junk, trash or a draft, is left out.
        """
        raise NotImplementedError

    def send(self, message: bytes, sender: str, recipients: Iterable[str]) -> None:
        """Send, and save to Sent where the provider does not by itself.

        Raises SentUnknown where nobody can tell whether it was sent, NotFiled where it was.
        """
        raise NotImplementedError
