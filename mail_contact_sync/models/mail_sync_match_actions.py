# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError


class MailSyncMatch(models.Model):
    """What the owner of a mailbox does with an e-mail that stands in a chatter."""

    _inherit = "mail.sync.match"

    subject = fields.Char(compute="_compute_subject")
    sync_direction = fields.Selection(
        [("received", "Received"), ("sent", "Sent")],
        "Direction",
        compute="_compute_sync_direction",
    )

    @api.depends("outgoing")
    def _compute_sync_direction(self):
        for match in self:
            match.sync_direction = "sent" if match.outgoing else "received"

    @api.depends_context("uid")
    @api.depends("mail_message_id")
    def _compute_subject(self):
        readable = self.mail_message_id._filtered_access("read")
        for match in self:
            match.subject = (match.mail_message_id & readable).subject

    def action_open_mail(self):
        self.ensure_one()
        message = self.mail_message_id._filtered_access("read")
        if not message:
            raise UserError(self.env._("This e-mail does not stand in a chatter."))
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mail_contact_sync.mail_message_action"
        )
        form = self.env.ref("mail_contact_sync.mail_message_view_form")
        return {**action, "res_id": message.id, "views": [(form.id, "form")]}

    def action_delete_mail(self):
        """Out of the contact's chatter for good; the mailbox keeps it."""
        self.ensure_one()
        self.account_id._check_owner()
        # sudo: others may hold the message, too; that it is hers was checked
        match = self.sudo()
        message = match.mail_message_id
        if not message:
            raise UserError(self.env._("This e-mail does not stand in a chatter."))
        held = [("mail_message_id", "=", message.id)]
        others = match.search([*held, ("account_id", "!=", match.account_id.id)], limit=1)
        # sudo: the past is the engine's
        kept = self.env["mail.sync.past"].sudo()
        owners = [match.account_id.user_id.id, False]
        others = others or kept.search([*held, ("user_id", "not in", owners)], limit=1)
        if others or not (message.sync_access or message.sync_written):
            raise UserError(
                self.env._(
                    "This e-mail stays: it is in a colleague's mailbox, too, or was written or "
                    "received by Odoo itself."
                )
            )
        message._sync_as_engine().unlink()
