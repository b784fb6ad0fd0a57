# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.addons.mail.tools.discuss import Store


class MailNotification(models.Model):
    """Why an e-mail did not leave a mailbox, told to the mailbox's owner and to nobody else."""

    _inherit = "mail.notification"

    def _to_store_defaults(self, target):
        owner = target.get_user(self.env)
        # sudo: whose mailbox it is
        reason = Store.Attr(
            "failure_reason",
            predicate=lambda each: (
                owner and each.sudo().mail_message_id.sync_sender_id.user_id == owner
            ),
            sudo=True,
        )
        return [*super()._to_store_defaults(target), reason]
