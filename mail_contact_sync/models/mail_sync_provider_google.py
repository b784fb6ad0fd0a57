# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from odoo import api, fields, models
from odoo.tools import escape_psql

from ..connectors import reasons
from ..connectors.base import Connector, ConnectorError
from ..connectors.gmail import GmailConnector
from ..connectors.gmail.quota import Budget
from ..connectors.oauth import google as oauth_google
from ..connectors.oauth.grant import Grant, refusal
from ..vault import KeyLost

_logger = logging.getLogger(__name__)

CLIENT_ID = "mail_contact_sync.google_client_id"
CLIENT_SECRET = "mail_contact_sync.google_client_secret"


class MailSyncAccount(models.Model):
    _inherit = "mail.sync.account"

    provider = fields.Selection(
        selection_add=[("google", "Google")], ondelete={"google": "cascade"}
    )


class MailSyncProviderGoogle(models.AbstractModel):
    _name = "mail.sync.provider.google"
    _inherit = "mail.sync.provider.consent"
    _description = "E-mail Provider: Google"

    _searches = True
    _key = _service = "google"
    _brand = "Google"
    _oauth = oauth_google
    #: https://support.google.com/a/answer/166852: 500 a day without Workspace
    _most_sent = (20, 500)
    _app_secret = CLIENT_SECRET

    @api.model
    def _endpoints(self) -> oauth_google.Endpoints:
        return oauth_google.Endpoints(**self._stand_in())

    @api.model
    def _scopes(self, *, sending: bool, shared: bool) -> tuple[str, ...]:
        return oauth_google.scopes(sending=sending)

    @api.model
    def _refusal(self, query: Mapping[str, str]) -> ConnectorError:
        return refusal(query.get("error", ""))

    @api.model
    def _open(
        self, grant: Grant, store: Callable[[Grant], None], *, shared: str = "", account=None
    ) -> Connector:
        budget = account and self.env["mail.sync.usage"]._budget(account)
        return GmailConnector(
            self._client(),
            grant,
            store,
            budget=Budget().load(budget),
            endpoints=self._endpoints(),
        )

    @api.model
    def _sentences(self, account) -> dict[str, str]:
        return {
            **super()._sentences(account),
            reasons.CONTACT_ADMIN: self.env._(
                "Your organisation does not let Odoo read its mailboxes at Google. Please ask "
                "the administrator of your Google Workspace to allow it."
            ),
        }

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
        # sudo: whosever mailboxes they are
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
        if others or not account._has_secret():
            return
        try:
            oauth_google.revoke(self._client(), self._grant(account), endpoints=self._endpoints())
        except (ConnectorError, KeyLost) as error:
            # It opens nothing without the secret that is forgotten now.
            _logger.info("Mailbox %s: the grant could not be given back: %s", account.id, error)
