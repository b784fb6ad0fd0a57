# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.exceptions import UserError

from ..connectors import reasons
from ..connectors.base import SettingsError
from ..connectors.oauth import google as oauth_google
from ..connectors.oauth.grant import Grant
from ..vault import KeyLost


class MailSyncConnect(models.TransientModel):
    """Adding or reconnecting a mailbox by signing in with Google: the dialog's part of it.

    The controller has the browser's part.
    """

    _inherit = "mail.sync.connect"

    #: for the mailbox of whom the user logs in to Odoo as, and no other
    logged_in = fields.Boolean()

    def action_google(self):
        """Leave for Google's page."""
        self.ensure_one()
        if missing := self.env["mail.sync.provider.google"]._missing():
            raise UserError(missing)
        self._check_reconnectable()
        return {
            "type": "ir.actions.act_url",
            "url": f"/mail_contact_sync/google/start?dialog={self.id}",
            "target": "self",
        }

    def _check_reconnectable(self):
        account = self.account_id.exists()
        account._check_owner()
        if account and (account.provider != "google" or account.state == "removing"):
            raise UserError(
                self.env._("This mailbox cannot be connected by signing in with Google.")
            )

    def _scopes(self) -> tuple[str, ...]:
        """The least that does the job."""
        return oauth_google.scopes(sending=self.sends)

    def _consent(self) -> dict:
        """What to ask Google's user for, and who she probably is."""
        self._check_reconnectable()
        return {"scopes": self._scopes(), "login_hint": (self.address or "").strip()}

    def _redeem(self, code: str, verifier: str):
        """The account that the ``code`` is for, connected; raise ConnectorError, UserError."""
        self._check_reconnectable()
        google = self.env["mail.sync.provider.google"]
        try:
            grant = oauth_google.redeem(
                google._client(),
                google._redirect_uri(),
                code,
                verifier,
                endpoints=google._endpoints(),
            )
            # Who only leaves out sending is synced all the same.
            if missing := grant.missing(oauth_google.scopes(sending=not self.syncs)):
                raise SettingsError(reasons.SCOPE_MISSING, missing[-1])
            renewed = [grant]
            with google._open(grant, renewed.append) as connector:
                mailbox = connector.check()
        except KeyLost as error:
            raise UserError(google._missing()) from error
        return self._connect(renewed[-1], mailbox)

    def _connect(self, grant: Grant, mailbox):
        """Make the account, or mend it, and let it sync."""
        if self.logged_in and grant.subject != self.env.user._google_subject():
            raise UserError(
                self.env._(
                    "You signed in at Google as %(other)s, but you log in to Odoo with another "
                    "account of Google. Please try again, and choose %(address)s there.",
                    other=mailbox.address,
                    address=self.address,
                )
            )
        account = self.account_id or self._connected(mailbox.address)
        if account.address and account.address.lower() != mailbox.address.lower():
            raise UserError(
                self.env._(
                    "You signed in at Google as %(other)s, but this mailbox is %(address)s. "
                    "Please try again, and choose %(address)s there.",
                    other=mailbox.address,
                    address=account.address,
                )
            )
        if not account:
            # sudo: what is connected by signing in is not the user's to write
            account = account.sudo().create(
                {
                    "user_id": self.env.uid,
                    "company_id": self.env.company.id,
                    "provider": "google",
                    "address": mailbox.address,
                    "syncs": self.syncs,
                    "sends": self.sends,
                    "visibility": self.visibility,
                }
            )
        known = account._normalised(account.aliases or "")
        aliases = dict.fromkeys([*known, *map(str.lower, mailbox.aliases)])
        account.sudo().write(
            {
                "secret": self.env["mail.sync.provider.google"]._sealed(grant),
                "aliases": ", ".join(aliases) or False,
            }
        )
        account.sudo(False).action_connect()
        return account.sudo(False)

    def _connected(self, address: str):
        """The user's account of this address, if she has connected it before."""
        account = self.env["mail.sync.account"]._of_mine(address)
        if account and account.provider != "google":
            raise UserError(
                self.env._(
                    "You have connected %s already. Remove that mailbox first if you want to "
                    "connect it by signing in with Google; its e-mails can stay.",
                    account.address,
                )
            )
        return account
