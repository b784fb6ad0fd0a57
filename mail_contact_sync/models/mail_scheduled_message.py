# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class MailScheduledMessage(models.Model):
    """What is sent later leaves from the mailbox that was chosen.

    It is posted as the user who wrote it, and checked then once more that the mailbox is hers.
    """

    _inherit = "mail.scheduled.message"

    @api.model
    def _notification_parameters_whitelist(self):
        return super()._notification_parameters_whitelist() | {"sync_sender_id", "parent_id"}
