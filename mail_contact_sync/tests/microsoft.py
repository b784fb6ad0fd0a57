# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from .common import MemoryConnector, SyncCase
from .google import grant

CLIENT_ID = "11111111-2222-3333-4444-555555555555"
SETTINGS = {
    "mail_sync_microsoft_client_id": CLIENT_ID,
    "mail_sync_microsoft_client_secret": "client-secret",
}


class MicrosoftCase(SyncCase):
    """Anna's mailbox is at Microsoft 365."""

    provider = "graph"

    def setUp(self):
        super().setUp()
        self.account.unlink()
        self.env["res.config.settings"].create(SETTINGS).execute()
        self.microsoft = self.env["mail.sync.provider"]._of(self.provider)
        self.account = self.microsoft_account(self.anna)
        self.mailbox = self.connectors[self.account] = MemoryConnector()

    def microsoft_account(self, user, scopes=None, **values):
        scopes = scopes or self.microsoft._scopes(sending=True, shared=False)
        given = grant(values.get("opened_as") or user.email, scopes)
        values = {
            "user_id": user.id,
            "provider": self.provider,
            "address": user.email,
            "secret": self.microsoft._sealed(given),
            **values,
        }
        account = self.env["mail.sync.account"].sudo().create(values)
        account.with_user(user).action_connect()
        return account

    def own_connector(self, account=None):
        """What the account is really read with, in place of the mailbox in memory."""
        account = account or self.account
        return account._provider()._connector(account)

    def dialog(self, user=None, **values):
        values = {"provider": "microsoft", **values}
        return self.env["mail.sync.connect"].with_user(user or self.ben).create(values)

    def patch_refresh(self, function):
        module = "odoo.addons.mail_contact_sync.connectors.graph.connector.refresh"
        return self.startPatcher(patch(module, function))
