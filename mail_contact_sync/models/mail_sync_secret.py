# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class MailSyncSecret(models.AbstractModel):
    """A record with a password, which is stored encrypted and never read again."""

    _name = "mail.sync.secret"
    _description = "Password of a Connected Mailbox"

    password = fields.Char(compute="_compute_password", inverse="_inverse_password", copy=False)
    secret = fields.Char(groups=fields.NO_ACCESS, copy=False, prefetch=False)

    def _compute_password(self):
        """Written, never read."""
        self.password = False

    def _inverse_password(self):
        vault = self.env["mail.sync.vault"]
        for record in self.filtered("password"):
            vault._ensure_keys()
            record.sudo().secret = vault._open().encrypt(record.password)
        self.invalidate_recordset(["password"])

    def _password(self) -> str:
        """Raise ``KeyLost``."""
        self.ensure_one()
        token = self.sudo().secret
        return self.env["mail.sync.vault"]._open().decrypt(token) if token else ""
