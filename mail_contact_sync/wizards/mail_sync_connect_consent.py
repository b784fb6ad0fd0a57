# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..connectors import reasons
from ..connectors.base import AuthenticationFailed, Mailbox, SettingsError
from ..connectors.oauth.grant import Grant
from ..models.mail_sync_provider_consent import pending_consents
from ..vault import KeyLost


class MailSyncConnect(models.TransientModel):
    """Adding or reconnecting a mailbox by signing in at its provider: the dialog's part of it.

    The controller has the browser's part.
    """

    _inherit = "mail.sync.connect"

    #: for the mailbox of whom the user logs in to Odoo as, and no other
    logged_in = fields.Boolean()
    signs_in = fields.Boolean(compute="_compute_provider_missing")
    more = fields.Boolean("More Settings")
    mailbox = fields.Char("Another Mailbox")
    left_id = fields.Many2one("mail.sync.connect", "Left From", compute="_compute_unfinished")
    unfinished = fields.Char(compute="_compute_unfinished")

    @api.depends("account_id")
    def _compute_unfinished(self):
        """From where she left last for a provider's page, and did not come back."""
        begun = [
            (asked["dialog"], asked["service"])
            for asked in pending_consents().values()
            if asked["uid"] == self.env.uid and not asked.get("passed")
        ]
        self.left_id = self.unfinished = False
        for number, service in begun[-1:]:
            left = self.browse(number).exists()
            for dialog in self if left.has_access("write") else ():
                if left and left.account_id == dialog.account_id:
                    dialog.left_id = left
                    dialog.unfinished = self.env._(
                        "You began to sign in at %s and did not finish.",
                        self.env["mail.sync.provider"]._of(service)._brand,
                    )

    def action_continue(self):
        """Back to the provider's page."""
        self.ensure_one()
        if not self.left_id:
            return self._again()  # finished meanwhile, in another tab
        return self.left_id.action_sign_in()

    def _compute_provider_missing(self):
        result = super()._compute_provider_missing()
        for dialog in self:
            service = self.env["mail.sync.provider"]._of(dialog.provider or "imap")
            dialog.signs_in = service._signs_in
        return result

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        account = self.env["mail.sync.account"].browse(values.get("account_id")).exists()
        if account.opened_as:
            values |= {"address": account.opened_as, "mailbox": account.address, "more": True}
        return values

    # There ------------------------------------------------------------------------

    def action_sign_in(self):
        """Leave for the provider's page."""
        self.ensure_one()
        provider = self._signing_in()
        if missing := provider._missing():
            raise UserError(missing)
        return {
            "type": "ir.actions.act_url",
            "url": f"/mail_contact_sync/{provider._service}/start?dialog={self.id}",
            "target": "self",
        }

    def _signing_in(self):
        """The provider at whose page to sign in."""
        account = self.account_id.exists()
        account._check_owner()
        provider = self._provider()
        if not provider._signs_in or account.state == "removing":
            raise UserError(self.env._("This mailbox cannot be connected by signing in."))
        return provider

    def _consent(self) -> dict:
        """What to ask the provider's user for, and who she probably is; a JSON value."""
        provider, mailbox = self._signing_in(), self._shared()
        if mailbox and self.env["mail.sync.account"]._normalised(mailbox) != [mailbox]:
            raise UserError(self.env._("This is not an e-mail address: %s", mailbox))
        # Who only leaves out sending is synced all the same.
        needed = provider._scopes(sending=not self.syncs, shared=bool(mailbox))
        return {
            "provider": provider._name,
            "mailbox": mailbox,
            "scopes": provider._scopes(sending=self.sends, shared=bool(mailbox)),
            "needed": needed,
            "login_hint": self.account_id.opened_as or (self.address or "").strip(),
        }

    def _shared(self) -> str:
        """As of an account: the mailbox's address, where it is not that of whoever signs in."""
        if self.account_id:
            return self.account_id._shared()
        if not self._provider()._opens_others:
            return ""
        address = (self.mailbox or "").strip().lower()
        return "" if address == (self.address or "").strip().lower() else address

    # And back ---------------------------------------------------------------------

    def _redeem(self, code: str, asked: dict):
        """The account that the ``code`` is for, connected; raise ConnectorError, UserError.

        ``asked`` is what ``_consent`` gave, with what the provider wanted to be ``kept``.
        """
        provider = self._signing_in()
        mailbox = self.account_id._shared() if self.account_id else asked.get("mailbox")
        if (provider._name, mailbox) != (asked.get("provider"), asked.get("mailbox")):
            raise AuthenticationFailed(reasons.CONSENT_EXPIRED)
        try:
            with self.env["mail.sync.engine"]._asking():
                grant, mailbox = self._prove_consent(provider, code, asked)
        except KeyLost as error:
            raise UserError(provider._missing()) from error
        return self._connect(provider, grant, mailbox, shared=bool(asked["mailbox"]))

    def _prove_consent(self, provider, code: str, asked: dict) -> tuple[Grant, Mailbox]:
        grant = provider._redeem(code, asked["kept"])
        if missing := grant.missing(tuple(asked["needed"])):
            raise SettingsError(reasons.SCOPE_MISSING, missing[-1])
        renewed = [grant]
        with provider._open(grant, renewed.append, shared=asked["mailbox"]) as connector:
            mailbox = connector.check()
        return renewed[-1], mailbox

    def _connect(self, provider, grant: Grant, mailbox: Mailbox, *, shared: bool):
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
        account = self.account_id or self._connected(provider, mailbox.address)
        if account.address and account.address.lower() != mailbox.address.lower():
            raise UserError(
                self.env._(
                    "You signed in at %(brand)s as %(other)s, but this mailbox is %(address)s. "
                    "Please try again, and choose %(address)s there.",
                    brand=provider._brand,
                    other=mailbox.address,
                    address=account.address,
                )
            )
        return self._connect_as(
            account,
            mailbox,
            provider=provider._key,
            secret=provider._sealed(grant),
            opened_as=shared and grant.address,
        )
