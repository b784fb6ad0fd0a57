# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What FindItem looks for, and in which order it tells it."""

import operator
from collections.abc import Callable
from datetime import datetime

from lxml import etree

from .properties import decoded
from .soap import NS, Element
from .store import Item

_COMPARISONS = {
    "IsEqualTo": operator.eq,
    "IsNotEqualTo": operator.ne,
    "IsGreaterThan": operator.gt,
    "IsGreaterThanOrEqualTo": operator.ge,
    "IsLessThan": operator.lt,
    "IsLessThanOrEqualTo": operator.le,
}


def value_of(item: Item, uri: str) -> object:
    if uri == "item:DateTimeReceived":
        return item.received
    if uri == "item:Subject":
        return decoded(item.mail["Subject"])
    if uri == "message:InternetMessageId":
        return item.mail["Message-ID"] or ""
    if uri == "item:Size":
        return len(item.raw)
    raise LookupError(uri)


def _constant(uri: str, text: str) -> object:
    if uri == "item:DateTimeReceived":
        return datetime.fromisoformat(text.replace("Z", "+00:00"))
    return int(text) if uri == "item:Size" else text


def matcher(restriction: Element | None) -> Callable[[Item], bool]:
    """Raises LookupError for what the double does not know."""
    if restriction is None:
        return lambda item: True
    return _expression(restriction[0])


def _expression(element: Element) -> Callable[[Item], bool]:
    kind = etree.QName(element).localname
    if kind in ("And", "Or"):
        parts = [_expression(part) for part in element]
        every = all if kind == "And" else any
        return lambda item: every(part(item) for part in parts)
    if kind == "Not":
        part = _expression(element[0])
        return lambda item: not part(item)
    uri = element.find("t:FieldURI", NS).get("FieldURI")
    constant = element.find(".//t:Constant", NS).get("Value")
    if kind == "Contains":
        return lambda item: constant.lower() in str(value_of(item, uri)).lower()
    compare, wanted = _COMPARISONS[kind], _constant(uri, constant)
    return lambda item: compare(value_of(item, uri), wanted)


def ordered(items: list[Item], order: Element | None) -> list[Item]:
    if order is None:
        return sorted(items, key=lambda item: item.received, reverse=True)
    for field in reversed(order):
        uri = field.find("t:FieldURI", NS).get("FieldURI")
        items = sorted(
            items,
            key=lambda item, uri=uri: value_of(item, uri),
            reverse=field.get("Order") == "Descending",
        )
    return items
