# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What each operation does, for one user."""

import base64
from collections.abc import Callable, Iterable

from .properties import Shape, folder_element, item_element
from .restriction import matcher, ordered
from .soap import NS, Element, el, error, response, success
from .store import Directory, Folder, Mailbox, User

#: EWSFindCountLimit, as servers come.
MAX_FOUND = 1000
MAX_CHANGES = 512


class Failed(Exception):
    """An operation, or one thing it was asked for, ends with this ResponseCode."""


def answer(directory: Directory, user: User, request: Element) -> Element | None:
    """The content of the body that answers, or None for an operation that is not known."""
    operation = request.tag.partition("}")[2]
    known: dict[str, Callable[..., Iterable[Element]]] = {
        "GetFolder": _get_folder,
        "FindFolder": _find_folder,
        "FindItem": _find_item,
        "GetItem": _get_item,
        "SyncFolderItems": _sync_folder_items,
        "CreateItem": _create_item,
        "ResolveNames": _resolve_names,
        "ConvertId": _convert_id,
    }
    if operation not in known:
        return None
    with directory.lock:
        return response(operation, *known[operation](_Desk(directory, user), request))


class _Desk:
    """Whom the user may ask for what."""

    def __init__(self, directory: Directory, user: User):
        self.directory, self.user = directory, user

    def folder(self, element: Element) -> tuple[Mailbox, Folder]:
        if element.tag.endswith("DistinguishedFolderId"):
            address = element.findtext("t:Mailbox/t:EmailAddress", self.user.address, NS)
            mailbox = self.directory.mailboxes.get(address.lower())
            if mailbox is None:
                other = self.directory.user(address)
                raise Failed("ErrorNonPrimarySmtpAddress" if other else "ErrorNonExistentMailbox")
            self.allowed(mailbox)
            folder = mailbox.folder(element.get("Id"))
            if folder is None:
                raise Failed("ErrorFolderNotFound")
            return mailbox, folder
        found = self.directory.place(element.get("Id"))
        if found is None:
            raise Failed("ErrorItemNotFound")
        self.allowed(found[0])
        return found

    def allowed(self, mailbox: Mailbox) -> None:
        if self.user.address not in (mailbox.user.address, *mailbox.user.delegates):
            raise Failed("ErrorAccessDenied")


def _get_folder(desk: _Desk, request: Element) -> Iterable[Element]:
    shape = Shape(request.find("m:FolderShape", NS))
    for wanted in request.find("m:FolderIds", NS):
        try:
            mailbox, folder = desk.folder(wanted)
            yield success("GetFolder", el("m:Folders", folder_element(mailbox, folder, shape)))
        except Failed as failed:
            yield error("GetFolder", str(failed))


def _paging(request: Element, name: str, most: int) -> tuple[int, int]:
    view = request.find(f"m:{name}", NS)
    if view is None:
        return 0, most
    return int(view.get("Offset")), min(int(view.get("MaxEntriesReturned", most)), most)


def _page(tag: str, content: Element, total: int, end: int) -> Element:
    return el(
        tag,
        content,
        IndexedPagingOffset=str(end),
        TotalItemsInView=str(total),
        IncludesLastItemInRange="true" if end >= total else "false",
    )


def _find_folder(desk: _Desk, request: Element) -> Iterable[Element]:
    shape = Shape(request.find("m:FolderShape", NS))
    deep = request.get("Traversal") == "Deep"
    offset, count = _paging(request, "IndexedPageFolderView", MAX_FOUND)
    for wanted in request.find("m:ParentFolderIds", NS):
        try:
            mailbox, parent = desk.folder(wanted)
        except Failed as failed:
            yield error("FindFolder", str(failed))
            continue
        below = list(_below(mailbox, parent.id, deep))
        page = below[offset : offset + count]
        folders = el("t:Folders", *(folder_element(mailbox, one, shape) for one in page))
        root = _page("m:RootFolder", folders, len(below), offset + len(page))
        yield success("FindFolder", root)


def _below(mailbox: Mailbox, parent: str, deep: bool) -> Iterable[Folder]:
    for folder in mailbox.folders.values():
        if folder.parent == parent:
            yield folder
            if deep:
                yield from _below(mailbox, folder.id, deep)


def _find_item(desk: _Desk, request: Element) -> Iterable[Element]:
    shape = Shape(request.find("m:ItemShape", NS))
    offset, count = _paging(request, "IndexedPageItemView", MAX_FOUND)
    matches = matcher(request.find("m:Restriction", NS))
    for wanted in request.find("m:ParentFolderIds", NS):
        try:
            mailbox, folder = desk.folder(wanted)
        except Failed as failed:
            yield error("FindItem", str(failed))
            continue
        items = [item for item in mailbox.held_by(folder.id) if matches(item)]
        items = ordered(items, request.find("m:SortOrder", NS))
        page = items[offset : offset + count]
        told = (item_element(desk.directory, item, shape, whole=False) for item in page)
        end = min(offset + len(page), len(items)) if page else len(items)
        yield success("FindItem", _page("m:RootFolder", el("t:Items", *told), len(items), end))


