# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re
from datetime import timezone
from hashlib import sha256
from mimetypes import guess_extension
from os.path import splitext

from lxml.html import fromstring, tostring

from odoo import fields, models
from odoo.tools import html2plaintext
from odoo.tools.mail import email_normalize_all, email_split_tuples

from ..connectors import reasons
from ..connectors.base import MessageError
from ..mime.writing import File, Letter, compose
from .mail_sync_sentence import CHANGED

#: Bytes of all files of one message; beyond it no provider takes it.
MAX_FILES = 150 << 20
_FILE = re.compile(r"/web/(?:image|content)/(\d+)")
_IMAGE = re.compile(r"<img\b[^<>]*>")  # as lxml writes it
_TOKEN = re.compile(r"[?&]access_token=([\w-]+)")
#: Classes that Odoo's editor gives to what is pasted and formatted; nobody else has rules for them.
_EDITORS = re.compile(
    r"(?:o|oe|odoo|(?:text|bg)-o)[-_].*"
    r"|img(?:-fluid|-thumbnail)?|rounded(?:-.+)?|shadow(?:-.+)?|float-.+|d-block|mx-auto"
    r"|table(?:-.+)?|btn(?:-.+)?|fa(?:-.+)?|.+-fs"
)
#: The line above a signature (RFC 3676, section 4.3), as ``html2plaintext`` leaves it.
_DELIMITER = re.compile(r"^--$", re.MULTILINE)
_REDIRECTS = {"o_mail_redirect", "o_channel_redirect", "o-discuss-mention"}


class MailMail(models.Model):
    """What is written from a connected mailbox, as a person's mail program writes it.

    No layout, footer, tracking link or Reply-To of Odoo.
    """

    _inherit = "mail.mail"

    def _sync_recipients(self) -> list[str]:
        return email_normalize_all(f"{self.email_to or ''}, {self.email_cc or ''}")

    def _sync_readdress(self):
        """To the same people, by the addresses that they have now."""
        thread = self.env["mail.thread"]
        for mail in self:
            told = mail._sync_notifications()
            addresses = filter(None, told.mapped("mail_email_address"))
            people = thread._sync_people(told.res_partner_id, addresses)
            if people:
                mail.write(thread._sync_to_and_cc(mail.mail_message_id.parent_id, people))

    def _sync_compose(self) -> bytes:
        """The same message each time; raise MessageError."""
        self.ensure_one()
        if self.sync_digest and self.sync_digest != self._sync_digest():
            raise MessageError(CHANGED)
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
            # The address of a picture opens it to whoever knows it.
            text=_DELIMITER.sub("-- ", html2plaintext(_IMAGE.sub("", html))),
            files=files,
        )
        try:
            return compose(letter)
        except ValueError:
            raise MessageError(reasons.ADDRESS_INVALID) from None

    def _sync_digest(self) -> str:
        """Of all that its readers get: what leaves is what was posted."""
        page = fromstring(f"<div>{self.body_html or ''}</div>")
        # sudo: the author's files, sent by whoever runs the queue
        files = self.mail_message_id.attachment_ids.sudo()
        for image in page.iter("img"):
            files |= self._sync_shown(image.get("src") or "")
        said = [
            *(self.message_id, self.email_from, self.subject, fields.Datetime.to_string(self.date)),
            *(self.references, self.body_html),
            *(
                file[name]
                for file in files.sorted("id")
                for name in ("name", "mimetype", "checksum")
            ),
        ]
        return sha256(repr([each or "" for each in said]).encode()).hexdigest()

    def _sync_files(self) -> tuple[str, tuple[File, ...]]:
        """The text, whose pictures it shows by name, and all files; raise MessageError.

        Of what the text points to, only files of this very message are sent, and pictures that
        its author herself has put into Odoo and into a text: what she quotes may point to any.
        """
        page = fromstring(f"<div>{self.body_html or ''}</div>")
        _strip(page)
        # sudo: the author's files, sent by whoever runs the queue
        files = self.mail_message_id.attachment_ids.sudo()
        domain = self.message_id.strip("<>").rpartition("@")[2]
        shown = {}
        for image in page.iter("img"):
            file = self._sync_shown(image.get("src") or "")
            if file:
                shown[file] = f"{file.id}@{domain}"
                image.set("src", f"cid:{shown[file]}")
        files = (files | files.browse(file.id for file in shown)).sorted("id")
        if sum(files.mapped("file_size")) > MAX_FILES:
            raise MessageError(reasons.MESSAGE_TOO_LARGE)
        html = self.env["mail.render.mixin"]._replace_local_links(
            tostring(page, encoding="unicode")
        )
        return html, tuple(
            File(
                name=_shown_name(file) if file in shown else file.name,
                content=file.raw or b"",
                mimetype=file.mimetype or "application/octet-stream",
                cid=shown.get(file, ""),
            )
            for file in files
        )

    def _sync_shown(self, source: str):
        """The picture that is shown by ``source``, if it may be sent.

        The editor shows a picture by its token, which nobody else knows.
        """
        found, token = _FILE.match(source), _TOKEN.search(source)
        # sudo: whether it may be sent, the lines below decide
        file = self.env["ir.attachment"].sudo().browse(int(found[1]) if found else 0).exists()
        hers = file.create_uid == self.sync_account_id.user_id
        known = file.public or (token and file.access_token == token[1])
        own = file in self.mail_message_id.attachment_ids.sudo()
        return file if own or (hers and known) else file.browse()


def _shown_name(file) -> str:
    """Odoo calls a picture that was pasted "image0"."""
    extension = "" if splitext(file.name)[1] else guess_extension(file.mimetype or "")
    return f"{file.name}{extension or ''}"


def _strip(page):
    """What means something inside Odoo alone: links to colleagues, marks of the editor.

    Classes of whoever is quoted stay: mail programs know by them what is quoted.
    """
    for element in list(page.iter()):
        if not isinstance(element.tag, str):
            continue
        classes = (element.get("class") or "").split()
        if element.tag == "a" and _REDIRECTS & set(classes):
            element.drop_tag()
            continue
        for name in list(element.attrib):
            if name.startswith(("data-", "o-")):
                del element.attrib[name]
        if plain := [each for each in classes if not _EDITORS.fullmatch(each)]:
            element.set("class", " ".join(plain))
        else:
            element.attrib.pop("class", None)
