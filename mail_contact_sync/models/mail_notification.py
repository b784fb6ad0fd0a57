# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.addons.mail.tools.discuss import Store


class MailNotification(models.Model):
    """Why an e-mail did not leave a mailbox, told to the mailbox's owner and to nobody else."""

    _inherit = "mail.notification"

    def _to_store_defaults(self, target):
        owner = target.get_user(self.env)

        def hers(notification):
            # sudo: whose mailbox it is
            sender = notification.sudo().mail_message_id.sync_sender_id
            return owner and sender.user_id == owner

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
