# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re
from datetime import timezone

from odoo import fields, models
from odoo.tools import html2plaintext
from odoo.tools.mail import email_normalize_all, email_split_tuples

from ..connectors import reasons
from ..connectors.base import MessageError
from ..mime.writing import File, Letter, compose

#: Bytes of all files of one message; beyond it no provider takes it.
MAX_FILES = 150 << 20
_IMAGE = re.compile(r"""(src\s*=\s*["'])([^"']*/web/(?:image|content)/(\d+)[^"']*)(["'])""")


class MailMail(models.Model):
    """What is written from a connected mailbox, as a person's mail program writes it.

    No layout, footer, tracking link or Reply-To of Odoo.
    """

    _inherit = "mail.mail"

    def _sync_recipients(self) -> list[str]:
        return email_normalize_all(f"{self.email_to or ''}, {self.email_cc or ''}")

    def _sync_compose(self) -> bytes:
        """The same message each time; raise MessageError."""
        self.ensure_one()
        html, files = self._sync_files()
        [sender] = email_split_tuples(self.email_from)[:1] or [("", "")]
        letter = Letter(
            message_id=self.message_id,
            date=(self.date or fields.Datetime.now()).replace(tzinfo=timezone.utc),
            sender=sender,
            to=tuple(email_split_tuples(self.email_to or "")),
            cc=tuple(email_split_tuples(self.email_cc or "")),
            subject=self.subject or "",
            references=tuple((self.references or "").split()),
            html=f"<html><body>{html}</body></html>",
            text=html2plaintext(self.body_html or ""),
            files=files,
        )
        try:
            return compose(letter)
        except ValueError:
            raise MessageError(reasons.ADDRESS_INVALID) from None

    def _sync_files(self) -> tuple[str, tuple[File, ...]]:
        """The text, whose pictures it shows by name, and all files.

        Only files of this very message are sent, whatever the text points to.
        """
        own = self.mail_message_id.attachment_ids.sudo()
        if sum(own.mapped("file_size")) > MAX_FILES:
            raise MessageError(reasons.MESSAGE_TOO_LARGE)
        shown = set()
        domain = self.message_id.strip("<>").rpartition("@")[2]

        def named(match):
            number = int(match[3])
            if number not in own.ids:
                return match[0]
            shown.add(number)
            return f"{match[1]}cid:{number}@{domain}{match[4]}"

        html = _IMAGE.sub(named, str(self.body_html or ""))
        html = self.env["mail.render.mixin"]._replace_local_links(html)
        return html, tuple(
            File(
                name=file.name,
                content=file.raw or b"",
                mimetype=file.mimetype or "application/octet-stream",
                cid=f"{file.id}@{domain}" if file.id in shown else "",
            )
            for file in own.sorted("id")
        )
