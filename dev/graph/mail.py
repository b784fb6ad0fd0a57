# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Graph's mail, as far as it is asked for."""

import itertools
import secrets
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.parser import BytesHeaderParser
from email.utils import getaddresses

from ..recipients import recipients
from . import resources
from .query import Query
from .schema import WELL_KNOWN, Place
from .store import Folder, GraphMailbox, Mail

#: Messages that a delta with a filter gives at the most, and those of a page if none is wished.
MOST_FILTERED = 5000
PAGE = 10
#: Bytes of what may be sent: 4 MB once encoded, by Graph and then by what is behind it.
MOST_SENT = 4_000_000 * 9 // 16


class Failure(Exception):
    """An error of Graph's."""

    def __init__(self, status: int, code: str, message: str = "It failed.", inner: str = ""):
        super().__init__(code)
        self.status, self.code, self.message, self.inner = status, code, message, inner


@dataclass(frozen=True)
class _State:
    """What a token stands for: ``left`` is what the round still has to give, ``position`` the
    length of the log when it began."""

    mailbox: str
    folder: str
    query: Query
    left: tuple[str, ...] | None
    position: int


class GraphMail:
    """``most_filtered`` is what a delta with a filter gives, ``jumbled`` that it does so in no
    order, ``unlinked`` that lists do not say how to go on, ``most_listed`` what they give at once.
    ``sent`` holds what was sent: by whom, to whom, and the message.
    """

    def __init__(self, mailboxes: dict[str, GraphMailbox]):
        self._mailboxes = mailboxes
        self.most_filtered = MOST_FILTERED
        self.sent: list[tuple[str, list[str], bytes]] = []
        self._states: dict[str, _State] = {}
        self.jumbled = self.unlinked = False
        self.most_listed = 1000

    def void(self) -> None:
        """Let all tokens that are out have expired."""
        self._states.clear()

    def folders(self, mailbox: GraphMailbox, place: Place, query: Query, _page: int) -> dict:
        """mailFolders/delta: all, whatever they are under, but the root."""
        if query.token:
            raise Failure(501, "notSupported")
        shown = [folder for folder in mailbox.folders.values() if folder.parent]
        value = [resources.folder(mailbox, folder, list(query.select)) for folder in shown]
        return {"value": value, "@odata.deltaLink": self._link(place, "$deltatoken", "none")}

    def folder(self, mailbox: GraphMailbox, place: Place, query: Query) -> dict:
        return resources.folder(mailbox, self._folder(mailbox, place), list(query.select))

    def message(self, mailbox: GraphMailbox, place: Place, query: Query) -> dict:
        mail = self._mail(mailbox, place)
        return resources.message(mail, list(query.select), list(query.expand))

    def value(self, mailbox: GraphMailbox, place: Place) -> bytes:
        return self._mail(mailbox, place).raw

    def listing(self, mailbox: GraphMailbox, place: Place, query: Query, _page: int) -> dict:
        query = replace(query, top=min(query.top, self.most_listed))
        mails = self._matching(mailbox, self._folder(mailbox, place), query)
        page = mails[query.skip : query.skip + query.top]
        answer: dict = {"value": [self._told(mail, query) for mail in page]}
        if query.count:
            answer["@odata.count"] = len(mails)
        if query.skip + query.top < len(mails) and not self.unlinked:
            state = replace(query, skip=query.skip + query.top)
            answer["@odata.nextLink"] = state
        return answer

    def delta(self, mailbox: GraphMailbox, place: Place, query: Query, page: int) -> dict:
        with mailbox.lock:
            if query.token:
                state = self._states.get(query.token)
                if state is None:
                    raise Failure(410, "SyncStateNotFound", inner="syncStateNotFound")
                self._folder(mailbox, place)
            else:
                state = self._begun(mailbox, place, query)
            if state.left is None:
                state = self._resumed(mailbox, state)
            now, left = state.left[:page], state.left[page:]
            answer: dict = {"value": [self._entry(mailbox, each, state) for each in now]}
            if left:
                next_ = self._token(replace(state, left=left))
                return answer | {"@odata.nextLink": self._link(place, "$skiptoken", next_)}
            done = self._token(replace(state, left=None))
            return answer | {"@odata.deltaLink": self._link(place, "$deltatoken", done)}

    def _begun(self, mailbox: GraphMailbox, place: Place, query: Query) -> _State:
        folder = self._folder(mailbox, place)
        mails = self._matching(mailbox, folder, query)
        if self.jumbled:
            mails.sort(key=lambda mail: mail.id)
        if query.since:
            mails = mails[: self.most_filtered]
        left = tuple(f"created {mail.id}" for mail in mails)
        return _State(mailbox.address, folder.id, query, left, len(mailbox.log))

    def _resumed(self, mailbox: GraphMailbox, state: _State) -> _State:
        """The round after: what has happened since, each message once."""
        kinds: dict[str, str] = {}
        for change in itertools.islice(mailbox.log, state.position, None):
            if change.folder == state.folder:
                known = kinds.get(change.id)
                kinds[change.id] = (
                    "created"
                    if (known, change.kind)
                    == (
                        "created",
                        "updated",
                    )
                    else change.kind
                )
        left = tuple(
            f"{kind} {id}"
            for id, kind in kinds.items()
            if kind == "removed" or self._within(mailbox.mails.get(id), state.query)
        )
        return replace(state, left=left, position=len(mailbox.log))

    def _entry(self, mailbox: GraphMailbox, text: str, state: _State) -> dict:
        kind, _, id = text.partition(" ")
        mail = mailbox.mails.get(id)
        if kind == "removed" or mail is None or mail.folder != state.folder:
            return {
                "@odata.type": "#microsoft.graph.message",
                "id": id,
                "@removed": {"reason": "deleted"},
            }
        if kind == "updated":
            return resources.changed(mail)
        return self._told(mail, state.query)

    def _matching(self, mailbox: GraphMailbox, folder: Folder, query: Query) -> list[Mail]:
        mails = [mail for mail in mailbox.mails.values() if mail.folder == folder.id]
        mails = [mail for mail in mails if self._within(mail, query)]
        if query.newest_first:
            mails.sort(key=lambda mail: mail.received, reverse=True)
        return mails

    @staticmethod
    def _within(mail: Mail | None, query: Query) -> bool:
        return (
            mail is not None
            and (query.since is None or mail.received >= query.since)
            and (query.before is None or mail.received < query.before)
        )

    def _told(self, mail: Mail, query: Query) -> dict:
        return resources.message(mail, list(query.select), list(query.expand))

    def _token(self, state: _State) -> str:
        token = secrets.token_urlsafe(40)
        self._states[token] = state
        return token

    def _link(self, place: Place, name: str, token: str) -> Callable[[str], str]:
        """To be completed with the address that was asked."""
        return lambda address: f"{address}?{name}={token}"

    def _folder(self, mailbox: GraphMailbox, place: Place) -> Folder:
        id = place.ids[place.steps[0] == "users"]
        folder = mailbox.folders.get(id)
        if folder is None and id.lower() in WELL_KNOWN:
            folder = mailbox.folder(id.lower())
        if folder is None:
            raise Failure(404, "ErrorItemNotFound", "The specified object was not found.")
        return folder

    def _mail(self, mailbox: GraphMailbox, place: Place) -> Mail:
        mail = mailbox.mails.get(place.ids[-1])
        if mail is None or mail.folder != self._folder(mailbox, place).id:
            raise Failure(404, "ErrorItemNotFound", "The specified object was not found.")
        if mail.fault:
            raise Failure(500, mail.fault)
        return mail

    def send(self, mailbox: GraphMailbox, user: str, body: bytes) -> None:
        """What is sent to users who are here comes into their Inbox; the sender's copy, as
        Exchange keeps it, has the hidden recipients."""
        try:
            raw = b64decode(body, validate=True)
        except Base64Error:
            raise Failure(400, "ErrorMimeContentInvalidBase64String") from None
        block = BytesHeaderParser().parsebytes(raw)
        named = recipients(block)
        if not named:
            raise Failure(400, "ErrorInvalidRecipients")
        senders = [a.lower() for _, a in getaddresses(block.get_all("From", [])) if a]
        if senders and senders[0] != mailbox.address:
            raise Failure(403, "ErrorSendAsDenied", "The user cannot send as somebody else.")
        del block
        self.sent.append((mailbox.address, named, raw))
        mailbox.add(raw, folder="sentitems", headers=False)
        for address in named:
            if address in self._mailboxes:
                self._mailboxes[address].add(_without_bcc(raw))


def _without_bcc(raw: bytes) -> bytes:
    head, blank, body = raw.partition(b"\r\n\r\n")
    lines, hidden = [], False
    for line in head.split(b"\r\n"):
        hidden = hidden if line[:1] in b" \t" and line else line.lower().startswith(b"bcc:")
        lines += [] if hidden else [line]
    return b"\r\n".join(lines) + blank + body
