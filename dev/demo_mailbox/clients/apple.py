# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Apple Mail on the Mac and Mail on the iPhone."""

from html import escape

from ..letter import File, Letter, Written
from ..locale import LOCALES
from . import mime, prose
from .base import Client, uuid

_HEAD = '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head>'


class _Apple(Client):
    order: str
    version: str
    mailer: str
    #: What boundaries begin with.
    boundary: str
    own: prose.Markup

    def message_id(self, sender, rng):
        return f"<{uuid(rng)}@{sender.domain}>"

    def write(self, letter, rng):
        text, html = self._text(letter), self._html(letter)
        content = _text_part(text, "plain")
        if html:
            content = self._alternative(letter, content, html, rng)
        if letter.attachments:
            files = (_file(file) for file in letter.attachments)
            content = mime.multipart("mixed", self.boundary + uuid(rng), (content, *files))
        head = mime.headers(
            letter, self.order, "utf-8", Mime_Version=self.version, X_Mailer=self.mailer
        )
        return Written(letter, text, html, mime.message(head, content, content_first=True))

    def _alternative(self, letter: Letter, plain: bytes, html: str, rng) -> bytes:
        page = f'{_HEAD}<body dir="auto">{html}</body></html>'
        rich = _text_part(page, "html")
        if letter.images:
            parts = (rich, *(_file(file) for file in letter.images))
            rich = mime.multipart(
                "related", self.boundary + uuid(rng), parts, ';\r\n\ttype="text/html"'
            )
        return mime.multipart("alternative", self.boundary + uuid(rng), (plain, rich))

    def _signature(self, letter: Letter) -> list[str]:
        return prose.signature(letter.sender)

    def _text(self, letter: Letter) -> str:
        lines = [prose.plain(letter.text), "", *self._signature(letter), ""]
        if letter.answers:
            lines += [prose.cite(prose.attribution("apple", letter) + "\n"), ">"]
            lines += [prose.cite(letter.answers.text)]
        return "\n".join(lines) + "\n"

    def _html(self, letter: Letter) -> str:
        html = self.own.html(letter.text, letter.images, letter.rtl)
        lines = "<br>".join(escape(line, quote=False) for line in self._signature(letter))
        html += f'<div><br></div><div dir="ltr">{lines}</div>'
        if letter.images and prose.IMAGE not in letter.text:
            html += f"<div>{prose.picture(letter.images[0])}</div>"
        if letter.answers:
            above = escape(prose.attribution("apple", letter), quote=False)
            html += (
                f'<div dir="ltr"><br><blockquote type="cite">{above}<br><br></blockquote></div>'
                f'<blockquote type="cite"><div dir="ltr">\ufeff'
                f"{prose.quoted_html(letter.answers)}</div></blockquote>"
            )
        return html


class IPhone(_Apple):
    signs = False
    order = "From Mime-Version Date Subject Message-Id References In-Reply-To To Cc X-Mailer"
    version = "1.0 (1.0)"
    mailer = "iPhone Mail (21F90)"
    boundary = "Apple-Mail-"
    own = prose.Markup('<div dir="auto">{}</div>', '<div dir="auto"><br></div>')

    def _signature(self, letter):
        return [LOCALES[letter.lang]["iphone"]]


class AppleMail(_Apple):
    """Plain text as long as nothing asks for more."""

    order = "From Mime-Version Subject Message-Id Date In-Reply-To Cc To References X-Mailer"
    version = "1.0 (Mac OS X Mail 16.0 \\(3774.600.62\\))"
    mailer = "Apple Mail (2.3774.600.62)"
    boundary = "Apple-Mail=_"
    own = prose.Markup("<div>{}</div>", "<div><br></div>")

    def _html(self, letter):
        needed = letter.images or "\n|" in letter.text
        return super()._html(letter) if needed else ""


def _text_part(text: str, subtype: str) -> bytes:
    foreign = sum(char > "\u02ff" for char in text) > len(text) / 4
    charset = "us-ascii" if text.isascii() else "utf-8"
    fits = text.isascii() and max(map(len, text.splitlines())) < 900
    encoding = "base64" if foreign else "7bit" if fits else "quoted-printable"
    return mime.text_part(text, f"text/{subtype};\r\n\tcharset={charset}", encoding)


def _file(file: File) -> bytes:
    head = [
        ("Content-Disposition", "inline" if file.cid else "attachment"),
        ("Content-Type", f"{file.mimetype};\r\n\tx-unix-mode=0644"),
    ]
    if file.name:
        name = mime.filename_2231(file.name)
        head[0] = ("Content-Disposition", f"{head[0][1]};\r\n\t{name}")
        named = mime.filename_2047(file.name, "name")
        head[1] = ("Content-Type", f"{head[1][1]};\r\n\t{named}")
    if file.cid:
        head.append(("Content-Id", f"<{file.cid}>"))
    return mime.file_part(file, head)
