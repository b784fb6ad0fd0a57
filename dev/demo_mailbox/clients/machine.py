# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Programs that write by themselves: newsletter services and notifiers."""

from html import escape

from ..letter import Letter, Written
from . import mime
from .base import Client, hexes

_UNSUBSCRIBE = {
    "en": ("You get this because you subscribed.", "Unsubscribe", "Read in your browser"),
    "de": ("Sie erhalten diese Nachricht auf Wunsch.", "Abbestellen", "Im Browser lesen"),
    "fr": ("Vous recevez ce message en tant qu'abonné.", "Se désabonner", "Version en ligne"),
}


class Notice(Client):
    """A short text from an address that reads no answers."""

    def message_id(self, sender, rng):
        return f"<{hexes(rng, 16).lower()}.{rng.randint(1, 99)}@app-{sender.domain}>"

    def write(self, letter, rng):
        text = f"{letter.text}\n\n-- \n{letter.sender.name}\n"
        content = mime.text_part(text, "text/plain; charset=utf-8", "quoted-printable")
        head = mime.headers(
            letter,
            "Date From To Message-ID Subject MIME-Version Auto-Submitted X-Auto-Response-Suppress",
            "utf-8",
            Auto_Submitted="auto-generated",
            X_Auto_Response_Suppress="All",
        )
        return Written(letter, text, "", mime.message(head, content))


class Newsletter(Client):
    """A page of stories; the text holds one a line, ``headline | story``.

    ``sender.title`` is the colour of the page.
    """

    def message_id(self, sender, rng):
        return f"<{hexes(rng, 32).lower()}.{rng.randint(10**9, 10**10)}@mail.{sender.domain}>"

    def write(self, letter, rng):
        stories = [line.split(" | ") for line in letter.text.splitlines()]
        token = hexes(rng, 12).lower()
        text, html = self._text(letter, stories, token), self._html(letter, stories, token)
        parts = (
            mime.text_part(text, 'text/plain; charset="utf-8"', "quoted-printable"),
            mime.text_part(html, 'text/html; charset="utf-8"', "quoted-printable"),
        )
        domain = letter.sender.domain
        head = mime.headers(
            letter,
            "From Reply-To To Date Message-ID Subject X-Mailer Precedence List-Id"
            " List-Unsubscribe List-Unsubscribe-Post Feedback-ID MIME-Version",
            "utf-8",
            X_Mailer=f"Campaigner - **{hexes(rng, 10).lower()}**",
            Precedence="bulk",
            List_Id=f"{token}mc list <{token[:6]}.list-id.{domain}>",
            List_Unsubscribe=f"<https://{domain}/u/{token}>,\r\n <mailto:u-{token}@{domain}>",
            List_Unsubscribe_Post="List-Unsubscribe=One-Click",
            Feedback_ID=f"{token[:8]}:{token[8:]}:campaign:{domain}",
        )
        content = mime.multipart("alternative", f"_----------={hexes(rng, 20)}", parts)
        return Written(letter, text, html, mime.message(head, content))

    def _text(self, letter: Letter, stories: list[list[str]], token: str) -> str:
        why, unsubscribe, _ = _UNSUBSCRIBE[letter.lang]
        lines = [letter.sender.name.upper(), "=" * len(letter.sender.name), ""]
        for headline, story in stories:
            lines += [headline, story, f"https://{letter.sender.domain}/{token}", ""]
        return "\n".join([*lines, why, f"{unsubscribe}: https://{letter.sender.domain}/u/{token}"])

    def _html(self, letter: Letter, stories: list[list[str]], token: str) -> str:
        why, unsubscribe, browser = _UNSUBSCRIBE[letter.lang]
        site, colour = f"https://{letter.sender.domain}", letter.sender.title
        rows = "\n".join(
            '<tr><td style="padding:18px 32px;border-bottom:1px solid #eee">'
            f'<h2 style="margin:0 0 6px;font:bold 18px Georgia,serif;color:{colour}">'
            f"{escape(headline)}</h2>"
            f'<p style="margin:0;font:15px/22px Arial,sans-serif;color:#333">{escape(story)} '
            f'<a href="{site}/{token}" style="color:{colour}">&rarr;</a></p></td></tr>'
            for headline, story in stories
        )
        return (
            '<!doctype html><html><head><meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width">\n'
            "<style>@media only screen and (max-width:480px){.page{width:100%!important}}"
            "</style></head>\n"
            '<body style="margin:0;background:#f2f2f2">\n'
            f'<div style="display:none;max-height:0">{escape(stories[0][1])}</div>\n'
            '<table role="presentation" width="100%"><tr><td align="center">\n'
            '<table role="presentation" class="page" width="600" '
            'style="background:#fff;border-collapse:collapse">\n'
            f'<tr><td style="background:{colour};color:#fff;padding:26px 32px;'
            f'font:bold 26px Georgia,serif">{escape(letter.sender.name)}</td></tr>\n{rows}\n'
            '<tr><td style="padding:18px 32px;font:12px Arial,sans-serif;color:#888">'
            f'{why} <a href="{site}/u/{token}">{unsubscribe}</a> &middot; '
            f'<a href="{site}/{token}">{browser}</a></td></tr>\n'
            "</table></td></tr></table>\n"
            f'<img src="{site}/o/{token}.gif" width="1" height="1" alt="">\n'
            "</body></html>\n"
        )
