# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.tools import email_normalize


class MailThread(models.AbstractModel):
    """Never propose to a user that she write to herself, in the chatter of any record."""

    _inherit = "mail.thread"

    def _message_get_suggested_recipients_batch(self, *args, **kwargs):
        # sudo: asks for nobody's mailboxes but the user's own
        mailboxes = self.env.user.sudo().mail_sync_account_ids
        own = {address for mailbox in mailboxes for address in mailbox._own_addresses()}
        # What she answers was written to her: no contact is to be made of that.
        others = self.with_context(mail_contact_sync_own=frozenset(own))
        suggested = super(MailThread, others)._message_get_suggested_recipients_batch(
            *args, **kwargs
        )
        myself = self.env.user.partner_id

        def is_me(recipient) -> bool:
            partner_id = recipient["partner_id"]
            return partner_id == myself.id or (not partner_id and recipient["email"] in own)

        return {
            record_id: recipients
            if self._name == "res.partner" and record_id == myself.id
            else [recipient for recipient in recipients if not is_me(recipient)]
            for record_id, recipients in suggested.items()
        }

    def _partner_find_from_emails(self, records_emails, *args, **kwargs):
        if own := self.env.context.get("mail_contact_sync_own"):
            records_emails = {
                record: [each for each in emails if email_normalize(each, strict=False) not in own]
                for record, emails in records_emails.items()
            }
        return super()._partner_find_from_emails(records_emails, *args, **kwargs)
