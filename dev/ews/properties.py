# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the double tells of items and folders, in the order of Microsoft's types.xsd."""

import base64
import re
from collections.abc import Iterable
from datetime import datetime, timezone
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from .soap import NS, Element, el
from .store import Directory, Folder, Item, Mailbox

TRANSPORT_HEADERS = 0x7D
HIDDEN = 0x10F4
SENDER_SMTP, FROM_SMTP = 0x5D01, 0x5D02

_END_OF_HEADER = re.compile(rb"\r?\n\r?\n")


class Shape:
    """Which properties a request asks for: FieldURIs, and tags of MAPI properties."""

    def __init__(self, shape: Element):
        self.uris = {path.get("FieldURI") for path in shape.iterfind(".//t:FieldURI", NS)}
        self.tags = [
            int(path.get("PropertyTag"), 0)
            for path in shape.iterfind(".//t:ExtendedFieldURI", NS)
            if path.get("PropertyTag")
        ]
        self.mime = shape.findtext("t:IncludeMimeContent", "false", NS) == "true"


def decoded(value: str | None) -> str:
    try:
        return str(make_header(decode_header(value or "")))
    except (LookupError, ValueError):
        return str(value)


def date_time(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def folder_element(mailbox: Mailbox, folder: Folder, shape: Shape) -> Element:
    asked = shape.uris
    kinds = {"IPF.Appointment": "CalendarFolder", "IPF.Contact": "ContactsFolder"}
    kind = kinds.get(folder.kind, "TasksFolder" if folder.kind == "IPF.Task" else "Folder")
    parent = el("t:ParentFolderId", Id=folder.parent) if folder.parent else None
    return el(
        f"t:{kind}",
        el("t:FolderId", Id=folder.id, ChangeKey="AQ=="),
        parent if "folder:ParentFolderId" in asked else None,
        el("t:FolderClass", folder.kind) if "folder:FolderClass" in asked and folder.kind else None,
        el("t:DisplayName", folder.name) if "folder:DisplayName" in asked else None,
        el("t:TotalCount", str(len(mailbox.held_by(folder.id))))
        if "folder:TotalCount" in asked
        else None,
        _extended(HIDDEN, "Boolean", "true") if HIDDEN in shape.tags and folder.hidden else None,
    )


def _extended(tag: int, kind: str, value: str) -> Element:
    # Real servers write the tag in lower case, without leading zeros, whatever was asked.
    return el(
        "t:ExtendedProperty",
        el("t:ExtendedFieldURI", PropertyTag=hex(tag), PropertyType=kind),
        el("t:Value", value),
    )


def item_element(directory: Directory, item: Item, shape: Shape, *, whole: bool) -> Element:
    """``whole``: as GetItem tells it; lists of items leave out recipients and bodies."""
    mail, asked = item.mail, shape.uris
    made = el(f"t:{item.kind}")

    def tell(uri: str, name: str, value: str | None) -> None:
        if uri in asked and value:
            made.append(el(f"t:{name}", value))

    if shape.mime and whole:
        content = base64.b64encode(_mime(item)).decode()
        made.append(el("t:MimeContent", content, CharacterSet="UTF-8"))
    made.append(el("t:ItemId", Id=item.id, ChangeKey="CQ=="))
    tell("item:Subject", "Subject", decoded(mail["Subject"]))
    if "item:Body" in asked and whole:
        kind, text = _body(mail)
        made.append(el("t:Body", text, BodyType=kind))
    tell("item:DateTimeReceived", "DateTimeReceived", date_time(item.received))
    size = len(item.raw) if item.size is None else item.size
    tell("item:Size", "Size", str(size))
    tell("item:InReplyTo", "InReplyTo", mail["In-Reply-To"])
    tell("item:DateTimeSent", "DateTimeSent", _date(mail))
    if whole:
        made.extend(_extended_of(directory, item, mail, shape.tags))
    if item.kind == "Message":
        made.extend(_message_part(directory, item, mail, asked, whole))
    return made


def _mime(item: Item) -> bytes:
    # Exchange writes the MIME anew from what it keeps; blind copies are the sender's to see.
    return item.raw


def _message_part(
    directory: Directory, item: Item, mail: Message, asked: set[str], whole: bool
) -> Iterable[Element]:
    if whole:
        for name in ("To", "Cc", "Bcc"):
            if f"message:{name}Recipients" in asked and mail[name]:
                yield el(f"t:{name}Recipients", *_mailboxes(directory, mail, name))
    if "message:From" in asked and mail["From"]:
        yield el("t:From", *_mailboxes(directory, mail, "From")[:1])
    if "message:InternetMessageId" in asked and mail["Message-ID"]:
        yield el("t:InternetMessageId", mail["Message-ID"])
    if "message:IsRead" in asked:
        yield el("t:IsRead", "true" if item.read else "false")
    if "message:References" in asked and mail["References"]:
        yield el("t:References", mail["References"])
    if "message:ReplyTo" in asked and mail["Reply-To"] and whole:
        yield el("t:ReplyTo", *_mailboxes(directory, mail, "Reply-To"))


def _mailboxes(directory: Directory, mail: Message, name: str) -> list[Element]:
    found = []
    for phrase, address in getaddresses([str(value) for value in mail.get_all(name, [])]):
        user = directory.user(address)
        old = user is not None and user.old_type
        found.append(
            el(
                "t:Mailbox",
                el("t:Name", decoded(phrase) or address),
                el("t:EmailAddress", user.distinguished_name if old else address)
                if address
                else None,
                el("t:RoutingType", "EX" if old else "SMTP"),
            )
        )
    return found


def _extended_of(
    directory: Directory, item: Item, mail: Message, tags: list[int]
) -> Iterable[Element]:
    if TRANSPORT_HEADERS in tags and item.transported:
        block = _END_OF_HEADER.split(item.raw, maxsplit=1)[0].decode("utf-8", "replace")
        yield _extended(TRANSPORT_HEADERS, "String", block + "\r\n\r\n")
    for tag in (SENDER_SMTP, FROM_SMTP):
        senders = getaddresses([str(mail["From"] or "")])
        if tag in tags and senders and "@" in senders[0][1] and directory.user(senders[0][1]):
            yield _extended(tag, "String", senders[0][1])


def _date(mail: Message) -> str | None:
    try:
        return date_time(parsedate_to_datetime(mail["Date"]))
    except (TypeError, ValueError):
        return None


def _body(mail: Message) -> tuple[str, str]:
    for wanted, kind in (("text/html", "HTML"), ("text/plain", "Text")):
        for part in mail.walk():
            if part.get_content_type() == wanted and not part.get_filename():
                charset = part.get_content_charset("utf-8")
                return kind, part.get_payload(decode=True).decode(charset, "replace")
    return "Text", ""
