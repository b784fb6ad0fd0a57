# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from dataclasses import replace
from datetime import datetime, timezone

from odoo.exceptions import AccessError, UserError
from odoo.tests.common import new_test_user
from odoo.tools import mute_logger

from ..connectors import reasons
from ..connectors.base import AuthenticationFailed, SettingsError
from ..connectors.graph import GraphConnector
from ..connectors.imap import ImapConnector
from .google import TOKENS
from .microsoft import CLIENT_ID, MicrosoftCase

SECRETS = (*TOKENS, "client-secret")
PARAMETER = "mail_contact_sync.microsoft_"


class TestMicrosoftAccount(MicrosoftCase):
    """What is kept of an account at Microsoft 365, who reads it, and how it ends."""

    def stored(self, account=None):
        account = account or self.account
        account.invalidate_recordset()
        return self.microsoft._grant(account)

    # It is read -----------------------------------------------------------------------

    def test_its_mail_stands_in_the_chatter(self):
        self.arrive(self.mail())
        self.sync()
        self.assertEqual(len(self.synced()), 1)
        self.assertEqual(self.account.status, "Up to date")

    def test_a_connector_is_made_of_what_is_kept(self):
        self.assertIsInstance(self.own_connector(), GraphConnector)
        by_imap = self.microsoft_account(self.ben, provider="microsoft-imap")
        self.assertIsInstance(self.own_connector(by_imap), ImapConnector)

    def test_a_shared_mailbox_is_opened_as_who_signed_in(self):
        values = {"address": "sales@ours.test", "opened_as": "ben@ours.test"}
        graph = self.own_connector(self.microsoft_account(self.ben, **values))
        self.assertEqual(graph._shared, "sales@ours.test")
        values["address"] = "help@ours.test"
        imap = self.microsoft_account(self.ben, provider="microsoft-imap", **values)
        self.assertEqual(self.own_connector(imap)._server.login, "help@ours.test")
        smtp = imap._provider()._sender(imap)
        self.assertEqual(smtp._connection._server.login, "help@ours.test")

    def test_a_new_token_is_kept_before_it_is_used(self):
        self.account.secret = self.microsoft._sealed(
            replace(self.stored(), expires_at=datetime(2020, 1, 1, tzinfo=timezone.utc))
        )
        self.env.flush_all()

        def refresh(_client, grant, **_options):
            return replace(
                grant,
                refresh_token="next",
                access_token="fresh",
                expires_at=datetime(2099, 1, 1, tzinfo=timezone.utc),
            )

        self.patch_refresh(refresh)
        with self._committing(), self.registry.cursor() as cr:
            account = self.env(cr=cr)["mail.sync.account"].browse(self.account.id)
            connector = self.own_connector(account)
            self.assertEqual(connector._tokens.token(), "fresh")
        self.assertEqual(self.stored().refresh_token, "next")

    def test_writing_takes_the_permission_for_it(self):
        self.assertTrue(self.account.can_send)
        reading = self.microsoft._scopes(sending=False, shared=False)
        account = self.microsoft_account(self.ben, reading)
        self.assertFalse(account.can_send)
        account.secret = "no token of ours"
        self.assertFalse(account.can_send)

    # Secrets --------------------------------------------------------------------------

    def test_no_table_holds_a_token_or_the_clients_secret(self):
        self.sync()
        self.assertInNoTable(*SECRETS)

    def test_nobody_reads_the_grant_or_the_clients_secret(self):
        admin = self.env.ref("base.user_admin")
        for user in (self.anna, self.ben, admin):
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
                self.account.with_user(user).read(["secret"])
        settings = self.env["res.config.settings"].with_user(admin).create({})
        self.assertTrue(settings.mail_sync_microsoft_has_secret)
        self.assertNotIn("client-secret", str(settings.read()[0]))
        settings.execute()
        self.assertEqual(self.microsoft._client().client_secret, "client-secret")
        parameters = self.env["ir.config_parameter"].with_user(admin)
        self.assertNotIn("client-secret", parameters.get_param(f"{PARAMETER}client_secret"))

    def test_only_an_administrator_sets_the_client(self):
        for name in ("client_id", "client_secret", "tenant", "connector"):
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
                self.env["res.config.settings"].with_user(self.anna).create(
                    {f"mail_sync_microsoft_{name}": "graph"}
                )

    def test_a_repr_shows_no_secret(self):
        text = repr(self.microsoft._client()) + repr(self.stored())
        for secret in SECRETS:
            self.assertNotIn(secret, text)

    def test_a_user_makes_no_account_at_microsoft_by_herself(self):
        for key in ("graph", "microsoft-imap"):
            for values in ({}, {"password": "{}"}, {"opened_as": "ben@ours.test"}):
                with self.assertRaises(AccessError):
                    self.env["mail.sync.account"].with_user(self.ben).create(
                        {"address": "boss@ours.test", "provider": key, **values}
                    )
            with self.assertRaises(AccessError):
                self.account.with_user(self.anna).provider = key
        for name in ("provider", "opened_as", "state", "secret"):
            with self.assertRaises(AccessError):
                self.account.with_user(self.anna).write({name: "imap"})

    def test_the_grant_goes_to_no_other_server(self):
        for name in ("host", "smtp_host"):
            account = self.microsoft_account(new_test_user(self.env, name, email=f"{name}@o.test"))
            account.with_user(account.user_id).write({name: "evil.test"})
            self.assertFalse(account.secret)

    def test_a_password_is_no_way_into_a_mailbox_at_microsoft(self):
        dialog = self.dialog(self.anna, password="x", host="imap.ours.test", step="server")
        dialog.sudo().account_id = self.account
        with self.assertRaises(UserError):
            dialog.action_add()
        self.assertEqual(self.stored().address, "anna@ours.test")

    def test_nobody_begins_for_anothers_mailbox(self):
        for user in (self.ben, new_test_user(self.env, "zoe")):
            dialog = self.dialog(user)
            dialog.sudo().account_id = self.account
            with self.assertRaises(AccessError):
                dialog.action_sign_in()
            with self.assertRaises(AccessError):
                dialog._redeem("code", {})

    def test_a_code_is_for_what_was_asked_for(self):
        dialog = self.dialog(self.anna, account_id=self.account.id)
        for asked in ({}, {"provider": "mail.sync.provider.google", "mailbox": ""}):
            with self.assertRaises(AuthenticationFailed):
                dialog._redeem("code", asked)

    # In trouble -----------------------------------------------------------------------

    def test_what_stops_it_is_said_and_reconnected(self):
        sentences = {
            AuthenticationFailed(reasons.GRANT_REVOKED): "Microsoft no longer lets Odoo read",
            AuthenticationFailed(reasons.CONSENT_REQUIRED): "confirm once more",
            AuthenticationFailed(reasons.SECOND_FACTOR): "second step",
            SettingsError(reasons.CONDITIONAL_ACCESS): "security rule",
            SettingsError(reasons.CLIENT_SECRET): "wrong or has expired",
            SettingsError(reasons.ADMIN_CONSENT): "approve Odoo",
            SettingsError(reasons.IMAP_DISABLED): "IMAP is switched off",
        }
        for error, text in sentences.items():
            self.mailbox.error = error
            self.account._resume()
            self.sync()
            self.assertEqual(self.account.state, "stopped")
            self.assertIn(text, self.account.error_message)
        action = self.account.with_user(self.anna).action_reconnect()
        dialog = self.env["mail.sync.connect"].with_user(self.anna)
        dialog = dialog.with_context(**action["context"]).create({})
        self.assertEqual((dialog.provider, dialog.address), ("microsoft", "anna@ours.test"))
        self.assertEqual(dialog._provider()._key, "graph")

    def test_removing_forgets_the_grant(self):
        self.account._begin_removal(remove_mails=False)
        self.assertFalse(self.account.secret)
        self.sync()
        self.assertFalse(self.account.exists())

    # Setting up -----------------------------------------------------------------------

    def test_without_a_client_the_dialog_says_what_is_missing(self):
        self.env["ir.config_parameter"].set_param(f"{PARAMETER}client_id", False)
        dialog = self.dialog()
        self.assertIn("is not set up yet", dialog.provider_missing)
        self.assertFalse(dialog.is_admin)
        self.assertTrue(self.dialog(self.env.ref("base.user_admin")).is_admin)
        with self.assertRaises(UserError):
            dialog.action_sign_in()

    def test_what_is_no_id_of_an_app_is_refused(self):
        settings = self.env["res.config.settings"]
        for wrong in ("not-a-guid", f"{CLIENT_ID}0"):
            with self.assertRaisesRegex(UserError, f"{wrong} is not the application"):
                settings.create({"mail_sync_microsoft_client_id": wrong}).execute()
        settings.create({"mail_sync_microsoft_client_id": f" {CLIENT_ID.upper()} "}).execute()
        stored = self.env["ir.config_parameter"].get_param(f"{PARAMETER}client_id")
        self.assertEqual(stored, CLIENT_ID.upper())
        settings.create({"mail_sync_microsoft_client_id": False}).execute()

    def test_one_button_whatever_the_way(self):
        for key in ("graph", "microsoft-imap", "nonsense", False):
            self.env["ir.config_parameter"].set_param(f"{PARAMETER}connector", key)
            services = dict(self.env["mail.sync.connect"]._providers())
            self.assertEqual(services["microsoft"], "Microsoft 365")
            self.assertFalse({"graph", "microsoft-imap"} & services.keys())
            chosen = self.dialog()._provider()._key
            self.assertEqual(chosen, key if key == "microsoft-imap" else "graph")

    def test_another_server_may_stand_in(self):
        endpoints = {"api": "http://127.0.0.1/g", "imap": ["127.0.0.1", 143, "none"]}
        self.env["ir.config_parameter"].set_param(f"{PARAMETER}endpoints", json.dumps(endpoints))
        self.assertEqual(self.microsoft._endpoints().api, "http://127.0.0.1/g")
        account = self.microsoft_account(self.ben, provider="microsoft-imap")
        self.assertEqual(self.own_connector(account)._server.host, "127.0.0.1")
