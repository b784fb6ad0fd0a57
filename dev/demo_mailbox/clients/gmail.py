# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Gmail in the browser."""

import string
from html import escape
from random import Random

from ..letter import File, Letter, Written
from ..locale import LOCALES
from . import mime, prose
from .base import Client, hexes

_MARKUP = prose.Markup("<div>{}</div>", "<div><br></div>")
_QUOTE_STYLE = "margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex"


def _token(rng: Random, size: int) -> str:
    return "".join(rng.choices(string.ascii_lowercase + string.digits, k=size))


class Gmail(Client):
    def message_id(self, sender, rng):
        letters = string.ascii_letters + string.digits + "-_"
        return f"<CA{''.join(rng.choices(letters, k=48))}@mail.gmail.com>"

    def content_id(self, sender, rng):
        return f"ii_{_token(rng, 11)}"

    def write(self, letter, rng):
        text, html = self._text(letter), self._html(letter)
        head = mime.headers(
            letter,
            "MIME-Version References In-Reply-To From Date Message-ID Subject To Cc",
            "utf-8",
        )
        boundary = f"000000000000{hexes(rng, 16).lower()}"
        content = mime.multipart("alternative", boundary, (_part(text, "plain"), _part(html)))
        if letter.images:
            parts = (content, *(_file(file, rng) for file in letter.images))
            content = mime.multipart("related", f"{boundary[:-1]}r", parts)
        if letter.attachments:
            parts = (content, *(_file(file, rng) for file in letter.attachments))
            content = mime.multipart("mixed", f"{boundary[:-1]}m", parts)
        return Written(letter, text, html, mime.message(head, content))

    def _text(self, letter: Letter) -> str:
        names = "".join(file.name for file in letter.images[:1])
        lines = [prose.plain(letter.text, LOCALES[letter.lang]["image"].format(names), 76)]
        if own := prose.signature(letter.sender):
            lines += ["", "-- ", *own]
        if letter.answers:
            lines += ["", prose.attribution("gmail", letter), ""]
            lines += [prose.cite(letter.answers.text)]
        return "\n".join(lines) + "\n"

    def _html(self, letter: Letter) -> str:
        direction = "rtl" if letter.rtl else "ltr"
        html = f'<div dir="{direction}">{_MARKUP.html(letter.text, letter.images)}'
        if own := prose.signature(letter.sender):
            lines = "".join(f"<div>{escape(line, quote=False)}</div>" for line in own)
            html += (
                '<div><br></div><span class="gmail_signature_prefix">-- </span><br>'
                f'<div dir="{direction}" class="gmail_signature" '
                f'data-smartmail="gmail_signature"><div dir="{direction}">{lines}</div></div>'
            )
        html += "</div>\n"
        if letter.answers:
            html += (
                '<br><div class="gmail_quote gmail_quote_container">'
                f'<div dir="{direction}" class="gmail_attr">'
                f"{escape(prose.attribution('gmail', letter), quote=False)}<br></div>"
                f'<blockquote class="gmail_quote" style="{_QUOTE_STYLE}">'
                f"{prose.quoted_html(letter.answers)}</blockquote></div>\n"
            )
        return html


def _part(text: str, subtype: str = "html") -> bytes:
    encoding = "" if text.isascii() and subtype == "plain" else "quoted-printable"
    if not text.isascii() and sum(char > "\u02ff" for char in text) > len(text) / 4:
        encoding = "base64"
    return mime.text_part(text, f'text/{subtype}; charset="UTF-8"', encoding)


def _file(file: File, rng: Random) -> bytes:
    cid = file.cid or f"f_{_token(rng, 9)}0"
    head = [("Content-Type", f"{file.mimetype}; {mime.filename_2047(file.name, 'name')}")]
    where = "inline" if file.cid else "attachment"
    head.append(("Content-Disposition", f"{where}; {mime.filename_2047(file.name)}"))
    head += [("X-Attachment-Id", cid), ("Content-ID", f"<{cid}>")]
    return mime.file_part(file, head)
