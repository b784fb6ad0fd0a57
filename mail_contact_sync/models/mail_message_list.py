# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unicodedata import normalize

from odoo import api, fields, models
from odoo.tools.mail import email_split_tuples


class MailMessage(models.Model):
    """A synced e-mail in a list: which way it went, and between whom, by their names alone."""

    _inherit = "mail.message"

    sync_direction = fields.Selection(
        [("received", "Received"), ("sent", "Sent")],
        "Direction",
        compute="_compute_sync_direction",
    )
    sync_from_names = fields.Char("Sender's Name", compute="_compute_sync_names")
    sync_to_names = fields.Char("Recipients' Names", compute="_compute_sync_names")
    sync_cc_names = fields.Char("Names in Cc", compute="_compute_sync_names")

    @api.depends("message_type")
    def _compute_sync_direction(self):
        for message in self:
            message.sync_direction = "received" if message.message_type == "email" else "sent"

    @api.depends("email_from", "incoming_email_to", "incoming_email_cc", "partner_ids")
    def _compute_sync_names(self):
        for message in self:
            message.sync_from_names = _names(message.email_from)
            message.sync_to_names = _names(message.incoming_email_to) or ", ".join(
                message.partner_ids.mapped("display_name")
            )
            message.sync_cc_names = _names(message.incoming_email_cc)

    def action_open_contact(self):
        """The chatter that it stands in."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }


def _names(header: str | bool) -> str:
    """The names in a header; of those whose name there might pass for an address, or who have
    none, the address."""
    return ", ".join(
        name if name and "@" not in normalize("NFKC", name) else address
        for name, address in email_split_tuples(header or "")
    )
