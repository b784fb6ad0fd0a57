# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.addons.mail.tools.discuss import Store


class MailNotification(models.Model):
    """Why an e-mail did not leave a mailbox, told to who wrote it and to nobody else."""

    _inherit = "mail.notification"

    def _to_store_defaults(self, target):
        owner = target.get_user(self.env)

        def hers(notification):
            # sudo: who wrote it; the mailbox, and the mail with it, may be gone
            told = notification.sudo()
            message = told.mail_message_id
            ours = message.sync_sender_id or not told.mail_mail_id
            return owner and ours and message.author_id == owner.partner_id

        return [
            *super()._to_store_defaults(target),
            Store.Attr("failure_reason", predicate=hers, sudo=True),
            # sudo: the mail is Odoo's
            Store.Attr(
                "sync_retriable", lambda each: each.sudo()._sync_retriable(), predicate=hers
            ),
        ]

    def _sync_retriable(self) -> bool:
        """Whether it is about an e-mail that stopped on its way out of a mailbox."""
        mail = self.mail_mail_id
        return bool(mail.sync_account_id) and mail.state == "exception"

    def _sync_tell(self, outcome):
        """What came of a mail that is gone; what was found in Sent meanwhile was sent."""
        untold = self.filtered(lambda each: each.notification_status != "sent")
        untold.write(
            {
                "notification_status": "sent" if outcome.sent else "exception",
                "failure_type": not outcome.sent and outcome.failure,
                "failure_reason": not outcome.sent and outcome.reason,
            }
        )
        untold.mail_message_id._notify_message_notification_update()
