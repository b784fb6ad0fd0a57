# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

#: What core does with all rights so that readers see a file: its picture, its link in an e-mail.
SHOWN = {"thumbnail", "access_token"}


class IrAttachment(models.Model):
    """The files of an e-mail stay as it stays; whoever may not read it finds none of them.

    They have no name for her, even where they are refused.
    """

    _inherit = "ir.attachment"

    def write(self, vals):
        if vals.keys() - SHOWN:
            self._sync_check_as_it_is()
        return super().write(vals)

    def unlink(self):
        self._sync_check_as_it_is()
        return super().unlink()

    def _sync_check_as_it_is(self):
        """Whoever once uploaded a file is let in by core with all rights."""
        # sudo: what she may not read stays, too
        files = self.sudo().exists().filtered(lambda file: file.res_model == "mail.message")
        if files:
            self.env["mail.message"].browse(files.mapped("res_id"))._sync_check_as_it_is()

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
