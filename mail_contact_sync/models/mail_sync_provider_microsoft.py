# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections.abc import Callable, Mapping
from dataclasses import fields as names
from dataclasses import replace
from functools import partial

from odoo import api, fields, models

from ..connectors import reasons
from ..connectors.base import Connector, ConnectorError, Server
from ..connectors.graph import GraphConnector
from ..connectors.imap import ImapConnector
from ..connectors.imap.oauth import oauth_login
from ..connectors.oauth import microsoft as oauth_microsoft
from ..connectors.oauth.grant import Client, Grant
from ..connectors.oauth.microsoft_errors import redirected
from ..connectors.oauth.tokens import TokenSource
from ..connectors.smtp import SmtpSender
from ..connectors.smtp.login import xoauth2_login

CLIENT_ID = "mail_contact_sync.microsoft_client_id"
TENANT = "mail_contact_sync.microsoft_tenant"
#: Which of the providers below is for new mailboxes.
CONNECTOR = "mail_contact_sync.microsoft_connector"
WAYS = ("graph", "microsoft-imap")

#: Host, port and security, as of ``Server``.
IMAP = ("outlook.office365.com", 993, "tls")
SMTP = ("smtp.office365.com", 587, "starttls")


class MailSyncAccount(models.Model):
    _inherit = "mail.sync.account"

    provider = fields.Selection(
        selection_add=[("graph", "Microsoft 365"), ("microsoft-imap", "Microsoft 365 (IMAP)")],
        ondelete={"graph": "cascade", "microsoft-imap": "cascade"},
    )


class MailSyncProviderMicrosoft(models.AbstractModel):
    """The service, to which there are two ways.

    Where Microsoft is may be replaced in the system parameter of that name: the arguments of
    ``oauth.microsoft.Endpoints``, and "imap" and "smtp", each ``[host, port, security]``.
    """

    _name = "mail.sync.provider.microsoft"
    _inherit = "mail.sync.provider.consent"
    _description = "E-mail Provider: Microsoft 365"

    _service = "microsoft"
    _brand = "Microsoft"
    _oauth = oauth_microsoft
    _app_secret = "mail_contact_sync.microsoft_client_secret"
    _takes_passwords = False
    _opens_others = True

    @api.model
    def _label(self) -> str:
        return "Microsoft 365"

    @api.model
    def _chosen(self):
        chosen = self._parameters().get_param(CONNECTOR)
        return self._of(chosen if chosen in WAYS else WAYS[0])

    # The app ------------------------------------------------------------------------

    @api.model
    def _client(self) -> Client:
        tenant = self._parameters().get_param(TENANT) or ""
        return replace(super()._client(), tenant=tenant.strip())

    @api.model
    def _endpoints(self) -> oauth_microsoft.Endpoints:
        known = {field.name for field in names(oauth_microsoft.Endpoints)}
        values = {key: value for key, value in self._stand_in().items() if key in known}
        return oauth_microsoft.Endpoints(**values)

    @api.model
    def _refusal(self, query: Mapping[str, str]) -> ConnectorError:
        return redirected(query)

    # The account ----------------------------------------------------------------------

    @api.model
    def _sentences(self, account) -> dict[str, str]:
        _ = self.env._
        sentences = {
            **super()._sentences(account),
            reasons.CONTACT_ADMIN: _(
                "Your organisation does not let Odoo read its mailboxes at Microsoft. Please ask "
                "the administrator of your Microsoft 365 to allow it."
            ),
            reasons.SCOPE_MISSING: _(
                "Microsoft did not give Odoo the permission to read this mailbox. Please try "
                "again; if that stays, your administrator has to add the permissions to Odoo's "
                "app at Microsoft."
            ),
            reasons.MAILBOX_DISABLED: _(
                "This account has no mailbox at Microsoft 365, or it is on a server of your "
                "organisation. Then choose Exchange."
            ),
        }
        if other := account._shared():
            sentences |= dict.fromkeys(
                (reasons.NOT_AUTHORISED, reasons.MAILBOX_UNKNOWN, reasons.BAD_CREDENTIALS),
                _(
                    "You may not open the mailbox %s, or there is none of this address. Its "
                    "owner or an administrator has to give you full access to it.",
                    other,
                ),
            )
        return sentences


class MailSyncProviderGraph(models.AbstractModel):
    _name = "mail.sync.provider.graph"
    _inherit = "mail.sync.provider.microsoft"
    _description = "E-mail Provider: Microsoft 365 by Microsoft Graph"

    _key = "graph"

    @api.model
    def _scopes(self, *, sending: bool, shared: bool) -> tuple[str, ...]:
        endpoints = self._endpoints()
        return oauth_microsoft.graph_scopes(sending=sending, shared=shared, endpoints=endpoints)

    @api.model
    def _open(
        self, grant: Grant, store: Callable[[Grant], None], *, shared: str = "", account=None
    ) -> Connector:
        return GraphConnector(
            self._client(), grant, store, shared=shared, endpoints=self._endpoints()
        )


class MailSyncProviderMicrosoftImap(models.AbstractModel):
    _name = "mail.sync.provider.microsoft_imap"
    _inherit = "mail.sync.provider.microsoft"
    _description = "E-mail Provider: Microsoft 365 by IMAP"

    _key = "microsoft-imap"
    _files_sent = False

    @api.model
    def _scopes(self, *, sending: bool, shared: bool) -> tuple[str, ...]:
        return oauth_microsoft.imap_scopes(sending=sending, endpoints=self._endpoints())

    @api.model
    def _open(
        self, grant: Grant, store: Callable[[Grant], None], *, shared: str = "", account=None
    ) -> Connector:
        host, port, security = self._stand_in().get("imap", IMAP)
        server = Server(host, port, security, shared or grant.address)
        return ImapConnector(server, login=oauth_login(self._tokens(grant, store)))

    @api.model
    def _sender(self, account) -> SmtpSender:
        grant, store = self._held(account)
        host, port, security = self._stand_in().get("smtp", SMTP)
        server = Server(host, port, security, account._shared() or grant.address)
        return SmtpSender(server, login=xoauth2_login(self._tokens(grant, store)))

    @api.model
    def _tokens(self, grant: Grant, store: Callable[[Grant], None]) -> TokenSource:
        renew = partial(oauth_microsoft.refresh, endpoints=self._endpoints())
        return TokenSource(self._client(), grant, store, renew)

    @api.model
    def _sentences(self, account) -> dict[str, str]:
        sentences = {
            **super()._sentences(account),
            reasons.IMAP_DISABLED: self.env._(
                "IMAP is switched off for this mailbox at Microsoft 365. Please tell your "
                "administrator, who can switch it on there, or choose Microsoft Graph in Odoo's "
                "settings: then remove this mailbox and add it again. Its e-mails can stay."
            ),
        }
        if not account._shared():
            sentences[reasons.NOT_AUTHORISED] = self.env._(
                "Microsoft does not let Odoo open this mailbox by IMAP, which may be switched off "
                "for it. Please tell your administrator, who can switch it on there, or choose "
                "Microsoft Graph in Odoo's settings: then remove this mailbox and add it again. "
                "Its e-mails can stay."
            )
        return sentences
