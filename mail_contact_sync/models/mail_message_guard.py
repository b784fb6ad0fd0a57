# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import SUPERUSER_ID, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from .mail_message_access import SYNC_FIELDS

#: What came from mailboxes, and what was written from them.
E_MAILS = Domain("sync_access", "!=", False) | Domain("sync_written", "=", True)
#: What an e-mail says, whose it is and to whom it went; all else is what becomes of it in Odoo.
SAID = SYNC_FIELDS | {
    *("subject", "body", "date", "attachment_ids", "message_id", "parent_id", "reply_to"),
    *("author_id", "author_guest_id", "email_from", "partner_ids", "outgoing_email_to"),
    *("incoming_email_to", "incoming_email_cc", "message_type", "subtype_id", "is_internal"),
}


class MailMessage(models.Model):
    """An e-mail stays as it came or as it left, whoever may write to its record.

    The engine changes and deletes it, which is Odoo's own user, and nobody else.  All rights
    prove nothing: core takes them for what a browser asks.
    """

    _inherit = "mail.message"

    #: stays when the mailbox goes
    sync_written = fields.Boolean("Written From a Mailbox", readonly=True, copy=False)

    def _sync_as_engine(self):
        """The same messages for what the engine does, whoever it does it for."""
        return self.with_user(SUPERUSER_ID)

    def _sync_emails(self):
        """Those of the messages that came to a mailbox or were written from one."""
        # sudo: what she may not read stays, too
        messages = self.sudo().exists()
        emails = messages.filtered(lambda message: message.sync_access or message.sync_written)
        return emails.with_env(self.env)

    def _sync_check_as_it_is(self):
        if not self.env.user._is_superuser() and self._sync_emails():
            raise self._sync_stays()

    def _sync_stays(self):
        return AccessError(self.env._("An e-mail stays as it came, or as it was sent."))

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if operation not in ("write", "unlink"):
            return result
        refused, error = result or (self.browse(), self._sync_stays)
        kept = (self - refused)._sync_emails()
        return (refused + kept, error) if kept else result

    def write(self, vals):
        emails = self.browse()
        if self.env.su and not self.env.user._is_superuser() and vals.keys() & SAID:
            emails = self._sync_emails()
        if not emails:
            return super().write(vals)
        if "res_id" not in vals:
            raise self._sync_stays()
        # Core merges records: it moves the messages, and words them anew.
        rest = {name: value for name, value in vals.items() if name not in SAID}
        super(MailMessage, emails).write(rest)
        return super(MailMessage, self - emails).write(vals)

    def unlink(self):
        self._sync_check_as_it_is()
        # sudo: the mails are Odoo's, and go with their messages
        self.env["mail.mail"].sudo()._sync_lose(self)
        return super().unlink()
