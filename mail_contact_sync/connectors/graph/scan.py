# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a folder holds that has not been read yet, by message: delta.

https://learn.microsoft.com/graph/delta-query-messages.  A delta with a filter on the date gives
no more than 5,000 messages, the newest; what is older is listed.  Each round of it ends with a
link for the next one, which tells of all that has happened since the round began: also of what
was moved here, which may be old.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any

from .. import reasons
from ..base import (
    ConnectorError,
    CursorExpired,
    Envelope,
    Folder,
    FolderGone,
    MessageError,
    Page,
    TemporaryError,
)
from .errors import BadRequest, NotFound
from .http import PAGE, Session
from .message import EXPAND, SELECT, envelope_of, received

#: Messages of a first round from which on it may have been cut off at its limit of 5,000.
NEAR_LIMIT = 4000

_SECOND = timedelta(seconds=1)

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a folder has been read to.

    ``stage`` "first": in the first round, to go on at ``link``.  "past": that is over, ``link``
    begins or goes on with a later one, and of the past all has been read that was received
    after the second ``edge`` (None: nothing for certain), and of that second the messages
    ``ties``.  "new": nothing of the past is left.  ``count`` is how many the first round has
    given, ``total`` how many there were, ``ordered`` whether the newest came first, as asked.
    """

    since: datetime
    link: str = ""
    stage: str = "first"
    edge: datetime | None = None
    ties: tuple[str, ...] = ()
    count: int = 0
    total: int | None = None
    ordered: bool = True

    @classmethod
    def load(cls, value: dict[str, Any]) -> "Cursor":
        dates = {name: value[name] and datetime.fromisoformat(value[name]) for name in _DATES}
        return cls(**{**value, **dates, "ties": tuple(value["ties"])})

    def dump(self) -> dict[str, Any]:
        """As a JSON value."""
        value = asdict(self)
        dates = {name: value[name] and value[name].isoformat() for name in _DATES}
        return {**value, **dates, "ties": list(self.ties)}

    def passed(self, items: Iterable[Item]) -> "Cursor":
        """This one after ``items`` of the past, newest first, have been read."""
        edge, ties, ordered = self.edge, list(self.ties), self.ordered
        for item in items:
            when = received(item)
            if when and edge and when > edge:
                ordered = False
            if when and (edge is None or when < edge):
                edge, ties = when, []
            if when and when == edge:
                ties.append(item["id"])
        return replace(self, edge=edge, ties=tuple(dict.fromkeys(ties)), ordered=ordered)

    def ended(self) -> "Cursor":
        """This one after the first round.

        It may have been cut off, and below its oldest message others wait; or anywhere, where
        the order was another.
        """
        if self.count < NEAR_LIMIT and self.count >= (self.total or 0):
            return self.done()
        if self.ordered:
            return replace(self, stage="past")
        return replace(self, stage="past", edge=None, ties=())

    def done(self) -> "Cursor":
        """This one after the past."""
        return replace(self, stage="new", edge=None, ties=(), count=0)


_DATES = ("since", "edge")


@dataclass(frozen=True, slots=True)
class _Found:
    """The entries of a page that are messages, and where to go on; ``more``: at once."""

    items: list[Item]
    link: str
    more: bool


class Scan:
    """Reads the folders of ``session``'s mailbox."""

    def __init__(self, session: Session):
        self._session = session
        self._expand = {"expand": EXPAND}

    def changes(self, folder: Folder, cursor: Any, since: datetime, limit: int) -> Page:
        """The next page.  Where the window was widened, the folder is read from the start."""
        since = since.astimezone(timezone.utc).replace(microsecond=0)
        seen = Cursor.load(cursor) if cursor else None
        if seen is None or since < seen.since:
            seen = Cursor(since)
        try:
            if seen.stage == "first":
                return self._first(folder, seen, limit)
            return self._later(folder, seen, since, limit)
        except NotFound as error:
            raise FolderGone(reasons.FOLDER_GONE, error.detail) from None

    def _first(self, folder: Folder, seen: Cursor, limit: int) -> Page:
        """A page of the first round, newest first."""
        begins = not seen.link
        found = self._begin(folder, seen, limit) if begins else self._delta(seen.link, limit)
        if begins:
            total = self._count(folder, seen) if found.more else len(found.items)
            seen = replace(seen, total=total)
        seen = seen.passed(found.items)
        seen = replace(seen, link=found.link, count=seen.count + len(found.items))
        if not found.more:
            seen = seen.ended()
        # What came since the round began is told of in the next one.
        more = found.more or not begins or seen.stage == "past"
        return self._page(folder, found.items, seen, more, seen.since)

    def _later(self, folder: Folder, seen: Cursor, since: datetime, limit: int) -> Page:
        """What is new, and where nothing is, a page of the past."""
        found = self._delta(seen.link, limit)
        seen = replace(seen, link=found.link, total=None if seen.stage == "new" else seen.total)
        if found.items or found.more or seen.stage == "new":
            more = found.more or seen.stage == "past"
            return self._page(folder, found.items, seen, more, since)
        items, more = self._past(folder, seen, limit)
        seen = seen.passed(items)
        return self._page(folder, items, seen if more else seen.done(), more, since)

    def _begin(self, folder: Folder, seen: Cursor, limit: int) -> _Found:
        def link(**options: str) -> str:
            return self._session.path(
                *("mailFolders", folder.ref, "messages", "delta"),
                **{"select": SELECT, **options},
                filter=f"receivedDateTime ge {_stamp(seen.since)}",
                orderby="receivedDateTime desc",
            )

        return self._found(self._expanded(link, limit))

    def _delta(self, link: str, limit: int) -> _Found:
        try:
            return self._found(self._session.page(link, limit))
        except BadRequest as error:
            # Nothing in it is ours but the token.
            raise CursorExpired(reasons.SYNC_STATE_INVALID, error.detail) from None

    def _found(self, answer: Item) -> _Found:
        more = "@odata.nextLink" in answer
        link = answer.get("@odata.nextLink" if more else "@odata.deltaLink")
        return _Found(_items(answer), self._session.link(link), more)

    def _past(self, folder: Folder, seen: Cursor, limit: int) -> tuple[list[Item], bool]:
        """The next messages down from ``seen.edge``, and whether there may be more.

        That second is asked for again, for it may have messages that were not given yet.
        """
        window = f"receivedDateTime ge {_stamp(seen.since)}"
        if seen.edge:
            window += f" and receivedDateTime lt {_stamp(seen.edge + _SECOND)}"
        known, size = set(seen.ties), min(limit, PAGE)

        def link(**options: str) -> str:
            return self._session.path(
                *("mailFolders", folder.ref, "messages"),
                **{"select": SELECT, **options},
                filter=window,
                orderby="receivedDateTime desc",
                top=str(min(size + len(known), 1000)),
            )

        answer = self._expanded(link, PAGE)
        found: list[Item] = []
        while True:
            found += [item for item in _items(answer) if item["id"] not in known]
            next_ = answer.get("@odata.nextLink")
            if len(found) >= size or not next_:
                # Only where nothing is found is nothing left: links to go on were seen missing.
                # https://github.com/microsoftgraph/microsoft-graph-docs/issues/2153
                return found[:size], bool(found)
            answer = self._session.page(self._session.link(next_), PAGE)

    def _expanded(self, link: Callable[..., str], limit: int) -> Item:
        """The answer at ``link``; without MAPI's properties where they are not to be had."""
        try:
            return self._session.page(link(**self._expand), limit)
        except BadRequest:
            if not self._expand:
                raise
            answer = self._session.page(link(), limit)
            self._expand = {}
            return answer

    def _count(self, folder: Folder, seen: Cursor) -> int | None:
        """How many messages are in the window; whatever the trouble, it is not needed."""
        link = self._session.path(
            *("mailFolders", folder.ref, "messages"),
            filter=f"receivedDateTime ge {_stamp(seen.since)}",
            select="receivedDateTime",
            count="true",
            top="1",
        )
        try:
            count = self._session.get(link).get("@odata.count")
        except TemporaryError:
            return None
        return count if isinstance(count, int) else None

    def _page(
        self, folder: Folder, items: list[Item], seen: Cursor, more: bool, since: datetime
    ) -> Page:
        envelopes: list[Envelope] = []
        failed: list[MessageError] = []
        for item in self._completed(folder, items):
            if isinstance(item, dict):
                if item.get("isDraft") is True:
                    continue
                item = envelope_of(item)
            if isinstance(item, MessageError):
                failed.append(item)
            elif item.received >= since:
                envelopes.append(item)
        return Page(tuple(envelopes), seen.dump(), more, seen.total, tuple(failed))

    def _completed(self, folder: Folder, items: list[Item]) -> Iterable[Item | MessageError]:
        """``items``, what is told of in part asked for as a whole.

        Of a message that was marked read no more may come than that it was.  It is mostly
        known, but not for certain: it may have come and been read since the round before.
        """
        short = [item["id"] for item in items if received(item) is None]
        links = [
            self._session.path(
                *("mailFolders", folder.ref, "messages", ref), select=SELECT, **self._expand
            )
            for ref in short
        ]
        whole = dict(zip(short, self._session.batch(links), strict=True))
        for item in items:
            got = whole.get(item["id"], item)
            if isinstance(got, NotFound):
                continue
            yield _kept_back(item["id"], got) if isinstance(got, ConnectorError) else got


def _kept_back(ref: str, error: ConnectorError) -> MessageError:
    """Raises ``error`` where it is not about that message alone."""
    if type(error) not in (TemporaryError, BadRequest):
        raise error
    return MessageError(reasons.MESSAGE_UNREADABLE, error.detail, ref)


def _items(answer: Item) -> list[Item]:
    """The messages of a page, each once; what was removed is nothing to us."""
    items = answer.get("value")
    if not isinstance(items, list) or not all(
        isinstance(item, dict) and isinstance(item.get("id"), str) for item in items
    ):
        raise TemporaryError(reasons.PROTOCOL_ERROR, "messages")
    return list({item["id"]: item for item in items if "@removed" not in item}.values())


def _stamp(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%SZ}"
