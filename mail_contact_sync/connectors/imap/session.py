# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is asked of an IMAP server: list, examine, search, fetch.

Nothing here changes a mailbox: folders are opened with EXAMINE and messages read
with BODY.PEEK.  An answer is whole or it raises.
"""

from array import array
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from imapclient.imap_utf7 import decode as decode_utf7

from .. import headers, reasons
from ..base import Folder, FolderGone, SettingsError, TemporaryError
from ..folder_roles import role
from .answers import fetch_answers, list_answers, search_answers, sequence_set, status_answers
from .connection import Ahead, Connection
from .errors import Refused

#: Messages of one SEARCH: imaplib takes lines of a million bytes, a UID up to eleven.
MAX_SEARCH = 80_000
#: Characters of a sequence set; servers take lines of 8,000 (RFC 7162, section 4).
MAX_SET = 7000
#: Messages of one FETCH that a server may keep back before the fault is its own.
MAX_UNREADABLE = 20
#: Answers, of a page each, that are kept for folders to be gone on with.
MAX_AHEAD = 8

_NOT_SELECTABLE = {"\\noselect", "\\nonexistent"}
_HEADERS = f"(UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER.FIELDS ({' '.join(headers.FIELDS)})])"
_OF_HEADERS = {b"BODY": bytes, b"RFC822.SIZE": int}
_SUBJECT = "(UID BODY.PEEK[HEADER.FIELDS (SUBJECT)])"

Items = dict[bytes, Any]


class Listed(NamedTuple):
    """A folder that can be opened: ``name`` as on the wire, attributes in lower case."""

    name: str
    delimiter: str
    attributes: frozenset[str]

    def folder(self) -> Folder:
        try:
            name = decode_utf7(self.name.encode("ascii"))
        except UnicodeError:
            name = self.name
        return Folder(self.name, name, role(name, self.delimiter, self.attributes))


class Status(NamedTuple):
    """What tells whether a folder has changed; some servers keep UIDNEXT back."""

    uidvalidity: int
    uidnext: int | None


class Fetched(NamedTuple):
    """The items of each message by its UID, and the UIDs of messages kept back.

    What is in neither is gone.
    """

    messages: dict[int, Items]
    unreadable: list[int]


class Session:
    """The commands, on an open connection."""

    def __init__(self, connection: Connection):
        self._connection = connection
        self._exists = 0
        self._folder: tuple[str, int] | None = None
        self._ahead: dict[tuple, Ahead] = {}

    def folders(self) -> tuple[list[Listed], dict[str, Status]]:
        """All folders, and the Status of each where the server gives it along."""
        options = []
        if self._connection.offers("LIST-STATUS"):
            options.append("STATUS (UIDVALIDITY UIDNEXT)")
            if self._connection.offers("SPECIAL-USE"):
                options.append("SPECIAL-USE")
        folders = self._list("*", f" RETURN ({' '.join(options)})" if options else "")
        if not folders:  # there always is an INBOX (RFC 3501, section 5.1)
            raise TemporaryError(reasons.PROTOCOL_ERROR, "no folders")
        with self._connection.talking() as client:
            records = client._imap.response("STATUS")[1]
            statuses = {
                name: Status(items[b"UIDVALIDITY"], items[b"UIDNEXT"])
                for name, items in status_answers(records)
                if items.keys() >= {b"UIDVALIDITY", b"UIDNEXT"}
            }
        return folders, statuses

    def _list(self, pattern: str, options: str = "") -> list[Listed]:
        pattern = pattern.replace("\\", "\\\\").replace('"', '\\"')
        records = self._connection.command("list", '""', f'"{pattern}"{options}')
        with self._connection.talking():
            return [
                Listed(name, delimiter, attributes)
                for attributes, delimiter, name in list_answers(records)
                if attributes.isdisjoint(_NOT_SELECTABLE)
            ]

    def examine(self, name: str) -> Status:
        """Open a folder, read only."""
        if not name.isascii():
            raise FolderGone(reasons.FOLDER_GONE, "a name that IMAP cannot say")
        try:
            with self._connection.talking() as client:
                answer = client.select_folder(name, readonly=True)
        except Refused:
            # Few servers say which NO means that there is no such folder.
            if any(folder.name == name for folder in self._list(name)):
                raise
            raise FolderGone(reasons.FOLDER_GONE) from None
        if not answer.get(b"UIDVALIDITY"):
            raise SettingsError(reasons.UIDS_UNSUPPORTED)
        self._exists = answer.get(b"EXISTS", 0)
        self._folder = name, answer[b"UIDVALIDITY"]
        return Status(answer[b"UIDVALIDITY"], answer.get(b"UIDNEXT"))

    def search(self, *criteria: str) -> array:
        """The UIDs found in the open folder, ascending, four bytes each."""
        records = []
        for part in self._search_parts():
            records += self._connection.command("uid", "SEARCH", *part, *criteria)
        with self._connection.talking():
            return search_answers(records)

    def _search_parts(self) -> Iterator[tuple[str, ...]]:
        """Message numbers, MAX_SEARCH at a time.

        From the last down: when a message is deleted meanwhile, those above it
        move to numbers that are still to come.
        """
        first, last = self._exists - MAX_SEARCH + 1, "*"
        while first > 1:
            yield (f"{first}:{last}",)
            first, last = first - MAX_SEARCH, first - 1
        yield (f"1:{last}",) if last != "*" else ()

    def headers(self, uids: Sequence[int]) -> Fetched:
        """RFC822.SIZE, INTERNALDATE and the header fields, as BODY."""
        found: dict[int, Items] = {}
        if ahead := self._ahead.pop((self._folder, *sorted(uids)), None):
            self._connection.hear()
            answers = self._understood(ahead.records or [], _OF_HEADERS)
            found = {uid: answers[uid] for uid in uids if uid in answers}
        return self._fetch(uids, _HEADERS, _OF_HEADERS, found)

    def headers_ahead(self, uids: Sequence[int]) -> None:
        """Have the server look up what ``headers`` of this folder will be asked for next.

        It does so while we deal with what it said before; that is what takes the time.
        """
        messages = sequence_set(sorted(uids))
        if uids and len(messages) <= MAX_SET:
            while len(self._ahead) >= MAX_AHEAD:
                del self._ahead[next(iter(self._ahead))]
            key = (self._folder, *sorted(uids))
            self._ahead[key] = self._connection.fetch_ahead(messages, _HEADERS)

    def subjects(self, uids: Sequence[int]) -> Fetched:
        """The Subject field, as BODY."""
        return self._fetch(uids, _SUBJECT, {b"BODY": bytes})

    def bodies(self, uids: Sequence[int], limit: int | None = None) -> Fetched:
        """Whole messages, or their first ``limit`` bytes, as BODY."""
        part = "" if limit is None else f"<0.{limit}>"
        return self._fetch(uids, f"(UID BODY.PEEK[]{part})", {b"BODY": bytes})

    def _fetch(
        self,
        uids: Sequence[int],
        items: str,
        needed: dict[bytes, type],
        found: dict[int, Items] | None = None,
    ) -> Fetched:
        """``found`` is what is known already."""
        found = found or self._fetch_in_parts(uids, items, needed)
        absent = sorted(uid for uid in uids if uid not in found)
        if not absent:
            return Fetched(found, [])
        # Deleted meanwhile, or there and not to be had?  The server has to say.
        alive = self.search("UID", sequence_set(absent))
        if len(alive) > MAX_UNREADABLE:
            raise TemporaryError(reasons.PROTOCOL_ERROR, "messages missing from the answer")
        for uid in alive:
            found |= self._fetch_in_parts([uid], items, needed)
        return Fetched(found, [uid for uid in alive if uid not in found])

    def _fetch_in_parts(
        self, uids: Sequence[int], items: str, needed: dict[bytes, type]
    ) -> dict[int, Items]:
        """What the server gives of ``uids``; a NO to many is narrowed down to whom it is for."""
        found: dict[int, Items] = {}
        refused = 0
        parts = [sorted(uids)] if uids else []
        while parts:
            part = parts.pop()
            messages = sequence_set(part)
            try:
                if len(messages) <= MAX_SET:
                    found |= self._fetch_part(messages, items, needed)
                    continue
            except Refused:
                if len(part) == 1:
                    refused += 1
                    if refused > MAX_UNREADABLE:
                        raise
                    continue
            middle = len(part) // 2
            parts += [part[middle:], part[:middle]]
        # Answers nobody asked for tell of flags, and of any message.
        return {uid: found[uid] for uid in uids if uid in found}

    def _fetch_part(self, messages: str, items: str, needed: dict[bytes, type]) -> dict[int, Items]:
        records = self._connection.command("uid", "FETCH", messages, items)
        return self._understood(records, needed)

    def _understood(self, records: list[Any], needed: dict[bytes, type]) -> dict[int, Items]:
        with self._connection.talking():
            return {
                uid: answer
                for uid, answer in fetch_answers(records).items()
                if all(isinstance(answer.get(name), kind) for name, kind in needed.items())
            }
