# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whether two mails of one Message-ID are copies of one mail, or one of them is forged.

A Message-ID is chosen by whoever writes a mail, and faulty programs use one for many mails.
Copies of one mail, on the other hand, differ by what was done to them on their ways: lists put a
tag before the subject and a footer below the text, gateways a warning above it, and links
lead by way of a filter.  None of these changes what stands inside a text.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha1
from itertools import accumulate
from urllib.parse import parse_qsl, urlsplit

from lxml import etree
from lxml import html as markup

from .harmless import is_absolute

#: Characters, without spaces, that a way may add to a text: never more than the text itself has.
SLIGHT = 500
#: The same of a footer below a line that sets it apart, whatever the length of the text.
FOOTER = 1000
#: The Date header is the same in all copies; what an interface makes of it may be rounded.
MOMENT = timedelta(minutes=2)

#: A larger file is known by its octets, a smaller one by those that no transport changes.
_SMALL = 1 << 20


@dataclass(frozen=True, slots=True)
class Gist:
    """What a mail says, whichever way it came.

    ``sender`` and ``reply_to`` are bare lower-case addresses, ``date`` naive UTC or None where
    the mail has none that can be true.  ``lines`` are those of the visible text, without
    spaces.  ``files`` maps the fingerprint of each file to whether it is a picture.
    """

    sender: str
    reply_to: frozenset[str]
    date: datetime | None
    subject: str
    lines: tuple[str, ...]
    files: dict[str, bool]


def are_copies(there: Gist, brought: Gist) -> bool:
    """Whether nothing that ``brought`` says is lost where ``there`` stands for it."""
    return (
        _same_sender(there, brought)
        and _same_moment(there.date, brought.date)
        and _untagged(there.subject) == _untagged(brought.subject)
        and _same_content(there, brought)
    )


def _same_sender(one: Gist, other: Gist) -> bool:
    """A list may write in its own name, and then has the answers sent to the author."""
    return (
        one.sender == other.sender or one.sender in other.reply_to or other.sender in one.reply_to
    )


def _same_moment(one: datetime | None, other: datetime | None) -> bool:
    return not one or not other or abs(one - other) <= MOMENT


_TAG = re.compile(r"\[[^\[\]]{1,60}\]|\*{2,9}[^*]{1,40}\*{2,9}|\{[^{}]{1,40}\}")


def _untagged(subject: str) -> str:
    return "".join(_TAG.sub("", subject).split()).lower()


def _same_content(there: Gist, brought: Gist) -> bool:
    added = _added(there.lines, brought.lines)
    if added is None and _added(brought.lines, there.lines) is None:
        return False
    missing = brought.files.keys() - there.files.keys()
    extra = there.files.keys() - brought.files.keys()
    # A footer has its logo, and a picture inside the text becomes a file where it is shown.
    return all(there.files[each] for each in extra) and (
        not missing or (bool(added) and all(brought.files[each] for each in missing))
    )


# -- Text -----------------------------------------------------------------------

_SEPARATOR = re.compile(r"[-_=*#~]{2,}")


def _added(less: tuple[str, ...], more: tuple[str, ...]) -> int | None:
    """Characters of whole lines that ``more`` has above and below ``less``; None if it differs."""
    text, whole = "".join(less), "".join(more)
    if text == whole:
        return 0
    starts = {start: number for number, start in enumerate(accumulate(map(len, more), initial=0))}
    for start in starts:
        if start > SLIGHT:
            break
        end = start + len(text)
        if end in starts and whole.startswith(text, start):
            below = len(whole) - end
            if below <= FOOTER and below and _SEPARATOR.fullmatch(more[starts[end]]):
                below = 0
            if start + below <= min(SLIGHT, len(text)):
                return len(whole) - len(text)
    return None


_BLOCKS = {
    *("address", "article", "blockquote", "br", "center", "dd", "div", "dl", "dt"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "section"),
    *("table", "tbody", "td", "th", "tr", "ul"),
}
_SPACE = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff]+")
_URL = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)


def visible_lines(html: str) -> tuple[str, ...]:
    """The lines of sanitised ``html`` as they are seen, with the targets of its links."""
    if not html.strip():
        return ()
    root = markup.fragment_fromstring(html, create_parent="div")
    pieces = []
    for event, node in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        is_block = node.tag in _BLOCKS
        if event == "start":
            pieces.append("\n--\n" if node.tag == "hr" else "\n" * is_block)
            pieces.append(node.text or "")
            continue
        if event == "end" and node.tag == "a" and is_absolute(node.get("href", "")):
            pieces.append(f" {node.get('href')} ")
        pieces.append("\n" * is_block)
        pieces.append(node.tail or "")
    shown = (_SPACE.sub("", _URL.sub(_target, line)) for line in "".join(pieces).splitlines())
    return tuple(filter(None, shown))


def _target(link: re.Match) -> str:
    """Where a link leads that a filter has put its own address before."""
    url = link[0]
    try:
        values = [value for _name, value in parse_qsl(urlsplit(url).query, max_num_fields=50)]
    except ValueError:
        return url
    return next((value for value in values if _URL.fullmatch(value)), url)


# -- Files ----------------------------------------------------------------------


def fingerprint(content: bytes) -> str:
    """Of a file, whatever transport has done to its line ends."""
    if len(content) <= _SMALL:
        content = content.replace(b"\r", b"")
    return sha1(content, usedforsecurity=False).hexdigest()
