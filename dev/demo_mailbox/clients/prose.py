# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A letter's text as plain lines and as HTML, and the quoting of the one it answers."""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import groupby

from ..letter import File, Letter, Written
from ..locale import LOCALES, format_date
from ..people import Person

IMAGE = "[image]"


def signature(person: Person) -> list[str]:
    """The lines under the name, none for those who use none."""
    lines = [person.title, person.company, person.phone]
    return [person.name, *filter(None, lines)] if person.title else []


def attribution(style: str, letter: Letter) -> str:
    """The line above a quotation, in the ``style`` of a client (a key of locale.json)."""
    quoted = letter.answers.letter
    return format_date(
        style,
        letter.lang,
        letter.sender.local_time(quoted.date),
        name=quoted.sender.name or quoted.sender.email,
        email=quoted.sender.email,
    )


def header_block(letter: Letter) -> list[tuple[str, str]]:
    """Outlook's (label, value) pairs above a quotation."""
    quoted = letter.answers.letter
    sent = format_date("outlook_date", letter.lang, letter.sender.local_time(quoted.date))
    values = (_names([quoted.sender]), sent, _names(quoted.to), _names(quoted.cc), quoted.subject)
    labels = LOCALES[letter.lang]["outlook_labels"]
    return [(label, value) for label, value in zip(labels, values, strict=True) if value]


def _names(people) -> str:
    return "; ".join(f"{person.name} <{person.email}>" for person in people)


def _blocks(text: str) -> Iterator[str | list[list[str]]]:
    """Lines as they are; rows of one table together, split into cells."""
    for is_table, lines in groupby(text.splitlines(), lambda line: line.startswith("|")):
        if is_table:
            yield [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]
        else:
            yield from lines


def plain(text: str, image: str = "", width: int = 0, soft: str = "") -> str:
    """``text`` with its tables aligned; wrapped where ``width`` is given.

    ``image`` stands in for a picture; ``soft`` ends a line that was wrapped, as
    the space of format=flowed does (RFC 3676, 4.1).
    """
    lines = []
    for block in _blocks(text):
        if isinstance(block, list):
            widths = [max(map(len, column)) for column in zip(*block, strict=True)]
            for row in block:
                cells = (cell.ljust(size) for cell, size in zip(row, widths, strict=True))
                lines.append("  ".join(cells).rstrip())
        elif block == IMAGE:
            lines.append(image)
        else:
            wrapped = textwrap.wrap(block, width) if width and block else [block]
            lines += [*(line + soft for line in wrapped[:-1]), wrapped[-1]]
    return "\n".join(lines)


def cite(text: str) -> str:
    """``text`` behind ``>``; nested quotations close up, as usual."""
    lines = text.splitlines()
    return "\n".join((">" if not line or line[0] == ">" else "> ") + line for line in lines)


@dataclass(frozen=True, slots=True)
class Markup:
    """How a client writes a line, an empty line and a table cell."""

    line: str
    blank: str
    cell: str = "border:1px solid #bbb;padding:3px 10px"

    def html(self, text: str, images: tuple[File, ...] = (), rtl: bool = False) -> str:
        """``text`` in this client's HTML; ``[image]`` takes the first of ``images``."""
        out = []
        for block in _blocks(text):
            if isinstance(block, list):
                out.append(self._table(block))
            elif block == IMAGE and images:
                out.append(self.line.format(picture(images[0])))
            else:
                out.append(self.line.format(escape(block, quote=False)) if block else self.blank)
        content = "\n".join(out)
        return f'<div dir="rtl">{content}</div>' if rtl else content

    def _table(self, rows: list[list[str]]) -> str:
        lines = []
        for row in rows:
            cells = (f'<td style="{self.cell}">{escape(cell, quote=False)}</td>' for cell in row)
            lines.append(f"<tr>{''.join(cells)}</tr>")
        table = "\n".join(lines)
        return f'<table style="border-collapse:collapse" cellspacing="0">\n{table}\n</table>'


def picture(file: File) -> str:
    return f'<img src="cid:{file.cid}" alt="{escape(file.name)}" style="max-width:480px">'


def quoted_html(written: Written) -> str:
    """What goes into a quotation: without its pictures, which stay behind."""
    if not written.html:
        return escape(written.text, quote=False).replace("\n", "<br>\n")
    return re.sub(r'<img src="cid:[^>]*>', "[…]", written.html)
