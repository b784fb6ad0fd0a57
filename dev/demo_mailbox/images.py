# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Small PNG pictures, drawn with nothing but zlib: a logo, a chart, a scale's display."""

import math
import struct
import zlib
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

Colour = tuple[int, int, int]
Point = tuple[float, float]

_WHITE, _INK, _BLUE, _TEAL = (255, 255, 255), (38, 50, 66), (28, 92, 156), (38, 166, 154)
_PALE, _GREY = (232, 237, 243), (140, 152, 166)

#: Letters as strokes on a grid 4 wide and 6 high, y downwards.
_GLYPHS: dict[str, Sequence[Sequence[Point]]] = {
    "H": [[(0, 0), (0, 6)], [(4, 0), (4, 6)], [(0, 3), (4, 3)]],
    "A": [[(0, 6), (2, 0), (4, 6)], [(0.8, 4), (3.2, 4)]],
    "L": [[(0, 0), (0, 6), (3.6, 6)]],
    "D": [[(0, 0), (2, 0), (3.6, 1.4), (3.6, 4.6), (2, 6), (0, 6), (0, 0)]],
    "E": [[(3.6, 0), (0, 0), (0, 6), (3.6, 6)], [(0, 3), (3, 3)]],
    "N": [[(0, 6), (0, 0), (4, 6), (4, 0)]],
    ".": [[(1.7, 6), (2.1, 6)]],
    "-": [[(0.6, 3), (3.4, 3)]],
    "0": [[(0, 0), (3.6, 0), (3.6, 6), (0, 6), (0, 0)]],
    "1": [[(1, 1), (2, 0), (2, 6)]],
    "2": [[(0, 0), (3.6, 0), (3.6, 3), (0, 3), (0, 6), (3.6, 6)]],
    "3": [[(0, 0), (3.6, 0), (3.6, 6), (0, 6)], [(0.6, 3), (3.6, 3)]],
    "4": [[(0, 0), (0, 3), (3.6, 3)], [(3.6, 0), (3.6, 6)]],
    "5": [[(3.6, 0), (0, 0), (0, 3), (3.6, 3), (3.6, 6), (0, 6)]],
    "6": [[(3.6, 0), (0, 0), (0, 6), (3.6, 6), (3.6, 3), (0, 3)]],
    "7": [[(0, 0), (3.6, 0), (3.6, 6)]],
    "8": [[(0, 0), (3.6, 0), (3.6, 6), (0, 6), (0, 0)], [(0, 3), (3.6, 3)]],
    "9": [[(3.6, 3), (0, 3), (0, 0), (3.6, 0), (3.6, 6), (0, 6)]],
}


def _span(start: float, end: float, reach: float, limit: int) -> range:
    """The pixels from ``start`` to ``end`` and a little beyond, as far as there are any."""
    low, high = min(start, end) - reach, max(start, end) + reach
    return range(max(0, int(low)), min(limit, int(high + 1)))


class _Canvas:
    """RGB pixels; strokes are smoothed by their distance from the line."""

    def __init__(self, width: int, height: int, colour: Colour = _WHITE):
        self.width, self.height = width, height
        self.pixels = bytearray(bytes(colour) * (width * height))

    def rect(self, x: int, y: int, width: int, height: int, colour: Colour) -> None:
        for row in range(max(0, y), min(self.height, y + height)):
            start = 3 * (row * self.width + x)
            self.pixels[start : start + 3 * width] = bytes(colour) * width

    def _blend(self, x: int, y: int, colour: Colour, share: float) -> None:
        at = 3 * (y * self.width + x)
        for channel in range(3):
            old = self.pixels[at + channel]
            self.pixels[at + channel] = round(old + (colour[channel] - old) * share)

    def line(self, start: Point, end: Point, width: float, colour: Colour) -> None:
        (ax, ay), (bx, by) = start, end
        dx, dy = bx - ax, by - ay
        length = dx * dx + dy * dy or 1
        reach = width / 2 + 1
        for y in _span(ay, by, reach, self.height):
            for x in _span(ax, bx, reach, self.width):
                along = max(0.0, min(1.0, ((x - ax) * dx + (y - ay) * dy) / length))
                distance = math.hypot(x - ax - along * dx, y - ay - along * dy)
                if (share := width / 2 + 0.5 - distance) > 0:
                    self._blend(x, y, colour, min(1.0, share))

    def path(self, points: Sequence[Point], width: float, colour: Colour) -> None:
        for start, end in pairwise(points):
            self.line(start, end, width, colour)

    def text(self, text: str, x: float, y: float, size: float, width: float, colour: Colour):
        for char in text:
            for stroke in _GLYPHS.get(char, ()):
                self.path([(x + px * size, y + py * size) for px, py in stroke], width, colour)
            x += size * 5.6

    def png(self) -> bytes:
        row = 3 * self.width
        lines = (b"\0" + self.pixels[at : at + row] for at in range(0, len(self.pixels), row))
        head = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        return (
            b"\x89PNG\r\n\x1a\n"
            + _chunk(b"IHDR", head)
            + _chunk(b"IDAT", zlib.compress(b"".join(lines), 9))
            + _chunk(b"IEND", b"")
        )


def _chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


@lru_cache
def logo() -> bytes:
    """The firm's mark: a balance, and its name."""
    canvas = _Canvas(200, 56)
    canvas.rect(4, 4, 48, 48, _BLUE)
    canvas.path([(28, 12), (28, 42)], 3, _WHITE)
    canvas.path([(18, 43), (38, 43)], 3, _WHITE)
    canvas.path([(12, 18), (44, 14)], 2.5, _WHITE)
    for x, y in ((12, 18), (44, 14)):
        canvas.path([(x, y), (x - 5, y + 13), (x + 5, y + 13), (x, y)], 1.5, _WHITE)
    canvas.text("HALDEN", 68, 17, 3.6, 3.2, _INK)
    return canvas.png()


@lru_cache
def chart(values: tuple[int, ...]) -> bytes:
    """Columns of ``values`` (0 to 100) above a scale; the lowest one stands out."""
    canvas = _Canvas(440, 220)
    for tick in range(0, 101, 25):
        y = 190 - tick * 8 // 5
        canvas.rect(48, y, 380, 1, _PALE if tick else _GREY)
        canvas.text(str(tick).rjust(3), 10, y - 5, 1.7, 1.3, _GREY)
    step = 380 // len(values)
    for index, value in enumerate(values):
        height = value * 8 // 5
        colour = _TEAL if value == min(values) else _BLUE
        canvas.rect(48 + index * step + step // 5, 190 - height, step * 3 // 5, height, colour)
        canvas.text(str(index + 1), 44 + index * step + step // 2, 200, 1.7, 1.3, _GREY)
    return canvas.png()


@lru_cache
def display(reading: str) -> bytes:
    """A scale's display in its housing."""
    canvas = _Canvas(360, 160, (176, 183, 189))
    canvas.rect(24, 22, 312, 96, _INK)
    canvas.rect(30, 28, 300, 84, (196, 212, 178))
    canvas.text(reading, 190 - 25 * len(reading), 42, 9, 7, (44, 56, 40))
    for x, colour in ((40, _BLUE), (130, _BLUE), (220, _TEAL)):
        canvas.rect(x, 128, 76, 20, colour)
    return canvas.png()
