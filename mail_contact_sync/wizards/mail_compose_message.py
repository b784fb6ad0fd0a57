# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..models.fields import make_readable


class MailComposeMessage(models.TransientModel):
    """A reply takes over nothing of what the user may not read."""

    _inherit = "mail.compose.message"

    # Core computes with all rights what a reply takes over from its parent.
    parent_id = fields.Many2one()

    @api.model
    def _post_model_setup__(self):
        make_readable(self, "parent_id")
        return super()._post_model_setup__()
