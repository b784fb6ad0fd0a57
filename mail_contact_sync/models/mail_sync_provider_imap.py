# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from ..connectors.base import Connector, Server
from ..connectors.imap import ImapConnector


class MailSyncProviderImap(models.AbstractModel):
    _name = "mail.sync.provider.imap"
    _inherit = "mail.sync.provider"
    _description = "E-mail Provider: any IMAP Server"

    @api.model
    def _incomplete(self, account) -> str:
        if account.host and account.address and account.sudo().secret:
            return ""
        return self.env._("Please fill in the e-mail address, the server and the password.")

    @api.model
    def _connector(self, account) -> Connector:
        server = Server(
            host=account.host,
            port=account.port,
            security=account.security,
            login=account.login or account.address,
            password=account._password(),
        )
        return self._open(server)

    @api.model
    def _open(self, server: Server) -> Connector:
        fence = self.env["mail.sync.discovery"]._fence()
        return ImapConnector(server, lookup=fence.mail_addresses)
