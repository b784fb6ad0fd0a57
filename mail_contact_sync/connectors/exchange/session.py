# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is asked of an Exchange server: folders, items, changes, names; and to send.

One method an operation (Exchange Web Services, as in Microsoft's messages.xsd).
Nothing here changes a mailbox but ``send``: no item is marked, moved or updated.
An answer is whole or it raises.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timezone
from typing import NamedTuple

from .. import reasons
from ..base import TemporaryError
from .soap import Element, Soap, code_of, element, find, find_all, require, tag, text

#: What servers give at once: changes (a maximum of the schema's), and entries of a
#: search (EWSFindCountLimit).
MAX_CHANGES = 512
MAX_FOUND = 1000

#: What is mail among the kinds of items; reports are plain items on some servers.
MAIL = frozenset(
    tag(f"t:{kind}")
    for kind in (
        *("Message", "Item"),
        *("MeetingMessage", "MeetingRequest", "MeetingResponse", "MeetingCancellation"),
    )
)
_SINCE_2013 = ("conversationhistory", "syncissues", "conflicts", "localfailures", "serverfailures")
_NOT_TO_BE_SEEN = ("ErrorFolderNotFound", "ErrorItemNotFound", "ErrorAccessDenied")
HIDDEN = "0x10F4"  # PidTagAttributeHidden
TRANSPORT_HEADERS = "0x7D"  # PidTagTransportMessageHeaders


class Listed(NamedTuple):
    """An item: when it was received, to the second, and its id; they order as tuples."""

    received: datetime
    id: str


class Synced(NamedTuple):
    """One step of SyncFolderItems; ``created`` is mail that has come to be in the folder."""

    created: list[Listed]
    state: str
    last: bool


class Found(NamedTuple):
    """One page of a search, of any kind of items; ``total`` is that of all pages."""

    items: list[Listed]
    total: int
    last: bool


class Session:
    """The operations, on the mailbox ``mailbox``."""

    def __init__(self, soap: Soap, mailbox: str):
        self._soap, self._mailbox = soap, mailbox

    def distinguished(self, names: Sequence[str]) -> dict[str, Element]:
        """The folders of ``names`` (DistinguishedFolderIdNameType) that are there to be seen."""
        if not self._soap.knows_2013:
            # To name others would make the whole request invalid.
            names = [name for name in names if name not in _SINCE_2013]
        messages = self._soap.each(
            "GetFolder",
            len(names),
            element("m:FolderShape", element("t:BaseShape", "IdOnly")),
            element("m:FolderIds", *map(self._distinguished, names)),
        )
        found = {}
        for name, message in zip(names, messages, strict=True):
            if code_of(message) not in _NOT_TO_BE_SEEN:
                found[name] = require(message).find(tag("m:Folders"))[0]
        return found

    def _distinguished(self, name: str) -> Element:
        mailbox = element("t:Mailbox", element("t:EmailAddress", self._mailbox))
        return element("t:DistinguishedFolderId", mailbox, Id=name)

    def folders(self) -> Iterator[Element]:
        """All folders of the mailbox, each after its parent or before."""
        offset, last = 0, False
        while not last:
            message = self._soap.only(
                "FindFolder",
                element(
                    "m:FolderShape",
                    element("t:BaseShape", "IdOnly"),
                    _properties(
                        *("folder:DisplayName", "folder:FolderClass", "folder:ParentFolderId"),
                        Boolean=(HIDDEN,),
                    ),
                ),
                _page("m:IndexedPageFolderView", MAX_FOUND, offset),
                element("m:ParentFolderIds", self._distinguished("msgfolderroot")),
                Traversal="Deep",
            )
            page = _required(message, "m:RootFolder")
            folders = list(_required(page, "t:Folders"))
            yield from folders
            last = _is_last(page)
            if not last and not folders:
                raise TemporaryError(reasons.PROTOCOL_ERROR, "an empty page")
            offset += len(folders)

    def sync(self, folder: str, state: str | None, count: int) -> Synced:
        """What has changed since ``state``; from nothing where that is None."""
        message = self._soap.only(
            "SyncFolderItems",
            _shape(_properties("item:DateTimeReceived")),
            element("m:SyncFolderId", element("t:FolderId", Id=folder)),
            *([element("m:SyncState", state)] if state else []),
            element("m:MaxChangesReturned", str(min(count, MAX_CHANGES))),
            in_folder=True,
        )
        new_state = text(message, "m:SyncState")
        last = text(message, "m:IncludesLastItemInRange")
        if not new_state or not last:
            raise TemporaryError(reasons.PROTOCOL_ERROR, "no SyncState")
        created = [
            listed
            for item in find_all(message, "m:Changes/t:Create/*")
            if item.tag in MAIL and (listed := _listed(item))
        ]
        return Synced(created, new_state, last in ("true", "1"))

    def find(self, folder: str, since: datetime, offset: int, count: int) -> Found:
        """What was received from ``since`` on, newest first, mail or not."""
        received = "item:DateTimeReceived"
        message = self._soap.only(
            "FindItem",
            _shape(_properties(received)),
            _page("m:IndexedPageItemView", min(count, MAX_FOUND), offset),
            element(
                "m:Restriction",
                element(
                    "t:IsGreaterThanOrEqualTo",
                    element("t:FieldURI", FieldURI=received),
                    element(
                        "t:FieldURIOrConstant",
                        element("t:Constant", Value=since.strftime("%Y-%m-%dT%H:%M:%SZ")),
                    ),
                ),
            ),
            element(
                "m:SortOrder",
                element(
                    "t:FieldOrder", element("t:FieldURI", FieldURI=received), Order="Descending"
                ),
            ),
            element("m:ParentFolderIds", element("t:FolderId", Id=folder)),
            Traversal="Shallow",
            in_folder=True,
        )
        page = _required(message, "m:RootFolder")
        entries = find_all(page, "t:Items/*")
        items = [_listed(item) for item in entries]
        last = _is_last(page)
        if None in items or (not last and not items):
            raise TemporaryError(reasons.PROTOCOL_ERROR, "no items as asked for")
        return Found(items, int(page.get("TotalItemsInView", "0")), last)

    def items(
        self,
        ids: Sequence[str],
        *properties: str,
        strings: Sequence[str] = (),
        mime: bool = False,
    ) -> list[Element | str]:
        """For each of ``ids`` the item, or the ResponseCode that says why not.

        ``properties`` are FieldURIs, ``strings`` the tags of MAPI properties.
        """
        messages = self._soap.each(
            "GetItem",
            len(ids),
            _shape(_properties(*properties, String=strings), mime=mime),
            element("m:ItemIds", *(element("t:ItemId", Id=item) for item in ids)),
        )
        return [code_of(message) or _required(message, "m:Items/*") for message in messages]

    def resolve(self, name: str) -> Element | None:
        """The one entry of the directory that ``name`` stands for, if there is one."""
        message = self._soap.call(
            "ResolveNames",
            element("m:UnresolvedEntry", name),
            ReturnFullContactData="true",
            SearchScope="ActiveDirectory",
            ContactDataShape="AllProperties",
        )[0]
        if code_of(message) not in ("", "ErrorNameResolutionMultipleResults"):
            return None
        found = find_all(message, "m:ResolutionSet/t:Resolution")
        return found[0] if len(found) == 1 else None

    def send(self, message: bytes, blind_copies: Iterable[str]) -> None:
        """Send ``message`` to whom its To and Cc name and to ``blind_copies``.

        A copy is kept in Sent Items.
        """
        item = element("t:Message", element("t:MimeContent", b64encode(message).decode()))
        if mailboxes := [_mailbox(address) for address in blind_copies]:
            item.append(element("t:BccRecipients", *mailboxes))
        self._soap.only(
            "CreateItem",
            element("m:SavedItemFolderId", self._distinguished("sentitems")),
            element("m:Items", item),
            MessageDisposition="SendAndSaveCopy",
        )


def _properties(*uris: str, **tags: Iterable[str]) -> Element | None:
    paths = [element("t:FieldURI", FieldURI=uri) for uri in uris]
    paths += [
        element("t:ExtendedFieldURI", PropertyTag=tag_, PropertyType=kind)
        for kind, of_kind in tags.items()
        for tag_ in of_kind
    ]
    return element("t:AdditionalProperties", *paths) if paths else None


def _shape(properties: Element | None, *, mime: bool = False) -> Element:
    shape = element("m:ItemShape", element("t:BaseShape", "IdOnly"))
    if mime:
        shape.append(element("t:IncludeMimeContent", "true"))
    if properties is not None:
        shape.append(properties)
    return shape


def _page(view: str, count: int, offset: int) -> Element:
    return element(view, MaxEntriesReturned=str(count), Offset=str(offset), BasePoint="Beginning")


def _required(parent: Element, path: str) -> Element:
    found = find(parent, path)
    if found is None:
        raise TemporaryError(reasons.PROTOCOL_ERROR, f"no {path}")
    return found


def _is_last(page: Element) -> bool:
    return page.get("IncludesLastItemInRange", "").lower() in ("true", "1")


def _listed(item: Element) -> Listed | None:
    received = date_time(text(item, "t:DateTimeReceived"))
    found = find(item, "t:ItemId")
    if received is None or found is None:
        return None
    return Listed(received.replace(microsecond=0), found.get("Id", ""))


def date_time(value: str) -> datetime | None:
    """An xs:dateTime with its zone, in UTC; None where it is none."""
    try:
        # Up to Python 3.10 fromisoformat knows no "Z".
        date = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        return None
    return date.astimezone(timezone.utc) if date.tzinfo else None


def extended(item: Element, property_tag: str) -> str:
    """The value of a MAPI property; servers write its tag as they like."""
    wanted = int(property_tag, 0)
    for found in find_all(item, "t:ExtendedProperty"):
        path = find(found, "t:ExtendedFieldURI")
        if path is not None and int(path.get("PropertyTag") or "0", 0) == wanted:
            return text(found, "t:Value")
    return ""


def _mailbox(address: str) -> Element:
    return element(
        "t:Mailbox", element("t:EmailAddress", address), element("t:RoutingType", "SMTP")
    )
