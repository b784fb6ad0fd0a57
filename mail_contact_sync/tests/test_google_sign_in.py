# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests.common import HttpCase, tagged

from ..connectors import reasons
from ..connectors.base import AuthenticationFailed, SettingsError
from ..connectors.oauth import google as oauth_google
from .google import MemorySearchConnector
from .sign_in import SignIn


@tagged("-at_install", "post_install")
class TestGoogleSignIn(SignIn, HttpCase):
    service = provider = "google"
    page = "accounts.google.com"
    oauth, connector = oauth_google, MemorySearchConnector

    def test_the_least_is_asked_for(self):
        asked = self.leave(self.dialog(sends=False))
        self.assertIn(oauth_google.READ, asked["scope"])
        self.assertNotIn(oauth_google.SEND, asked["scope"])

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
