# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""IMAP (RFC 3501): what a folder holds that has not been read yet, and its messages."""

import ssl
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta, timezone
from typing import Any, TypeVar

from imapclient import SocketTimeout
from imapclient.datetime_util import format_criteria_date

from .. import reasons
from ..base import Connector, CursorExpired, Envelope, Folder, Mailbox, MessageError, Page, Server
from ..headers import envelope, parse_date, subject
from ..smtp.sender import SmtpSender
from .connection import TIMEOUT, Connection, Login, Lookup, password_login
from .errors import TokenEnded
from .sending import Sending
from .sent import PATIENCE, SentFolder
from .session import Fetched, Items, Session, Status

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class _Cursor:
    """All that arrived from ``since`` on with ``low`` <= UID <= ``high`` has been read.

    ``low`` is 1 once there is nothing older left.
    """

    uidvalidity: int
    high: int
    low: int
    since: datetime

    @classmethod
    def load(cls, value: Any) -> "_Cursor":
        return cls(**{**value, "since": datetime.fromisoformat(value["since"])})

    def dump(self) -> dict[str, Any]:
        return {**asdict(self), "since": self.since.isoformat()}

    def covers(self, status: Status, since: datetime) -> bool:
        """Whether there is nothing to read, going by what the folder says of itself."""
        return (
            self.low == 1
            and self.since <= since
            and status == Status(self.uidvalidity, self.high + 1)
        )


@dataclass(frozen=True, slots=True)
class _Window:
    """The UIDs, ascending, that were found in a folder from ``day`` on."""

    uidvalidity: int
    day: date
    uids: array


