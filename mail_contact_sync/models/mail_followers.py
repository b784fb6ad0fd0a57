# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class MailFollowers(models.Model):
    """A mailbox has no followers."""

    _inherit = "mail.followers"

    def _insert_followers(self, res_model, res_ids, *args, **kwargs):
        # Every employee reads who follows what: it would tell who has mailboxes.
        if res_model == "mail.sync.account":
            return None
        return super()._insert_followers(res_model, res_ids, *args, **kwargs)
