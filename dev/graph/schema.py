# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Microsoft's metadata of Graph (OData CSDL 4.0), as a judge of requests and answers."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

_EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
_SCHEMA = ElementTree.parse(Path(__file__).with_name("metadata.xml")).getroot()
_NAMED = {
    (element.tag.removeprefix(_EDM), element.get("Name")): element
    for element in _SCHEMA
    if element.get("Name") != "delta"
}
_CONTAINER = _NAMED["EntityContainer", "GraphService"]
_COLLECTION = re.compile(r"Collection\((.+)\)")

#: Names that stand for a folder's id, as the documentation of mailFolder lists them.
_NAMES = """
    archive clutter conflicts conversationhistory deleteditems drafts inbox junkemail
    localfailures msgfolderroot outbox recoverableitemsdeletions scheduled searchfolders
    sentitems serverfailures syncissues"""
WELL_KNOWN = frozenset(_NAMES.split())


class Violation(Exception):
    """Something that Microsoft's metadata or documentation does not allow."""


@dataclass(frozen=True)
class Place:
    """What a path leads to: ``steps`` name it without ids, ``ids`` are those in it, and
    ``type`` is what is there, one or many."""

    steps: tuple[str, ...]
    ids: tuple[str, ...]
    type: str
    many: bool


def _local(name: str) -> str:
    return name.rpartition(".")[2]


def _bases(type_: str) -> list[ElementTree.Element]:
    found = []
    while element := _NAMED.get(("EntityType", type_)):
        found.append(element)
        type_ = _local(element.get("BaseType", ""))
    return found or [_NAMED["ComplexType", type_]]


def members(type_: str, tag: str) -> dict[str, str]:
    """The properties (or navigation properties) of a type and their types."""
    return {
        child.get("Name"): child.get("Type")
        for element in _bases(type_)
        for child in element.findall(f"{_EDM}{tag}")
    }


def _bound(tag: str, name: str, type_: str) -> bool:
    """Whether there is such a function or action for ``type_``."""
    return any(
        element.get("Name") == name
        and _plain(element.find(f"{_EDM}Parameter").get("Type")) == type_
        for element in _SCHEMA.findall(f"{_EDM}{tag}")
    )


def _plain(type_: str) -> str:
    many = _COLLECTION.fullmatch(type_)
    return f"Collection({_local(many[1])})" if many else _local(type_)


def place(path: str) -> Place:
    """Where ``path`` below the service's root leads.  Raises Violation where nowhere."""
    parts = [unquote(part) for part in path.strip("/").split("/")]
    steps, ids, type_, many = [], [], "", False
    for number, part in enumerate(parts):
        keyed = re.fullmatch(r"(\w+)\('(.+)'\)", part)
        name, key = (keyed[1], keyed[2]) if keyed else (part, None)
        if number == 0:
            type_, many = _root(name)
        elif part in ("delta", "$count", "$value") or part == "sendMail":
            _check_end(part, type_, many, last=number == len(parts) - 1)
        elif many:
            ids.append(part)
            many = False
            continue
        else:
            # Graph takes the names of segments in any case.
            links = {n.lower(): n for n in members(type_, "NavigationProperty")}
            if name.lower() not in links:
                raise Violation(f"{type_} has no {name}")
            name = links[name.lower()]
            type_ = _plain(members(type_, "NavigationProperty")[name])
            many = type_.startswith("Collection(")
            type_ = type_[11:-1] if many else type_
        steps.append(name)
        if key is not None:
            ids.append(key)
            many = False
    return Place(tuple(steps), tuple(ids), type_, many)


def _root(name: str) -> tuple[str, bool]:
    for child in _CONTAINER:
        if child.get("Name") == name:
            return _local(child.get("EntityType") or child.get("Type")), "EntitySet" in child.tag
    raise Violation(f"no such root: {name}")


def _check_end(part: str, type_: str, many: bool, *, last: bool) -> None:
    allowed = {
        "delta": many and _bound("Function", "delta", f"Collection({type_})"),
        "$count": many,
        "$value": type_ == "message" and not many,
        "sendMail": not many and _bound("Action", "sendMail", type_),
    }
    if not last or not allowed[part]:
        raise Violation(f"no {part} of {type_}")


def check_select(type_: str, names: list[str]) -> None:
    for name in names:
        if name not in members(type_, "Property"):
            raise Violation(f"{type_} has no property {name}")


def check_expand(type_: str, name: str) -> None:
    if name not in members(type_, "NavigationProperty"):
        raise Violation(f"{type_} has nothing to expand named {name}")


def check(value: object, type_: str, where: str = "") -> None:
    """That ``value``, as JSON, is of ``type_``.  Raises Violation where it is not."""
    many = _COLLECTION.fullmatch(type_)
    if many:
        if not isinstance(value, list):
            raise Violation(f"{where}: no list")
        for each in value:
            check(each, many[1], where)
        return
    if value is None:
        return
    if type_.startswith("Edm."):
        return _check_simple(value, type_, where)
    name = _local(type_)
    if ("EnumType", name) in _NAMED:
        if value not in {child.get("Name") for child in _NAMED["EnumType", name]}:
            raise Violation(f"{where}: {value!r} is none of {name}")
        return
    _check_object(value, name, where)


def _check_object(value: object, name: str, where: str) -> None:
    if not isinstance(value, dict):
        raise Violation(f"{where}: no {name}")
    name = _local(str(value.get("@odata.type", name)).lstrip("#"))
    known = members(name, "Property") | members(name, "NavigationProperty")
    for key, inner in value.items():
        if key.startswith("@") or "@odata." in key:
            continue
        if key not in known:
            raise Violation(f"{where}: {name} has no {key}")
        check(inner, known[key], f"{where}/{key}")


def _check_simple(value: object, type_: str, where: str) -> None:
    fits = {
        "Edm.String": isinstance(value, str),
        "Edm.Boolean": isinstance(value, bool),
        "Edm.Int32": type(value) is int and abs(value) < 1 << 31,
        "Edm.DateTimeOffset": isinstance(value, str)
        and bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z", value)),
    }
    if not fits[type_]:
        raise Violation(f"{where}: {value!r} is no {type_}")
