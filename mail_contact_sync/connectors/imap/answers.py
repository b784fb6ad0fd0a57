# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""IMAP answers as imaplib keeps them, to Python values; pure functions.

imaplib keeps an untagged answer as records: ``(text, literal)`` for each literal
in it, then the text that follows as bytes.  Anything that cannot be understood
raises: nothing is guessed.
"""

import re
from array import array
from collections.abc import Iterable, Iterator
from typing import Any

from imapclient.response_parser import parse_response

Record = bytes | tuple[bytes, bytes]

#: The answer that all servers give to a FETCH of headers.  imapclient reads any
#: answer, but byte by byte in Python: for a thousand headers that takes longer
#: than all the rest.
_ORDINARY = re.compile(
    rb'\d+ \((?:(?:UID (\d+)|RFC822\.SIZE (\d+)|INTERNALDATE "([^"\\]*)") ){3}'
    rb"BODY\[HEADER\.FIELDS \([^()\[\]]*\)\] \{\d+\}",
    re.IGNORECASE,
)


def fetch_answers(records: Iterable[Record | None]) -> dict[int, dict[bytes, Any]]:
    """The items of each message by its UID, by their upper-case names.

    A BODY is known by that name alone, whatever section it is of.  Answers that
    name no UID (RFC 3501, section 7.4.2, unasked for) are left out.
    """
    answers: dict[int, dict[bytes, Any]] = {}
    for response in _responses(records):
        items = _ordinary_items(response) or _items(response)
        uid = items.get(b"UID")
        if uid is not None:
            answers.setdefault(uid, {}).update(items)
    return answers


def list_answers(records: Iterable[Record | None]) -> Iterator[tuple[frozenset[str], str, str]]:
    """``(attributes in lower case, hierarchy delimiter, name on the wire)`` of each folder."""
    for response in _responses(records):
        attributes, delimiter, name, *_extended = parse_response(response)
        yield (
            frozenset(_text(attribute).lower() for attribute in attributes),
            _text(delimiter or b""),
            _text(name),
        )


def status_answers(records: Iterable[Record | None]) -> Iterator[tuple[str, dict[bytes, int]]]:
    """``(name on the wire, status items)`` of each folder."""
    for response in _responses(records):
        name, items = parse_response(response)
        yield _text(name), _paired(items)


def search_answers(records: Iterable[bytes | None]) -> array:
    """The UIDs found, ascending, four bytes each, in however many lines they came."""
    return array("I", sorted({int(uid) for line in records if line for uid in line.split()}))


def sequence_set(uids: Iterable[int]) -> str:
    """Ascending UIDs as a sequence set (RFC 3501, section 9), ``1:5,8``."""
    ranges: list[list[int]] = []
    for uid in uids:
        if ranges and uid == ranges[-1][1] + 1:
            ranges[-1][1] = uid
        else:
            ranges.append([uid, uid])
    return ",".join(str(a) if a == b else f"{a}:{b}" for a, b in ranges)


def _responses(records: Iterable[Record | None]) -> Iterator[list[Record]]:
    response: list[Record] = []
    for record in records:
        if not record and not response:  # imaplib's way to say that there was no answer
            continue
        response.append(record)
        if isinstance(record, bytes):
            yield response
            response = []


def _ordinary_items(response: list[Record]) -> dict[bytes, Any] | None:
    if len(response) != 2 or response[1] != b")":
        return None
    text, literal = response[0]
    match = _ORDINARY.fullmatch(text)
    if match is None or None in match.groups():
        return None
    uid, size, received = match.groups()
    return {
        b"UID": int(uid),
        b"RFC822.SIZE": int(size),
        b"INTERNALDATE": received,
        b"BODY": literal,
    }


def _items(response: list[Record]) -> dict[bytes, Any]:
    _sequence_number, items = parse_response(response)
    return _paired(items)


def _paired(items: tuple[Any, ...]) -> dict[bytes, Any]:
    names = (name.upper().partition(b"[")[0] for name in items[::2])
    return dict(zip(names, items[1::2], strict=True))


def _text(name: Any) -> str:
    # A folder may be called 2024, and its name come without quotes.
    return str(name) if isinstance(name, int) else name.decode("ascii", "surrogateescape")
