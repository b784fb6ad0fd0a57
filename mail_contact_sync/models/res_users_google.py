# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from urllib.parse import urlsplit

from odoo import api, fields, models

GOOGLE = "accounts.google.com"


class ResUsers(models.Model):
    """Users who log in with Google: what is left is to let Odoo read their mail.

    Logging in with Google is the add-on auth_oauth's, which need not be there.  What it has got
    from Google opens no mailbox, so Google asks the user once more.
    """

    _inherit = "res.users"

    mail_sync_offer = fields.Char(compute="_compute_mail_sync_offer")

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, "mail_sync_offer"]

    def _google_subject(self) -> str:
        """The user's lasting name at Google, if that is where she logs in."""
        self.ensure_one()
        user = self.sudo()  # sudo: users read no provider, and say nothing about others
        if "oauth_provider_id" not in self._fields or not user.oauth_uid:
            return ""
        endpoints = self.env["mail.sync.provider.google"]._endpoints()
        hosts = {GOOGLE, urlsplit(endpoints.authorization).netloc}
        host = urlsplit(user.oauth_provider_id.auth_endpoint or "").netloc
        return user.oauth_uid if host in hosts else ""

    def _google_address(self) -> str:
        """Probably; it is what the user is known by at Google that counts."""
        return self.login if "@" in self.login else self.email or ""

    @api.depends("login", "email", "mail_sync_account_ids.address")
    @api.depends_context("uid")
    def _compute_mail_sync_offer(self):
        """The address for which consenting at Google is all that is left to do."""
        for user in self:
            user.mail_sync_offer = user == self.env.user and user._mail_sync_offer()

    def _mail_sync_offer(self) -> str:
        address = self._google_address()
        # sudo: the user's own
        connected = {each.lower() for each in self.sudo().mail_sync_account_ids.mapped("address")}
        missing = self.env["mail.sync.provider.google"]._missing()
        possible = address and self._google_subject() and not missing
        return address if possible and address.lower() not in connected else ""
