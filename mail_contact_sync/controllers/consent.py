# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
import secrets
import time

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from ..connectors import reasons
from ..connectors.base import AuthenticationFailed, ConnectorError
from ..models.mail_sync_provider_consent import PENDING, REDIRECT, pending_consents
from ..vault import KeyLost

_logger = logging.getLogger(__name__)

#: Tabs in which one user may be signing in at once, and the seconds that it may take.
MOST_PENDING = 5
LIFETIME = 1800

SERVICE = "<any(google, microsoft):service>"
START = f"/mail_contact_sync/{SERVICE}/start"


class ConsentController(http.Controller):
    """Signing in at a mailbox's provider: there by ``start``, and back by ``redirect``.

    What comes back counts only in the session that sent it there, from where it was sent to, once,
    and for half an hour.  The verifier without which a code is worth nothing (RFC 7636) never
    leaves the server.  Each provider has a redirect URI of its own, so that none can pass
    off its answer as another's (RFC 9700, section 4.4).
    """

    @http.route(START, type="http", auth="user", methods=["GET"])
    def start(self, service, dialog="", **_query):
        """Send the browser of the dialog's user to the provider."""
        try:
            record = self._dialog(dialog)
            asked = record._consent()
            provider = record._provider()
            if provider._service != service:
                raise UserError(_begin_again())
            if missing := provider._missing():
                raise UserError(missing)
        except UserError as error:
            return self._page(str(error))
        state = secrets.token_urlsafe(32)
        try:
            url, kept = provider._authorize(state, asked["scopes"], asked["login_hint"])
        except ConnectorError as error:
            return self._failed(error, record)
        except KeyLost:
            return self._page(provider._missing())
        pending = pending_consents()
        pending[state] = {
            **asked,
            "kept": kept,
            "service": service,
            "uid": request.env.uid,
            "until": time.time() + LIFETIME,
            "dialog": record.id,
        }
        request.session[PENDING] = dict(list(pending.items())[-MOST_PENDING:])
        return self._bare(request.redirect(url, code=303, local=False))

    @http.route(
        REDIRECT.format(service=SERVICE), type="http", auth="public", methods=["GET"], sitemap=False
    )
    def back(self, service, state="", code="", **query):
        """The provider sends the browser back, with a code or with what went wrong."""
        pending = pending_consents()
        asked = pending.pop(state, None)
        request.session[PENDING] = pending
        if not request.session.uid:
            return self._page(
                request.env._("You are not logged in to Odoo any more. Log in and try again.")
            )
        ours = asked and asked["uid"] == request.env.uid and asked["service"] == service
        if not ours or not request.env.user._is_internal():
            return self._failed(AuthenticationFailed(reasons.CONSENT_EXPIRED))
        try:
            dialog = self._dialog(asked["dialog"])
        except UserError as failure:
            return self._page(str(failure))
        try:
            if query.get("error") or not code:
                raise dialog._provider()._refusal(query)
            account = dialog._redeem(code, asked)
            # What was begun before is not what she is busy with any more.
            request.session[PENDING] = {
                each: {**other, "passed": True} for each, other in pending.items()
            }
        except ConnectorError as failure:
            return self._failed(failure, dialog)
        except UserError as failure:
            request.env.cr.rollback()
            return self._page(str(failure), dialog)
        return self._bare(request.redirect(f"/odoo/mailboxes/{account.id}", code=303))

    def _dialog(self, dialog):
        """The dialog of this number, which is the user's own."""
        number = int(dialog) if str(dialog).isdecimal() and len(str(dialog)) < 10 else 0
        record = request.env["mail.sync.connect"].browse(number)
        if not (record.has_access("write") and record.exists()):
            raise UserError(_begin_again())
        return record

    def _failed(self, error, dialog=None):
        """A page that says what went wrong."""
        request.env.cr.rollback()
        _logger.info("Signing in for a mailbox failed: %s", error.reason)
        return self._page(request.env["mail.sync.sentence"]._of_consent(error, dialog), dialog)

    def _page(self, sentence, dialog=None):
        again = dialog and f"/mail_contact_sync/{dialog.provider}/start?dialog={dialog.id}"
        values = {"sentence": sentence, "again": again or False}
        return self._bare(request.render("mail_contact_sync.sign_in_failed", values))

    @staticmethod
    def _bare(response):
        """An answer that no cache keeps, and whose address no other page is told."""
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response


def _begin_again() -> str:
    return request.env._("Signing in took too long. Please begin again with Add mailbox.")
