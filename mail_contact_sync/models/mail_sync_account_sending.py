# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from email.utils import formataddr

from odoo import fields, models


class MailSyncAccount(models.Model):
    """Writing from a mailbox."""

    _inherit = "mail.sync.account"

    signature = fields.Html(help="Left empty, e-mails end with the signature of your preferences.")
    can_send = fields.Boolean(compute="_compute_can_send")

    def _compute_can_send(self):
        """Whether it is there to be chosen; in trouble, too, so that nobody wonders where it is."""
        for account in self:
            account.can_send = (
                account.sends
                and account.state not in ("draft", "removing")
                and account._provider()._can_send(account)
            )

    def _sender_line(self) -> str:
        """Who writes from here, as From names her."""
        self.ensure_one()
        return formataddr((self.user_id.name or "", self.address))
