# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Outlook on the desktop (whose HTML is Word's) and on the phone, both over Exchange."""

import base64
from abc import abstractmethod
from email.utils import format_datetime
from html import escape

from ..letter import File, Letter, Written
from ..locale import LOCALES
from . import mime, prose
from .base import Client, base_subject, hexes

#: Exchange falls back to the writer's Windows code page, and to UTF-8 only beyond that.
_CHARSETS = {
    "ja": ("us-ascii", "iso-2022-jp"),
    "ar": ("us-ascii", "windows-1256"),
}
_LATIN = ("us-ascii", "iso-8859-1", "windows-1252")
_CULTURE = {"en": "en-GB", "de": "de-DE", "fr": "fr-FR", "ja": "ja-JP", "ar": "ar-AE"}


class _Exchange(Client):
    def reply_subject(self, subject, lang):
        return LOCALES[lang]["outlook_reply"] + base_subject(subject)

    def message_id(self, sender, rng):
        host = f"DB9PR{rng.randint(2, 10):02}MB{rng.randint(4000, 9999)}"
        return f"<{host}{hexes(rng, 26)}@{host}.eurprd04.prod.outlook.com>"

    def content_id(self, sender, rng):
        return f"image001.png@01DB{hexes(rng, 4)}.{hexes(rng, 8)}"

    def write(self, letter, rng):
        text, html = self._text(letter), self._html(letter)
        charset = mime.narrowest(text + html, *_CHARSETS.get(letter.lang, _LATIN))
        head = mime.headers(
            letter,
            "From To Cc Reply-To Subject Thread-Topic Thread-Index Date Message-ID References"
            " In-Reply-To Accept-Language Content-Language X-MS-Has-Attach MIME-Version",
            "utf-8" if charset == "us-ascii" else charset,
            Thread_Topic=mime.words(base_subject(letter.subject), charset, "Thread-Topic"),
            Thread_Index=base64.b64encode(b"\x01\xdb" + rng.randbytes(20)).decode(),
            Date=mime.date_header(mime.utc(letter.date)),
            Accept_Language=f"{_CULTURE[letter.lang]}, en-US",
            Content_Language=_CULTURE[letter.lang],
            X_MS_Has_Attach="yes" if letter.files else "",
        )
        page = self._page(letter, charset, html)
        token = f"{letter.message_id[1:].partition('@')[0]}_"
        parts = (_text_part(text, "plain", charset), _text_part(page, "html", charset))
        content = mime.multipart("alternative", f"_000_{token}", parts)
        if letter.images:
            parts = (content, *(_file(file, letter) for file in letter.images))
            content = mime.multipart(
                "related", f"_005_{token}", parts, ';\r\n type="multipart/alternative"'
            )
        if letter.attachments:
            parts = (content, *(_file(file, letter) for file in letter.attachments))
            content = mime.multipart("mixed", f"_004_{token}", parts)
        return Written(letter, text, html, mime.message(head, content))

    def _text(self, letter: Letter) -> str:
        image = f"[cid:{letter.images[0].cid}]" if letter.images else ""
        lines = [prose.plain(letter.text, image), "", *self._signature(letter)]
        if letter.images and prose.IMAGE not in letter.text:
            lines.append(image)
        if letter.answers:
            lines += [self.rule, *(f"{a} {b}" for a, b in prose.header_block(letter)), ""]
            lines.append(letter.answers.text)
        return "\n".join(lines) + "\n"

    #: What stands above a quotation in plain text.
    rule = ""

    @abstractmethod
    def _signature(self, letter: Letter) -> list[str]:
        """The lines under the letter in plain text."""

    @abstractmethod
    def _html(self, letter: Letter) -> str:
        """Inside of body."""

    @abstractmethod
    def _page(self, letter: Letter, charset: str, html: str) -> str:
        """The whole HTML document."""


