# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re

from odoo import api, fields, models
from odoo.exceptions import UserError

from .mail_sync_provider_microsoft import CLIENT_ID, CONNECTOR, TENANT

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class ResConfigSettings(models.TransientModel):
    """Odoo as an app at Microsoft."""

    _inherit = "res.config.settings"

    mail_sync_microsoft_client_id = fields.Char(
        "Application (Client) ID", config_parameter=CLIENT_ID
    )
    mail_sync_microsoft_client_secret = fields.Char(
        "Client Secret Value",
        compute="_compute_mail_sync_microsoft_client_secret",
        inverse="_inverse_mail_sync_microsoft_client_secret",
    )
    mail_sync_microsoft_has_secret = fields.Boolean(readonly=True)
    mail_sync_microsoft_tenant = fields.Char("Directory (Tenant)", config_parameter=TENANT)
    mail_sync_microsoft_redirect = fields.Char("Redirect URI", readonly=True)
    mail_sync_microsoft_connector = fields.Selection(
        [("graph", "Microsoft Graph"), ("microsoft-imap", "IMAP")],
        "Read Mailboxes by",
        config_parameter=CONNECTOR,
        default="graph",
    )

    def _compute_mail_sync_microsoft_client_secret(self):
        """Written, never read."""
        self.mail_sync_microsoft_client_secret = False

    def _inverse_mail_sync_microsoft_client_secret(self):
        for settings in self.filtered("mail_sync_microsoft_client_secret"):
            settings._check_administrator()
            self.env["mail.sync.provider.microsoft"]._set_client_secret(
                settings.mail_sync_microsoft_client_secret
            )
        self.invalidate_recordset(["mail_sync_microsoft_client_secret"])

    def set_values(self):
        self.mail_sync_microsoft_client_id = (self.mail_sync_microsoft_client_id or "").strip()
        client_id = self.mail_sync_microsoft_client_id
        if client_id and not _GUID.fullmatch(client_id):
            raise UserError(
                self.env._(
                    "%s is not the application (client) ID of an app at Microsoft. That looks like "
                    "00000000-0000-0000-0000-000000000000; it stands on the app's Overview in the "
                    "Microsoft Entra admin center.",
                    client_id,
                )
            )
        return super().set_values()

    @api.model
    def get_values(self):
        microsoft = self.env["mail.sync.provider.microsoft"]
        return {
            **super().get_values(),
            "mail_sync_microsoft_has_secret": microsoft._has_client_secret(),
            "mail_sync_microsoft_redirect": microsoft._redirect_uri(),
        }
