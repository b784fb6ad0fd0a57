# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests.common import new_test_user
from odoo.tools import mute_logger

from ..connectors import reasons
from ..connectors.base import AuthenticationFailed, TemporaryError
from ..connectors.gmail import GmailConnector
from .google import TOKENS, GoogleCase, grant

CLIENT_SECRET = "mail_contact_sync.google_client_secret"


class TestGoogleAccount(GoogleCase):
    """What is kept of an account at Google, who reads it, and how it ends."""

    def stored(self):
        self.account.invalidate_recordset()
        return self.google._grant(self.account)

    def renew(self, new, before=None):
        before = before or self.stored()
        with self._committing(), self.registry.cursor() as cr:
            env = self.env(cr=cr)
            account = env["mail.sync.account"].browse(self.account.id)
            env["mail.sync.provider.google"]._renew(account, before, new)

    # Secrets --------------------------------------------------------------------------

    def test_no_table_holds_a_token_or_the_clients_secret(self):
        self.sync()
        self.assertInNoTable(*TOKENS, "client-secret")

    def test_nobody_reads_the_grant_or_the_clients_secret(self):
        admin = self.env.ref("base.user_admin")
        for user in (self.anna, self.ben, admin):
            account = self.account.with_user(user)
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
                account.read(["secret"])
        self.assertFalse(self.account.with_user(self.anna).password)
        settings = self.env["res.config.settings"].with_user(admin).create({})
        self.assertFalse(settings.mail_sync_google_client_secret)
        self.assertTrue(settings.mail_sync_google_has_secret)
        values = settings.read()[0]
        self.assertNotIn("client-secret", str(values))
        parameters = self.env["ir.config_parameter"].with_user(admin)
        self.assertNotIn("client-secret", parameters.get_param(CLIENT_SECRET))
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
            parameters.with_user(self.anna).get_param(CLIENT_SECRET)

    def test_only_an_administrator_sets_the_client(self):
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
            self.env["res.config.settings"].with_user(self.anna).create(
                {"mail_sync_google_client_secret": "mine"}
            )
        self.assertEqual(self.google._client().client_secret, "client-secret")

    def test_saving_the_settings_keeps_the_secret(self):
        self.env["res.config.settings"].create({}).execute()
        self.assertEqual(self.google._client().client_secret, "client-secret")

    def test_a_repr_shows_no_secret(self):
        text = repr(self.google._client()) + repr(self.stored())
        for secret in (*TOKENS, "client-secret"):
            self.assertNotIn(secret, text)

    def test_the_index_of_searches_is_nobodys(self):
        for user in (self.anna, self.env.ref("base.user_admin")):
            for model in ("mail.sync.search", "mail.sync.candidate", "mail.sync.usage"):
                with (
                    self.assertRaises(AccessError),
                    mute_logger("odoo.addons.base.models.ir_model"),
                ):
                    self.env[model].with_user(user).search([])

    def test_a_user_makes_no_account_at_google_by_herself(self):
        for values in ({"provider": "google"}, {"provider": "google", "password": "{}"}):
            with self.assertRaises(AccessError):
                self.env["mail.sync.account"].with_user(self.ben).create(
                    {"address": "boss@ours.test", **values}
                )
        with self.assertRaises(AccessError):
            self.account.with_user(self.anna).provider = "imap"

    def test_the_grant_goes_to_no_other_server(self):
        self.account.with_user(self.anna).host = "evil.test"
        self.assertFalse(self.account.sudo().secret)

    # The grant ------------------------------------------------------------------------

    def test_a_new_token_is_kept_in_the_place_of_the_old_one(self):
        new = replace(self.stored(), access_token="new")
        self.renew(new)
        self.assertEqual(self.stored(), new)

    def test_what_the_owner_consented_to_meanwhile_is_not_overwritten(self):
        old = self.stored()
        newest = grant(number=7)
        self.account.secret = self.google._sealed(newest)
        self.renew(replace(old, access_token="new"), old)
        self.assertEqual(self.stored(), newest)

    def test_a_mailbox_that_is_being_removed_gets_no_grant(self):
        old = self.stored()
        self.account.write({"state": "removing", "secret": False})
        self.renew(replace(old, access_token="new"), old)
        self.assertFalse(self.account.secret)

    def test_a_connector_is_made_of_what_is_kept(self):
        with patch.object(type(self.account), "_connector", super_connector):
            connector = self.account._connector()
        self.assertIsInstance(connector, GmailConnector)
        self.env["mail.sync.usage"].create(
            {"account_id": self.account.id, "budget": [[datetime.now().timestamp(), 5400]]}
        ).flush_recordset()
        with patch.object(type(self.account), "_connector", super_connector):
            self.assertEqual(self.account._connector().budget.room(), 0)

    def test_what_is_no_grant_asks_to_reconnect(self):
        vault = self.env["mail.sync.vault"]._open()
        for text in ("", "{}", "no json", "[]", '{"scopes": 1}'):
            self.account.secret = vault.encrypt(text)
            with self.assertRaises(AuthenticationFailed) as refusal:
                self.google._grant(self.account)
            self.assertEqual(refusal.exception.reason, reasons.GRANT_REVOKED)

    def test_a_revoked_grant_stops_with_words_and_reconnect(self):
        self.mailbox.error = AuthenticationFailed(reasons.GRANT_REVOKED)
        self.sync()
        self.assertEqual(self.account.state, "stopped")
        self.assertIn("Google no longer lets Odoo read", self.account.error_message)
        action = self.account.with_user(self.anna).action_reconnect()
        dialog = (
            self.env["mail.sync.connect"].with_user(self.anna).with_context(**action["context"])
        ).create({})
        self.assertEqual((dialog.provider, dialog.address), ("google", "anna@ours.test"))

    def test_nobody_opens_anothers_dialog(self):
        dialog = self.dialog(password="waiting for its server", host="imap.ours.test")
        for user in (self.anna, self.env.ref("base.user_admin")):
            for method, *args in (("write", {"host": "evil.test"}), ("action_add",), ("read",)):
                with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
                    getattr(dialog.with_user(user), method)(*args)

    # The end --------------------------------------------------------------------------

    def test_removing_gives_the_grant_back(self):
        revoked = []
        self.patch_oauth("revoke", lambda _client, held, **_: revoked.append(held.refresh_token))
        self.account._begin_removal(remove_mails=False)
        self.assertEqual(revoked, [f"{TOKENS[0]}-0"])
        self.assertFalse(self.account.secret)

    @contextmanager
    def given_back(self, *tokens):
        revoked = []
        self.patch_oauth("revoke", lambda _client, held, **_: revoked.append(held.refresh_token))
        yield
        self.assertEqual(revoked, [*tokens])

    def test_deleting_it_gives_the_grant_back(self):
        with self.given_back(f"{TOKENS[0]}-0"):
            self.account.with_user(self.anna).unlink()

    def test_deleting_its_owner_gives_the_grant_back(self):
        with self.given_back(f"{TOKENS[0]}-0"):
            self.anna.unlink()

    def test_handing_it_over_gives_the_grant_back(self):
        values = {"account_id": self.account.id, "user_id": self.ben.id}
        with self.given_back(f"{TOKENS[0]}-0"):
            self.env["mail.sync.hand.over"].create(values).action_hand_over()

    def test_whoever_may_not_delete_it_gives_nothing_back(self):
        groups = "base.group_user,mail_contact_sync.group_mail_sync_manager"
        manager = new_test_user(self.env, "manager", groups=groups)
        for user in (self.ben, manager):
            with (
                self.given_back(),
                self.assertRaises(AccessError),
                mute_logger("odoo.addons.base.models.ir_rule"),
            ):
                self.account.with_user(user).unlink()

    def test_removing_goes_on_where_google_does_not_answer(self):
        def refuse(*_args, **_kwargs):
            raise TemporaryError(reasons.CONNECTION_FAILED)

        self.patch_oauth("revoke", refuse)
        self.account._begin_removal(remove_mails=False)
        self.assertEqual(self.account.state, "removing")

    def test_a_colleague_who_shares_the_mailbox_keeps_her_grant(self):
        other = self.google_account(self.ben, address="Anna@ours.test")
        revoked = []
        self.patch_oauth("revoke", lambda *_args, **_kwargs: revoked.append(1))
        self.account._begin_removal(remove_mails=False)
        self.assertFalse(revoked)
        other._begin_removal(remove_mails=False)
        self.assertTrue(revoked)

    # The dialog -----------------------------------------------------------------------

    def dialog(self, user=None, **values):
        return self.env["mail.sync.connect"].with_user(user or self.ben).create(values)

    def test_without_a_client_the_dialog_says_what_is_missing(self):
        self.env["ir.config_parameter"].set_param("mail_contact_sync.google_client_id", False)
        dialog = self.dialog(provider="google")
        self.assertIn("is not set up yet", dialog.provider_missing)
        self.assertFalse(dialog.is_admin)
        self.assertTrue(self.dialog(self.env.ref("base.user_admin"), provider="google").is_admin)
        with self.assertRaises(UserError):
            dialog.action_sign_in()
        self.assertFalse(self.dialog().provider_missing, "IMAP needs nothing")

    def test_an_address_chooses_its_provider(self):
        dialog = self.dialog().new({"address": "x@gmail.com"})
        discovery = type(self.env["mail.sync.discovery"])
        for known, chosen in (("google", "google"), ("microsoft", "microsoft"), ("", "imap")):
            with patch.object(discovery, "_provider_of", lambda _self, _a, known=known: known):
                dialog._onchange_address()
            self.assertEqual(dialog.provider, chosen)
        self.env["ir.config_parameter"].set_param("mail_contact_sync.google_client_id", False)
        with patch.object(discovery, "_provider_of", lambda _self, _a: "google"):
            dialog._onchange_address()
        self.assertEqual(dialog.provider, "imap", "with an app password it goes without a client")

    def test_a_password_is_no_way_into_a_mailbox_at_google(self):
        dialog = self.dialog(self.anna, password="x", host="imap.ours.test", step="server")
        dialog.sudo().account_id = self.account
        with self.assertRaises(UserError):
            dialog.action_add()
        self.assertEqual(self.stored().address, "anna@ours.test")

    def test_nobody_begins_for_anothers_mailbox(self):
        for user in (self.ben, new_test_user(self.env, "zoe")):
            dialog = self.dialog(user, provider="google")
            dialog.sudo().account_id = self.account
            with self.assertRaises(AccessError):
                dialog.action_sign_in()
            with self.assertRaises(AccessError):
                dialog._redeem("code", {})

    def test_a_moved_database_asks_for_the_client_again(self):
        self.env["ir.config_parameter"].set_param(CLIENT_SECRET, "gAAAAA-of-another-key")
        self.assertIn("again", self.google._missing())
        self.sync()
        self.assertNotEqual(self.account.state, "stopped", "the connector is a double here")

    def test_the_clients_secret_is_encrypted_anew_with_a_new_key(self):
        token = self.env["ir.config_parameter"].get_param(CLIENT_SECRET)
        vault = type(self.env["mail.sync.vault"]._open())
        with patch.object(vault, "rotate", lambda _vault, token: f"rotated {token}"):
            self.env["mail.sync.vault"]._rotate()
        rotated = self.env["ir.config_parameter"].get_param(CLIENT_SECRET)
        self.assertEqual(rotated, f"rotated {token}")

    def test_every_reason_has_a_sentence_of_its_own(self):
        sentences = self.env["mail.sync.sentence"]._web_sentences("Google", "a library")
        self.assertEqual(len(set(sentences.values())), len(sentences))
        consent = {
            value for name, value in vars(reasons).items() if name.isupper() and value in CONSENT
        }
        self.assertEqual(consent, CONSENT)
        self.assertLessEqual(CONSENT, sentences.keys())

    def test_the_endpoints_are_googles_unless_another_stands_in(self):
        self.assertEqual(self.google._endpoints().token, "https://oauth2.googleapis.com/token")
        self.env["ir.config_parameter"].set_param(
            "mail_contact_sync.google_endpoints", json.dumps({"token": "http://127.0.0.1/t"})
        )
        self.assertEqual(self.google._endpoints().token, "http://127.0.0.1/t")

    def test_a_pause_is_no_trouble_for_the_owner(self):
        self.account.paused_until = datetime.now() + timedelta(minutes=1)
        self.assertFalse(self.account.error_message)


CONSENT = {
    *("library-missing", "consent-denied", "consent-expired", "grant-revoked"),
    *("no-refresh-token", "scope-missing", "oauth-client", "api-disabled"),
    *("mailbox-disabled", "pacing", "daily-limit", "history-expired"),
}


def super_connector(account):
    return account._provider()._connector(account)
