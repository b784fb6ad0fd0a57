# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

#: Ancestors that an answer names.
MAX_ANCESTORS = 20
#: What mail programs of several languages put before the subject of an answer.
_ANSWER = re.compile(r"^(?:\s*(?:re|aw|antw|sv|vs|odp|tr|fw|fwd|wg|rv|res)\s*:)+\s*", re.IGNORECASE)


class MailSyncConversation(models.AbstractModel):
    """What an e-mail that is written in a chatter goes on with.

    All of it as the user, whatever the rights of who calls: what she may not read
    leaves no trace in what she sends.
    """

    _name = "mail.sync.conversation"
    _description = "Conversation in a Chatter"

    @api.model
    def _thread(self, model, thread_id):
        """The record, which the user may read; raise AccessError, UserError."""
        if model not in self.env or not hasattr(self.env[model], "message_post"):
            raise UserError(self.env._("This is no record with a chatter."))
        thread = self.env[model].sudo(False).browse(int(thread_id or 0)).exists()
        thread.check_access("read")
        return thread

    @api.model
    def _last(self, thread, parent_id=False):
        """The e-mail that is answered: the one that was chosen, else the latest one."""
        domain = (
            Domain("model", "=", thread._name)
            & Domain("res_id", "=", thread.id)
            & (Domain("sync_message_id", "!=", False) | Domain("sync_sender_id", "!=", False))
        )
        messages = self.env["mail.message"].sudo(False)
        if not thread:
            return messages
        chosen = messages.search(domain & Domain("id", "=", int(parent_id or 0)))
        return chosen or messages.search(domain, order="date desc, id desc", limit=1)

    @api.model
    def _subject(self, last) -> str:
        bare = self._bare_subject(last.subject)
        return f"Re: {bare}" if bare else ""

    @api.model
    def _bare_subject(self, subject) -> str:
        return _ANSWER.sub("", subject or "").strip()

    @api.model
    def _goes_on(self, last, subject) -> bool:
        """Whether what is called ``subject`` goes on with ``last``; another one begins anew."""
        return bool(last) and (
            not subject
            or self._bare_subject(subject).lower() == self._bare_subject(last.subject).lower()
        )

    @api.model
    def _references(self, last) -> list[str]:
        """The Message-IDs of the conversation up to ``last``, the oldest first."""
        ids = []
        while last and len(ids) < MAX_ANCESTORS:
            message_id = last.sync_message_id or last.message_id or ""
            if re.fullmatch(r"<[^<>\s]{1,900}>", message_id) and message_id.isascii():
                ids.append(message_id)
            # sudo: one link up; whether she may read it is asked at once
            last = last.sudo().parent_id.sudo(False)._sync_readable()
            if not (last.sudo().sync_message_id or last.sudo().sync_sender_id):
                break
        return list(dict.fromkeys(reversed(ids)))

    @api.model
    def _sender(self, thread, last, senders):
        """The default: where the conversation came to, her last choice here, her default."""
        # sudo: which of her own mailboxes it is
        matches = self.env["mail.sync.match"].sudo()
        origin = last.sudo().sync_origin_id or last
        holders = matches.search([("mail_message_id", "in", origin.ids)]).account_id
        for account in (last.sudo().sync_sender_id | holders).sudo(False):
            if account in senders:
                return account
        # sudo: one of her own mailboxes, or none
        mine = self._last_choice(thread).sudo()
        chosen = senders & mine.sync_sender_id.sudo(False)
        # A mailbox that is there no more is no choice of the company's e-mail.
        if chosen or (mine and not mine.sync_written):
            return chosen
        # sudo: the user's own default
        default = senders & self.env.user.sudo().mail_sync_sender_id.sudo(False)
        return default or (senders if len(senders) == 1 else senders.browse())

    @api.model
    def _last_choice(self, thread):
        """What she wrote last to whom the record is about, or in its chatter.

        What Odoo sent for her in a layout of its own, such as an offer, was no choice.
        """
        messages = self.env["mail.message"].sudo(False)
        if not thread:
            return messages
        # sudo: it only narrows messages of her own
        contacts = thread.sudo()._mail_get_partners()[thread.id]
        return messages.search(
            Domain("author_id", "=", self.env.user.partner_id.id)
            & Domain("message_type", "=", "comment")
            & Domain("subtype_id", "=", self.env.ref("mail.mt_comment").id)
            & Domain("email_layout_xmlid", "=", False)
            & Domain("partner_ids", "!=", False)
            & (
                Domain("partner_ids", "in", contacts.ids)
                | (Domain("model", "=", thread._name) & Domain("res_id", "=", thread.id))
            ),
            order="id desc",
            limit=1,
        )
