# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import Domain

from .mail_message_guard import E_MAILS


class ResPartner(models.Model):
    """What a contact has of e-mails, and when its addresses are looked up."""

    _inherit = "res.partner"

    sync_mail_count = fields.Integer("Synced E-mails", compute="_compute_sync_mail")
    sync_mail_last_date = fields.Datetime("Last E-mail", compute="_compute_sync_mail")

    @api.depends_context("uid")
    def _compute_sync_mail(self):
        """What the user may read of it, counted without loading it."""
        messages = self.env["mail.message"].sudo()
        # sudo: the readable domain is what the access rule says
        groups = messages._read_group(
            Domain("model", "=", "res.partner")
            & Domain("res_id", "in", self.ids)
            & E_MAILS
            & messages.sudo(False)._sync_readable_domain(),
            ["res_id"],
            ["__count", "date:max"],
        )
        figures = {partner_id: figures for partner_id, *figures in groups}
        for partner in self:
            partner.sync_mail_count, partner.sync_mail_last_date = figures.get(
                partner.id, (0, False)
            )

    def action_view_sync_mails(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mail_contact_sync.mail_message_action"
        )
        domain = Domain("model", "=", "res.partner") & Domain("res_id", "=", self.id) & E_MAILS
        return dict(action, domain=list(domain))

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        if emails := {partner.id: partner.email for partner in partners if partner.email}:
            self.env["mail.sync.contact.key"]._set(emails)
        return partners

    def write(self, vals):
        result = super().write(vals)
        if "email" in vals:
            self.env["mail.sync.contact.key"]._set(
                {partner.id: partner.email or "" for partner in self}
            )
        if vals.get("active") or "company_id" in vals:
            self.env["mail.sync.contact.key"]._again(self.ids)
        return result

    def unlink(self):
        self.check_access("unlink")
        self._sync_hold()
        return super().unlink()

    def _sync_hold(self):
        """Let no mail be posted on these contacts until the transaction ends.

        What takes long holds them first: else it would fail each time that mail comes meanwhile.
        Whoever posts waits, fails, and begins anew.
        """
        for query in (
            "SELECT FROM res_partner WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
            "SELECT FROM mail_sync_match WHERE partner_id = ANY(%s) FOR UPDATE",
        ):
            self.env.cr.execute(query, [self.ids], log_exceptions=False)
