# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The history of a Gmail mailbox, and how far it has been read.

https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.history
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from .message import LEFT_OUT, is_left_out


class Record(NamedTuple):
    """One record of the history, and the messages that it may have brought in."""

    id: str
    refs: list[str]


@dataclass(frozen=True, slots=True)
class Cursor:
    """All up to and including the record ``history`` has been read, and the messages ``done``
    of the one after it: one record can name a thousand.

    A record's id is as good a beginning as that of the whole mailbox.
    """

    history: str
    done: tuple[str, ...] = ()

    @classmethod
    def load(cls, value: dict[str, Any]) -> "Cursor":
        return cls(value["history"], tuple(value.get("done", ())))

    def dump(self) -> dict[str, Any]:
        return {"history": self.history, **({"done": list(self.done)} if self.done else {})}

    def unread(self, records: Sequence[Record]) -> list[Record]:
        """The records that follow, without what has been read of them already."""
        first = [Record(record.id, self._not_done(record)) for record in records[:1]]
        return [*first, *records[1:]]

    def _not_done(self, record: Record) -> list[str]:
        return [ref for ref in record.refs if ref not in self.done]

    def after(self, records: Sequence[Record], resolved: Collection[str]) -> tuple["Cursor", bool]:
        """Where we are with the messages ``resolved`` of the unread ``records``.

        And whether that is behind all of them.
        """
        cursor = self
        for record in records:
            done = [ref for ref in record.refs if ref in resolved]
            if len(done) < len(record.refs):
                return Cursor(cursor.history, (*cursor.done, *done)), False
            cursor = Cursor(record.id)
        return cursor, True


def records(answer: dict[str, Any]) -> list[Record]:
    """Those of an answer of history.list.  Raises KeyError and the like where it is none."""
    return [Record(str(entry["id"]), _brought_in(entry)) for entry in answer.get("history", ())]


def _brought_in(entry: dict[str, Any]) -> list[str]:
    added = [each["message"] for each in entry.get("messagesAdded", ())]
    # Out of Spam or Trash, or sent after having been a draft.
    freed = [
        each["message"]
        for each in entry.get("labelsRemoved", ())
        if not LEFT_OUT.isdisjoint(each.get("labelIds", ()))
    ]
    return list(dict.fromkeys(each["id"] for each in (*added, *freed) if not is_left_out(each)))
