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
            # sudo: who may write the password may not read what is kept of it
            record.sudo().secret = vault._open().encrypt(record.password)
        self.invalidate_recordset(["password"])

    def _has_secret(self) -> bool:
        return bool(self.sudo().secret)  # sudo: that there is one says nothing of it

    def _forget_secret(self):
        self.sudo().secret = False  # sudo: nobody may write it, and to forget it harms nobody

    def _password(self) -> str:
        """Raise ``KeyLost``."""
        self.ensure_one()
        # sudo: for the server that it was entered for; to be handed to nobody else
        token = self.sudo().secret
        return self.env["mail.sync.vault"]._open().decrypt(token) if token else ""
