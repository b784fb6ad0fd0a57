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
from ..connectors.oauth import google as oauth_google
from ..connectors.oauth import grant as oauth
from ..models.mail_sync_provider_google import REDIRECT

_logger = logging.getLogger(__name__)

#: Where in the session is kept what a redirect has to bring back.
PENDING = "mail_contact_sync_google"
#: Tabs in which one user may be signing in at once, and the seconds that it may take.
MOST_PENDING = 5
LIFETIME = 1800


class GoogleController(http.Controller):
    """Signing in with Google: there by ``start``, and back by ``redirect``.

    What comes back counts only in the session that sent it there, once, and for half an hour.
    The verifier without which a code is worth nothing (RFC 7636) never leaves the server.
    """

    @http.route("/mail_contact_sync/google/start", type="http", auth="user", methods=["GET"])
    def start(self, dialog, **_query):
        """Send the browser of the dialog's user to Google."""
        google = request.env["mail.sync.provider.google"]
        try:
            asked = self._dialog(dialog)._consent()
        except UserError as error:
            return self._page(str(error))
        if missing := google._missing():
            return self._page(missing)
        state = secrets.token_urlsafe(32)
        try:
            url, verifier = oauth_google.authorization_url(
                google._client(),
                google._redirect_uri(),
                state=state,
                scopes=asked["scopes"],
                login_hint=asked["login_hint"],
                endpoints=google._endpoints(),
            )
        except ConnectorError as error:
            return self._failed(error, dialog)
        pending = _pending()
        pending[state] = {
            "verifier": verifier,
            "uid": request.env.uid,
            "until": time.time() + LIFETIME,
            "dialog": int(dialog),
        }
        request.session[PENDING] = dict(list(pending.items())[-MOST_PENDING:])
        return self._bare(request.redirect(url, code=303, local=False))

    @http.route(REDIRECT, type="http", auth="public", methods=["GET"], sitemap=False)
    def back(self, state="", code="", error="", **_query):
        """Google sends the browser back, with a code or with what went wrong."""
        pending = _pending()
        asked = pending.pop(state, None)
        request.session[PENDING] = pending
        if not request.session.uid:
            return self._page(
                request.env._("You are not logged in to Odoo any more. Log in and try again.")
            )
        if asked is None or asked["uid"] != request.env.uid or not request.env.user._is_internal():
            return self._failed(AuthenticationFailed(reasons.CONSENT_EXPIRED))
        dialog = asked["dialog"]
        if error or not code:
            return self._failed(oauth.refusal(error), dialog)
        try:
            account = self._dialog(dialog)._redeem(code, asked["verifier"])
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
            raise UserError(
                request.env._("Signing in took too long. Please begin again with Add mailbox.")
            )
        return record

    def _failed(self, error, dialog=None):
        """A page that says what went wrong."""
        request.env.cr.rollback()
        _logger.info("Signing in with Google failed: %s", error.reason)
        sentence = request.env["mail.sync.sentence"]._of_consent(error)
        return self._page(sentence, dialog)

    def _page(self, sentence, dialog=None):
        response = request.render(
            "mail_contact_sync.sign_in_failed",
            {
                "sentence": sentence,
                "again": f"/mail_contact_sync/google/start?dialog={dialog}" if dialog else False,
            },
        )
        return self._bare(response)

    @staticmethod
    def _bare(response):
        """An answer that no cache keeps, and whose address no other page is told."""
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response


def _pending() -> dict:
    """Those whose time is not over, the oldest first."""
    now = time.time()
    return {
        state: asked
        for state, asked in request.session.get(PENDING, {}).items()
        if asked["until"] > now
    }
