# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from ..connectors.discovery import discover, finder, known
from ..connectors.discovery.settings import Found
from ..connectors.net.dns_records import Resolver
from ..connectors.net.fence import Fence

ALLOW_INTERNAL = "mail_contact_sync.allow_internal"
ISPDB = "mail_contact_sync.ispdb"
NAME_SERVER = "mail_contact_sync.name_server"
#: In place of the ISPDB's address: ask none.
OFF = "off"


class MailSyncDiscovery(models.AbstractModel):
    """Where we may look for mailboxes, and connect to them, as the administrator has set it."""

    _name = "mail.sync.discovery"
    _description = "Search for Mailbox Settings"

    @api.model
    def _parameter(self, key: str, default: str = "") -> str:
        # sudo: whoever connects a mailbox obeys them
        return self.env["ir.config_parameter"].sudo().get_param(key, default)

    @api.model
    def _allow_internal(self) -> bool:
        return self._parameter(ALLOW_INTERNAL) in ("True", "1")

    @api.model
    def _ispdb(self) -> str | None:
        address = self._parameter(ISPDB, finder.ISPDB)
        return None if address == OFF else address

    @api.model
    def _set_ispdb(self, address: str | bool):
        """Ask another copy of it, or none."""
        value = (address or "").strip() or OFF
        # sudo: called by the settings, which administrators alone save
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param(ISPDB, value if value != finder.ISPDB else False)

    @api.model
    def _resolver(self) -> Resolver:
        address, _, port = self._parameter(NAME_SERVER).partition(":")
        return Resolver(address or None, int(port or 53))

    @api.model
    def _fence(self) -> Fence:
        return Fence(self._allow_internal(), self._resolver())

    @api.model
    def _discover(self, address: str) -> Found:
        """Takes up to ten seconds; raises ValueError for what is no address."""
        return discover(
            address,
            resolver=self._resolver(),
            ispdb=self._ispdb(),
            allow_internal=self._allow_internal(),
        )

    @api.model
    def _known(self, address: str) -> Found | None:
        """What presets and MX records tell, within seconds; looked up once in a transaction."""
        looked_up = self.env.cr.cache.setdefault("mail_contact_sync.known", {})
        if address not in looked_up:
            looked_up[address] = known(address, resolver=self._resolver())
        return looked_up[address]

    @api.model
    def _provider_of(self, address: str) -> str:
        found = self._known(address)
        return found.provider if found else ""
