# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which folders of a mailbox hold mail, and what they are for.

By their well-known names alone, as https://learn.microsoft.com/graph/api/resources/mailfolder
lists them: what they are called is in the user's language.
"""

from collections.abc import Iterator
from typing import Any

from .. import reasons
from ..base import Folder, TemporaryError
from .errors import NotFound
from .http import Session

_ROLES = {
    "inbox": "inbox",
    "sentitems": "sent",
    "archive": "archive",
    "drafts": "drafts",
    "deleteditems": "trash",
    "junkemail": "junk",
}
#: What waits to be sent, and records of chats and of failed synchronisations.
_NO_MAIL = ("outbox", "scheduled", "conversationhistory", "syncissues")
_KNOWN = (*_ROLES, *_NO_MAIL)
#: What a folder below one of these holds is deleted, junk or a draft, too.
_INHERITED = {"trash", "junk", "drafts"}

_SELECT = "displayName,parentFolderId,isHidden"
_PAGE = 200
_MAX_PAGES = 100
_MAX_DEPTH = 100

Entry = dict[str, Any]


def folders(session: Session) -> list[Folder]:
    """All folders that hold mail; their names are those of all their parents, too."""
    entries = {entry["id"]: entry for entry in _entries(session)}
    known = _known(session)
    found = []
    for ref, entry in entries.items():
        above = list(_upwards(entry, entries))
        if any(known.get(one["id"]) in _NO_MAIL or one.get("isHidden") for one in above):
            continue
        if "mailSearchFolder" in str(entry.get("@odata.type")):  # its messages lie elsewhere
            continue
        name = "/".join(str(one.get("displayName") or "") for one in reversed(above))
        found.append(Folder(ref, name or ref, _role(above, known)))
    if not found:  # there always is an Inbox
        raise TemporaryError(reasons.PROTOCOL_ERROR, "no folders")
    return found


def _entries(session: Session) -> Iterator[Entry]:
    """All folders at all depths: a list would give those of one depth."""
    link = session.path("mailFolders", "delta", select=_SELECT)
    for _ in range(_MAX_PAGES):
        answer = session.page(link, _PAGE)
        for entry in answer.get("value") or ():
            if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
                raise TemporaryError(reasons.PROTOCOL_ERROR, "folder")
            if "@removed" not in entry:
                yield entry
        if "@odata.nextLink" not in answer:
            return
        link = session.link(answer["@odata.nextLink"])
    raise TemporaryError(reasons.PROTOCOL_ERROR, "too many folders")


def _known(session: Session) -> dict[str, str]:
    """The well-known names by id.  Not every mailbox has all of them."""
    links = [session.path("mailFolders", name, select="displayName") for name in _KNOWN]
    found = {}
    for name, answer in zip(_KNOWN, session.batch(links), strict=True):
        if isinstance(answer, dict):
            found[str(answer.get("id"))] = name
        elif not isinstance(answer, NotFound):
            raise answer
    return found


def _upwards(entry: Entry | None, entries: dict[str, Entry]) -> Iterator[Entry]:
    """A folder and those above it."""
    for _ in range(_MAX_DEPTH):
        if entry is None:
            break
        yield entry
        entry = entries.get(str(entry.get("parentFolderId")))


def _role(above: list[Entry], known: dict[str, str]) -> str | None:
    for parent in above[1:]:
        inherited = _ROLES.get(known.get(parent["id"], ""))
        if inherited in _INHERITED:
            return inherited
    return _ROLES.get(known.get(above[0]["id"], ""))
