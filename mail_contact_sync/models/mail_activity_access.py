# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class MailActivity(models.Model):
    """An activity of a mailbox is named by its address, even where it is refused."""

    _inherit = "mail.activity"

    @api.depends_context("uid")
    def _compute_display_name(self):
        result = super()._compute_display_name()
        # sudo: core names with all rights what it refuses
        of_mailboxes = self.sudo().filtered(lambda each: each.res_model == "mail.sync.account")
        mine = self.browse(of_mailboxes.ids).sudo(False)
        for activity in mine - mine._filtered_access("read"):
            self.browse(activity.id).display_name = False
        return result
