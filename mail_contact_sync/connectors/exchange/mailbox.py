# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An open mailbox on Exchange: what the connector does, once logged in."""

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from imapclient import SocketTimeout

from .. import headers, reasons
from ..base import (
    Envelope,
    Folder,
    Mailbox,
    MessageError,
    Page,
    SentUnknown,
    SettingsError,
    TemporaryError,
    Throttled,
)
from ..net.dns_records import Resolver
from ..net.fence import Fence
from ..outgoing import without_bcc
from . import mail
from .discovery import discover
from .folders import folders
from .http import TIMEOUT, Http
from .items import MAX_ITEMS, Items
from .scan import Cursor, step
from .session import MAIL, Session
from .settings import Endpoint, ExchangeServer, service_url, ssl_context
from .soap import Element, Soap, find_all, text

#: Bytes of mail in one answer, as far as the messages' sizes tell; and of one message
#: that is had whole where nobody sets a limit.
BATCH_BYTES = 16 << 20
MAX_MESSAGE = 64 << 20
#: Addresses of Exchange's own type that are remembered.
MAX_RESOLVED = 10_000
#: After which it is certain that a message was not sent.
_NOT_SENT = (reasons.CONNECTION_REFUSED, reasons.HOST_LOOKUP_FAILED, reasons.MAILBOX_MOVING)


def open_mailbox(
    server: ExchangeServer,
    remembered: Endpoint | None,
    timeout: SocketTimeout | None,
    fence: Fence | None,
) -> "ExchangeMailbox":
    """Find the server, log in, and see that there is such a mailbox to be opened."""
    if not server.target.isprintable():
        raise SettingsError(reasons.MAILBOX_UNKNOWN)
    context = ssl_context(server.certificates)

    def connect(url: str) -> Http:
        if fence and not fence.allow_internal and not url.startswith("https:"):
            raise SettingsError(reasons.HOST_NOT_ALLOWED)  # loopback
        return Http(url, server.user, server.password, context, timeout or TIMEOUT, fence)

    url = service_url(server.server) if server.server else ""
    if remembered and url in ("", remembered.url):
        try:
            return _log_in(connect(remembered.url), server, remembered.auth)
        except SettingsError:
            if url:
                raise
            # Mailboxes are moved to other servers, which is what Autodiscover is for.
    resolver = fence.resolver if fence else Resolver()
    return _log_in(connect(url or discover(server, connect, resolver)), server, "")


def _log_in(http: Http, server: ExchangeServer, auth: str) -> "ExchangeMailbox":
    session = Session(Soap(http, server.target), server.target)
    try:
        found = http.log_in(lambda: session.distinguished(["inbox"]), server.auth, auth)
        if not found:
            raise SettingsError(reasons.NOT_AUTHORISED, "Inbox")
    except BaseException:
        http.close()
        raise
    return ExchangeMailbox(server, http, session)


class ExchangeMailbox:
    """See ``Connector``, whose methods these are."""

    def __init__(self, server: ExchangeServer, http: Http, session: Session):
        self._server, self._http, self._session = server, http, session
        self._resolved: dict[str, str] = {}

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint(self._http.url, self._http.auth)

    def close(self) -> None:
        self._http.close()

    def check(self) -> Mailbox:
        address = self._server.target.lower()
        entry = self._session.resolve(self._server.target)
        if entry is None:
            return Mailbox(address)
        primary, others = _addresses(entry)
        # The directory is asked for what resembles an address.
        if address not in (primary, *others):
            return Mailbox(address)
        return Mailbox(primary, tuple(other for other in others if other != primary))

    def folders(self) -> list[Folder]:
        return folders(self._session)

    def changes(self, folder: Folder, cursor: Any, since: datetime, limit: int) -> Page:
        seen = Cursor.load(cursor) if cursor else None
        found = step(self._session, folder.ref, seen, since, limit)
        envelopes, failed = self._envelopes([listed.id for listed in found.messages])
        return Page(envelopes, found.cursor.dump(), found.more, found.total, failed)

    def _envelopes(
        self, refs: Sequence[str]
    ) -> tuple[tuple[Envelope, ...], tuple[MessageError, ...]]:
        items, envelopes = Items(self._session), []
        for ref, item in items.get(refs, *mail.PROPERTIES, strings=mail.STRINGS):
            if item.tag in MAIL:
                envelopes.append(mail.envelope(ref, item, self._resolve))
        return tuple(envelopes), tuple(items.failed)

    def fetch(
        self, folder: Folder, refs: Iterable[str], limit: int | None
    ) -> Iterator[tuple[str, bytes]]:
        items = Items(self._session)
        most = MAX_MESSAGE if limit is None else limit
        sizes = {
            ref: int(text(item, "t:Size") or 0) for ref, item in items.get([*refs], "item:Size")
        }
        for batch in _batches({ref: size for ref, size in sizes.items() if size <= most}):
            for ref, item in items.get(batch, mime=True):
                if message := _mime(item, ref, items.failed):
                    yield ref, message[:limit]
        for large in [ref for ref, size in sizes.items() if size > most]:
            properties = (*mail.PROPERTIES, "item:Body")
            for ref, item in items.get([large], *properties, strings=mail.STRINGS):
                yield ref, mail.short_message(item, self._resolve)[:most]
        for error in items.failed:
            raise error

    def send(self, message: bytes, sender: str, recipients: Iterable[str]) -> None:
        prepared = without_bcc(message, recipients)
        # So that the line is known to be up, and the login to be good, when it matters.
        self._session.distinguished(["sentitems"])
        try:
            self._session.send(prepared.message, prepared.blind_copies)
        except TemporaryError as error:
            if isinstance(error, Throttled) or error.reason in _NOT_SENT:
                raise
            raise SentUnknown(reasons.SENT_UNKNOWN, error.reason) from None

    def _resolve(self, name: str) -> str:
        """The SMTP address for one of Exchange's type, empty where the directory has none."""
        if name not in self._resolved:
            if len(self._resolved) >= MAX_RESOLVED:
                self._resolved.clear()
            # Bare, a name is looked for as it is (legacyExchangeDN in Active Directory's ambiguous
            # name resolution); with its type before it, one that only begins so would do.
            entry = self._session.resolve(name)
            address = _addresses(entry)[0] if entry is not None else ""
            self._resolved[name] = address
        return self._resolved[name]


def _addresses(entry: Element) -> tuple[str, list[str]]:
    """The primary SMTP address of an entry of the directory, and all it lists."""
    mailbox = text(entry, "t:Mailbox/t:EmailAddress")
    primary = next(iter(headers.addresses(mailbox)), "")
    listed = []
    for other in find_all(entry, "t:Contact/t:EmailAddresses/t:Entry"):
        kind, colon, address = (other.text or "").partition(":")
        if colon and kind.lower() == "smtp":
            listed += headers.addresses(address)
    return primary, listed


def _batches(sizes: dict[str, int]) -> Iterator[list[str]]:
    batch, total = [], 0
    for ref, size in sizes.items():
        if batch and (total + size > BATCH_BYTES or len(batch) == MAX_ITEMS):
            yield batch
            batch, total = [], 0
        batch.append(ref)
        total += size
    if batch:
        yield batch


def _mime(item: Element, ref: str, failed: list[MessageError]) -> bytes:
    try:
        message = b64decode(text(item, "t:MimeContent"))
    except Base64Error:
        raise TemporaryError(reasons.PROTOCOL_ERROR, "MimeContent") from None
    if not message:
        failed.append(MessageError(reasons.MESSAGE_UNREADABLE, "no MimeContent", ref))
    return message
