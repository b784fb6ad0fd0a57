# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.exceptions import AccessError

#: To whom an e-mail goes when it is tried again.
RECIPIENTS = {"mail_mail_id", "mail_message_id", "res_partner_id", "mail_email_address"}


class MailNotification(models.Model):
    """Whom an e-mail goes to from somebody's mailbox, she alone says."""

    _inherit = "mail.notification"

    @api.model_create_multi
    def create(self, vals_list):
        notifications = super().create(vals_list)
        notifications._sync_check_recipients()
        return notifications

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & RECIPIENTS:
            self._sync_check_recipients()
        return result

    def _sync_check_recipients(self):
        # Core notes with all rights whom it told; a browser cannot.
        if not self.env.su and self.sudo().mail_mail_id.sync_account_id:
            raise AccessError(self.env._("This e-mail was written from somebody's own mailbox."))
