# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..connectors.base import AuthenticationFailed, ConnectorError, Server
from ..connectors.discovery import login_candidates
from ..connectors.discovery.settings import Found
from ..models.mail_sync_account import SERVERS

#: What says where a typed password goes.
PLACES = (*SERVERS, "provider", "address", "exchange_server", "certificates")
#: What a reconnected mailbox already has.
SETTINGS = (
    *("address", "syncs", "sends", "visibility", "host", "port", "security", "login"),
    *("smtp_host", "smtp_port", "smtp_security"),
)


class MailSyncConnect(models.TransientModel):
    """Add a mailbox, or reconnect one: address, password, done.

    What the mailbox's settings are is found out; only where that fails are they
    asked for.
    """

    _name = "mail.sync.connect"
    _inherit = "mail.sync.secret"
    _description = "Add a Mailbox"

    account_id = fields.Many2one("mail.sync.account", readonly=True)
    provider = fields.Selection(
        lambda self: self._providers(), "Your mailbox is at", required=True, default="imap"
    )
    provider_missing = fields.Char(compute="_compute_provider_missing")
    is_admin = fields.Boolean(compute="_compute_provider_missing")
    step = fields.Selection([("address", "Address"), ("server", "Server")], default="address")
    address = fields.Char("E-mail Address")
    syncs = fields.Boolean("Sync E-mails", default=True)
    sends = fields.Boolean("Write from Odoo", default=True)
    visibility = fields.Selection(
        lambda self: self.env["mail.sync.account"]._fields["visibility"].selection,
        "Visible to",
        required=True,
        default="shared",
    )
    host = fields.Char("Incoming Server")
    port = fields.Integer(default=993)
    security = fields.Selection(
        lambda self: self.env["mail.sync.account"]._fields["security"].selection,
        "Encryption",
        default="tls",
    )
    login = fields.Char("User Name")
    smtp_host = fields.Char("Outgoing Server")
    smtp_port = fields.Integer("Outgoing Port", default=465)
    smtp_security = fields.Selection(
        lambda self: self.env["mail.sync.account"]._fields["smtp_security"].selection,
        "Outgoing Encryption",
        default="tls",
    )
    problem = fields.Char(readonly=True)
    server_said = fields.Char("The Server Said", readonly=True)
    advice = fields.Char(readonly=True)
    help_url = fields.Char("Help of the Provider", readonly=True)

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        account = self.env["mail.sync.account"].browse(values.get("account_id")).exists()
        if account:
            account._check_owner()
            values |= {name: account[name] for name in SETTINGS if name in fields}
            values["provider"] = account._provider()._service
            values["problem"] = account.error_message
        elif values.get("logged_in") and (offer := self.env.user._mail_sync_offer()):
            values |= {"provider": "google", "address": offer}
        elif "address" in fields and not account._connected(self.env.user.email or ""):
            values.setdefault("address", self.env.user.email)
        return values

    def write(self, vals):
        # As for the mailbox: a password is for the server that it was entered for.  The
        # dialog outlives its window, and so does the session that finds it again.
        typed = not self.env.su and not vals.get("password")
        moved = [name for name in PLACES if typed and name in vals]
        self.filtered(
            lambda dialog: any(dialog[name] != vals[name] for name in moved)
        )._forget_secret()
        return super().write(vals)

    # Providers --------------------------------------------------------------------

    @api.model
    def _providers(self) -> list[tuple[str, str]]:
        providers = self.env["mail.sync.provider"]
        return [(key, providers._of(key)._label()) for key in providers._services()]

    def _provider(self):
        """That of the mailbox, or the one that a new mailbox gets."""
        self.ensure_one()
        if self.account_id:
            return self.account_id._provider()
        return self.env["mail.sync.provider"]._of(self.provider)._chosen()

    @api.depends("provider")
    def _compute_provider_missing(self):
        for dialog in self:
            dialog.is_admin = self.env.is_admin()
            dialog.provider_missing = (
                self.env["mail.sync.provider"]._of(dialog.provider or "imap")._missing()
            )

    @api.onchange("address")
    def _onchange_address(self):
        """Choose the provider of the address, if it is set up."""
        if self.account_id or self.logged_in or self.step == "server" or not self.address:
            return
        key = self.env["mail.sync.discovery"]._provider_of(self.address)
        providers = self.env["mail.sync.provider"]
        usable = key in providers._services() and not (
            providers._of(key)._takes_passwords and providers._of(key)._missing()
        )
        if usable or self.provider != "exchange":  # which no address tells
            self.provider = key if usable else "imap"

    def action_settings(self):
        """Where an administrator sets the provider up."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/odoo/settings#mail_sync_{self.provider}",
            "target": "self",
        }

    # Steps ------------------------------------------------------------------------

    def action_by_hand(self):
        """Show the servers' settings, with the best guess filled in."""
        if not self.host and self.address:
            self._fill_in(self._discover())
        self.write({"step": "server", "problem": False, "advice": False})
        return self._again()

    def action_back(self):
        # sudo: the password stays, being for what is found for the same address
        self.sudo().write({"step": "address", "problem": False, "advice": False, "host": False})
        return self._again()

    def action_add(self):
        """Find the settings, log in, and begin; or say what stands in the way."""
        self.ensure_one()
        self.account_id._check_owner()
        if (self.account_id.provider or self.provider) != "imap":
            raise UserError(self.env._("This mailbox takes no password: please sign in."))
        if not (self.address or "").strip():
            raise UserError(self.env._("Please enter your e-mail address."))
        if not (self._has_secret() or self.account_id._has_secret()):
            raise UserError(self.env._("Please enter the password of the mailbox."))
        self.sudo().address = self.address.strip()  # sudo: no other address
        self.env["mail.sync.account"]._of_mine(self.address)
        self.write({"problem": False, "server_said": False, "advice": False, "help_url": False})
        if self.known_id:
            return self._again()
        if self.step == "server" or self.account_id:
            if not self.host:
                raise UserError(self.env._("Please enter the incoming server."))
            if not (self.syncs or self.smtp_host):
                raise UserError(self.env._("Please enter the outgoing server."))
            servers = [Server(self.host.strip(), self.port, self.security, self._user_name())]
        else:
            found = self._discover()
            self._fill_in(found)
            servers = login_candidates(found)
            unknown = not servers or not (self.syncs or self.smtp_host)
            if found.source == "guess" or found.foreign or unknown:
                return self._ask(found)
        return self._try(servers)

    def _user_name(self) -> str:
        return (self.login or "").strip() or self.address

    def _discover(self) -> Found:
        try:
            return self.env["mail.sync.discovery"]._discover(self.address)
        except ValueError as error:
            raise UserError(self.env._("This is not an e-mail address.")) from error

    def _fill_in(self, found: Found):
        values = {
            "advice": self.env["mail.sync.sentence"]._advice(found),
            "help_url": found.app_password_url,
        }
        if imap := found.imap:
            values |= {"host": imap.host, "port": imap.port, "security": imap.security}
            values["login"] = imap.logins[0] if imap.logins else found.address
        if smtp := found.smtp:
            values |= {
                "smtp_host": smtp.host,
                "smtp_port": smtp.port,
                "smtp_security": smtp.security,
            }
        self.sudo().write(values)  # sudo: found for the address that the password is for

    # Logging in -------------------------------------------------------------------

    def _try(self, servers: list[Server]):
        password = self._password() or self._kept_password(servers[0])
        failure = None
        with self.env["mail.sync.engine"]._asking():
            for server in servers:
                try:
                    self._prove(replace(server, password=password))
                except ConnectorError as error:
                    failure = error
                    if isinstance(error, AuthenticationFailed):
                        continue  # perhaps under another user name
                    break
                else:
                    return self._begin(server)
        return self._refused(failure, servers[0] if self.syncs else self._outgoing(servers[0]))

    def _prove(self, server: Server):
        """Log in where the mailbox will be used; raise ConnectorError."""
        provider = self.env["mail.sync.provider"]._of("imap")
        if self.syncs:
            with provider._open(server) as connector:
                connector.folders()
        else:
            with provider._open_smtp(self._outgoing(server)) as sender:
                sender.check()

    def _outgoing(self, server: Server) -> Server:
        return replace(
            server, host=self.smtp_host, port=self.smtp_port, security=self.smtp_security
        )

    def _kept_password(self, server: Server) -> str:
        """That of the mailbox, for the server that it was entered for and no other."""
        account = self.account_id
        if (server.host, self.smtp_host or "") != (account.host, account.smtp_host or ""):
            raise UserError(self.env._("Please enter the password for the new server."))
        return self.account_id._password()

    def _refused(self, failure: ConnectorError, server: Server):
        sentences = self.env["mail.sync.sentence"]
        values = {
            "problem": sentences._of_login(failure.reason, server.host, server.port),
            "server_said": failure.detail,
        }
        if not isinstance(failure, AuthenticationFailed):
            values["step"] = "server"
        self.write(values)
        return self._again()

    def _begin(self, server: Server):
        """The login holds: make the account, or mend it, and let it sync."""
        values = {
            "host": server.host,
            "port": server.port,
            "security": server.security,
            "login": server.login if server.login != self.address else False,
            "smtp_host": self.smtp_host,
            "smtp_port": self.smtp_port,
            "smtp_security": self.smtp_security,
        }
        if self._has_secret():
            values["password"] = self._password()
        account = self.account_id
        if account:
            account._check_owner()
            account.write(values)
        else:
            account = self.env["mail.sync.account"].create(
                {
                    **values,
                    "address": self.address,
                    "syncs": self.syncs,
                    "sends": self.sends,
                    "visibility": self.visibility,
                }
            )
        self._forget_secret()
        account.action_connect()
        return self._show(account)

    def _again(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reconnect") if self.account_id else self.env._("Add mailbox"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }
