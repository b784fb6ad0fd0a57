# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a folder on Exchange holds that has not been read yet.

SyncFolderItems tells exactly what has changed since a SyncState, and nothing else
on Exchange does.  But it begins with all that a folder holds, knows no dates, and
promises no order.  FindItem has the newest first and a window, but no memory.  So:

1. The changes from nothing to now are gone through, ids and dates alone, 512 at a
   time, and nothing is made of them: it is the price of a SyncState.
2. The past is listed by FindItem, newest first, down from a *border*, the date and
   id of the last message returned.
3. Before anything is returned, the changes since the SyncState are asked for.

What belongs to whom is settled by the border alone: a message that has come to be
in the folder and lies above it is new; one below it is left to the past, which has
yet to come there, wherever it came from.  That both never return one message, nor
neither, needs one more rule, for what arrives between the two requests: the past
is listed *first*, and of the changes asked for after it those that lie within
the page and are not on it are added to it.  Then all above the new border has been
returned as of the new SyncState.  The cursor holds both and is stored with the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any, NamedTuple

from .. import reasons
from ..base import TemporaryError
from .session import MAX_CHANGES, MAX_FOUND, Listed, Session

#: Steps of SyncFolderItems in one call: 10,000 messages, some seconds.
MAX_STEPS = 20
#: Attempts at a listing between two answers of which messages went away.
MAX_LISTINGS = 10


@dataclass(frozen=True, slots=True)
class Cursor:
    """All received from ``since`` on, and above ``border``, as of ``state``, has been returned.

    Above means later, or at the same second with a higher id.  Without a border
    nothing has been yet; once ``done`` all from ``since`` on.  ``place`` is where in
    the listing the border was, a hint that need not be true any more.
    """

    since: datetime
    state: str | None = None
    border: Listed | None = None
    done: bool = False
    place: int = 0

    @classmethod
    def load(cls, value: Any) -> "Cursor":
        border = value["border"]
        return cls(
            datetime.fromisoformat(value["since"]),
            value["state"],
            Listed(datetime.fromisoformat(border[0]), border[1]) if border else None,
            value["done"],
            value["place"],
        )

    def dump(self) -> dict[str, Any]:
        border = [self.border.received.isoformat(), self.border.id] if self.border else None
        return {
            "since": self.since.isoformat(),
            "state": self.state,
            "border": border,
            "done": self.done,
            "place": self.place,
        }

    def widened(self, since: datetime) -> "Cursor":
        """For a window from ``since`` on.

        A later one drops what lies before it; should the window come back, that is
        read again.
        """
        if since < self.since:
            border = Listed(self.since, "") if self.done else self.border
            return replace(self, since=since, border=border, done=False)
        if since > self.since and not self.done:
            passed = self.border is not None and self.border.received < since
            return replace(self, since=since, done=passed)
        return self

    def above(self, listed: Listed) -> bool:
        """Whether the past has gone by there."""
        return self.done or (self.border is not None and listed >= self.border)


class Step(NamedTuple):
    """What to return, in that order, and the cursor that covers it."""

    messages: list[Listed]
    cursor: Cursor
    more: bool
    total: int | None = None


class _Past(NamedTuple):
    messages: list[Listed]
    last: bool
    place: int
    total: int


def step(session: Session, folder: str, cursor: Cursor | None, since: datetime, limit: int) -> Step:
    """The next at most ``limit`` messages of the folder with this id."""
    since = _to_second(since)
    cursor = cursor.widened(since) if cursor else Cursor(since)
    if not cursor.done and cursor.border is None:
        # Nothing has been returned: whatever there is belongs to the past.
        cursor, _, last = _changes(session, folder, cursor, since, MAX_CHANGES)
        if not last:
            return Step([], cursor, True)
    past = None if cursor.done else _list_past(session, folder, cursor, limit)
    after, created, last = _changes(session, folder, cursor, since, limit)
    new = sorted(listed for listed in created if cursor.above(listed) and listed.received >= since)
    if new or past is None or not last:
        if cursor.done and since > cursor.since and any(one.received < since for one in created):
            after = replace(after, since=since)
        return Step(new, after, not last or not cursor.done)
    return _page_of_past(after, past, created, limit)