class ImapConnector(Connector):
    """A mailbox on an IMAP server.

    ``login`` logs a fresh connection in; another one than ``password_login``
    brings another mechanism.  ``ssl_context`` stands in for the system's
    certificates.  ``lookup`` says which IP addresses may be connected to; by
    default any.  ``smtp``, which is not entered, is what ``send`` sends by.
    ``files_within`` is how many seconds the server is given to put what it sent
    into Sent by itself: zero where it is known not to, None where it always does.
    """

    def __init__(
        self,
        server: Server,
        *,
        login: Login = password_login,
        timeout: SocketTimeout = TIMEOUT,
        ssl_context: ssl.SSLContext | None = None,
        lookup: Lookup | None = None,
        smtp: SmtpSender | None = None,
        files_within: float | None = PATIENCE,
    ):
        self._server = server
        self._connection = Connection(server, login, timeout, ssl_context, lookup)
        self._session = Session(self._connection)
        self._sending = Sending(smtp, SentFolder(self._connection, self._session), files_within)
        self._statuses: dict[str, Status] = {}
        self._windows: dict[str, _Window] = {}

    def __enter__(self) -> "ImapConnector":
        self._connection.open()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._connection.close()

    def check(self) -> Mailbox:
        """The mailbox goes by its login: IMAP knows of no addresses."""
        return Mailbox(self._server.login)

    def folders(self) -> list[Folder]:
        """All folders that can be opened.

        Remembers the status of each where the server gives it along, so that
        the next ``changes`` of a folder without any needs no word with the server.
        """
        folders, self._statuses = self._going_on(self._session.folders)
        return [listed.folder() for listed in folders]

    def changes(self, folder: Folder, cursor: Any, since: datetime, limit: int) -> Page:
        """The next page.  The cursor is ``{"uidvalidity", "high", "low", "since"}``.

        Everything received from ``since`` on with ``low`` <= UID <= ``high`` has
        been returned.  New mail is above ``high`` and taken from there upwards,
        the past below ``low`` and taken from there downwards, so that the range
        has no gaps.  UIDs only ever grow while UIDVALIDITY stays (RFC 3501,
        section 2.3.1.1): what is below ``high`` and not in a search is gone for good.
        """
        since = since.astimezone(timezone.utc)
        return self._going_on(lambda: self._changes(folder, cursor, since, limit))

    def _going_on(self, work: Callable[[], _Result]) -> _Result:
        """``work``, from its beginning on a new connection where a token ended this one."""
        try:
            return work()
        except TokenEnded:
            self._connection.open()
            return work()

    def _changes(self, folder: Folder, cursor: Any, since: datetime, limit: int) -> Page:
        seen = _Cursor.load(cursor) if cursor else None
        remembered = self._statuses.pop(folder.ref, None)
        if seen and remembered and seen.covers(remembered, since):
            return Page((), cursor)
        status = self._session.examine(folder.ref)
        if seen is None:
            return self._first(folder, status, since, limit)
        if status.uidvalidity != seen.uidvalidity:
            raise CursorExpired(reasons.FOLDER_RENUMBERED)
        if since < seen.since:
            self._windows.pop(folder.ref, None)
            seen = replace(seen, low=seen.high + 1, since=since)
        new = self._search_new(seen, status, since)
        if new:
            return self._page_of_new(seen, status, since, new, limit)
        if status.uidnext:
            seen = replace(seen, high=max(seen.high, status.uidnext - 1))
        if seen.low == 1:
            return Page((), seen.dump())
        return self._page_of_past(folder, seen, since, limit)

    def fetch(
        self, folder: Folder, refs: Iterable[str], limit: int | None = None
    ) -> Iterator[tuple[str, bytes]]:
        """The messages, all of ``refs`` in memory at once.

        Raises CursorExpired before the first if the folder has been renumbered.
        Raises MessageError for one that the server keeps back, after all that
        it gave have been yielded; whether others were kept back too is not said.
        """
        refs = list(refs)
        uidvalidity, (messages, unreadable) = self._going_on(
            lambda: self._bodies(folder, refs, limit)
        )
        while messages:
            uid, items = messages.popitem()
            yield _ref(uidvalidity, uid), items[b"BODY"]
        for uid in unreadable:
            raise _unreadable(uidvalidity, uid)

    def _bodies(
        self, folder: Folder, refs: Sequence[str], limit: int | None
    ) -> tuple[int, Fetched]:
        status = self._session.examine(folder.ref)
        uids = []
        for ref in refs:
            uidvalidity, _, uid = ref.partition(".")
            if int(uidvalidity) != status.uidvalidity:
                raise CursorExpired(reasons.FOLDER_RENUMBERED)
            uids.append(int(uid))
        return status.uidvalidity, self._session.bodies(uids, limit)

    def send(self, message: bytes, sender: str, recipients: Iterable[str]) -> None:
        """See ``Sending.send``."""
        self._sending.send(message, sender, recipients)

    def file_sent(self, message: bytes) -> bool:
        """See ``Sending.file``: after a NotFiled."""
        return self._sending.file(message)

    def _first(self, folder: Folder, status: Status, since: datetime, limit: int) -> Page:
        self._windows.pop(folder.ref, None)
        newest = self._search_window(folder, status.uidvalidity, since).uids[-1:]
        high = max([(status.uidnext or 1) - 1, *newest])
        seen = _Cursor(status.uidvalidity, high, high + 1, since)
        return self._page_of_past(folder, seen, since, limit)

    def _search_new(self, seen: _Cursor, status: Status, since: datetime) -> array:
        if status.uidnext == seen.high + 1:
            return array("I")
        # "n:*" always includes the last message, even below n (RFC 3501, section 6.4.8).
        found = self._session.search("UID", f"{seen.high + 1}:*", *_since(since))
        return found[bisect_left(found, seen.high + 1) :]

    def _page_of_new(
        self, seen: _Cursor, status: Status, since: datetime, new: array, limit: int
    ) -> Page:
        uids = new[:limit]
        more = len(new) > limit
        high = uids[-1] if more else max(uids[-1], (status.uidnext or 1) - 1)
        envelopes, failed = self._envelopes(seen.uidvalidity, uids, since)
        seen = replace(seen, high=high, since=since)
        return Page(envelopes, seen.dump(), more or seen.low > 1, failed=failed)

    def _page_of_past(self, folder: Folder, seen: _Cursor, since: datetime, limit: int) -> Page:
        window = self._search_window(folder, seen.uidvalidity, since)
        end = bisect_left(window.uids, seen.low)
        start = max(0, end - limit)
        uids = window.uids[start:end]
        ahead = window.uids[max(0, start - limit) : start]
        envelopes, failed = self._envelopes(seen.uidvalidity, uids[::-1], since, ahead)
        seen = replace(seen, low=uids[0] if start else 1, since=since)
        return Page(envelopes, seen.dump(), seen.low > 1, len(window.uids), failed)

    def _search_window(self, folder: Folder, uidvalidity: int, since: datetime) -> _Window:
        """Good for all pages of the past: below a UID once read no other appears any more."""
        window = self._windows.get(folder.ref)
        if window is None or (window.uidvalidity, window.day) != (uidvalidity, since.date()):
            uids = self._session.search(*_since(since))
            window = self._windows[folder.ref] = _Window(uidvalidity, since.date(), uids)
        return window

    def _envelopes(
        self, uidvalidity: int, uids: Sequence[int], since: datetime, ahead: Sequence[int] = ()
    ) -> tuple[tuple[Envelope, ...], tuple[MessageError, ...]]:
        """Of ``uids``; those ``ahead`` will be asked for next."""
        messages, unreadable = self._session.headers(uids)
        self._session.headers_ahead(ahead)
        envelopes = []
        for uid in uids:
            items = messages.get(uid)
            if items is None:
                continue
            received = _received(items)
            if received is None or received >= since:
                ref = _ref(uidvalidity, uid)
                envelopes.append(envelope(ref, items[b"RFC822.SIZE"], received, items[b"BODY"]))
        failed = tuple(_unreadable(uidvalidity, uid) for uid in unreadable)
        return tuple(self._with_subjects(envelopes)), failed

    def _with_subjects(self, envelopes: list[Envelope]) -> Iterator[Envelope]:
        """Subjects are read only of the few messages that have no Message-ID."""
        nameless = [_uid(each.ref) for each in envelopes if not each.message_id]
        messages = self._session.subjects(nameless).messages if nameless else {}
        for each in envelopes:
            items = messages.get(_uid(each.ref))
            yield replace(each, subject=subject(items[b"BODY"])) if items else each


def _ref(uidvalidity: int, uid: int) -> str:
    return f"{uidvalidity}.{uid}"


def _uid(ref: str) -> int:
    return int(ref.partition(".")[2])


def _unreadable(uidvalidity: int, uid: int) -> MessageError:
    return MessageError(reasons.MESSAGE_UNREADABLE, ref=_ref(uidvalidity, uid))


def _since(since: datetime) -> tuple[str, str]:
    # SINCE knows only days, and those of a time zone that the server keeps to itself.
    return "SINCE", format_criteria_date(since - timedelta(days=1)).decode()


def _received(items: Items) -> datetime | None:
    text = items.get(b"INTERNALDATE")
    return parse_date(text.decode("ascii", "replace")) if isinstance(text, bytes) else None
