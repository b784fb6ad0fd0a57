# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import contextmanager
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests.common import new_test_user

from ..connectors import reasons
from ..connectors.base import AuthenticationFailed, SettingsError, TemporaryError
from ..connectors.discovery.settings import Endpoint, Found
from .common import MemoryConnector, SyncCase
from .writing import Outbox

PASSWORD = "Zebra crossing"
LOGINS = ("nina@ours.test", "nina")


class TestConnect(SyncCase):
    """The dialog by which a mailbox is added, and reconnected."""

    def setUp(self):
        super().setUp()
        self.nina = new_test_user(self.env, "nina", email="nina@ours.test")
        self.mail_server = MemoryConnector()
        self.servers = []  # that were logged in to
        self.failures = {}  # by user name
        self.found = Found(
            "nina@ours.test",
            "imap",
            "autoconfig",
            Endpoint("imap.ours.test", 993, "tls", LOGINS),
            Endpoint("smtp.ours.test", 465, "tls", LOGINS),
        )

        def open_server(_provider, server):
            self.servers.append(server)
            self.mail_server.error = self.failures.get(server.login)
            return self.mail_server

        def open_smtp(_provider, server):
            self.servers.append(server)
            self.outbox.error = self.failures.get(server.login)
            return self.outbox

        self.outbox = Outbox()
        provider = type(self.env["mail.sync.provider.imap"])
        self.startPatcher(patch.object(provider, "_open_smtp", open_smtp))
        discovery = type(self.env["mail.sync.discovery"])
        self.startPatcher(patch.object(provider, "_open", open_server))
        self.startPatcher(patch.object(discovery, "_discover", lambda _self, _a: self.found))

    def dialog(self, user=None, **values):
        values = {"address": "nina@ours.test", "password": PASSWORD, **values}
        return self.env["mail.sync.connect"].with_user(user or self.nina).create(values)

    def account_of(self, action):
        self.assertEqual(action["res_model"], "mail.sync.account")
        account = self.env["mail.sync.account"].browse(action["res_id"])
        self.connectors[account] = self.mail_server
        return account

    @contextmanager
    def nothing_connected(self):
        before = self.env["mail.sync.account"].search_count([])
        yield
        self.assertEqual(self.env["mail.sync.account"].search_count([]), before)

    def test_an_address_and_a_password_are_all_it_takes(self):
        dialog = self.dialog()
        account = self.account_of(dialog.action_add())
        self.assertEqual((account.user_id, account.state), (self.nina, "active"))
        self.assertEqual((account.host, account.smtp_host), ("imap.ours.test", "smtp.ours.test"))
        self.assertEqual(account._password(), PASSWORD)
        self.assertFalse(dialog.sudo().secret, "kept where nobody needs it")
        self.mail_server.error = None
        self.arrive(self.mail(to="nina@ours.test"), mailbox=self.mail_server)
        self.sync()
        self.assertEqual(len(self.synced()), 1)

    def test_her_own_address_is_there_already(self):
        dialog = self.env["mail.sync.connect"].with_user(self.nina).new({})
        self.assertEqual(dialog.address, "nina@ours.test")

    def test_what_is_connected_is_neither_proposed_nor_connected_again(self):
        account = self.account_of(self.dialog().action_add())
        self.assertFalse(self.env["mail.sync.connect"].with_user(self.nina).new({}).address)
        again = self.dialog(address=" Nina@ours.test")
        self.assertEqual(again.known_id, account)
        with self.nothing_connected():
            self.assertEqual(again.action_add()["res_id"], again.id)
        self.assertEqual(self.account_of(again.action_open_known()), account)
        self.assertFalse(self.dialog(self.anna).known_id, "another's is none of hers")
        self.assertFalse(self.dialog(account_id=account.id).known_id, "it is being reconnected")

    def test_another_user_name_is_tried_where_the_first_is_refused(self):
        self.failures["nina@ours.test"] = AuthenticationFailed(reasons.BAD_CREDENTIALS)
        account = self.account_of(self.dialog().action_add())
        self.assertEqual([server.login for server in self.servers], list(LOGINS))
        self.assertEqual(account.login, "nina")

    def test_a_wrong_password_is_said_and_can_be_mended(self):
        refused = AuthenticationFailed(reasons.BAD_CREDENTIALS, "NO wrong")
        self.failures = dict.fromkeys(LOGINS, refused)
        dialog = self.dialog()
        with self.nothing_connected():
            self.assertEqual(dialog.action_add()["res_id"], dialog.id)
        self.assertIn("imap.ours.test does not accept", dialog.problem)
        self.assertEqual((dialog.server_said, dialog.step), ("NO wrong", "address"))
        self.failures = {}
        dialog.password = "the right one"
        self.assertEqual(self.account_of(dialog.action_add())._password(), "the right one")

    def test_the_providers_advice_stands_beside_it(self):
        self.failures = dict.fromkeys(LOGINS, AuthenticationFailed(reasons.BAD_CREDENTIALS))
        for name in ("advice", "app_password_url"):
            object.__setattr__(self.found, name, {"advice": "app-password"}.get(name, "https://h"))
        dialog = self.dialog()
        dialog.action_add()
        self.assertIn("app password", dialog.advice)
        self.assertEqual(dialog.help_url, "https://h")

    def test_what_is_not_found_is_asked_for_with_the_best_guess(self):
        self.found = Found(
            "nina@ours.test",
            "imap",
            "guess",
            Endpoint("imap.ours.test", 993, "tls", LOGINS),
            reason=reasons.NO_SETTINGS,
        )
        dialog = self.dialog()
        with self.nothing_connected():
            dialog.action_add()
        self.assertEqual((dialog.step, dialog.host), ("server", "imap.ours.test"))
        self.assertFalse(self.servers, "the password went to a guess")
        by_hand = {"host": "mx.ours.test", "login": "n.n", "port": 143, "security": "starttls"}
        dialog.write({**by_hand, "password": PASSWORD})
        account = self.account_of(dialog.action_add())
        self.assertEqual((account.host, account.port, account.login), ("mx.ours.test", 143, "n.n"))

    def test_a_server_of_another_domain_is_asked_about_before_the_password_goes_there(self):
        object.__setattr__(self.found, "foreign", True)
        dialog = self.dialog()
        dialog.action_add()
        self.assertFalse(self.servers)
        self.assertIn("imap.ours.test", dialog.problem)
        self.account_of(dialog.action_add())

    def test_every_reason_has_a_sentence_of_its_own(self):
        sentences = self.env["mail.sync.sentence"]._sentences("imap.ours.test", 993)
        self.assertEqual(len(set(sentences.values())), len(sentences))
        for error in (SettingsError, TemporaryError):
            for reason in (
                *(reasons.IMAP_DISABLED, reasons.CERTIFICATE, reasons.HOST_UNKNOWN),
                *(reasons.CONNECTION_REFUSED, reasons.CONNECTION_TIMEOUT),
                *(reasons.TOO_MANY_CONNECTIONS, reasons.MAILBOX_LOCKED),
                *(reasons.HOST_NOT_ALLOWED, reasons.PORT_NOT_ALLOWED),
            ):
                self.failures = dict.fromkeys(LOGINS, error(reason))
                dialog = self.dialog()
                with self.nothing_connected():
                    dialog.action_add()
                self.assertEqual(dialog.problem, sentences[reason])
                self.assertEqual(dialog.step, "server")

    def test_what_is_missing_is_said(self):
        for values in ({"address": " "}, {"password": False}):
            with self.assertRaises(UserError):
                self.dialog(**values).action_add()

    def test_no_table_holds_the_password(self):
        dialog = self.dialog()
        self.assertInNoTable(PASSWORD)
        self.assertFalse(dialog.read(["password"])[0]["password"])
        with self.assertRaises(AccessError):
            dialog.read(["secret"])

    def test_nobody_finds_the_dialog_of_another(self):
        self.failures = dict.fromkeys(LOGINS, SettingsError(reasons.CERTIFICATE))
        dialog = self.dialog()
        dialog.action_add()
        self.servers.clear()
        for user in self.ben + self.env.ref("base.user_admin"):
            other = dialog.with_user(user)
            self.assertFalse(other.search([]))
            for name in ("read", "write", "action_add", "action_by_hand"):
                with self.assertRaises(AccessError):
                    getattr(other, name)(*([{"host": "evil.test"}] if name == "write" else []))
        self.assertFalse(self.servers)

    def test_a_typed_password_goes_to_no_other_server(self):
        for values in ({"host": "evil.test"}, {"address": "nina@evil.test", "step": "address"}):
            self.failures = dict.fromkeys(LOGINS, SettingsError(reasons.CERTIFICATE))
            dialog = self.dialog()
            dialog.action_add()
            self.servers.clear()
            dialog.write(values)
            with self.assertRaises(UserError):
                dialog.action_add()
            self.assertFalse(self.servers)

    # Sending only -----------------------------------------------------------------

    def test_an_account_for_sending_only_is_not_read(self):
        account = self.account_of(self.dialog(syncs=False).action_add())
        [server] = self.servers
        self.assertEqual((server.host, server.port), ("smtp.ours.test", 465))
        self.assertTrue(account.can_send)
        self.mail_server.error = RuntimeError("somebody looked")
        self.sync()
        self.assertFalse(account.error_reason)
        self.assertEqual(account.status, "For sending only")
        self.mail_server.error = None
        self.arrive(self.mail(to="nina@ours.test"), mailbox=self.mail_server)
        account.with_user(self.nina).syncs = True
        self.sync()
        self.assertEqual(len(self.synced()), 1)

    def test_an_account_for_sending_only_is_proved_by_its_outgoing_server(self):
        for error, text in (
            (AuthenticationFailed(reasons.BAD_CREDENTIALS), "smtp.ours.test does not accept"),
            (SettingsError(reasons.NOT_SMTP), "no outgoing mail server"),
            (SettingsError(reasons.SMTP_DISABLED), "switch on SMTP"),
            (TemporaryError(reasons.CONNECTION_REFUSED), "smtp.ours.test"),
        ):
            self.failures = dict.fromkeys(LOGINS, error)
            dialog = self.dialog(syncs=False)
            with self.nothing_connected():
                dialog.action_add()
            self.assertIn(text, dialog.problem)

    def test_without_an_outgoing_server_none_is_for_sending_only(self):
        object.__setattr__(self.found, "smtp", None)
        dialog = self.dialog(syncs=False)
        with self.nothing_connected():
            dialog.action_add()
        self.assertEqual(dialog.step, "server")
        with self.assertRaisesRegex(UserError, "outgoing server"):
            dialog.action_add()

    # Reconnect --------------------------------------------------------------------

    def reconnecting(self, user=None, **values):
        action = self.account.with_user(self.anna).action_reconnect()
        self.assertEqual(action["context"], {"default_account_id": self.account.id})
        return (
            self.env["mail.sync.connect"]
            .with_user(user or self.anna)
            .with_context(**action["context"])
            .create(values)
        )

    def test_reconnecting_takes_the_password_and_fills_the_gap(self):
        self.arrive(self.mail(subject="Before", days=3))
        self.sync()
        self.mailbox.error = AuthenticationFailed(reasons.BAD_CREDENTIALS)
        self.arrive(self.mail(subject="Meanwhile"))
        self.sync()
        self.assertEqual(self.account.state, "stopped")
        self.mailbox.error = None
        done = self.reconnecting(password="new").action_add()
        self.assertEqual(done, {"type": "ir.actions.act_window_close"}, "back to the mailbox")
        self.assertEqual(self.account._password(), "new")
        self.assertFalse(self.account.error_reason)
        self.sync()
        self.assertEqual(self.synced().mapped("subject"), ["Before", "Meanwhile"])

    def test_another_server_is_read_from_the_beginning(self):
        self.arrive(self.mail(subject="Both"))
        self.sync()
        moved = self.connectors[self.account] = MemoryConnector()  # the same UIDs, other mail
        for subject in ("Never seen", "Both"):
            self.arrive(self.mail(subject=subject), mailbox=moved)
        self.reconnecting(host="imap.new.test", password="new", step="server").action_add()
        self.sync()
        self.assertEqual(sorted(self.synced().mapped("subject")), ["Both", "Never seen"])

    def test_a_kept_password_goes_to_no_other_server(self):
        dialog = self.reconnecting(host="evil.test", step="server")
        with self.assertRaises(UserError):
            dialog.action_add()
        self.assertFalse(self.servers)
        self.account.with_user(self.anna).host = "evil.test"
        self.assertFalse(self.account.sudo().secret)

    def test_nobody_reconnects_anothers_mailbox(self):
        for user in (self.ben, self.nina):
            dialog = self.env["mail.sync.connect"].with_user(user)
            values = {"account_id": self.account.id, "address": "x@ours.test", "host": "h.test"}
            with self.assertRaises(AccessError):
                dialog.create(values).action_add()
            with self.assertRaises(AccessError):
                dialog.with_context(default_account_id=self.account.id).create({})
        self.assertFalse(self.servers)