def _to_second(moment: datetime) -> datetime:
    """Exchange tells seconds: a window that begins within one begins with the next."""
    moment = moment.astimezone(timezone.utc)
    whole = moment.replace(microsecond=0)
    return whole if whole == moment else datetime.fromtimestamp(whole.timestamp() + 1, timezone.utc)


def _changes(
    session: Session, folder: str, cursor: Cursor, since: datetime, limit: int
) -> tuple[Cursor, list[Listed], bool]:
    """What has come since the cursor's state, until there is something to return."""
    created: dict[str, Listed] = {}
    last = False
    for _ in range(MAX_STEPS):
        synced = session.sync(folder, cursor.state, limit)
        cursor, last = replace(cursor, state=synced.state), synced.last
        created |= {listed.id: listed for listed in synced.created}
        if last or any(cursor.above(one) and one.received >= since for one in synced.created):
            break
    return cursor, list(created.values()), last


def _page_of_past(cursor: Cursor, past: _Past, created: Sequence[Listed], limit: int) -> Step:
    """The page, and what came into its range after it was listed."""
    listed = {one.id: one for one in past.messages}
    lowest = past.messages[-1] if past.messages and not past.last else None
    for one in created:
        if one.received >= cursor.since and (lowest is None or one >= lowest):
            listed.setdefault(one.id, one)
    messages = sorted(listed.values(), reverse=True)
    done = past.last and len(messages) <= limit
    messages = messages[:limit]
    border = messages[-1] if messages else cursor.border
    cursor = replace(cursor, border=None if done else border, done=done, place=past.place)
    return Step(messages, cursor, not done, past.total)


def _list_past(session: Session, folder: str, cursor: Cursor, limit: int) -> _Past:
    """The next ``limit`` below the border, in one piece."""
    for _ in range(MAX_LISTINGS):
        if past := _try_to_list(session, folder, cursor, limit):
            return past
    raise TemporaryError(reasons.MAILBOX_LOCKED, "changed whenever it was listed")


def _try_to_list(session: Session, folder: str, cursor: Cursor, limit: int) -> _Past | None:
    """A listing of whole seconds, whose order is ours; None where it may have gaps.

    Messages that come or go move the others up and down.  It begins right if
    something above the border's second stands in it, or nothing can stand before
    it; else that is looked for further up.  It goes on right if each answer begins
    with something of the one before.
    """
    place = cursor.place
    while True:
        found = session.find(folder, cursor.since, place, min(limit + 2, MAX_FOUND))
        first = found.items[0].received if found.items else None
        if not place or (first and cursor.border and first > cursor.border.received):
            break
        place = max(0, place - MAX_FOUND // 2)
    items, last = list(found.items), found.last
    end = place + len(items)
    while not last and not _is_complete(_below(cursor, items), items, limit):
        found = session.find(folder, cursor.since, end - 1, MAX_FOUND)
        known = set(items)
        if found.items and found.items[0] not in known:
            return None
        if len(found.items) < 2 and not found.last:
            raise TemporaryError(reasons.PROTOCOL_ERROR, "a listing that goes nowhere")
        items += [one for one in found.items if one not in known]
        end, last = end - 1 + len(found.items), found.last
    below = _below(cursor, items)
    page = below[:limit]
    before = sum(one.received > page[-1].received for one in items) if page else 0
    # The one before the border's second shows that nothing is missed.
    hint = max(0, place + before - 1)
    return _Past(page, last and len(below) <= limit, hint, found.total)


def _below(cursor: Cursor, items: list[Listed]) -> list[Listed]:
    return sorted({one for one in items if not cursor.above(one)}, reverse=True)


def _is_complete(below: list[Listed], items: list[Listed], limit: int) -> bool:
    """Whether the second of the last message to return has been read to its end."""
    return len(below) >= limit and items[-1].received < below[limit - 1].received
