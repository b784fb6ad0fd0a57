# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class MailMail(models.Model):
    """An outgoing mail is named by the subject of its message, even where it is refused."""

    _inherit = "mail.mail"

    @api.depends_context("uid")
    def _compute_display_name(self):
        result = super()._compute_display_name()
        for mail in self:
            if not mail.sudo().mail_message_id._sync_readable():
                mail.display_name = False
        return result
