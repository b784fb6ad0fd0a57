# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

from odoo.tests.common import new_test_user

from ..connectors import reasons
from ..connectors.base import AuthenticationFailed, Mailbox
from ..controllers import consent as controller
from .google import grant
from .microsoft import CLIENT_ID

ADDRESS = "rosa@ours.test"


class SignIn:
    """There and back again: what a browser brings back counts once, in its own session.

    A subclass is an HttpCase and names the service, its model, its module of ``oauth``, the
    host of its page, and the memory connector that takes the place of its own.
    """

    service = provider = page = ""
    oauth = connector = None

    def setUp(self):
        super().setUp()
        self.START = f"/mail_contact_sync/{self.service}/start"
        self.BACK = f"/mail_contact_sync/{self.service}/redirect"
        self.env["res.config.settings"].create(
            {
                f"mail_sync_{self.service}_client_id": CLIENT_ID,
                f"mail_sync_{self.service}_client_secret": "client-secret",
            }
        ).execute()
        self.rosa = new_test_user(self.env, "rosa", email="rosa@home.test")
        new_test_user(self.env, "sam", email="sam@home.test")
        self.portal = new_test_user(self.env, "porta", groups="base.group_portal")
        self.mailbox = self.connector()
        self.address, self.given = ADDRESS, self.scopes()
        self.redeemed, self.failure, self.opened = [], None, []
        self.mailbox.check = lambda: Mailbox(self.address, ("Rosa@alias.test",))

        def redeem(client, redirect_uri, code, verifier, **_options):
            self.redeemed.append((code, verifier))
            if self.failure:
                raise self.failure
            return grant(self.address, self.given)

        def opened(_provider, _grant, _store, **options):
            self.opened.append(options)
            return self.mailbox

        provider = type(self.env[f"mail.sync.provider.{self.provider}"])
        self.startPatcher(patch.object(self.oauth, "redeem", redeem))
        self.startPatcher(patch.object(provider, "_open", opened))

    def scopes(self, sending=False):
        provider = self.env[f"mail.sync.provider.{self.provider}"]
        return provider._scopes(sending=sending, shared=False)

    def dialog(self, user=None, **values):
        values = {"provider": self.service, "address": "rosa@home.test", **values}
        return self.env["mail.sync.connect"].with_user(user or self.rosa).create(values)

    def leave(self, dialog, login="rosa"):
        """Log in, go to its page; returns what it is asked."""
        self.authenticate(login, login)
        answer = self.url_open(f"{self.START}?dialog={dialog.id}", allow_redirects=False)
        self.assertEqual(answer.status_code, 303)
        url = urlsplit(answer.headers["Location"])
        self.assertEqual(url.netloc, self.page)
        return {name: values[0] for name, values in parse_qs(url.query).items()}

    def come_back(self, **query):
        query = "&".join(f"{name}={value}" for name, value in query.items())
        return self.url_open(f"{self.BACK}?{query}", allow_redirects=False)

    def in_browser(self, method, *args):
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/mail.sync.connect/{method}",
            {"model": "mail.sync.connect", "method": method, "args": args, "kwargs": {}},
        )

    def unfinished(self):
        """What the dialog says of it when it is opened again."""
        [values] = self.in_browser("read", [self.dialog().id], ["unfinished"])
        return values["unfinished"]

    def account(self):
        return self.env["mail.sync.account"].search(
            [("provider", "=", self.provider.replace("_", "-"))]
        )

    def assertSaid(self, answer, text):
        self.assertEqual(answer.status_code, 200)
        self.assertIn(text, answer.text)
        self.assertIn("/odoo/mailboxes", answer.text)
        self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
        self.assertIn("no-store", answer.headers["Cache-Control"])

    def test_consent_makes_the_account_as_the_provider_reports_it(self):
        asked = self.leave(self.dialog(visibility="private", sends=False))
        self.assertEqual(asked["login_hint"], "rosa@home.test")
        self.assertEqual(asked["code_challenge_method"], "S256")
        self.assertTrue(asked["redirect_uri"].endswith(self.BACK))
        shown = self.env["res.config.settings"].create({})[f"mail_sync_{self.service}_redirect"]
        self.assertEqual(asked["redirect_uri"], shown, "letter by letter")
        answer = self.come_back(state=asked["state"], code="c1")
        account = self.account()
        self.assertEqual(urlsplit(answer.headers["Location"]).path, f"/odoo/mailboxes/{account.id}")
        self.assertEqual((account.address, account.user_id), (ADDRESS, self.rosa))
        self.assertEqual((account.state, account.visibility), ("active", "private"))
        self.assertEqual(account.aliases, "rosa@alias.test")
        [(_code, verifier)] = self.redeemed
        self.assertGreater(len(verifier), 40)
        self.assertNotIn(verifier, answer.text + str(answer.headers) + json.dumps(asked))

    def test_the_same_mailbox_again_is_no_second_account(self):
        for number in range(2):
            asked = self.leave(self.dialog())
            self.come_back(state=asked["state"], code=f"c{number}")
        self.assertEqual(len(self.account()), 1)

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
        self.assertIn(f"{self.START}?dialog={dialog.id}", answer.text)
        self.assertFalse(self.redeemed or self.account())

    def test_what_was_begun_and_not_finished_is_said(self):
        dialog = self.dialog()
        self.leave(dialog)
        brand = self.env["mail.sync.provider"]._of(self.service)._brand
        self.assertIn(f"at {brand} and did not finish", self.unfinished())
        left = self.in_browser("action_continue", [self.dialog().id])
        self.assertEqual(left["url"], f"{self.START}?dialog={dialog.id}")
        asked = self.leave(self.dialog())
        self.come_back(state=asked["state"], code="c1")
        self.assertFalse(self.unfinished(), "she has finished another way")
        asked = self.leave(self.dialog())
        self.come_back(state=asked["state"], error="access_denied")
        self.assertFalse(self.unfinished(), "she was told")

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

    def test_another_users_dialog_leads_nowhere(self):
        dialog = self.dialog()
        for user in ("sam", "porta"):
            self.authenticate(user, user)
            for query in (
                f"?dialog={dialog.id}",
                "?dialog=0",
                "?dialog=x",
                f"?dialog={10**12}",
                "",
            ):
                answer = self.url_open(f"{self.START}{query}", allow_redirects=False)
                self.assertSaid(answer, "begin again")

    def test_whoever_is_not_logged_in_is_sent_to_the_login(self):
        self.authenticate(None, None)
        answer = self.url_open(f"{self.START}?dialog=1", allow_redirects=False)
        self.assertIn("/web/login", answer.headers["Location"])
