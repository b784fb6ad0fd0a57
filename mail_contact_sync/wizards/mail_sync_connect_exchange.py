# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..connectors.base import AuthenticationFailed, ConnectorError, Mailbox
from ..connectors.exchange.settings import ExchangeServer
from ..connectors.net.fence import WEB_PORT


class MailSyncConnect(models.TransientModel):
    """Adding or reconnecting a mailbox on an Exchange server."""

    _inherit = "mail.sync.connect"

    exchange_server = fields.Char("Server")
    certificates = fields.Text("Certificate")
    auth = fields.Selection(
        lambda self: self.env["mail.sync.account"]._fields["auth"].selection, "Login Method"
    )

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        account = self.env["mail.sync.account"].browse(values.get("account_id")).exists()
        if account.provider == "exchange":
            entered = {"certificates": account.certificates, "auth": account.auth}
            values |= {"exchange_server": account.host, "host": False, **entered}
        return values

    def action_add(self):
        self.ensure_one()
        provider = self._provider()
        if provider._key != "exchange":
            return super().action_add()
        self.account_id._check_owner()
        self.write({"problem": False, "server_said": False, "advice": False, "help_url": False})
        server = self._exchange()
        try:
            with self.env["mail.sync.engine"]._asking(), provider._open(server) as connector:
                mailbox, endpoint = connector.check(), connector.endpoint
        except ConnectorError as failure:
            return self._refused_by_exchange(failure)
        # The server was found by this address: it stays the one, whichever the directory prefers.
        others = {mailbox.address, *mailbox.aliases} - {server.target}
        account = self._connect_as(
            self.account_id or self._connected(provider, server.target),
            Mailbox(server.target, tuple(sorted(others))),
            provider=provider._key,
            host=server.server or False,
            login=server.login or False,
            opened_as=server.mailbox and server.address,
            certificates=server.certificates or False,
            auth=server.auth or False,
            endpoint=endpoint.dump(),
            password=server.password,
        )
        self._forget_secret()
        return self._show(account)

    def _exchange(self) -> ExchangeServer:
        """What was entered; a mailbox that is reconnected stays the one that it is."""
        account, mailbox = self.account_id, self._shared()
        address = account.opened_as or account.address or (self.address or "").strip().lower()
        for each in filter(None, (address, mailbox)):
            if self.env["mail.sync.account"]._normalised(each) != [each]:
                raise UserError(self.env._("This is not an e-mail address: %s", each))
        if not address:
            raise UserError(self.env._("Please enter your e-mail address."))
        entered = ExchangeServer(
            address,
            login=(self.login or "").strip(),
            server=(self.exchange_server or "").strip(),
            mailbox=mailbox,
            certificates=(self.certificates or "").strip(),
            auth=self.auth or "",
        )
        return replace(entered, password=self._password() or self._kept_for(entered))

    def _kept_for(self, server: ExchangeServer) -> str:
        """The mailbox's password, for the server that it was entered for and no other."""
        account = self.account_id
        if not account._has_secret():
            raise UserError(self.env._("Please enter the password of the mailbox."))
        if (account.host or "", account.certificates or "") != (server.server, server.certificates):
            raise UserError(self.env._("Please enter the password for the new server."))
        return account._password()

    def _refused_by_exchange(self, failure: ConnectorError):
        provider, sentences = self._provider(), self.env["mail.sync.sentence"]
        problem = sentences._at(provider, self, failure.reason, WEB_PORT, failure.detail)
        values = {"problem": problem, "server_said": failure.detail}
        if not isinstance(failure, AuthenticationFailed):
            values["more"] = True
        self.write(values)
        return self._again()
