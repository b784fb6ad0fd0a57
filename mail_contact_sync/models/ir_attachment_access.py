# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class IrAttachment(models.Model):
    """A file has no name for whoever may not read its message, even where it is refused.

    Nor is it found by whoever has its content.
    """

    _inherit = "ir.attachment"

    @api.depends_context("uid")
    def _compute_display_name(self):
        result = super()._compute_display_name()
        # sudo: core names with all rights what it refuses
        of_messages = self.sudo().filtered(lambda file: file.res_model == "mail.message")
        messages = self.env["mail.message"].browse(of_messages.mapped("res_id")).exists()
        hidden = set((messages - messages._sync_readable()).ids)
        for file in of_messages.filtered(lambda file: file.res_id in hidden):
            self.browse(file.id).display_name = False
        return result

    @api.model
    def create_unique(self, values_list):
        # Core looks with all rights for files that are there already.
        ids = []
        for values in values_list:
            files = self.browse(super().create_unique([values]))._filtered_access("read")
            ids += (files or self.create(values)).ids
        return ids
