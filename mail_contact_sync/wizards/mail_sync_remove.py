# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class MailSyncRemove(models.TransientModel):
    """Remove a mailbox: do its e-mails stay in the chatters, or go?"""

    _name = "mail.sync.remove"
    _description = "Remove a Mailbox"

    account_id = fields.Many2one("mail.sync.account", required=True, readonly=True)
    # As the user: a dialog can be opened for any id.
    address = fields.Char(related="account_id.address", related_sudo=False)
    syncs = fields.Boolean(related="account_id.syncs", related_sudo=False)
    mails = fields.Selection(
        [("keep", "Keep the e-mails in the chatters"), ("remove", "Remove the e-mails, too")],
        "E-mails in the Chatters",
        required=True,
        default="keep",
    )
    posted_count = fields.Integer(compute="_compute_counts")
    only_here_count = fields.Integer("Only in This Mailbox", compute="_compute_counts")

    @api.depends("account_id")
    def _compute_counts(self):
        for removal in self:
            account = removal.account_id
            account._check_owner(or_manager=True)
            removal.posted_count = account.posted_count
            removal.only_here_count = account._count_only_here() if account else 0

    def action_remove(self):
        self.ensure_one()
        self.account_id._check_owner(or_manager=True)
        self.account_id._begin_removal(remove_mails=self.mails == "remove")
        mailboxes = self.env["ir.actions.act_window"]._for_xml_id(
            "mail_contact_sync.mail_sync_account_action"
        )
        return {**mailboxes, "target": "main"}  # the way back to this one leads nowhere soon
