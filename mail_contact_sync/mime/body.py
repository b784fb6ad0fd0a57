# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The forms of body text in mail: flowed, enriched, uuencoded, HTML.

Each expression takes time linear in its input: mail is not to be trusted.
"""

import html
import re
from collections.abc import Callable, Mapping
from itertools import islice
from urllib.parse import unquote, urljoin

from .labour import has_many_quotes

# -- Plain text ---------------------------------------------------------------


def unflow(text: str, delete_space: bool) -> str:
    """format=flowed text with each paragraph on one line (RFC 3676, section 4)."""
    pieces: list[str] = []
    open_depth = None  # the quote depth of the paragraph that goes on
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        is_signature = content == "-- "
        if depth != open_depth or is_signature:
            pieces.append("\n" + ">" * depth + " " * bool(depth))
        flowed = content.endswith(" ") and not is_signature
        pieces.append(content[:-1] if flowed and delete_space else content)
        open_depth = depth if flowed else None
    return "".join(pieces)[1:]


_ENRICHED = re.compile(r"<param>[^<]*</param>|<<|<[^<>\n]{1,60}>|\n+", re.IGNORECASE)
_RICHTEXT = {"<nl>": "\n", "<lt>": "<", "<<": "<"}


def unenrich(text: str) -> str:
    """The text of text/enriched (RFC 1896) or text/richtext (RFC 1341, section 7.1.3)."""

    def plain(command: re.Match) -> str:
        if command[0][0] == "\n":
            return command[0][1:] or " "
        return _RICHTEXT.get(command[0].lower(), "")

    return _ENRICHED.sub(plain, text)


#: Its lines have no lower-case letters, which tells a file from what people write.
_UU_FILE = re.compile(
    rb"^begin [0-7]{3,4} ([^\r\n]+)\r?\n([ -`\r\n]*)(?<=\n)end[ \t]*(?:\r?\n|\Z)", re.MULTILINE
)
_MAX_UU_FILES = 100


def split_uuencoded(data: bytes) -> tuple[bytes, list[tuple[bytes, memoryview]]]:
    """Plain text without the files uuencoded in it, and their names and lines."""
    rest, files, position = [], [], 0
    for found in islice(_UU_FILE.finditer(data), _MAX_UU_FILES):
        rest.append(data[position : found.start()])
        files.append((found[1], memoryview(data)[found.start(2) : found.end(2)]))
        position = found.end()
    if not files:
        return data, files
    rest.append(data[position:])
    return b"".join(rest), files


# -- HTML ---------------------------------------------------------------------

_DECLARED_CHARSET = re.compile(
    rb"""<(?:meta|\?xml)\b[^<>]*?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE
)
#: How far a browser looks for it is 1024 (HTML Standard, section 13.2.3.2);
#: Outlook writes its styles first.
_DECLARED_WITHIN = 4096


def declared_charset(data: bytes) -> str:
    """The charset that HTML declares for itself."""
    found = _DECLARED_CHARSET.search(data, 0, _DECLARED_WITHIN)
    return found[1].decode("ascii", "replace") if found else ""


_TAG = re.compile(r"<[^<>]*>")
_IMAGE = re.compile(r"<(?:img|svg|v:imagedata)\b", re.IGNORECASE)


def is_blank(markup: str) -> bool:
    """Whether HTML shows nothing."""
    return not (_IMAGE.search(markup) or html.unescape(_TAG.sub("", markup)).strip())


_CLOSING = re.compile(r"</(?:body|html)\s*>", re.IGNORECASE)


def unclosed(markup: str) -> str:
    """HTML that does not end its body: libxml2 would drop what others have put behind it."""
    return _CLOSING.sub("", markup)


def from_text(text: str) -> str:
    """HTML that shows ``text`` as it stands."""
    shown = html.escape(text.strip("\n"), quote=False)
    if has_many_quotes(shown):
        shown = shown.replace("\n", "<br>")
    return f'<div style="white-space: pre-wrap">{shown}</div>'


_BREAK = re.compile(r"<(?:br|p|div|tr|li|h[1-6])\b[^<>]*>", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n\s*\n")


def to_text(markup: str) -> str:
    """What can be read of HTML that is too much to be shown as such."""
    text = html.unescape(_TAG.sub("", _BREAK.sub("\n", markup)))
    return "\n\n".join(map(str.strip, _BLANK_LINES.split(text)))


#: Characters by which its links may make the HTML of a message longer than it came.
MAX_GROWTH = 1 << 20


class Links:
    """Writes links anew for one message.  Those for which there is no room stay as they are."""

    def __init__(self):
        self._room = MAX_GROWTH

    def relink(self, pattern: re.Pattern, link: Callable[[re.Match], str], markup: str) -> str:
        """``markup`` with a ``link`` in the place of all that is found."""

        def written(found: re.Match) -> str:
            new = link(found)
            growth = max(0, len(new) - len(found[0]))
            if growth > self._room:
                return found[0]
            self._room -= growth
            return new

        return pattern.sub(written, markup)


_CID = re.compile(r"""(["'=(]\s*)cid:([^"'\s>)]+)""", re.IGNORECASE)
_SOURCE = re.compile(r"""(\b(?:src|background)\s*=\s*["']?)([^"'\s>]+)""", re.IGNORECASE)


def link_parts(
    markup: str, by_id: Mapping[str, str], by_location: Mapping[str, str], links: Links
) -> tuple[str, set[str]]:
    """HTML whose references to other parts (RFC 2392, 2557) read ``cid:<id>``, and these ids.

    The mappings lead from Content-ID and Content-Location, both as ``reference``
    gives them, to the id.
    """
    linked: set[str] = set()

    def link(found: re.Match, target: str | None) -> str:
        if target is None:
            return found[0]
        linked.add(target)
        return f"{found[1]}cid:{target}"

    if by_location:
        markup = links.relink(
            _SOURCE, lambda found: link(found, by_location.get(reference(found[2]))), markup
        )
    if by_id:
        markup = links.relink(
            _CID, lambda found: link(found, by_id.get(reference(found[2]))), markup
        )
    return markup, linked


def reference(value: str) -> str:
    """What of an id or location can be compared: brackets and encodings differ."""
    return "".join(unquote(html.unescape(value)).split()).strip("<>")


#: No longer than it is in earnest.
_BASE = re.compile(
    r"""<base\b[^<>]*?\bhref\s*=\s*["']?(https?:[^"'\s<>]{1,300})["'\s>]""", re.IGNORECASE
)
_LINK = re.compile(
    r"""(\b(?:href|src|background)\s*=\s*["'])(?!\#|[a-z][a-z0-9+.-]*:)([^"'<>]*)""", re.IGNORECASE
)


def resolve_base(markup: str, links: Links) -> str:
    """HTML whose relative links are made absolute, as its ``<base>`` asks.

    The element itself does not outlive any sanitizer.
    """
    base = _BASE.search(markup)
    if not base:
        return markup

    def absolute(link: re.Match) -> str:
        try:
            return link[1] + html.escape(urljoin(html.unescape(base[1]), html.unescape(link[2])))
        except ValueError:
            return link[0]

    return links.relink(_LINK, absolute, markup)
