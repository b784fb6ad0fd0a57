# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

from odoo.tests.common import HttpCase, new_test_user, tagged

from ..connectors import reasons
from ..connectors.base import AuthenticationFailed, Mailbox, SettingsError
from ..connectors.oauth import google as oauth_google
from ..controllers import consent as controller
from .google import MemorySearchConnector, grant

START = "/mail_contact_sync/google/start"
BACK = "/mail_contact_sync/google/redirect"
ADDRESS = "rosa@ours.test"


@tagged("-at_install", "post_install")
class TestGoogleSignIn(HttpCase):
    """There and back again: what a browser brings back counts once, in its own session."""

    def setUp(self):
        super().setUp()
        self.env["res.config.settings"].create(
            {
                "mail_sync_google_client_id": "id.apps.googleusercontent.com",
                "mail_sync_google_client_secret": "client-secret",
            }
        ).execute()
        self.rosa = new_test_user(self.env, "rosa", email="rosa@home.test")
        self.sam = new_test_user(self.env, "sam", email="sam@home.test")
        self.portal = new_test_user(self.env, "porta", groups="base.group_portal")
        self.mailbox = MemorySearchConnector()
        self.address, self.given = ADDRESS, oauth_google.scopes()
        self.redeemed, self.failure = [], None
        self.mailbox.check = lambda: Mailbox(self.address, ("Rosa@alias.test",))

        def redeem(client, redirect_uri, code, verifier, **_options):
            self.redeemed.append((code, verifier))
            if self.failure:
                raise self.failure
            return grant(self.address, self.given)

        provider = type(self.env["mail.sync.provider.google"])
        self.startPatcher(patch.object(oauth_google, "redeem", redeem))
        self.startPatcher(patch.object(provider, "_open", lambda *_args, **_options: self.mailbox))

    def dialog(self, user=None, **values):
        values = {"provider": "google", "address": "rosa@home.test", **values}
        return self.env["mail.sync.connect"].with_user(user or self.rosa).create(values)

    def leave(self, dialog, login="rosa"):
        """Log in, go to Google; returns what it is asked."""
        self.authenticate(login, login)
        answer = self.url_open(f"{START}?dialog={dialog.id}", allow_redirects=False)
        self.assertEqual(answer.status_code, 303)
        url = urlsplit(answer.headers["Location"])
        self.assertEqual(url.netloc, "accounts.google.com")
        return {name: values[0] for name, values in parse_qs(url.query).items()}

    def come_back(self, **query):
        query = "&".join(f"{name}={value}" for name, value in query.items())
        return self.url_open(f"{BACK}?{query}", allow_redirects=False)

    def account(self):
        return self.env["mail.sync.account"].search([("provider", "=", "google")])

    def assertSaid(self, answer, text):
        self.assertEqual(answer.status_code, 200)
        self.assertIn(text, answer.text)
        self.assertIn("/odoo/mailboxes", answer.text)
        self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
        self.assertIn("no-store", answer.headers["Cache-Control"])

    # It works -------------------------------------------------------------------------

    def test_consent_makes_the_account_as_google_reports_it(self):
        asked = self.leave(self.dialog(visibility="private", sends=False))
        self.assertEqual(asked["login_hint"], "rosa@home.test")
        self.assertEqual(asked["code_challenge_method"], "S256")
        self.assertIn(oauth_google.READ, asked["scope"])
        self.assertNotIn(oauth_google.SEND, asked["scope"])
        self.assertTrue(asked["redirect_uri"].endswith(BACK))
        answer = self.come_back(state=asked["state"], code="c1")
        account = self.account()
        self.assertEqual(urlsplit(answer.headers["Location"]).path, f"/odoo/mailboxes/{account.id}")
        self.assertEqual((account.address, account.user_id), (ADDRESS, self.rosa))
        self.assertEqual((account.state, account.visibility), ("active", "private"))
        self.assertEqual(account.aliases, "rosa@alias.test")
        [(_code, verifier)] = self.redeemed
        self.assertGreater(len(verifier), 40)
        self.assertNotIn(verifier, answer.text + str(answer.headers) + json.dumps(asked))

    def test_an_account_that_may_send_asks_for_it(self):
        asked = self.leave(self.dialog())
        self.assertIn(oauth_google.SEND, asked["scope"])
        self.given = (*self.given, oauth_google.SEND)
        self.come_back(state=asked["state"], code="c1")
        self.assertTrue(self.account().can_send)

    def test_who_leaves_out_sending_is_synced_all_the_same(self):
        asked = self.leave(self.dialog())
        self.come_back(state=asked["state"], code="c1")
        account = self.account()
        self.assertEqual((account.state, account.can_send), ("active", False))

    def test_who_leaves_out_sending_has_no_use_of_an_account_for_sending(self):
        asked = self.leave(self.dialog(syncs=False))
        answer = self.come_back(state=asked["state"], code="c1")
        self.assertSaid(answer, "Send email on your behalf")
        self.assertFalse(self.account())

    def test_the_same_mailbox_again_is_no_second_account(self):
        for number in range(2):
            asked = self.leave(self.dialog())
            self.come_back(state=asked["state"], code=f"c{number}")
        self.assertEqual(len(self.account()), 1)

    # It does not ----------------------------------------------------------------------

    def test_a_state_counts_once(self):
        asked = self.leave(self.dialog())
        self.come_back(state=asked["state"], code="c1")
        self.assertSaid(self.come_back(state=asked["state"], code="c2"), "opened twice")
        self.assertEqual(len(self.redeemed), 1)

    def test_a_state_that_failed_is_used_up(self):
        asked = self.leave(self.dialog())
        self.failure = AuthenticationFailed(reasons.CONSENT_EXPIRED)
        self.come_back(state=asked["state"], code="c1")
        self.failure = None
        self.come_back(state=asked["state"], code="c2")
        self.assertFalse(self.account())

    def test_an_unknown_or_missing_state_is_refused(self):
        self.leave(self.dialog())
        for query in ({"state": "x", "code": "c"}, {"code": "c"}, {}):
            self.assertSaid(self.come_back(**query), "opened twice")
        self.assertFalse(self.redeemed)

    def test_a_state_of_another_session_is_refused(self):
        asked = self.leave(self.dialog())
        self.authenticate("sam", "sam")
        self.assertSaid(self.come_back(state=asked["state"], code="c1"), "opened twice")
        self.authenticate("rosa", "rosa")  # hers, but another session
        self.assertSaid(self.come_back(state=asked["state"], code="c1"), "opened twice")
        self.authenticate(None, None)
        self.assertSaid(self.come_back(state=asked["state"], code="c1"), "not logged in")
        self.assertFalse(self.redeemed)

    def test_a_state_does_not_live_long(self):
        with patch.object(controller, "LIFETIME", -1):
            asked = self.leave(self.dialog())
        answer = self.come_back(state=asked["state"], code="c1")
        self.assertSaid(answer, "took too long")
        self.assertFalse(self.redeemed)

    def test_deny_is_said_and_can_be_tried_again(self):
        dialog = self.dialog()
        asked = self.leave(dialog)
        answer = self.come_back(state=asked["state"], error="access_denied")
        self.assertSaid(answer, "You did not allow Odoo")
        self.assertIn(f"{START}?dialog={dialog.id}", answer.text)
        self.assertFalse(self.redeemed or self.account())

    def test_an_unticked_permission_is_named(self):
        self.given = tuple(each for each in self.given if each != oauth_google.READ)
        asked = self.leave(self.dialog())
        answer = self.come_back(state=asked["state"], code="c1")
        self.assertSaid(answer, "View your email messages and settings")
        self.assertFalse(self.account())

    def test_what_google_says_is_said_in_words(self):
        for failure, text in (
            (SettingsError(reasons.OAUTH_CLIENT), "client ID and secret"),
            (SettingsError(reasons.API_DISABLED), "has to be enabled"),
            (AuthenticationFailed(reasons.NO_REFRESH_TOKEN), "for an hour only"),
        ):
            self.failure = failure
            asked = self.leave(self.dialog())
            self.assertSaid(self.come_back(state=asked["state"], code="c1"), text)
        self.assertFalse(self.account())

    def test_words_of_strangers_are_not_repeated(self):
        asked = self.leave(self.dialog())
        answer = self.come_back(state=asked["state"], error="<script>alert(1)</script>")
        self.assertNotIn("alert(1)", answer.text)

    def test_another_mailbox_than_the_one_to_reconnect_is_refused(self):
        asked = self.leave(self.dialog())
        self.come_back(state=asked["state"], code="c1")
        account = self.account()
        secret = account.sudo().secret
        self.address = "other@ours.test"
        asked = self.leave(self.dialog(account_id=account.id))
        answer = self.come_back(state=asked["state"], code="c2")
        self.assertSaid(answer, "other@ours.test")
        self.assertEqual(account.sudo().secret, secret)
        self.address = ADDRESS.upper()
        asked = self.leave(self.dialog(account_id=account.id))
        self.come_back(state=asked["state"], code="c3")
        account.invalidate_recordset()
        self.assertNotEqual(account.sudo().secret, secret)
        self.assertEqual(len(self.account()), 1)

    def test_a_mailbox_connected_by_imap_is_not_taken_over(self):
        self.env["mail.sync.account"].with_user(self.rosa).create(
            {"address": ADDRESS, "host": "imap.ours.test", "password": "x"}
        )
        asked = self.leave(self.dialog())
        answer = self.come_back(state=asked["state"], code="c1")
        self.assertSaid(answer, "connected rosa@ours.test already")
        self.assertFalse(self.account())

    # Others ---------------------------------------------------------------------------

    def test_another_users_dialog_leads_nowhere(self):
        dialog = self.dialog()
        for user in ("sam", "porta"):
            self.authenticate(user, user)
            for number in (dialog.id, 0, "x", 10**12):
                answer = self.url_open(f"{START}?dialog={number}", allow_redirects=False)
                self.assertSaid(answer, "begin again")

    def test_whoever_is_not_logged_in_is_sent_to_the_login(self):
        self.authenticate(None, None)
        answer = self.url_open(f"{START}?dialog=1", allow_redirects=False)
        self.assertIn("/web/login", answer.headers["Location"])
