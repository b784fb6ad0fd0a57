# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import Form

from ..connectors.base import Mailbox
from .google import GoogleCase, MemorySearchConnector, grant

HELP = (
    '<p>Connect</p><p><a type="action" name="mail_contact_sync.mail_sync_connect_action">A</a></p>'
)


class TestGoogleLogIn(GoogleCase):
    """Whoever logs in to Odoo with Google is offered the mailbox of that very account."""

    def setUp(self):
        super().setUp()
        self.patch_oauth("revoke", lambda *_args, **_options: None)
        self.account.unlink()
        self.anna.login = "anna@ours.test"
        self.subject = f"subject of {self.anna.login}"

    def logs_in_with_google(self):
        """As where auth_oauth is there; a system test has the real one."""
        self.startPatcher(
            patch.object(type(self.anna), "_google_subject", lambda user: self.subject)
        )

    def offer(self, user=None):
        user = (user or self.anna).with_user(user or self.anna)
        user.invalidate_recordset()
        return user.mail_sync_offer

    def empty_list(self):
        return str(self.env["mail.sync.account"].with_user(self.anna).get_empty_list_help(HELP))

    def dialog(self):
        form = Form(
            self.env["mail.sync.connect"].with_user(self.anna).with_context(default_logged_in=True)
        )
        return form.save()

    def redeem(self, dialog, address):
        mailbox = MemorySearchConnector()
        mailbox.check = lambda: Mailbox(address)
        asked = dialog._consent()
        self.patch_oauth("redeem", lambda *_args, **_options: grant(address, asked["scopes"]))
        with patch.object(type(self.google), "_open", lambda *_args, **_options: mailbox):
            return dialog._redeem("code", {**asked, "kept": "verifier"})

    # ------------------------------------------------------------------------------

    def test_without_auth_oauth_nothing_is_offered(self):
        if "oauth_uid" in self.anna._fields:
            self.skipTest("auth_oauth is installed")
        self.assertEqual(self.anna._google_subject(), "")
        self.assertFalse(self.offer())
        self.assertEqual(self.empty_list(), HELP)
        self.assertEqual(self.dialog().provider, "imap")

    def test_who_logs_in_otherwise_is_offered_nothing(self):
        self.subject = ""
        self.logs_in_with_google()
        self.assertFalse(self.offer())

    def test_her_address_is_offered(self):
        self.logs_in_with_google()
        self.assertEqual(self.offer(), "anna@ours.test")
        self.assertIn("Enable E-mail Sync for anna@ours.test", self.empty_list())
        self.assertNotIn(">A<", self.empty_list())
        dialog = self.dialog()
        self.assertEqual((dialog.provider, dialog.address), ("google", "anna@ours.test"))
        self.assertEqual(dialog._consent()["login_hint"], "anna@ours.test")

    def test_to_nobody_but_herself(self):
        self.logs_in_with_google()
        self.assertFalse(self.anna.with_user(self.ben).sudo().mail_sync_offer)

    def test_what_makes_no_sense_is_not_offered(self):
        self.logs_in_with_google()
        account = self.google_account(self.anna)
        self.assertFalse(self.offer(), "it is there already")
        account.unlink()
        self.assertTrue(self.offer())
        self.env["ir.config_parameter"].set_param("mail_contact_sync.google_client_id", False)
        self.assertFalse(self.offer(), "it is not set up")

    def test_consenting_is_all_it_takes(self):
        self.logs_in_with_google()
        account = self.redeem(self.dialog(), "anna@ours.test")
        self.assertEqual((account.user_id, account.state), (self.anna, "active"))

    def test_another_account_of_google_is_refused_in_words(self):
        self.logs_in_with_google()
        with self.assertRaisesRegex(UserError, "as eve@ours.test.*choose anna@ours.test"):
            self.redeem(self.dialog(), "eve@ours.test")
        dialog = self.dialog()
        self.subject = ""
        with self.assertRaisesRegex(UserError, "another account of Google"):
            self.redeem(dialog, "anna@ours.test")
        self.assertFalse(self.env["mail.sync.account"].search([("user_id", "=", self.anna.id)]))

    def test_an_account_of_another_name_there_may_be_added_as_ever(self):
        self.logs_in_with_google()
        dialog = self.env["mail.sync.connect"].with_user(self.anna).create({"provider": "google"})
        self.assertEqual(self.redeem(dialog, "eve@ours.test").address, "eve@ours.test")
