# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.tests import Form

from ..connectors import reasons
from ..connectors.discovery.settings import Endpoint, Found
from .common import SyncCase

IMAP = Endpoint("imap.ours.test", 993, "tls", ("anna@ours.test",))
GUESS = Found("anna@ours.test", "imap", "guess", IMAP, IMAP, reason=reasons.NO_SETTINGS)


class TestConnectHint(SyncCase):
    """What the dialog tells before anything is tried, and where nothing can be tried."""

    def form(self, address):
        form = Form(self.env["mail.sync.connect"].with_user(self.anna))
        form.address = address
        return form

    def asked(self, found):
        """What the dialog says after *Add mailbox*, where ``found`` is found."""
        dialog = self.env["mail.sync.connect"].with_user(self.ben)
        dialog = dialog.create({"address": found.address, "password": "Zebra"})
        discovery = type(self.env["mail.sync.discovery"])
        refused = patch.object(
            type(dialog), "_try", side_effect=AssertionError("the password left the house")
        )
        with patch.object(discovery, "_discover", lambda _self, _address: found), refused:
            dialog.action_add()
        return dialog

    def test_an_app_password_is_asked_for_as_soon_as_the_address_is_there(self):
        form = self.form("anna@yahoo.com")
        self.assertIn("Yahoo", form.advice)
        self.assertIn("app password", form.advice)
        self.assertTrue(form.help_url.startswith("https://"))
        self.assertFalse(form.no_password)
        form.address = "anna@gmx.de"
        self.assertIn("IMAP", form.advice)
        form.address = "anna@hotmail.com"
        self.assertIn("sign-in", form.advice)
        self.assertTrue(form.no_password)
        form.address = "anna@proton.me"
        self.assertTrue(form.no_password)
        form.address = "anna@mailbox.org"
        self.assertFalse(form.no_password)

    def test_a_provider_that_takes_no_password_is_no_form_to_fill_in(self):
        for name, provider, advice, imap in (
            ("Outlook.com", "microsoft", "sign-in", IMAP),
            ("Proton", "imap", "not-possible", None),
        ):
            found = Found(
                "anna@ours.test", provider, "preset", imap, imap, name=name, advice=advice
            )
            dialog = self.asked(found)
            self.assertIn("cannot be connected with a password", dialog.problem)
            self.assertIn(name, dialog.advice)
            self.assertTrue(dialog.no_password)
            self.assertEqual(dialog.step, "address")

    def test_what_is_not_found_is_said_by_the_name_that_was_typed(self):
        for reason in (reasons.NO_SETTINGS, reasons.HOST_UNKNOWN):
            object.__setattr__(GUESS, "reason", reason)
            dialog = self.asked(GUESS)
            self.assertIn("No settings were found for ours.test", dialog.problem)
            self.assertEqual(dialog.step, "server")

    def test_whatever_turns_the_dialog_into_a_form_is_said(self):
        for found in (
            Found("anna@ours.test", "imap", "guess", IMAP, reason=reasons.POP3_ONLY),
            Found("anna@ours.test", "imap", "guess", IMAP, reason=reasons.HOST_NOT_ALLOWED),
            Found("anna@ours.test", "imap", "srv", IMAP, foreign=True),
        ):
            dialog = self.asked(found)
            self.assertEqual(dialog.step, "server")
            self.assertTrue(dialog.problem)

    def test_a_mailbox_for_sending_only_says_that_its_server_was_not_found(self):
        dialog = self.env["mail.sync.connect"].with_user(self.ben)
        dialog = dialog.create({"address": "anna@ours.test", "password": "Zebra", "syncs": False})
        found = Found("anna@ours.test", "imap", "autoconfig", IMAP)
        discovery = type(self.env["mail.sync.discovery"])
        with patch.object(discovery, "_discover", lambda _self, _address: found):
            dialog.action_add()
        self.assertIn("No outgoing server", dialog.problem)

    # What is not set up -------------------------------------------------------------

    def not_set_up(self, service):
        """As long as this is entered, the administrator has not set the service up."""
        parameter = f"mail_contact_sync.{service}_client_id"
        self.env["ir.config_parameter"].set_param(parameter, False)

    def dialog(self, user, provider):
        return self.env["mail.sync.connect"].with_user(user).create({"provider": provider})

    def test_all_services_are_offered_to_everybody(self):
        field = self.env["mail.sync.connect"].with_user(self.anna).fields_get(["provider"])
        services = [key for key, _label in field["provider"]["selection"]]
        self.assertEqual(services, ["google", "microsoft", "exchange", "imap"])

    def test_what_is_not_set_up_is_said_to_each_in_her_words(self):
        admin = self.env.ref("base.user_admin")
        for service, brand in (("google", "Google"), ("microsoft", "Microsoft")):
            self.not_set_up(service)
            said = self.dialog(self.anna, service).provider_missing
            self.assertIn("ask your administrator", said)
            self.assertIn(f"Sign in with {brand}", said)
            self.assertNotIn("client", said)
            said = self.dialog(admin, service).provider_missing
            self.assertIn("client ID", said)
            self.assertNotIn("administrator", said)
            self.assertIn(brand, said)

    def test_the_administrator_is_led_to_the_very_setting(self):
        admin = self.env.ref("base.user_admin")
        settings = self.env["res.config.settings"].with_user(admin).get_view()["arch"]
        for service in ("google", "microsoft"):
            url = self.dialog(admin, service).action_settings()["url"]
            path, _, place = url.partition("#")
            self.assertEqual(path, "/odoo/settings")
            self.assertIn(f'<setting id="{place}"', settings)

    def test_gmail_by_password_names_the_easier_way(self):
        self.not_set_up("google")
        form = self.form("anna@gmail.com")
        self.assertEqual(form.provider, "imap")
        self.assertIn("app password", form.advice)
        self.assertIn("signing in with Google", form.advice)
        form.address = "anna@yahoo.com"
        self.assertNotIn("signing in", form.advice)

    def test_the_dialog_says_that_syncing_is_switched_off(self):
        form = self.form("anna@ours.test")
        self.assertFalse(form.switched_off)
        self.env["ir.config_parameter"].set_param("mail_contact_sync.enabled", False)
        self.assertTrue(self.form("anna@ours.test").switched_off)
        self.assertTrue(self.account.switched_off)
        self.assertEqual(self.account.status, "Switched off by the administrator")

    def test_the_empty_field_tells_whether_a_password_is_kept(self):
        self.assertEqual(self.form("anna@ours.test").password_hint, "The password of the mailbox")
        dialog = self.asked(GUESS)
        self.assertFalse(dialog.password)
        self.assertIn("As entered", dialog.password_hint)
        dialog.host = "other.ours.test"
        dialog.invalidate_recordset()
        self.assertEqual(dialog.password_hint, "The password of the mailbox")
