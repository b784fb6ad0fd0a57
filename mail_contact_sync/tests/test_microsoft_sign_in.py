# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests.common import HttpCase, tagged

from ..connectors import reasons
from ..connectors.base import AuthenticationFailed, Mailbox, SettingsError
from ..connectors.oauth import microsoft as oauth_microsoft
from .common import MemoryConnector
from .microsoft import CLIENT_ID
from .sign_in import ADDRESS, SignIn

GRAPH = "https://graph.microsoft.com/"
OUTLOOK = "https://outlook.office.com/"


class MicrosoftSignIn(SignIn):
    service = "microsoft"
    page = "login.microsoftonline.com"
    oauth, connector = oauth_microsoft, MemoryConnector

    def said(self, number, error="access_denied"):
        """Come back with what Microsoft says; the page that Odoo shows."""
        asked = self.leave(self.dialog())
        described = f"AADSTS{number}: Rosa Private <rosa@private.test> is kept out."
        return self.come_back(state=asked["state"], error=error, error_description=described)


@tagged("-at_install", "post_install")
class TestMicrosoftSignIn(MicrosoftSignIn, HttpCase):
    provider = "graph"

    def test_the_least_is_asked_for(self):
        asked = self.leave(self.dialog(sends=False))
        given = set(asked["scope"].split())
        self.assertIn(f"{GRAPH}Mail.Read", given)
        self.assertFalse(given & {f"{GRAPH}Mail.Send", f"{GRAPH}Mail.ReadWrite"})
        self.assertIn("offline_access", given)

    def test_an_account_that_may_send_asks_for_it(self):
        asked = self.leave(self.dialog())
        self.assertIn(f"{GRAPH}Mail.Send", asked["scope"])
        self.given = self.scopes(sending=True)
        self.come_back(state=asked["state"], code="c1")
        self.assertTrue(self.account().can_send)

    def test_the_tenant_is_the_one_of_the_settings(self):
        asked = self.leave(self.dialog())
        self.assertEqual(asked["client_id"], CLIENT_ID)
        for tenant, path in (("", "organizations"), (" ours.onmicrosoft.com ", None)):
            self.env["ir.config_parameter"].set_param("mail_contact_sync.microsoft_tenant", tenant)
            url = f"{self.START}?dialog={self.dialog().id}"
            location = self.url_open(url, allow_redirects=False).headers["Location"]
            self.assertIn(f"{self.page}/{path or tenant.strip()}/oauth2/v2.0/", location)

    def test_a_tenant_that_is_none_is_said(self):
        name = "mail_contact_sync.microsoft_tenant"
        self.env["ir.config_parameter"].set_param(name, "x/../../evil.test")
        self.authenticate("rosa", "rosa")
        answer = self.url_open(f"{self.START}?dialog={self.dialog().id}", allow_redirects=False)
        self.assertSaid(answer, "check the tenant")

    # What Microsoft says --------------------------------------------------------------

    def test_each_refusal_has_its_own_words(self):
        texts = {
            65004: "You did not allow Odoo",
            65001: "confirm once more",
            90094: "only its administrator allow this",
            50105: "only its administrator allow this",
            50076: "second step of your sign-in",
            53003: "A security rule of your organisation",
            50020: "your work account",
            50011: "the redirect address",
            7000222: "wrong or has expired",
        }
        for number, text in texts.items():
            answer = self.said(number)
            self.assertSaid(answer, text)
            self.assertNotIn("private.test", answer.text)
        self.assertFalse(self.redeemed or self.account())

    def test_what_a_code_is_refused_for_is_said_in_words(self):
        for failure, text in (
            (SettingsError(reasons.CLIENT_SECRET), "makes a new one there"),
            (SettingsError(reasons.CONDITIONAL_ACCESS), "A security rule"),
            (SettingsError(reasons.MAILBOX_DISABLED), "Then choose Exchange"),
        ):
            self.failure = failure
            asked = self.leave(self.dialog())
            self.assertSaid(self.come_back(state=asked["state"], code="c1"), text)
        self.assertFalse(self.account())

    def test_a_permission_that_was_not_given_is_said(self):
        self.given = ("openid",)
        asked = self.leave(self.dialog())
        answer = self.come_back(state=asked["state"], code="c1")
        self.assertSaid(answer, "did not give Odoo the permission")
        self.assertFalse(self.account())

    def test_what_google_was_asked_is_not_answered_by_microsoft(self):
        asked = self.leave(self.dialog())
        self.BACK = "/mail_contact_sync/google/redirect"
        self.assertSaid(self.come_back(state=asked["state"], code="c1"), "opened twice")
        self.assertFalse(self.redeemed)

    def test_a_dialog_for_google_does_not_lead_to_microsoft(self):
        dialog = self.dialog(provider="google")
        self.authenticate("rosa", "rosa")
        answer = self.url_open(f"{self.START}?dialog={dialog.id}", allow_redirects=False)
        self.assertSaid(answer, "begin again")

    # Another mailbox ------------------------------------------------------------------

    def connect_shared(self, **values):
        dialog = self.dialog(address=ADDRESS, mailbox=" Sales@ours.test ", **values)
        asked = self.leave(dialog)
        self.given = tuple(
            scope for scope in asked["scope"].split() if scope.startswith("https://")
        )
        self.mailbox.check = lambda: Mailbox("sales@ours.test")
        return asked, self.come_back(state=asked["state"], code="c1")

    def test_another_mailbox_is_opened_as_whoever_signs_in(self):
        asked, _answer = self.connect_shared()
        self.assertIn(f"{GRAPH}Mail.Read.Shared", asked["scope"])
        self.assertEqual(self.opened, [{"shared": "sales@ours.test"}])
        account = self.account()
        self.assertEqual((account.address, account.opened_as), ("sales@ours.test", ADDRESS))
        self.assertTrue(account.can_send)

    def test_another_mailbox_is_reconnected_as_the_same(self):
        self.connect_shared()
        account = self.account()
        action = account.with_user(self.rosa).action_reconnect()
        dialog = self.env["mail.sync.connect"].with_user(self.rosa)
        dialog = dialog.with_context(**action["context"]).create({})
        self.assertEqual((dialog.address, dialog.mailbox), (ADDRESS, "sales@ours.test"))
        dialog.mailbox = "boss@ours.test"
        asked = self.leave(dialog)
        self.assertEqual(asked["login_hint"], ADDRESS)
        self.come_back(state=asked["state"], code="c2")
        self.assertEqual(self.opened[-1], {"shared": "sales@ours.test"})
        self.assertEqual(len(self.account()), 1)

    def test_a_mailbox_that_she_may_not_open_is_said(self):
        def check():
            raise SettingsError(reasons.NOT_AUTHORISED)

        self.mailbox.check = check
        dialog = self.dialog(mailbox="boss@ours.test")
        asked = self.leave(dialog)
        self.given = self.env["mail.sync.provider.graph"]._scopes(sending=False, shared=True)
        answer = self.come_back(state=asked["state"], code="c1")
        self.assertSaid(answer, "You may not open the mailbox boss@ours.test")
        self.assertFalse(self.account())

    def test_what_is_no_address_is_said(self):
        self.authenticate("rosa", "rosa")
        for mailbox in ("sales", "a@b.test, c@d.test", "<script>@x.test"):
            dialog = self.dialog(mailbox=mailbox)
            answer = self.url_open(f"{self.START}?dialog={dialog.id}", allow_redirects=False)
            self.assertSaid(answer, "This is not an e-mail address")


