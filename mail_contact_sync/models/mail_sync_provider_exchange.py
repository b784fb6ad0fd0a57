# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections.abc import Callable
from urllib.parse import urlsplit

from odoo import api, fields, models

from ..connectors import reasons
from ..connectors.exchange import ExchangeConnector
from ..connectors.exchange.settings import Endpoint, ExchangeServer

#: What says where the password goes: the server, or the domain by which it is found, and whose
#: certificates prove that it is the one.
PLACES = ("host", "address", "opened_as", "certificates")


class MailSyncAccount(models.Model):
    """``host`` is a host or the address of Exchange's web services, empty where it is found."""

    _inherit = "mail.sync.account"

    provider = fields.Selection(
        selection_add=[("exchange", "Exchange")], ondelete={"exchange": "cascade"}
    )
    certificates = fields.Text(copy=False)
    auth = fields.Selection([("ntlm", "NTLM"), ("basic", "Basic")], "Login Method")
    #: where the server was found and how it let us in
    endpoint = fields.Json(copy=False, readonly=True)
    exchange_server = fields.Char(compute="_compute_exchange_server")

    @api.depends("endpoint", "host")
    def _compute_exchange_server(self):
        for account in self:
            found = (account.endpoint or {}).get("url")
            account.exchange_server = found or account.host

    def write(self, vals):
        exchanges = self.filtered(lambda account: account.provider == "exchange")
        # sudo: both are the engine's
        moved = exchanges._changed_by(vals, PLACES).sudo()
        if moved:
            moved.endpoint = False
            if not vals.get("password"):
                moved.secret = False
        return super().write(vals)


class MailSyncProviderExchange(models.AbstractModel):
    _name = "mail.sync.provider.exchange"
    _inherit = "mail.sync.provider"
    _description = "E-mail Provider: Exchange on its own server"

    _key = _service = "exchange"
    _rank = 1
    _opens_others = True

    @api.model
    def _incomplete(self, account) -> str:
        if account.address and account._has_secret():
            return ""
        return self.env._("Please fill in the e-mail address and the password.")

    @api.model
    def _connector(self, account) -> ExchangeConnector:
        def found(endpoint: Endpoint):
            # With the page that is read next; until then it is found out again.
            account.sudo().endpoint = endpoint.dump()

        server = self._server(account, account._password())
        return self._open(server, account.endpoint, found)

    @api.model
    def _server(self, account, password: str) -> ExchangeServer:
        return ExchangeServer(
            address=account.opened_as or account.address,
            login=account.login or "",
            password=password,
            server=account.host or "",
            mailbox=account._shared(),
            certificates=account.certificates or "",
            auth=account.auth or "",
        )

    @api.model
    def _open(
        self, server: ExchangeServer, endpoint=None, found: Callable[[Endpoint], None] | None = None
    ) -> ExchangeConnector:
        return ExchangeConnector(
            server,
            endpoint=Endpoint.load(endpoint) if endpoint else None,
            found=found,
            fence=self.env["mail.sync.discovery"]._fence(),
        )

    @api.model
    def _can_send(self, account) -> bool:
        return account._has_secret()

    @api.model
    def _server_name(self, account) -> str:
        where = (account.exchange_server or "").strip()
        if not where:
            return (account.address or "").rpartition("@")[2]
        return urlsplit(where if "://" in where else f"https://{where}").hostname or where

    @api.model
    def _sentences(self, account) -> dict[str, str]:
        _ = self.env._
        host = self._server_name(account)
        sentences = {
            **super()._sentences(account),
            reasons.BAD_CREDENTIALS: _(
                "The Exchange server %s does not accept this user name and password. Please "
                "enter them again. The user name may have to be written as DOMAIN\\user.",
                host,
            ),
            reasons.NOT_AUTHORISED: _(
                "The Exchange server %s does not let you open this mailbox by Odoo. Please ask "
                "its administrator to allow you Exchange Web Services.",
                host,
            ),
            reasons.WRONG_PROTOCOL: _(
                "What answers at %s is not an Exchange server. Please check the server.", host
            ),
            reasons.CERTIFICATE: _(
                "The certificate of %s cannot be trusted, so no password was sent. Please check "
                "the server's name. If your organisation signs its certificates itself, enter "
                "the certificate that it signs with under More Settings.",
                host,
            ),
            reasons.PASSWORD_LOGIN_DISABLED: _(
                "The server %s takes no passwords any more. If your mailbox is at Microsoft 365, "
                "choose that instead of Exchange.",
                host,
            ),
            reasons.PORT_NOT_ALLOWED: _(
                "The server %s is not at the usual port, 443. An administrator can allow "
                "internal mail servers in the settings.",
                host,
            ),
            reasons.PLAIN_NOT_ALLOWED: _(
                "Without encryption others could read the password. The address of the server "
                "has to begin with https://."
            ),
        }
        if other := account._shared():
            sentences |= dict.fromkeys(
                (reasons.NOT_AUTHORISED, reasons.MAILBOX_UNKNOWN),
                _(
                    "You may not open the mailbox %s, or there is none of this address. Its "
                    "owner or an administrator has to give you full access to it.",
                    other,
                ),
            )
        return sentences
