# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Thunderbird, set to answer above the quotation."""

import string
from html import escape
from random import Random

from ..letter import File, Letter, Written
from . import mime, prose
from .base import Client, uuid

_CULTURE = {"en": "en-GB", "de": "de-DE", "fr": "fr", "ja": "ja-JP", "ar": "ar"}
_MARKUP = prose.Markup("<p>{}</p>", "")


def _boundary(rng: Random) -> str:
    return "-" * 12 + "".join(rng.choices(string.ascii_letters + string.digits, k=24))


class Thunderbird(Client):
    """Plain text to a plain letter, else both kinds."""

    def message_id(self, sender, rng):
        return f"<{uuid(rng).lower()}@{sender.domain}>"

    def content_id(self, sender, rng):
        token = "".join(rng.choices(string.ascii_letters + string.digits, k=16))
        return f"part1.{token[:8]}.{token[8:]}@{sender.domain}"

    def write(self, letter, rng):
        text, html = self._text(letter), self._html(letter)
        content = _text_part(text, "plain", "; format=flowed")
        if html:
            content = self._alternative(letter, content, html, rng)
        if letter.attachments:
            parts = (content, *(_file(file) for file in letter.attachments))
            content = mime.multipart("mixed", _boundary(rng), parts, "", _PREAMBLE)
        head = mime.headers(
            letter,
            "Message-ID Date MIME-Version User-Agent Reply-To Subject To Cc Bcc References"
            " Content-Language From In-Reply-To",
            "utf-8",
            User_Agent="Mozilla Thunderbird",
            Content_Language=_CULTURE[letter.lang],
        )
        return Written(letter, text, html, mime.message(head, content))

    def _alternative(self, letter: Letter, plain: bytes, html: str, rng: Random) -> bytes:
        page = (
            "<!DOCTYPE html>\n<html>\n  <head>\n    "
            '<meta http-equiv="content-type" content="text/html; charset=UTF-8">\n'
            f"  </head>\n  <body>\n{html}  </body>\n</html>\n"
        )
        rich = _text_part(page, "html")
        if letter.images:
            files = (_file(file) for file in letter.images)
            rich = mime.multipart("related", _boundary(rng), (rich, *files))
        return mime.multipart("alternative", _boundary(rng), (plain, rich), "", _PREAMBLE)

    def _text(self, letter: Letter) -> str:
        lines = [prose.plain(letter.text, width=72, soft=" ")]
        if own := prose.signature(letter.sender):
            lines += ["", "-- ", *own]
        if letter.answers:
            lines += ["", prose.attribution("thunderbird", letter)]
            lines += [prose.cite(letter.answers.text)]
        return "\n".join(lines) + "\n"

    def _html(self, letter: Letter) -> str:
        quoted = letter.answers
        if not (letter.images or "\n|" in letter.text or (quoted and quoted.html)):
            return ""
        html = _MARKUP.html(_paragraphs(letter.text), letter.images, letter.rtl) + "\n"
        if own := prose.signature(letter.sender):
            lines = "<br>\n".join(escape(line, quote=False) for line in own)
            html += f'<div class="moz-signature">-- <br>\n{lines}</div>\n'
        if letter.images and prose.IMAGE not in letter.text:
            html += f"<p>{prose.picture(letter.images[0])}</p>\n"
        if quoted:
            above = escape(prose.attribution("thunderbird", letter), quote=False)
            html += (
                f'<div class="moz-cite-prefix">{above}<br></div>\n'
                f'<blockquote type="cite" cite="mid:{quoted.letter.message_id[1:-1]}">\n'
                f"{prose.quoted_html(quoted)}</blockquote>\n"
            )
        return html


_PREAMBLE = "This is a multi-part message in MIME format."


def _paragraphs(text: str) -> str:
    """``text`` with no empty lines: paragraphs have margins here."""
    return "\n".join(filter(None, text.splitlines()))


def _text_part(text: str, subtype: str, params: str = "") -> bytes:
    charset = f"text/{subtype}; charset=UTF-8{params}"
    return mime.text_part(text, charset, "7bit" if text.isascii() else "8bit")


def _file(file: File) -> bytes:
    head = [("Content-Type", file.mimetype)]
    disposition = "inline" if file.cid else "attachment"
    if file.name:
        head[0] = ("Content-Type", f"{file.mimetype}; {mime.filename_2047(file.name, 'name')}")
        disposition += f"; {mime.filename_2231(file.name)}"
    head.append(("Content-Disposition", disposition))
    if file.cid:
        head.append(("Content-Id", f"<{file.cid}>"))
    return mime.file_part(file, head)
