# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
import re
from hashlib import blake2b
from itertools import islice
from urllib.parse import unquote, urlsplit

from markupsafe import Markup
from psycopg2 import OperationalError

from odoo import api, models
from odoo.tools import SQL, clean_context, plaintext2html
from odoo.tools.mail import generate_tracking_message_id

from ..connectors.headers import MAX_MESSAGE_ID
from ..mime import ParsedMail, from_text, harmless, has_long_links
from .mail_sync_sentence import NOT_POSTABLE

_logger = logging.getLogger(__name__)

#: A larger message is posted without its attachments.
MAX_MESSAGE_BYTES = 64 * 2**20
CID = re.compile(r"cid:([^\"'\s>)]+)")


class MailSyncPosting(models.AbstractModel):
    """A parsed mail becomes a message of a contact, as faithful as a message can be."""

    _name = "mail.sync.posting"
    _description = "Posting of Synced E-mails"

    @api.model
    def _post(self, account, batch, mails):
        if not batch:
            return
        try:
            with self.env.cr.savepoint():
                self._create(account, batch, mails)
        except OperationalError:
            raise  # a lost race, not a bad mail
        except Exception:
            if len(batch) == 1:
                _logger.exception("Synced e-mail %s could not be posted", batch.id)
                batch._fail(NOT_POSTABLE)
            else:
                for match in batch:
                    self._post(account, match, mails)

    @api.model
    def _create(self, account, batch, mails):
        batch = batch.sorted(lambda match: (match.date, match.id))
        common = self._common_values(account)
        authors = self._authors(account, batch, mails)
        files = self._create_files([mails[match.ref] for match in batch])
        messages = (
            self.env["mail.message"]
            .with_context(clean_context(self.env.context))
            .create(
                [
                    common | self._values(match, mails[match.ref], *each)
                    for match, *each in zip(batch, files, authors, strict=True)
                ]
            )
        )
        for match, message in zip(batch, messages, strict=True):
            match._post(message.id)
        self.env["mail.sync.identity"]._note_digests(batch, mails)
        self._disarm(messages)
        self._hand_over(files, messages)
        self._link_parents(batch)
        places = self.env["mail.sync.answer"]._place(batch, mails)
        self._announce(account, batch, places)

    @api.model
    def _common_values(self, account):
        return {
            "model": "res.partner",
            "subtype_id": self.env.ref("mail_contact_sync.mt_synced_email").id,
            "is_internal": True,
            "email_add_signature": False,
            "record_company_id": False,
            "record_alias_domain_id": False,
            "sync_access": account.visibility,
            "sync_user_ids": [(4, account.user_id.id)] if account.visibility == "private" else [],
        }

    @api.model
    def _values(self, match, mail: ParsedMail, files, author_id):
        return {
            "res_id": match.partner_id.id,
            "message_type": "email_outgoing" if match.outgoing else "email",
            "author_id": author_id,
            "email_from": mail.sender or False,
            "date": match.date,
            "subject": mail.subject,
            "body": self._note(match) + self._body(mail, files),
            "incoming_email_to": mail.to,
            "incoming_email_cc": mail.cc,
            "attachment_ids": [(4, file.id) for file in files],
            "reply_to": mail.reply_to or mail.sender,
            # The real id stays out of core's column: the gateway takes a mail
            # whose id stands there for a duplicate and would drop a lead.
            "message_id": generate_tracking_message_id("mail-contact-sync"),
            "sync_message_id": sync_message_id(mail),
        }

    @api.model
    def _create_files(self, mails: list[ParsedMail]) -> list:
        """The attachments of each mail, all made at once; not yet of any message.

        They will belong to the message, not the contact: who may not read it
        sees no file.
        """
        store = self.env["ir.attachment"].with_context(
            clean_context(self.env.context),
            attachments_mime_plainxml=True,
            image_no_postprocess=True,  # core would make large pictures smaller
        )
        for mail in mails:
            for attachment in mail.attachments:
                store._sync_write_whole(attachment.content)
        files = iter(
            store.create(
                [
                    {
                        "name": attachment.name,
                        "raw": attachment.content,
                        "mimetype": attachment.mimetype,
                        "description": attachment.cid or False,
                        "res_model": "mail.message",
                        "res_id": 0,
                    }
                    for mail in mails
                    for attachment in mail.attachments
                ]
            )
        )
        return [list(islice(files, len(mail.attachments))) for mail in mails]

    @api.model
    def _hand_over(self, files, messages):
        """Give the files to their messages, by one statement for all."""
        pairs = [
            (file.id, message.id)
            for message, of_message in zip(messages, files, strict=True)
            for file in of_message
        ]
        if pairs:
            self.env.flush_all()
            self.env.cr.execute(
                SQL(
                    """UPDATE ir_attachment SET res_id = pair.message
                       FROM unnest(%s::int[], %s::int[]) AS pair(file, message)
                       WHERE ir_attachment.id = pair.file""",
                    *map(list, zip(*pairs, strict=True)),
                )
            )
            self.env["ir.attachment"].invalidate_model(["res_id"])

    @api.model
    def _body(self, mail: ParsedMail, files):
        if not mail.html:
            return self._shown_text(mail.text)
        urls = {
            attachment.cid: f"/web/image/{file.id}"
            for attachment, file in zip(mail.attachments, files, strict=True)
            if attachment.cid
        }
        # Markup, so as to be joined unescaped: the field sanitises it
        return Markup(
            CID.sub(lambda match: urls.get(unquote(match[1]).strip("<>"), match[0]), mail.html)
        )

    @api.model
    def _shown_text(self, text):
        if has_long_links(text):
            return Markup(from_text(text))
        return plaintext2html(text) if text else Markup()

    @api.model
    def _disarm(self, messages):
        """Take out of the bodies what would act on the page that shows them.

        By SQL, as the field would sanitise them once more.
        """
        base = self.env["ir.config_parameter"].sudo().get_param("web.base.url")
        hosts = {urlsplit(base).hostname}
        bodies = {
            message.id: (
                str(message.body),
                harmless(
                    str(message.body),
                    {f"/web/image/{file_id}" for file_id in message.attachment_ids.ids},
                    hosts,
                ),
            )
            for message in messages
        }
        changed = {each: after for each, (before, after) in bodies.items() if after != before}
        if changed:
            self.env.flush_all()
            self.env.cr.execute(
                SQL(
                    """UPDATE mail_message SET body = pair.body
                       FROM unnest(%s::int[], %s::text[]) AS pair(id, body)
                       WHERE mail_message.id = pair.id""",
                    list(changed),
                    list(changed.values()),
                )
            )
            messages.invalidate_recordset(["body"])

    @api.model
    def _note(self, match):
        if not is_too_large(match):
            return Markup()
        return Markup("<p><em>%s</em></p>") % self.env._(
            "This e-mail is very large (%s MB). Its attachments are only in the mailbox.",
            match.size // 2**20,
        )

    @api.model
    def _link_parents(self, batch):
        """Replies hang on their parent, whichever of the two came first."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE mail_message child SET parent_id = parent_match.mail_message_id
                FROM mail_sync_match child_match
                JOIN mail_sync_match parent_match
                    ON parent_match.partner_id = child_match.partner_id
                    AND parent_match.message_key = child_match.parent_key
                    AND parent_match.mail_message_id IS NOT NULL
                WHERE child.id = child_match.mail_message_id AND child.parent_id IS NULL
                    AND child.id <> parent_match.mail_message_id
                    AND child_match.partner_id = ANY(%(partners)s)
                    AND (child_match.id = ANY(%(ids)s) OR parent_match.id = ANY(%(ids)s))
                """,
                ids=batch.ids,
                partners=batch.partner_id.ids,
            )
        )
        self.env["mail.message"].invalidate_model(["parent_id", "child_ids"])

    @api.model
    def _announce(self, account, batch, places):
        """An open chatter shows what has come."""
        listener = (
            account.user_id if account.visibility == "private" else self.env.ref("base.group_user")
        )
        places.setdefault("res.partner", []).extend(batch.partner_id.ids)
        listener._bus_send("mail_contact_sync/posted", {"places": places})


def is_too_large(match) -> bool:
    return match.size > MAX_MESSAGE_BYTES


def sync_message_id(mail: ParsedMail) -> str:
    """What a mail is known by, in whichever mailbox it was found; fit for a btree index."""
    if len(mail.message_id) > MAX_MESSAGE_ID:
        return f"digest:{blake2b(mail.message_id.encode(), digest_size=16).hexdigest()}"
    return mail.message_id or f"digest:{mail.digest}"
