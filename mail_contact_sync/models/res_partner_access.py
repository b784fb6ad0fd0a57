# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.fields import Domain


class ResPartner(models.Model):
    """A message that the user may not read does not show by its mere presence, either.

    Core asks the table, which knows no readers.
    """

    _inherit = "res.partner"

    def _compute_has_message(self):
        having = self.with_context(active_test=False).search(
            Domain("id", "in", self.ids) & Domain("message_ids", "!=", False)
        )
        for partner in self:
            partner.has_message = partner in having

    def _search_has_message(self, operator, value):
        return NotImplemented if operator != "in" else Domain("message_ids", "!=", False)
