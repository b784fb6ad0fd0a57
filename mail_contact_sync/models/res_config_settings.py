# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .mail_sync_account import FIRST_MONTHS, MAX_MONTHS
from .mail_sync_lane import lane_minutes
from .mail_sync_provider_google import CLIENT_ID

MAX_LANES = 16


class ResConfigSettings(models.TransientModel):
    """What holds for all mailboxes, and Odoo as an app at Google."""

    _inherit = "res.config.settings"

    mail_sync_enabled = fields.Boolean("E-mail Sync", config_parameter="mail_contact_sync.enabled")
    mail_sync_window_months = fields.Integer(
        "Past Months",
        config_parameter="mail_contact_sync.window_months",
        default=FIRST_MONTHS,
    )
    mail_sync_allow_internal = fields.Boolean(
        "Internal Mail Servers", config_parameter="mail_contact_sync.allow_internal"
    )
    mail_sync_ispdb = fields.Char("Mail Settings Database")
    mail_sync_google_client_id = fields.Char(
        "Google Client ID of Mailboxes", config_parameter=CLIENT_ID
    )
    mail_sync_google_client_secret = fields.Char(
        "Google Client Secret of Mailboxes",
        compute="_compute_mail_sync_google_client_secret",
        inverse="_inverse_mail_sync_google_client_secret",
    )
    mail_sync_google_has_secret = fields.Boolean(readonly=True)
    mail_sync_google_redirect = fields.Char("Authorised Redirect URI", readonly=True)
    mail_sync_interval = fields.Integer("Check Every (Minutes)")
    mail_sync_lanes = fields.Integer("Mailboxes at a Time")

    def _compute_mail_sync_google_client_secret(self):
        """Written, never read."""
        self.mail_sync_google_client_secret = False

    def _inverse_mail_sync_google_client_secret(self):
        for settings in self.filtered("mail_sync_google_client_secret"):
            settings._check_administrator()
            self.env["mail.sync.provider.google"]._set_client_secret(
                settings.mail_sync_google_client_secret
            )
        self.invalidate_recordset(["mail_sync_google_client_secret"])

    def _check_administrator(self):
        if not self.env.is_admin():
            raise AccessError(self.env._("Only administrators can change the settings."))

    @api.model
    def get_values(self):
        google = self.env["mail.sync.provider.google"]
        lanes = self.env["mail.sync.engine"]._lanes()
        return {
            **super().get_values(),
            "mail_sync_interval": lane_minutes(lanes[:1]),
            "mail_sync_lanes": len(lanes.filtered("active")),
            "mail_sync_ispdb": self.env["mail.sync.discovery"]._ispdb(),
            "mail_sync_google_has_secret": google._has_client_secret(),
            "mail_sync_google_redirect": google._redirect_uri(),
        }

    def set_values(self):
        if self.mail_sync_window_months > MAX_MONTHS:
            raise UserError(self.env["mail.sync.account"]._too_many_months())
        self.mail_sync_window_months = max(self.mail_sync_window_months, 1)
        result = super().set_values()
        self.env["mail.sync.discovery"]._set_ispdb(self.mail_sync_ispdb)
        self.env["mail.sync.engine"]._set_lanes(
            count=min(max(self.mail_sync_lanes, 1), MAX_LANES),
            minutes=max(self.mail_sync_interval, 1),
        )
        if self.mail_sync_enabled:
            self.env["mail.sync.engine"]._wake()
        return result
