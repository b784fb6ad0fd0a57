# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from ..connectors.base import Connector, Server
from ..connectors.imap import ImapConnector
from ..connectors.smtp import SmtpSender


class MailSyncProviderImap(models.AbstractModel):
    _name = "mail.sync.provider.imap"
    _inherit = "mail.sync.provider"
    _description = "E-mail Provider: any IMAP Server"

    _key = _service = "imap"
    _rank = 2  # none of the others
    _files_sent = False

    @api.model
    def _incomplete(self, account) -> str:
        if account.host and account.address and account._has_secret():
            return ""
        return self.env._("Please fill in the e-mail address, the server and the password.")

    @api.model
    def _connector(self, account) -> Connector:
        return self._open(self._server(account, account.host, account.port, account.security))

    @api.model
    def _can_send(self, account) -> bool:
        return bool(account.smtp_host)

    @api.model
    def _sender(self, account) -> SmtpSender:
        return self._open_smtp(
            self._server(account, account.smtp_host, account.smtp_port, account.smtp_security)
        )

    @api.model
    def _server(self, account, host: str, port: int, security: str) -> Server:
        """Raise ``KeyLost``."""
        login = account.login or account.address
        return Server(host, port, security, login, account._password())

    @api.model
    def _open(self, server: Server) -> ImapConnector:
        fence = self.env["mail.sync.discovery"]._fence()
        return ImapConnector(server, lookup=fence.mail_addresses)

    @api.model
    def _open_smtp(self, server: Server) -> SmtpSender:
        fence = self.env["mail.sync.discovery"]._fence()
        return SmtpSender(server, lookup=fence.mail_addresses)
