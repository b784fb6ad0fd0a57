# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What of a message is its body and what its files, as a mail client decides it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import chain

from . import body
from .files import File, file, is_attached, is_named, uuencoded_file
from .labour import is_laborious
from .parts import Part
from .text import decode, uudecode

#: Octets of a part and characters of a body that are shown.  Of what has more
#: the beginning is shown, and the whole kept as a file; of HTML that would take
#: too long to sanitise its text.
MAX_BODY = 1 << 20


@dataclass(slots=True)
class Passage:
    """A piece of body text; ``whole`` where it is all that ``source`` says."""

    text: str
    is_html: bool
    source: File
    whole: bool


@dataclass(slots=True)
class Content:
    """What a part holds, in the order of the message."""

    passages: list[Passage] = field(default_factory=list)
    files: list[File] = field(default_factory=list)

    def rank(self) -> int:
        """How good a body this is among alternatives: HTML, text, none."""
        return max((1 + passage.is_html for passage in self.passages), default=0)


def _join(contents: Iterable[Content]) -> Content:
    result = Content()
    for each in contents:
        result.passages += each.passages
        result.files += each.files
    return result


def content(part: Part, leading: bool = True) -> Content:
    """The text and files of ``part``.

    Text with a file name is a file, unless it is ``leading``: it stands where
    the body does.
    """
    if part.parts:
        return _READERS.get(part.content_type, _mixed)(part, leading)
    if part.content_type not in _TEXTS or is_attached(part) or (is_named(part) and not leading):
        return Content([], [file(part)])
    return _text(part)


# -- Multiparts (RFC 2046, section 5.1) ---------------------------------------


def _mixed(part: Part, leading: bool) -> Content:
    return _sequence(part.parts, leading)


def _sequence(parts: list[Part], leading: bool) -> Content:
    return _join(content(child, leading and not index) for index, child in enumerate(parts))


def _alternative(part: Part, leading: bool) -> Content:
    """The last HTML, else the last text; what is no text, as an invitation, is a file."""
    choice = [content(child) for child in part.parts if child.content_type not in _RENDERINGS]
    best = max(reversed(choice), key=Content.rank, default=Content())
    return Content(best.passages, _join(choice).files)


def _related(part: Part, leading: bool) -> Content:
    """The root (RFC 2387, section 3.2), and what it refers to by id or location."""
    start = body.reference(part.parameters.get("start", ""))
    named = (c for c in part.parts if start and body.reference(c.header("content-id")) == start)
    shown = (c for c in part.parts if c.parts or c.content_type in _TEXTS)
    root = next(chain(named, shown), part.parts[0])
    others = [child for child in part.parts if child is not root]
    return _join([content(root, leading), *map(_dependent, others)])


def _dependent(part: Part) -> Content:
    if part.parts or not (part.header("content-id") or part.header("content-location")):
        return content(part, False)
    return Content([], [file(part)])


def _report(part: Part, leading: bool) -> Content:
    """The part for people; those for machines are files (RFC 6522)."""
    people, *machines = part.parts
    files = [file(leaf) for machine in machines for leaf in machine.leaves()]
    return _join([content(people, leading), Content([], files)])


def _signed(part: Part, leading: bool) -> Content:
    """Without the signature: it proves nothing of a message that was taken apart."""
    signed = [child for child in part.parts if child.content_type not in _SIGNATURES]
    return _sequence(signed, leading)


_READERS = {
    "multipart/alternative": _alternative,
    "multipart/related": _related,
    "multipart/report": _report,
    "multipart/signed": _signed,
}
_TEXTS = {"text/plain", "text/html", "text/enriched", "text/richtext"}
#: The HTML once more, for programs that we are not.
_RENDERINGS = {"text/x-amp-html", "text/watch-html"}
_SIGNATURES = {
    "application/pgp-signature",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
}


# -- Text ---------------------------------------------------------------------


def _text(part: Part) -> Content:
    source = file(part)
    data, uuencoded = source.content, []
    if part.content_type == "text/plain":
        data, uuencoded = body.split_uuencoded(data)
    shown = data[:MAX_BODY]
    charset = part.parameters.get("charset", "")
    is_html = part.content_type == "text/html"
    whole = len(shown) == len(data)
    if is_html:
        text = body.unclosed(decode(shown, charset, body.declared_charset(shown)))
        blank = body.is_blank(text)
        if is_laborious(text):
            text, is_html, whole = body.to_text(text), False, False
    else:
        text = _plain(decode(shown, charset), part)
        blank = not text.strip()
    passage = Passage(text, is_html, source, whole)
    files = [uuencoded_file(name, uudecode(lines)) for name, lines in uuencoded]
    return Content([] if blank else [passage], files)


def _plain(text: str, part: Part) -> str:
    if part.content_type != "text/plain":
        return body.unenrich(text)
    if part.parameters.get("format", "").lower() == "flowed":
        return body.unflow(text, part.parameters.get("delsp", "").lower() == "yes")
    return text


# -- The whole ----------------------------------------------------------------

#: An id that reads the same in HTML, in a URL and by itself, and can be repeated at no cost.
_PLAIN_ID = re.compile(r"[\w.@$+-]{1,200}", re.ASCII)


def body_and_files(part: Part) -> tuple[str, str, list[tuple[File, str]]]:
    """Text and HTML of a message, at least one of which is empty, and its files.

    With each file goes the id under which the HTML shows it, or nothing.
    """
    found = _limited(content(part))
    if not any(passage.is_html for passage in found.passages):
        text = "\n".join(passage.text for passage in found.passages)
        return text, "", [(each, "") for each in found.files]
    files = [
        (each, each.content_id if _PLAIN_ID.fullmatch(each.content_id) else f"part{index}")
        for index, each in enumerate(found.files)
    ]
    by_id = {body.reference(each.content_id): cid for each, cid in files if each.content_id}
    by_location = {body.reference(each.location): cid for each, cid in files if each.location}
    pieces, shown, links = [], set(), body.Links()
    for passage in found.passages:
        if passage.is_html:
            markup, linked = body.link_parts(passage.text, by_id, by_location, links)
            pieces.append(body.resolve_base(markup, links))
            shown |= linked
        else:
            pieces.append(body.from_text(passage.text))
    return "", "\n".join(pieces), [(each, cid if cid in shown else "") for each, cid in files]


def _limited(found: Content) -> Content:
    passages, files, room = [], list(found.files), MAX_BODY
    for passage in found.passages:
        text = passage.text[:room]
        if not passage.whole or len(text) < len(passage.text):
            files.append(passage.source)
            if passage.is_html:  # not within a tag
                text = text.rpartition("<")[0] or text
        room -= len(text)
        if text:
            passages.append(replace(passage, text=text))
    return Content(passages, files)
