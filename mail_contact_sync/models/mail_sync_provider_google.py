# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from odoo import api, fields, models
from odoo.tools import SQL, escape_psql

from ..connectors import reasons
from ..connectors.base import AuthenticationFailed, Connector, ConnectorError
from ..connectors.gmail import GmailConnector
from ..connectors.gmail.quota import Budget
from ..connectors.oauth import google as oauth_google
from ..connectors.oauth.grant import Client, Grant
from ..vault import KeyLost
from .mail_sync_sentence import HANDED_OVER, KEY_LOST

_logger = logging.getLogger(__name__)

CLIENT_ID = "mail_contact_sync.google_client_id"
CLIENT_SECRET = "mail_contact_sync.google_client_secret"
#: Another server on this machine that stands in for Google: a JSON object of ``Endpoints``.
ENDPOINTS = "mail_contact_sync.google_endpoints"
REDIRECT = "/mail_contact_sync/google/redirect"


class MailSyncAccount(models.Model):
    _inherit = "mail.sync.account"

    provider = fields.Selection(
        selection_add=[("google", "Google")], ondelete={"google": "cascade"}
    )


class MailSyncProviderGoogle(models.AbstractModel):
    """An account's secret is its grant, as JSON; the app's own secret is encrypted, too."""

    _name = "mail.sync.provider.google"
    _inherit = "mail.sync.provider"
    _description = "E-mail Provider: Google"

    _searches = True
    #: https://support.google.com/a/answer/166852: 500 a day without Workspace
    _most_sent = (20, 500)
    _app_secret = CLIENT_SECRET

    # The app ------------------------------------------------------------------------

    @api.model
    def _client(self) -> Client:
        """The app that asks for consent; raise ``KeyLost``."""
        parameters = self.env["ir.config_parameter"].sudo()
        token = parameters.get_param(CLIENT_SECRET)
        return Client(
            (parameters.get_param(CLIENT_ID) or "").strip(),
            self.env["mail.sync.vault"]._open().decrypt(token) if token else "",
        )

    @api.model
    def _set_client_secret(self, secret: str):
        vault = self.env["mail.sync.vault"]
        vault._ensure_keys()
        token = vault._open().encrypt(secret.strip())
        self.env["ir.config_parameter"].sudo().set_param(CLIENT_SECRET, token)

    @api.model
    def _missing(self) -> str:
        try:
            client = self._client()
        except KeyLost:
            return self.env._(
                "This database was moved without the key that opens its passwords. An "
                "administrator has to enter the client secret of Google again."
            )
        if client.client_id and client.client_secret:
            return ""
        return self.env._(
            "Signing in with Google is not set up yet: an administrator has to enter the client "
            "ID and the client secret of a Google project in the settings."
        )

    @api.model
    def _redirect_uri(self) -> str:
        """Where Google sends the browser back to: to be registered with it, letter by letter."""
        base = self.env["ir.config_parameter"].sudo().get_param("web.base.url", "")
        return base.rstrip("/") + REDIRECT

    @api.model
    def _endpoints(self) -> oauth_google.Endpoints:
        value = self.env["ir.config_parameter"].sudo().get_param(ENDPOINTS)
        return oauth_google.Endpoints(**json.loads(value)) if value else oauth_google.GOOGLE

    # The account ----------------------------------------------------------------------

    @api.model
    def _incomplete(self, account) -> str:
        return "" if account.sudo().secret else self.env._("Please sign in with Google.")

    @api.model
    def _server_name(self, account) -> str:
        return "Google"

    @api.model
    def _sentences(self, account) -> dict[str, str]:
        return {
            KEY_LOST: self.env._(
                "This database was moved without the key that opens its passwords. "
                "Please reconnect: Google asks you once more."
            ),
            HANDED_OVER: self.env._(
                "This mailbox was handed over to you. Reconnect it by signing in at Google as "
                "%s, and it goes on.",
                account.address,
            ),
            reasons.NOT_AUTHORISED: self.env._("Google does not let Odoo open this mailbox."),
            reasons.CONTACT_ADMIN: self.env._(
                "Your organisation does not let Odoo read its mailboxes at Google. Please ask "
                "the administrator of your Google Workspace to allow it."
            ),
        }

    @api.model
    def _grant(self, account) -> Grant:
        """What the owner has consented to; raise ``KeyLost``, AuthenticationFailed."""
        try:
            return Grant.load(json.loads(account._password()))
        except (ValueError, TypeError, KeyError):
            raise AuthenticationFailed(reasons.GRANT_REVOKED) from None

    @api.model
    def _sealed(self, grant: Grant) -> str:
        """``grant`` as the ``secret`` of an account."""
        vault = self.env["mail.sync.vault"]
        vault._ensure_keys()
        return vault._open().encrypt(json.dumps(grant.dump()))

    @api.model
    def _open(self, grant: Grant, store, budget=None) -> Connector:
        return GmailConnector(
            self._client(),
            grant,
            store,
            budget=Budget().load(budget),
            endpoints=self._endpoints(),
        )

    @api.model
    def _connector(self, account) -> Connector:
        held = [self._grant(account)]

        def store(grant: Grant):
            self._renew(account, held[0], grant)
            held[0] = grant

        budget = self.env["mail.sync.usage"]._budget(account)
        return self._open(held[0], store, budget)

    @api.model
    def _can_send(self, account) -> bool:
        try:
            return not self._grant(account).missing([oauth_google.SEND])
        except (AuthenticationFailed, KeyLost):
            return False

    @api.model
    def _renew(self, account, before: Grant, grant: Grant):
        """Keep ``grant`` in the place of ``before``, at once: that may be void by now.

        Only in its place.  The owner may have signed in anew or removed the mailbox meanwhile,
        which a lost race in the database tells, too.
        """
        # What a request finds uncommitted is nothing: the engine commits before each.
        cr = self.env.cr
        cr.commit()  # pylint: disable=invalid-commit
        cr.execute(
            SQL(
                "SELECT secret FROM mail_sync_account WHERE id = %s AND state <> 'removing' "
                "FOR NO KEY UPDATE",
                account.id,
            )
        )
        row = cr.fetchone()
        account.invalidate_recordset(["secret"])
        if row and row[0] and self._grant(account) == before:
            account.sudo().secret = self._sealed(grant)
            account.flush_recordset(["secret"])
        cr.commit()  # pylint: disable=invalid-commit

    @api.model
    @contextmanager
    def _metered(self, account, connector: Connector) -> Iterator[None]:
        first = not account.last_sync
        try:
            yield
        finally:
            self.env["mail.sync.usage"]._add(account.id, connector, first)

    @api.model
    def _sign_off(self, account):
        """Give the grant back, unless another mailbox here lives on the same consent."""
        others = (
            self.env["mail.sync.account"]
            .sudo()
            .search_count(
                [
                    ("id", "!=", account.id),
                    ("provider", "=", "google"),
                    ("address", "=ilike", escape_psql(account.address)),
                    ("secret", "!=", False),
                ],
                limit=1,
            )
        )
        if others or not account.sudo().secret:
            return
        try:
            oauth_google.revoke(self._client(), self._grant(account), endpoints=self._endpoints())
        except (ConnectorError, KeyLost) as error:
            # It opens nothing without the secret that is forgotten now.
            _logger.info("Mailbox %s: the grant could not be given back: %s", account.id, error)