def _get_item(desk: _Desk, request: Element) -> Iterable[Element]:
    shape = Shape(request.find("m:ItemShape", NS))
    for wanted in request.find("m:ItemIds", NS):
        found = desk.directory.item(wanted.get("Id"))
        code = "" if found else "ErrorItemNotFound"
        if found:
            desk.allowed(found[0])
            code = found[1].broken or (shape.mime and found[1].mime_broken) or ""
        if code:
            yield error("GetItem", code, el("m:Items"))
        else:
            item = item_element(desk.directory, found[1], shape, whole=True)
            yield success("GetItem", el("m:Items", item))


def _sync_folder_items(desk: _Desk, request: Element) -> Iterable[Element]:
    name = "SyncFolderItems"
    shape = Shape(request.find("m:ItemShape", NS))
    nothing = (el("m:SyncState", ""), el("m:IncludesLastItemInRange", "true"))
    try:
        mailbox, folder = desk.folder(request.find("m:SyncFolderId", NS)[0])
    except Failed as failed:
        yield error(name, str(failed), *nothing)
        return
    state = request.findtext("m:SyncState", None, NS)
    begin = desk.directory.load_state(state, folder.id) if state else 0
    if begin is None or begin > len(mailbox.log):
        yield error(name, "ErrorInvalidSyncStateData", *nothing)
        return
    count = min(int(request.findtext("m:MaxChangesReturned", "", NS)), MAX_CHANGES)
    changes = [change for change in mailbox.log[begin:] if change.folder == folder.id]
    told, last = changes[:count], len(changes) <= count
    number = len(mailbox.log) if last else told[-1].number
    yield success(
        name,
        el("m:SyncState", desk.directory.dump_state(folder.id, number)),
        el("m:IncludesLastItemInRange", "true" if last else "false"),
        el("m:Changes", *_changes(desk, mailbox, told, shape)),
    )


def _changes(desk: _Desk, mailbox: Mailbox, changes, shape: Shape) -> Iterable[Element]:
    for change in changes:
        item = mailbox.items.get(change.item)
        if change.kind == "Delete":
            yield el("t:Delete", el("t:ItemId", Id=change.item, ChangeKey="CQ=="))
        elif item is None:
            continue  # made and gone since
        elif change.kind == "ReadFlagChange":
            read = el("t:IsRead", "true" if item.read else "false")
            yield el("t:ReadFlagChange", el("t:ItemId", Id=item.id, ChangeKey="CQ=="), read)
        else:
            yield el("t:Create", item_element(desk.directory, item, shape, whole=False))


def _create_item(desk: _Desk, request: Element) -> Iterable[Element]:
    for item in request.find("m:Items", NS):
        try:
            if request.get("MessageDisposition") != "SendAndSaveCopy":
                raise Failed("ErrorInvalidOperation")
            raw = base64.b64decode(item.findtext("t:MimeContent", "", NS))
            mailbox, folder = desk.folder(request.find("m:SavedItemFolderId", NS)[0])
            blind = [
                found.text
                for found in item.iterfind("t:BccRecipients/t:Mailbox/t:EmailAddress", NS)
            ]
            desk.directory.send(mailbox, folder.id, raw, blind)
            yield success("CreateItem", el("m:Items"))
        except Failed as failed:
            yield error("CreateItem", str(failed), el("m:Items"))


def _resolve_names(desk: _Desk, request: Element) -> Iterable[Element]:
    wanted = request.findtext("m:UnresolvedEntry", "", NS)
    name = wanted.removeprefix("smtp:").lower()
    found = [user for user in desk.directory.users if _resembles(user, name)]
    if not found:
        yield error("ResolveNames", "ErrorNameResolutionNoResults")
        return
    full = request.get("ReturnFullContactData") == "true"
    entries = [_resolution(user, full) for user in found]
    message = success(
        "ResolveNames",
        el(
            "m:ResolutionSet",
            *entries,
            TotalItemsInView=str(len(entries)),
            IncludesLastItemInRange="true",
        ),
    )
    if len(entries) > 1:
        message.set("ResponseClass", "Warning")
        message[0].text = "ErrorNameResolutionMultipleResults"
    yield message


def _resembles(user: User, name: str) -> bool:
    if name.startswith("/o="):
        # Of all that is compared, this alone is not by its beginning.
        return name == user.distinguished_name.lower()
    known = (user.address, *user.aliases, user.name.lower())
    return any(one.startswith(name) for one in known if one)


def _resolution(user: User, full: bool) -> Element:
    mailbox = el(
        "t:Mailbox",
        el("t:Name", user.name or user.address),
        el("t:EmailAddress", user.address),
        el("t:RoutingType", "SMTP"),
        el("t:MailboxType", "Mailbox"),
    )
    listed = [f"SMTP:{user.address}", *(f"smtp:{alias}" for alias in user.aliases)][:3]
    entries = (
        el("t:Entry", address, Key=f"EmailAddress{number}")
        for number, address in enumerate(listed, 1)
    )
    contact = el("t:Contact", el("t:EmailAddresses", *entries)) if full else None
    return el("t:Resolution", mailbox, contact)


def _convert_id(desk: _Desk, request: Element) -> Iterable[Element]:
    for source in request.find("m:SourceIds", NS):
        made = el(
            "m:AlternateId",
            Format=request.get("DestinationFormat"),
            Id=source.get("Id"),
            Mailbox=source.get("Mailbox"),
        )
        made.set("{http://www.w3.org/2001/XMLSchema-instance}type", "t:AlternateIdType")
        yield success("ConvertId", made)
