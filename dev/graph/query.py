# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a request asks for, held against the metadata and the pages of the documentation:

https://learn.microsoft.com/graph/api/message-delta (and mailfolder-delta, user-list-messages,
mailfolder-get, message-get, user-sendmail, singlevaluelegacyextendedproperty-get),
https://learn.microsoft.com/graph/delta-query-messages, /graph/query-parameters,
/graph/outlook-immutable-id, /graph/json-batching, /graph/outlook-mime-message
"""

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl

from . import schema
from .schema import Place, Violation

_STAMP = r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"
_WINDOW = re.compile(rf"receivedDateTime (?:ge|gt) {_STAMP}(?: and receivedDateTime lt {_STAMP})?")
_EXPAND = re.compile(r"(\w+)\(\$filter=(.+)\)")
_ID = re.compile(r"id eq '((?:Integer|String) 0x[0-9A-Fa-f]{3,4})'")
_PREFERENCE = re.compile(r'IdType="ImmutableId"|odata\.maxpagesize=[1-9]\d{0,3}')

#: What may be asked of a delta besides its tokens, and of a list, and of one.
_DELTA = {"$select", "$expand", "$filter", "$orderby", "$top", "changeType"}
_OPTIONS = {
    ("message", "delta"): _DELTA,
    ("mailFolder", "delta"): {"$select", "changeType"},
    ("message", "list"): _DELTA - {"changeType"} | {"$count", "$skip"},
    ("mailFolder", "list"): {"$select", "$top", "$skip", "includeHiddenFolders"},
    ("message", "one"): {"$select", "$expand"},
    ("mailFolder", "one"): {"$select"},
    ("message", "$value"): set(),
    ("user", "sendMail"): set(),
}
_TOKENS = {"$skiptoken", "$deltatoken"}


@dataclass(frozen=True)
class Query:
    """The options of a request; ``since`` and ``before`` are its filter, ``token`` stands for
    all that an earlier request said."""

    select: tuple[str, ...] = ()
    expand: tuple[str, ...] = ()
    since: datetime | None = None
    before: datetime | None = None
    newest_first: bool = False
    top: int = 10
    skip: int = 0
    count: bool = False
    token: str = ""


def read(place: Place, text: str) -> Query:
    """What the query ``text`` of a URL asks of ``place``.  Raises Violation."""
    pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text))
    options = dict(pairs)
    if len(options) < len(pairs):
        raise Violation("an option comes twice")
    end = place.steps[-1] if place.steps[-1] in ("delta", "$value", "sendMail") else ""
    kind = end or ("list" if place.many else "one")
    if end == "delta" and options.keys() & _TOKENS:
        if len(options) > 1:
            raise Violation("options beside a token, which holds them already")
        return Query(token=next(iter(options.values())))
    unknown = options.keys() - _OPTIONS[place.type, kind]
    if unknown:
        raise Violation(f"{place.type} {kind} takes no {sorted(unknown)}")
    select = tuple(filter(None, options.get("$select", "").split(",")))
    schema.check_select(place.type, select)
    since, before = _window(options.get("$filter"), delta=end == "delta")
    return Query(
        select,
        _expanded(place.type, options.get("$expand")),
        since,
        before,
        _newest_first(options.get("$orderby")),
        _number(options, "$top", 10, 1000),
        _number(options, "$skip", 0, 1 << 31),
        options.get("$count", "false") == "true",
    )


def preferences(value: str) -> dict[str, str]:
    """What a Prefer header asks for."""
    found = {}
    for part in filter(None, (each.strip() for each in value.split(","))):
        if not _PREFERENCE.fullmatch(part):
            raise Violation(f"no such preference: {part}")
        name, _, chosen = part.partition("=")
        found[name] = chosen.strip('"')
    return found


def _window(text: str | None, *, delta: bool) -> tuple[datetime | None, datetime | None]:
    if text is None:
        return None, None
    match = _WINDOW.fullmatch(text)
    if not match or (delta and match[2]):
        raise Violation("a filter that is not documented")
    return _date(match[1]), _date(match[2])


def _date(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


def _newest_first(text: str | None) -> bool:
    if text not in (None, "receivedDateTime desc"):
        raise Violation("an order that is not documented")
    return text is not None


def _expanded(type_: str, text: str | None) -> tuple[str, ...]:
    if text is None:
        return ()
    match = _EXPAND.fullmatch(text)
    if not match or match[1] != "singleValueExtendedProperties":
        raise Violation("an expansion that is not imitated")
    schema.check_expand(type_, match[1])
    terms = match[2].split(" or ")
    ids = [_ID.fullmatch(term) for term in terms]
    if not all(ids):
        raise Violation("an extended property that is none")
    return tuple(id[1] for id in ids)


def _number(options: dict[str, str], name: str, default: int, most: int) -> int:
    text = options.get(name, str(default))
    if not text.isdecimal() or int(text) > most:
        raise Violation(f"{name} is more than {most}")
    return int(text)