class Outlook(_Exchange):
    markup = prose.Markup(
        '<p class="MsoNormal">{}<o:p></o:p></p>',
        '<p class="MsoNormal"><o:p>&nbsp;</o:p></p>',
        "border:solid windowtext 1.0pt;padding:0cm 5.4pt 0cm 5.4pt",
    )

    def _signature(self, letter):
        return prose.signature(letter.sender)

    def _html(self, letter):
        text = self.markup.html(letter.text, letter.images, letter.rtl)
        signature = "\n".join(["", *prose.signature(letter.sender)])
        own = self.markup.html(signature, rtl=letter.rtl)
        html = f'<div class="WordSection1">\n{text}\n{own}\n'
        if letter.images and prose.IMAGE not in letter.text:
            html += self.markup.line.format(prose.picture(letter.images[0])) + "\n"
        if letter.answers:
            block = "<br>\n".join(
                f"<b>{label}</b> {escape(value, quote=False)}"
                for label, value in prose.header_block(letter)
            )
            html += (
                f"{self.markup.blank}\n<div>\n"
                '<div style="border:none;border-top:solid #E1E1E1 1.0pt;'
                'padding:3.0pt 0cm 0cm 0cm">\n'
                f"{self.markup.line.format(block)}\n</div>\n</div>\n"
                f"{self.markup.blank}\n{prose.quoted_html(letter.answers)}\n"
            )
        return html + "</div>\n"

    def _page(self, letter, charset, html):
        return (
            '<html xmlns:v="urn:schemas-microsoft-com:vml" '
            'xmlns:o="urn:schemas-microsoft-com:office:office" '
            'xmlns:w="urn:schemas-microsoft-com:office:word" '
            'xmlns="http://www.w3.org/TR/REC-html40">\n<head>\n'
            f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">\n'
            '<meta name="Generator" content="Microsoft Word 15 (filtered medium)">\n'
            "<style><!--\n/* Font Definitions */\n"
            "@font-face\n\t{font-family:Calibri;\n\tpanose-1:2 15 5 2 2 2 4 3 2 4;}\n"
            "/* Style Definitions */\n"
            "p.MsoNormal, li.MsoNormal, div.MsoNormal\n\t{margin:0cm;\n\tfont-size:11.0pt;\n"
            '\tfont-family:"Calibri",sans-serif;\n\tmso-ligatures:standardcontextual;}\n'
            "@page WordSection1\n\t{size:612.0pt 792.0pt;\n\tmargin:70.85pt 70.85pt 2.0cm"
            " 70.85pt;}\ndiv.WordSection1\n\t{page:WordSection1;}\n--></style>\n"
            "<!--[if gte mso 9]><xml>\n"
            '<o:shapedefaults v:ext="edit" spidmax="1026" />\n</xml><![endif]-->\n'
            f'</head>\n<body lang="{letter.lang.upper()}" link="#0563C1" vlink="#954F72" '
            f'style="word-wrap:break-word">\n{html}</body>\n</html>\n'
        )


class OutlookMobile(_Exchange):
    signs = False
    markup = prose.Markup(
        '<div style="font-family: Aptos, Calibri, sans-serif; font-size: 11pt;">{}</div>',
        '<div style="font-family: Aptos, Calibri, sans-serif; font-size: 11pt;"><br></div>',
    )
    rule = "________________________________"

    def _signature(self, letter):
        return [LOCALES[letter.lang]["outlook_mobile"].format("", "<https://aka.ms/o0ukef>")]

    def _html(self, letter):
        link = LOCALES[letter.lang]["outlook_mobile"].format(
            '<a href="https://aka.ms/o0ukef">', "</a>"
        )
        html = (
            f"{self.markup.html(letter.text, letter.images, letter.rtl)}\n"
            '<div id="ms-outlook-mobile-body-separator-line" dir="ltr"><br></div>\n'
            f'<div id="ms-outlook-mobile-signature" dir="ltr">{link}</div>\n'
        )
        if letter.images and prose.IMAGE not in letter.text:
            html += self.markup.line.format(prose.picture(letter.images[0])) + "\n"
        if letter.answers:
            block = "<br>\n".join(
                f"<b>{label}</b> {escape(value, quote=False)}"
                for label, value in prose.header_block(letter)
            )
            html += (
                '<hr style="display:inline-block;width:98%" tabindex="-1">\n'
                '<div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif" '
                f'style="font-size:11pt" color="#000000">{block}</font>\n'
                f"<div>&nbsp;</div>\n</div>\n{prose.quoted_html(letter.answers)}\n"
            )
        return html

    def _page(self, letter, charset, html):
        return (
            "<html>\n<head>\n"
            f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">\n'
            '<style type="text/css" style="display:none;"> P {margin-top:0;margin-bottom:0;}'
            f' </style>\n</head>\n<body dir="ltr">\n{html}</body>\n</html>\n'
        )


def _text_part(text: str, subtype: str, charset: str) -> bytes:
    latin = charset in _LATIN
    return mime.text_part(
        text,
        f'text/{subtype}; charset="{charset}"',
        "quoted-printable" if latin else "base64",
    )


def _file(file: File, letter: Letter) -> bytes:
    sent = format_datetime(mime.utc(letter.date), usegmt=True)
    where = "inline" if file.cid else "attachment"
    head = [("Content-Type", file.mimetype)]
    disposition = where
    if file.name:
        head = [
            ("Content-Type", f"{file.mimetype};\r\n {mime.filename_2047(file.name, 'name')}"),
            ("Content-Description", mime.words(file.name, "utf-8", "Content-Description")),
        ]
        disposition += f";\r\n {mime.filename_2047(file.name)}; size={len(file.content)}"
        disposition += f';\r\n creation-date="{sent}";\r\n modification-date="{sent}"'
    head.append(("Content-Disposition", disposition))
    if file.cid:
        head.append(("Content-ID", f"<{file.cid}>"))
    return mime.file_part(file, head)
