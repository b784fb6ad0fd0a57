# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError

from .fields import make_readable
from .mail_message_access import SYNC_FIELDS

#: Written by what sends from mailboxes alone.
SENDING_FIELDS = SYNC_FIELDS | {
    *("sync_account_id", "sync_attempts", "sync_digest", "sync_unfiled"),
}
#: What whoever runs the mail queue may change of what somebody wrote from her mailbox.
QUEUE = {"state", "scheduled_date"}


class MailMail(models.Model):
    """Who may do what with an outgoing mail.

    It is named by the subject of its message, even where it is refused.  What was written from
    a mailbox is its owner's: administrators may send it again or not, and no other mail by it.
    """

    _inherit = "mail.mail"

    # What a mail has of its message is read by way of this, and out of a cache that knows no users.
    mail_message_id = fields.Many2one()

    @api.model
    def _post_model_setup__(self):
        make_readable(self, "mail_message_id")
        return super()._post_model_setup__()

    @api.model
    def _has_field_access(self, field, operation):
        return super()._has_field_access(field, operation) and (
            self.env.su or operation == "read" or not field.name.startswith("sync_")
        )

    @api.model
    def default_get(self, fields):
        defaults = super().default_get(fields)
        return {name: defaults[name] for name in defaults.keys() - SENDING_FIELDS}

    @api.model_create_multi
    def create(self, vals_list):
        # Core creates mails with all rights, and some with values that a browser has sent.
        self.env["mail.message"]._sync_check_values(vals_list, SENDING_FIELDS)
        mails = super().create(vals_list)
        # sudo: it is asked who may read the message, not the mail
        if not all(mail.mail_message_id for mail in mails.sudo()):
            raise AccessError(self.env._("You may not read the message of this e-mail."))
        return mails

    def write(self, vals):
        # sudo: that it is from a mailbox counts for who may not see whose
        if not self.env.su and vals.keys() - QUEUE and self.sudo().sync_account_id:
            raise AccessError(self.env._("This e-mail was written from somebody's own mailbox."))
        return super().write(vals)

    @api.depends_context("uid")
    def _compute_display_name(self):
        result = super()._compute_display_name()
        for mail in self:
            # sudo: core names with all rights what it refuses
            if not mail.sudo().mail_message_id._sync_readable():
                mail.display_name = False
        return result
