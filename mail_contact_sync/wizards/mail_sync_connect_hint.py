# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..connectors import reasons
from ..connectors.discovery import login_candidates
from ..connectors.discovery.settings import (
    NOT_POSSIBLE,
    SIGN_IN,
    SIGN_IN_OR_APP_PASSWORD,
    Found,
)


class MailSyncConnect(models.TransientModel):
    """What the dialog tells whoever fills it in: before, and where the settings do not do."""

    _inherit = "mail.sync.connect"

    no_password = fields.Boolean("Takes No Password")
    switched_off = fields.Boolean(compute="_compute_switched_off")
    password_hint = fields.Char(compute="_compute_password_hint")

    def _compute_switched_off(self):
        self.switched_off = not self.env["mail.sync.engine"]._enabled()

    def _compute_password_hint(self):
        """In the empty field, which does not tell that a password is kept."""
        for dialog in self:
            dialog.password_hint = (
                self.env._("As entered; to be entered again for another server")
                if dialog._has_secret()
                else self.env._("The password of the mailbox")
            )

    @api.onchange("address")
    def _onchange_address(self):
        """Say at once what the provider of the address wants."""
        result = super()._onchange_address()
        if self.account_id or self.step == "server":
            return result
        found = self.env["mail.sync.discovery"]._known(self.address) if self.address else None
        self.advice = found and self._hint(found)
        self.help_url = found and found.app_password_url
        self.no_password = bool(found and found.advice in (SIGN_IN, NOT_POSSIBLE))
        return result

    def _hint(self, found: Found) -> str | bool:
        """The advice, and the easier way where it could be had."""
        advice = self.env["mail.sync.sentence"]._advice(found)
        providers = self.env["mail.sync.provider"]
        if found.advice != SIGN_IN_OR_APP_PASSWORD or found.provider not in providers._services():
            return advice
        service = providers._of(found.provider)
        if not service._signs_in or not service._missing():
            return advice
        return f"{advice} " + self.env._(
            "You need none once signing in with %(brand)s is set up: choose %(label)s below to see "
            "how.",
            brand=service._brand,
            label=service._label(),
        )

    def _ask(self, found: Found):
        """Nothing that could be tried by itself: the user has to say more."""
        sentences = self.env["mail.sync.sentence"]
        domain = found.address.rpartition("@")[2]
        if found.foreign:
            self.problem = self.env._(
                "This domain says that its mailboxes are at %s, which belongs to somebody else. "
                "If that is your provider, go on.",
                self.host,
            )
        elif found.reason in (reasons.HOST_UNKNOWN, reasons.NO_SETTINGS):
            self.problem = sentences._of_reason(reasons.NO_SETTINGS, domain, 0)
        elif found.source == "guess":
            self.problem = sentences._of_reason(found.reason, self.host or "", self.port)
        elif not login_candidates(found):
            self.no_password = True
            self.problem = self.env._(
                "The mailbox %s cannot be connected with a password.", found.address
            )
            return self._again()
        else:
            self.problem = self.env._(
                "No outgoing server was found for %s. Please enter it.", domain
            )
        self.step = "server"
        return self._again()