@tagged("-at_install", "post_install")
class TestMicrosoftImapSignIn(MicrosoftSignIn, HttpCase):
    provider = "microsoft_imap"

    def setUp(self):
        super().setUp()
        name = "mail_contact_sync.microsoft_connector"
        self.env["ir.config_parameter"].set_param(name, "microsoft-imap")

    def test_the_least_is_asked_for(self):
        for sends in (False, True):
            asked = self.leave(self.dialog(sends=sends))
            self.assertIn(f"{OUTLOOK}IMAP.AccessAsUser.All", asked["scope"])
            self.assertEqual(sends, f"{OUTLOOK}SMTP.Send" in asked["scope"])
            self.assertNotIn(GRAPH, asked["scope"])

    def test_a_mailbox_keeps_its_way_when_the_settings_change(self):
        asked = self.leave(self.dialog())
        self.come_back(state=asked["state"], code="c1")
        self.env["ir.config_parameter"].set_param("mail_contact_sync.microsoft_connector", "graph")
        asked = self.leave(self.dialog(account_id=self.account().id))
        self.assertIn(OUTLOOK, asked["scope"])
        self.come_back(state=asked["state"], code="c2")
        self.assertEqual(self.account().provider, "microsoft-imap")

    def test_a_mailbox_that_does_not_open_by_imap_is_said(self):
        def check():
            raise AuthenticationFailed(reasons.NOT_AUTHORISED)

        self.mailbox.check = check
        for mailbox, text in (
            (False, "which may be switched off for it"),
            ("boss@ours.test", "You may not open the mailbox boss@ours.test"),
        ):
            asked = self.leave(self.dialog(mailbox=mailbox))
            self.assertSaid(self.come_back(state=asked["state"], code="c1"), text)
        self.assertFalse(self.account())
