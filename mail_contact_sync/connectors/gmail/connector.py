# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Gmail by its API: the past by searching for addresses, what is new by the mailbox's history."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from .. import reasons
from ..base import (
    Connector,
    CursorExpired,
    Envelope,
    Folder,
    Mailbox,
    MessageError,
    Page,
    SentUnknown,
    TemporaryError,
    Throttled,
)
from ..oauth.google import GOOGLE, Endpoints
from ..oauth.grant import Client, Grant
from ..outgoing import with_recipients
from . import history
from .errors import NotFound, understood
from .history import Cursor, Record
from .http import AuthorizedHttp, Store
from .message import ENVELOPE, RAW, envelope_of, is_left_out, raw_of
from .query import groups, query
from .quota import Budget, Usage
from .session import Session

ALL = Folder("all", "All Mail", "all")

# What can be searched for: no letter that means something in a query.
_ANSWERED = re.compile(
    rb"^In-Reply-To:\s*(<[\w.!#$%&'*+/=?^`|~@-]{3,900}>)", re.MULTILINE | re.ASCII
)


class GmailConnector(Connector):
    """A Gmail mailbox, by a grant of ``oauth.google``.

    ``store`` is handed each new state of the grant, at once; ``budget`` is what the mailbox's
    user may spend, to be kept between runs.  ``usage`` counts what was asked for.
    """

    searches = True

    def __init__(
        self,
        client: Client,
        grant: Grant,
        store: Store,
        *,
        budget: Budget | None = None,
        endpoints: Endpoints = GOOGLE,
    ):
        self._client = client
        self._grant = grant
        self._store = store
        self._endpoints = endpoints
        self.budget = budget or Budget()
        self.usage = Usage()
        self._http: AuthorizedHttp | None = None
        self._opened: Session | None = None

    def __enter__(self) -> "GmailConnector":
        self._http = AuthorizedHttp(self._client, self._grant, self._keep, self._endpoints)
        self._opened = Session(self._http, self._endpoints.api, self.budget, self.usage)
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._http:
            self._http.close()
        self._opened = None

    def _keep(self, grant: Grant) -> None:
        self._store(grant)
        self._grant = grant

    @property
    def _session(self) -> Session:
        if self._opened is None:
            raise TemporaryError(reasons.CONNECTION_DROPPED)
        return self._opened

    def check(self) -> Mailbox:
        """The address of the mailbox, and those it may send as that are known to be its user's."""
        address = _text(self._session.profile(), "emailAddress")
        answer = self._session.send_as()
        with understood():
            aliases = [
                entry["sendAsEmail"]
                for entry in answer.get("sendAs", ())
                if entry.get("isPrimary") or entry.get("verificationStatus") == "accepted"
            ]
        return Mailbox(address, tuple(alias for alias in aliases if alias != address))

    def folders(self) -> list[Folder]:
        """One: labels are no folders, and a message stands in "All Mail" once."""
        return [ALL]

    def search_groups(self, addresses: Iterable[str]) -> Iterator[list[str]]:
        return groups(addresses)

    def search(self, addresses: Iterable[str], since: datetime) -> Iterator[list[str]]:
        """Pages of up to 500 refs; 5 units each."""
        found: set[str] = set()
        for group in groups(addresses):
            page = None
            while True:
                answer = self._session.search(query(group, since), page)
                with understood():
                    refs = [entry["id"] for entry in answer.get("messages", ())]
                yield [ref for ref in dict.fromkeys(refs) if ref not in found]
                found.update(refs)
                page = answer.get("nextPageToken")
                if not page:
                    break

    def envelopes(self, folder: Folder, refs: Sequence[str]) -> Page:
        """20 units each.  ``cursor`` is the list of the refs that the minute has no units for."""
        refs = list(dict.fromkeys(refs))
        read = self._read(refs)
        left = [ref for ref in refs if ref not in read.resolved]
        return Page(tuple(read.envelopes), left, bool(left), failed=tuple(read.failed))

    def changes(self, folder: Folder, cursor: Any, since: datetime, limit: int) -> Page:
        """What came in after the cursor, oldest first, a message again that came back from Spam
        or Trash; with None as cursor nothing, for that is what ``search`` finds.

        The cursor is ``{"history": id, "done": [ref, …]}``.  An id stays good for a week at
        least, Google says, and rarely for some hours only; then CursorExpired is raised, and
        what came since has to be searched for.
        """
        if cursor is None:
            return Page((), Cursor(_text(self._session.profile(), "historyId")).dump())
        seen = Cursor.load(cursor)
        records, latest = self._history(seen, limit)
        records = seen.unread(records)
        wanted = list(dict.fromkeys(ref for record in records for ref in record.refs))
        read = self._read(wanted[:limit], since)
        seen, complete = seen.after(records, read.resolved)
        if complete and latest:
            seen = Cursor(latest)
        more = not (complete and latest)
        return Page(tuple(read.envelopes), seen.dump(), more, failed=tuple(read.failed))

    def _history(self, seen: Cursor, limit: int) -> tuple[list[Record], str | None]:
        """The next records; and the id of the latest there is, once they are the last."""
        page = None
        while True:
            try:
                answer = self._session.history(seen.history, limit, page)
            except NotFound:
                raise CursorExpired(reasons.HISTORY_EXPIRED) from None
            with understood():
                found = history.records(answer)
            page = answer.get("nextPageToken")
            if not page:
                return found, _text(answer, "historyId")
            if found:
                return found, None

    def _read(self, refs: Sequence[str], since: datetime | None = None) -> "_Reading":
        """The envelopes of ``refs``, in their order, until nothing more is to be had for now.

        What has come has been paid for, and is kept.  Whoever asks on hears what the trouble is.
        """
        read = _Reading(since)
        try:
            for batch in self._session.messages(refs, **ENVELOPE):
                for ref in (ref for ref in refs if ref in batch):
                    read.add(ref, batch[ref])
        except TemporaryError:
            if not read.resolved:
                raise
        return read

    def fetch(
        self, folder: Folder, refs: Iterable[str], limit: int | None = None
    ) -> Iterator[tuple[str, bytes]]:
        """20 units each.  What is in Spam or Trash by now is left out.

        Raises MessageError for one that Google keeps back, after all that it gave have been
        yielded; whether others were kept back too is not said.
        """
        failed: MessageError | None = None
        for batch in self._session.messages(list(dict.fromkeys(refs)), **RAW):
            while batch:
                ref, got = batch.popitem()
                message = raw_of(ref, got) if isinstance(got, dict) else got
                if isinstance(message, MessageError):
                    failed = failed or message
                elif message is not None:
                    yield ref, message[:limit]
        if failed:
            raise failed

    def send(self, message: bytes, sender: str, recipients: Iterable[str]) -> None:
        """Send, into the conversation of the message that it answers; Gmail files it in Sent.

        101 units, 106 for an answer.  Gmail goes by the header's To, Cc and Bcc: Bcc is made to
        name those of ``recipients`` that the others do not, and a header that names anybody else
        raises MessageError with ``recipients-differ`` before anything is sent, as does one of
        more than 35 MB with ``message-too-large``.  It replaces a From that is not the
        mailbox's.  Raises SentUnknown where the line breaks before Gmail has answered.
        """
        message = with_recipients(message, recipients)
        self._session.begin_sending(message)
        answered = _ANSWERED.search(message.replace(b"\r\n", b"\n").partition(b"\n\n")[0])
        thread = self._session.thread_of(answered[1].decode()) if answered else None
        try:
            self._session.send(message, thread)
        except Throttled:
            raise
        except TemporaryError as error:
            raise SentUnknown(reasons.SENT_UNKNOWN, error.reason) from None


class _Reading:
    """Envelopes as they come in."""

    def __init__(self, since: datetime | None = None):
        self._since = since
        self.resolved: set[str] = set()
        self.envelopes: list[Envelope] = []
        self.failed: list[MessageError] = []

    def add(self, ref: str, got: dict[str, Any] | MessageError | None) -> None:
        self.resolved.add(ref)
        if isinstance(got, dict) and not is_left_out(got):
            got = envelope_of(ref, got)
            if isinstance(got, Envelope) and (not self._since or got.received >= self._since):
                self.envelopes.append(got)
        if isinstance(got, MessageError):
            self.failed.append(got)


def _text(value: dict[str, Any], name: str) -> str:
    text = value.get(name)
    if not isinstance(text, str) or not text:
        raise TemporaryError(reasons.PROTOCOL_ERROR, f"no {name}")
    return text
