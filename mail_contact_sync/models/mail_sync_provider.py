# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from ..connectors.base import Connector


class MailSyncProvider(models.AbstractModel):
    """What differs between providers.  Each has a model ``mail.sync.provider.<key>``.

    A new one is that model, its connector, and its row in the account's ``provider``.
    """

    _name = "mail.sync.provider"
    _description = "E-mail Provider"

    @api.model
    def _of(self, key: str):
        return self.env[f"mail.sync.provider.{key}"]

    @api.model
    def _missing(self) -> str:
        """What an administrator has to set up before anybody can connect, in words."""
        return ""

    @api.model
    def _connector(self, account) -> Connector:
        """A connector that is not yet connected; raise ``KeyLost``."""
        raise NotImplementedError

    @api.model
    def _sign_off(self, account):
        """Tell the provider that we do not come back, where it can be told."""
