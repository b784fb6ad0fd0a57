# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from ..connectors import reasons
from ..connectors.base import ConnectorError
from ..connectors.oauth import google as oauth_google


class MailSyncSentence(models.AbstractModel):
    """Of providers that ask the user for consent and are read by a web API."""

    _inherit = "mail.sync.sentence"

    @api.model
    def _of_consent(self, error: ConnectorError, dialog=None) -> str:
        """What went wrong while the user of ``dialog`` was signing in."""
        if dialog is None:
            return self._of_reason(error.reason, "", 443)
        provider = dialog._provider()
        if error.reason == reasons.SCOPE_MISSING and error.detail in self._permissions():
            return self.env._(
                'You left out a permission on the page of %(host)s: "%(permission)s". Without it '
                "the mailbox cannot be synced. Please try again, and tick every box.",
                host=provider._brand,
                permission=self._permissions()[error.detail],
            )
        return self._at(provider, dialog, error.reason, 443, error.detail)

    @api.model
    def _permissions(self) -> dict[str, str]:
        """Google's scopes, as it words them on its page; Microsoft's cannot be left out."""
        _ = self.env._
        return {
            oauth_google.READ: _("View your email messages and settings"),
            oauth_google.SEND: _("Send email on your behalf"),
            "email": _("See your primary Google Account email address"),
            **dict.fromkeys(
                oauth_google.IDENTITY, _("See your primary Google Account email address")
            ),
        }

    @api.model
    def _sentences(self, host: str, port: int, detail: str = "") -> dict[str, str]:
        return super()._sentences(host, port, detail) | self._web_sentences(host, detail)

    @api.model
    def _web_sentences(self, host: str, detail: str) -> dict[str, str]:
        _ = self.env._
        return {
            reasons.LIBRARY_MISSING: _(
                "This server lacks the Python library %s. Please tell your administrator.", detail
            ),
            reasons.CONSENT_DENIED: _(
                "You did not allow Odoo to read your mailbox, so nothing was connected. "
                "You can try again at any time."
            ),
            reasons.CONSENT_EXPIRED: _(
                "Signing in took too long, or this page was opened twice. Please try again."
            ),
            reasons.GRANT_REVOKED: _(
                "%s no longer lets Odoo read this mailbox: the permission was withdrawn or has "
                "ended, as it does after a change of password. Please reconnect.",
                host,
            ),
            reasons.NO_REFRESH_TOKEN: _(
                "%s gave Odoo a permission for an hour only. Please try again, and confirm once "
                "more what Odoo may do.",
                host,
            ),
            reasons.SCOPE_MISSING: _(
                "You left out a permission that syncing needs. Please reconnect, and tick every "
                "box on the page of %s.",
                host,
            ),
            reasons.OAUTH_CLIENT: _(
                "%s does not know Odoo under the client ID and secret that are set up here. "
                "Please tell your administrator: the ID, the secret and the redirect address "
                "have to be the same there and in the settings.",
                host,
            ),
            reasons.API_DISABLED: _(
                "The project of your organisation at %s may not read e-mails yet. Please tell "
                "your administrator: its e-mail API has to be enabled.",
                host,
            ),
            reasons.MAILBOX_DISABLED: _("This account at %s has no mailbox.", host),
            reasons.PACING: _(
                "%s lets Odoo read only so many e-mails a minute. It goes on by itself.", host
            ),
            reasons.DAILY_LIMIT: _(
                "%s lets Odoo read only so many e-mails a day. It goes on by itself.", host
            ),
            reasons.HISTORY_EXPIRED: _(
                "%s does not tell what is new in this mailbox. Please reconnect.", host
            ),
            reasons.CONSENT_REQUIRED: _(
                "%s wants you to confirm once more what Odoo may do. Please reconnect, and "
                "accept it there.",
                host,
            ),
            reasons.ADMIN_CONSENT: _(
                "Your organisation lets only its administrator allow this. Please ask the "
                "administrator of %s to approve Odoo for you, then try again.",
                host,
            ),
            reasons.SECOND_FACTOR: _(
                "%s wants you to sign in again, with the second step of your sign-in. "
                "Please reconnect.",
                host,
            ),
            reasons.CONDITIONAL_ACCESS: _(
                "A security rule of your organisation at %s keeps Odoo out of this mailbox. "
                "Please ask its administrator to let Odoo's app in, then reconnect.",
                host,
            ),
            reasons.WRONG_TENANT: _(
                "You signed in with an account that Odoo is not set up for at %s: one of another "
                "organisation, or a private one. Please sign in with your work account, or ask "
                "your administrator to check the tenant in the settings.",
                host,
            ),
            reasons.CLIENT_SECRET: _(
                "The client secret that is set up here for %s is wrong or has expired. Please "
                "tell your administrator, who makes a new one there and enters it in the "
                "settings.",
                host,
            ),
            reasons.MAILBOX_UNKNOWN: _(
                "There is no such mailbox at %s. Please check the address.", host
            ),
            reasons.MAILBOX_MOVING: _(
                "This mailbox is being moved to another server at the moment."
            ),
        }
