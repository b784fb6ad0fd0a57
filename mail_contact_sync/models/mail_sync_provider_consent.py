# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
import time
from collections.abc import Callable, Mapping
from types import ModuleType

from odoo import api, models
from odoo.http import request
from odoo.tools import SQL

from ..connectors import reasons
from ..connectors.base import AuthenticationFailed, Connector, ConnectorError
from ..connectors.oauth.grant import Client, Grant
from ..vault import KeyLost
from .mail_sync_sentence import HANDED_OVER, KEY_LOST

REDIRECT = "/mail_contact_sync/{service}/redirect"
#: Where in the session is kept what a redirect has to bring back.
PENDING = "mail_contact_sync_consent"


def pending_consents() -> dict:
    """What the browser was sent to providers for, by state, the oldest first."""
    now = time.time()
    pending = request.session.get(PENDING, {}) if request else {}
    return {state: asked for state, asked in pending.items() if asked["until"] > now}


class MailSyncProviderConsent(models.AbstractModel):
    """A provider whose users sign in on its own page (OAuth 2.0).

    An account's secret is its grant, as JSON.  Our app there has an id and a secret, which an
    administrator enters; that secret is encrypted, too.
    """

    _name = "mail.sync.provider.consent"
    _inherit = "mail.sync.provider"
    _description = "E-mail Provider where Users Sign In"

    _signs_in = True
    #: What people call it.
    _brand = ""
    #: The module of ``connectors.oauth`` that speaks its dialect.
    _oauth: ModuleType

    # What differs ---------------------------------------------------------------------

    @api.model
    def _endpoints(self):
        """Where it is; another server on this machine may stand in for it."""
        raise NotImplementedError

    @api.model
    def _scopes(self, *, sending: bool, shared: bool) -> tuple[str, ...]:
        """The least that does the job; ``shared`` is for a mailbox of somebody else's."""
        raise NotImplementedError

    @api.model
    def _refusal(self, query: Mapping[str, str]) -> ConnectorError:
        """What a redirect without a code tells."""
        raise NotImplementedError

    @api.model
    def _open(
        self, grant: Grant, store: Callable[[Grant], None], *, shared: str = "", account=None
    ) -> Connector:
        """A connector for the mailbox of who gave ``grant``, or the ``shared`` one."""
        raise NotImplementedError

    # Signing in -----------------------------------------------------------------------

    @api.model
    def _authorize(self, state: str, scopes: tuple[str, ...], login_hint: str) -> tuple[str, str]:
        """Where to send the browser, and what to keep for ``_redeem``; raise ConnectorError,
        ``KeyLost``."""
        return self._oauth.authorization_url(
            self._client(),
            self._redirect_uri(),
            state=state,
            scopes=scopes,
            login_hint=login_hint,
            endpoints=self._endpoints(),
        )

    @api.model
    def _redeem(self, code: str, kept: str) -> Grant:
        """What the user has consented to; raise ConnectorError, ``KeyLost``."""
        return self._oauth.redeem(
            self._client(), self._redirect_uri(), code, kept, endpoints=self._endpoints()
        )

    # The app ------------------------------------------------------------------------

    @api.model
    def _parameters(self):
        # sudo: whoever connects a mailbox does so by the app that an administrator has entered
        return self.env["ir.config_parameter"].sudo()

    @api.model
    def _parameter(self, name: str) -> str:
        return f"mail_contact_sync.{self._service}_{name}"

    @api.model
    def _client(self) -> Client:
        """The app that asks for consent; raise ``KeyLost``."""
        parameters = self._parameters()
        token = parameters.get_param(self._app_secret)
        return Client(
            (parameters.get_param(self._parameter("client_id")) or "").strip(),
            self.env["mail.sync.vault"]._open().decrypt(token) if token else "",
        )

    @api.model
    def _set_client_secret(self, secret: str):
        vault = self.env["mail.sync.vault"]
        vault._ensure_keys()
        token = vault._open().encrypt(secret.strip())
        self._parameters().set_param(self._app_secret, token)

    @api.model
    def _has_client_secret(self) -> bool:
        return bool(self._parameters().get_param(self._app_secret))

    @api.model
    def _missing(self) -> str:
        try:
            client = self._client()
        except KeyLost:
            return self.env._(
                "This database was moved without the key that opens its passwords. An "
                "administrator has to enter the client secret of %s again.",
                self._brand,
            )
        if client.client_id and client.client_secret:
            return ""
        if self.env.is_admin():
            return self.env._(
                "Signing in with %s is not set up yet: register Odoo there, and enter the client "
                "ID and the client secret in the settings. They show each step.",
                self._brand,
            )
        return self.env._(
            "Signing in with %(brand)s is not set up yet. Please ask your administrator, who finds "
            "the steps under Settings → General Settings → Sign in with %(brand)s.",
            brand=self._brand,
        )

    @api.model
    def _redirect_uri(self) -> str:
        """Where the browser is sent back to: to be registered there, letter by letter."""
        base = self._parameters().get_param("web.base.url", "")
        return base.rstrip("/") + REDIRECT.format(service=self._service)

    @api.model
    def _stand_in(self) -> dict:
        value = self._parameters().get_param(self._parameter("endpoints"))
        return json.loads(value) if value else {}

    # The account ----------------------------------------------------------------------

    @api.model
    def _incomplete(self, account) -> str:
        if account._has_secret():
            return ""
        return self.env._("Please sign in with %s.", self._brand)

    @api.model
    def _server_name(self, account) -> str:
        return self._brand

    @api.model
    def _sentences(self, account) -> dict[str, str]:
        return {
            **super()._sentences(account),
            KEY_LOST: self.env._(
                "This database was moved without the key that opens its passwords. "
                "Please reconnect: %s asks you once more.",
                self._brand,
            ),
            HANDED_OVER: self.env._(
                "This mailbox was handed over to you. Reconnect it by signing in at %(brand)s as "
                "%(address)s, and it goes on.",
                brand=self._brand,
                address=account.address,
            ),
            reasons.NOT_AUTHORISED: self.env._(
                "%s does not let Odoo open this mailbox.", self._brand
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
    def _connector(self, account) -> Connector:
        grant, store = self._held(account)
        return self._open(grant, store, shared=account._shared(), account=account)

    @api.model
    def _held(self, account) -> tuple[Grant, Callable[[Grant], None]]:
        """The grant of an account, and what keeps each of its successors."""
        held = [self._grant(account)]

        def store(grant: Grant):
            self._renew(account, held[0], grant)
            held[0] = grant

        return held[0], store

    @api.model
    def _can_send(self, account) -> bool:
        shared = bool(account.opened_as)
        needed = self._scopes(sending=True, shared=shared)
        try:
            missing = self._grant(account).missing(needed)
        except (AuthenticationFailed, KeyLost):
            return False
        return not set(missing) - set(self._scopes(sending=False, shared=shared))

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
            # sudo: no group writes it
            account.sudo().secret = self._sealed(grant)
            account.flush_recordset(["secret"])
        cr.commit()  # pylint: disable=invalid-commit
