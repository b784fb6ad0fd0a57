# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Graph tells of a folder or a message, as JSON."""

from datetime import datetime, timezone
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parsedate_to_datetime

from .store import Folder, GraphMailbox, Mail

#: What there is besides when nothing is selected; bodies and attachments are not imitated.
_ALWAYS = ("id", "@odata.type", "@odata.etag")
_SIZE, _IN_REPLY_TO, _REFERENCES = "Integer 0xe08", "String 0x1042", "String 0x1039"


def folder(mailbox: GraphMailbox, folder: Folder, select: list[str]) -> dict:
    mails = [mail for mail in mailbox.mails.values() if mail.folder == folder.id]
    told = {
        "id": folder.id,
        "displayName": folder.name,
        "parentFolderId": folder.parent or None,
        "childFolderCount": sum(f.parent == folder.id for f in mailbox.folders.values()),
        "totalItemCount": len(mails),
        "unreadItemCount": sum(not mail.read for mail in mails),
        "isHidden": folder.hidden,
    }
    if folder.search:
        told["@odata.type"] = "#microsoft.graph.mailSearchFolder"
    return _selected(told, select)


def message(mail: Mail, select: list[str], expand: list[str]) -> dict:
    """``expand`` are the ids of extended properties."""
    block = BytesHeaderParser().parsebytes(mail.raw)
    told = {
        "@odata.type": "#microsoft.graph.message",
        "@odata.etag": f'W/"{len(mail.raw)}"',
        "id": mail.id,
        "parentFolderId": mail.folder,
        "isDraft": mail.draft,
        "isRead": mail.read,
        "receivedDateTime": date(mail.received),
        "sentDateTime": _sent(block, mail),
        "internetMessageId": block["Message-ID"],
        "subject": _decoded(block["Subject"]),
        "from": next(iter(_recipients(block, "From")), None),
        "sender": next(iter(_recipients(block, "Sender") or _recipients(block, "From")), None),
        "replyTo": _recipients(block, "Reply-To"),
        "toRecipients": _recipients(block, "To"),
        "ccRecipients": _recipients(block, "Cc"),
        "bccRecipients": _recipients(block, "Bcc"),
    }
    if mail.headers and "internetMessageHeaders" in select:
        told["internetMessageHeaders"] = [
            {"name": name, "value": _text(value)} for name, value in block.items()
        ]
    told = {name: value for name, value in told.items() if value is not None}
    told = _selected(told, select)
    values = _extended(mail, block)
    found = [{"id": id, "value": values[id]} for id in map(_canonical, expand) if values.get(id)]
    if found:
        told["singleValueExtendedProperties"] = found
    return told


def changed(mail: Mail) -> dict:
    """What is told of a message that was marked read: no more than that, whatever is selected.

    https://github.com/microsoftgraph/microsoft-graph-docs/issues/7776
    """
    return {
        "@odata.type": "#microsoft.graph.message",
        "id": mail.id,
        "isRead": mail.read,
        "parentFolderId": mail.folder,
    }


def date(when: datetime) -> str:
    return when.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _selected(told: dict, select: list[str]) -> dict:
    wanted = {*select, *_ALWAYS}
    return {name: value for name, value in told.items() if not select or name in wanted}


def _recipients(block: Message, name: str) -> list[dict]:
    values = [_text(value) for value in block.get_all(name, [])]
    return [
        {"emailAddress": {"name": _decoded(phrase) or address, "address": address}}
        for phrase, address in getaddresses(values)
        if address
    ]


def _sent(block: Message, mail: Mail) -> str:
    try:
        return date(parsedate_to_datetime(_text(block["Date"])))
    except (TypeError, ValueError):
        return date(mail.received)


def _extended(mail: Mail, block: Message) -> dict[str, str]:
    return {
        _SIZE: str(len(mail.raw)),
        _IN_REPLY_TO: _text(block["In-Reply-To"] or ""),
        _REFERENCES: _text(block["References"] or ""),
    }


def _canonical(id: str) -> str:
    """Graph answers with ids in its own spelling: "Integer 0xe08" for "Integer 0x0E08"."""
    kind, _, tag = id.partition(" ")
    return f"{kind} {int(tag, 16):#x}"


def _text(value: object) -> str:
    return str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _decoded(value: object) -> str:
    return str(make_header(decode_header(_text(value)))) if value else ""
