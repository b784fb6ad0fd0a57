# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..connectors import reasons
from ..connectors.discovery import login_candidates
from ..connectors.discovery.settings import NOT_POSSIBLE, SIGN_IN, Found


class MailSyncConnect(models.TransientModel):
    """What the dialog tells whoever fills it in: before, and where the settings do not do."""

    _inherit = "mail.sync.connect"

    no_password = fields.Boolean("Takes No Password")
    one_provider = fields.Boolean(compute="_compute_offer")
    switched_off = fields.Boolean(compute="_compute_offer")

    def _compute_offer(self):
        self.one_provider = len(self._offered()) == 1
        self.switched_off = not self.env["mail.sync.engine"]._enabled()

    @api.model
    def _offered(self) -> list[tuple[str, str]]:
        """Providers with which something can be done: administrators can set one up."""
        providers = self.env["mail.sync.provider"]
        return [
            (key, label)
            for key, label in self._providers()
            if self.env.is_admin() or not providers._of(key)._missing()
        ]

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        # Only what is offered: a mailbox that is there is reconnected all the same.
        described = super().fields_get(allfields, attributes)
        if "selection" in described.get("provider", {}):
            described["provider"]["selection"] = self._offered()
        return described

    @api.onchange("address")
    def _onchange_address(self):
        """Say at once what the provider of the address wants."""
        result = super()._onchange_address()
        if self.account_id or self.step == "server":
            return result
        found = self.env["mail.sync.discovery"]._known(self.address) if self.address else None
        self.advice = found and self.env["mail.sync.sentence"]._advice(found)
        self.help_url = found and found.app_password_url
        self.no_password = bool(found and found.advice in (SIGN_IN, NOT_POSSIBLE))
        return result

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
