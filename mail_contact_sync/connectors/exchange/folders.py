# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which folders of an Exchange mailbox hold mail, and what they are for.

By their distinguished ids and classes alone: their names are in the user's language.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ..base import Folder
from .session import HIDDEN, Session, extended
from .soap import find, tag, text

_ROLES = {
    "inbox": "inbox",
    "sentitems": "sent",
    "drafts": "drafts",
    "deleteditems": "trash",
    "junkemail": "junk",
}
#: Those of class IPF.Note that hold no mail of the user's: what waits to be sent, and
#: records of conversations and of failed synchronisations.
_NO_MAIL = ("outbox", "conversationhistory", "syncissues", "conflicts", "localfailures")
_NO_MAIL += ("serverfailures",)
_DISTINGUISHED = ("msgfolderroot", *_ROLES, *_NO_MAIL)

#: What a folder below one of these holds is junk or deleted, too.
_INHERITED = {"trash", "junk", "drafts"}
#: Mail; IPF.Imap is that of an imported IMAP account.  Others of IPF.Note.* are feeds and logs.
_CLASSES = {"", "ipf.note", "ipf.imap"}
_MAX_DEPTH = 100


@dataclass(frozen=True, slots=True)
class _Entry:
    id: str
    parent: str
    name: str
    holds_mail: bool


def folders(session: Session) -> list[Folder]:
    """All folders that hold mail; their names are those of all their parents, too."""
    known = {
        find(folder, "t:FolderId").get("Id"): name
        for name, folder in session.distinguished(_DISTINGUISHED).items()
    }
    entries = {entry.id: entry for entry in _entries(session)}
    found = []
    for entry in entries.values():
        above = list(_upwards(entry, entries))
        if not entry.holds_mail or any(known.get(one.id) in _NO_MAIL for one in above):
            continue
        name = "/".join(one.name for one in reversed(above))
        found.append(Folder(entry.id, name, _role(above, known)))
    return found


def _entries(session: Session) -> Iterator[_Entry]:
    for folder in session.folders():
        parent = find(folder, "t:ParentFolderId")
        yield _Entry(
            find(folder, "t:FolderId").get("Id"),
            parent.get("Id") if parent is not None else "",
            text(folder, "t:DisplayName"),
            folder.tag == tag("t:Folder")
            and text(folder, "t:FolderClass").lower() in _CLASSES
            and extended(folder, HIDDEN).lower() not in ("true", "1"),
        )


def _upwards(entry: _Entry | None, entries: dict[str, _Entry]) -> Iterator[_Entry]:
    """A folder and those above it."""
    for _ in range(_MAX_DEPTH):
        if entry is None:
            break
        yield entry
        entry = entries.get(entry.parent)


def _role(above: list[_Entry], known: dict[str, str]) -> str | None:
    role = _ROLES.get(known.get(above[0].id, ""))
    for parent in above[1:]:
        inherited = _ROLES.get(known.get(parent.id, ""))
        if inherited in _INHERITED:
            return inherited
    return role
