# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.exceptions import AccessError

#: What whoever runs the mail queue may change of what somebody wrote from her mailbox.
QUEUE = {"state", "scheduled_date"}


class MailMail(models.Model):
    """Who may do what with an outgoing mail.

    It is named by the subject of its message, even where it is refused.  What was written from
    a mailbox is its owner's: administrators may send it again or not, and no other mail by it.
    """

    _inherit = "mail.mail"

    @api.model
    def _has_field_access(self, field, operation):
        return super()._has_field_access(field, operation) and (
            self.env.su or operation == "read" or not field.name.startswith("sync_")
        )

    def write(self, vals):
        if not self.env.su and vals.keys() - QUEUE and self.sudo().sync_account_id:
            raise AccessError(self.env._("This e-mail was written from somebody's own mailbox."))
        return super().write(vals)

    @api.depends_context("uid")
    def _compute_display_name(self):
        result = super()._compute_display_name()
        for mail in self:
            if not mail.sudo().mail_message_id._sync_readable():
                mail.display_name = False
        return result
