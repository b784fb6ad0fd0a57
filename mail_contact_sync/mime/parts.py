# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The octets of a message to its tree of parts (RFC 2045, 2046).

The standard library's parser stands back here for three reasons: it takes more
than four times a message's size in memory, quadratic time over nested parts,
and gives back a forwarded message otherwise than it came.  This one only
notes where parts begin and end; octets are copied when a part is decoded.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..connectors.headers import MAX_BLOCK, fields
from .text import base64, octets, parameters, uudecode

#: A multipart that exceeds these is not taken apart, but kept whole, as a message.
MAX_DEPTH = 16
MAX_PARTS = 500

_BLANK_LINE = re.compile(rb"(?:\A|\n)\r?\n")
_FIELDS = re.compile(rb"(?:[!-9;-~]+[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*(?:\n|\Z))*")
#: What a delimiter looks like, where the boundary was declared wrongly or not at all.
_DELIMITER = re.compile(rb"\n--(\S[^\r\n]{0,69})\r?\n(?=[Cc]ontent-)")
_DELIMITER_END = re.compile(rb"(--)?[ \t]*\r?(?:\n|\Z)")
_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
_TOKEN = re.compile(r"[\w-]+", re.ASCII)


@dataclass(slots=True)
class Part:
    """An entity (RFC 2045, section 2.4): its header, and where its body lies.

    ``fields`` holds the values of each field by its lower-case name.
    ``content_type`` is a lower-case ``type/subtype``, ``parameters`` are those
    of Content-Type.  A multipart whose ``parts`` are empty could not be read.
    """

    head: bytes
    fields: dict[str, list[str]]
    content_type: str
    parameters: dict[str, str]
    body: memoryview
    parts: list["Part"] = field(default_factory=list)

    def header(self, name: str) -> str:
        return self.fields.get(name, ("",))[0]

    def content(self) -> bytes:
        """The body without its transfer encoding."""
        encoding = _TOKEN.search(self.header("content-transfer-encoding").lower())
        match encoding and encoding[0]:
            case "base64":
                return base64(self.body)
            case "quoted-printable":
                return binascii.a2b_qp(self.body)
            case "x-uuencode" | "uuencode" | "x-uue" | "uue":
                return uudecode(self.body)
        return bytes(self.body)

    def leaves(self) -> Iterator["Part"]:
        """The parts that are no multipart, in the order of the message."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()


def read(raw: bytes) -> Part:
    """The message ``raw`` as a tree of parts."""
    return _Reader(raw).part(0, len(raw), "text/plain", 0)


class _Reader:
    """Reads one message; counts its parts, of which a hostile one has millions."""

    def __init__(self, raw: bytes):
        self._raw = raw
        self._view = memoryview(raw)
        self._left = MAX_PARTS

    def part(self, start: int, end: int, default_type: str, depth: int) -> Part:
        head_end, body_start = self._head(start, end, depth)
        head = self._raw[start : min(head_end, start + MAX_BLOCK)]
        values = fields(head)
        content_type, params = parameters(values.get("content-type", ("",))[0])
        valid = _TYPE.match(content_type)
        if valid:
            content_type = valid[0]
        else:
            content_type = "application/octet-stream" if "name" in params else default_type
        part = Part(head, values, content_type, params, self._view[body_start:end])
        if content_type.startswith("multipart/"):
            self._take_apart(part, start, body_start, end, depth)
        return part

    def _head(self, start: int, end: int, depth: int) -> tuple[int, int]:
        """Where the header ends and the body starts.

        A header goes up to the first empty line, whatever stands in it.  Where
        there is no such line, or a part begins with other than a field, all
        that is no field is body.
        """
        blank = _BLANK_LINE.search(self._raw, max(start - 1, 0), end)
        if blank and (not depth or blank.start() < start):
            return blank.start(), blank.end()
        after_fields = _FIELDS.match(self._raw, start, min(end, start + MAX_BLOCK)).end()
        if blank and after_fields > start:
            return blank.start(), blank.end()
        return after_fields, after_fields

    def _take_apart(self, part: Part, start: int, body_start: int, end: int, depth: int) -> None:
        boundary = octets(part.parameters.get("boundary", ""))
        spans = self._spans(boundary, body_start, end) if boundary else []
        if not spans and (found := _DELIMITER.search(self._raw, max(body_start - 1, 0), end)):
            spans = self._spans(found[1], body_start, end)
        if not spans:
            part.content_type = "text/plain"  # all that a reader could show of it
        elif depth >= MAX_DEPTH or len(spans) > self._left:
            part.parts = [Part(b"", {}, "message/rfc822", {}, self._view[start:end])]
        else:
            self._left -= len(spans)
            digest = part.content_type == "multipart/digest"
            default_type = "message/rfc822" if digest else "text/plain"
            part.parts = [self.part(*span, default_type, depth + 1) for span in spans]

    def _spans(self, boundary: bytes, start: int, end: int) -> list[tuple[int, int]]:
        """Start and end of each body part (RFC 2046, section 5.1.1)."""
        raw, delimiter, spans = self._raw, b"\n--" + boundary, []
        part_start = None
        found = raw.find(delimiter, max(start - 1, 0), end)
        for _ in range(2 * MAX_PARTS):
            if found < 0:
                break
            rest = _DELIMITER_END.match(raw, found + len(delimiter), end)
            if rest:
                if part_start is not None:
                    part_end = found - (raw[found - 1 : found] == b"\r")
                    spans.append((part_start, max(part_start, part_end)))
                if rest[1]:
                    return spans
                part_start = rest.end()
            # The line end of one delimiter may begin the next.
            found = raw.find(delimiter, rest.end() - 1 if rest else found + 1, end)
        if part_start is not None and part_start < end:
            spans.append((part_start, end))
        return spans
