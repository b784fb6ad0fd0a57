# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import contextmanager
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests.common import new_test_user

from ..connectors import reasons
from ..connectors.base import AuthenticationFailed, Mailbox, SettingsError
from ..connectors.exchange import ExchangeConnector
from ..connectors.exchange.settings import Endpoint
from .common import MemoryConnector, SyncCase

PASSWORD = "Zebra crossing"
NINA = "nina@ours.test"
URL = "https://mail.ours.test/EWS/Exchange.asmx"


class MemoryExchange(MemoryConnector):
    endpoint = Endpoint(URL, "ntlm")

    def check(self):
        return Mailbox("n.nina@ours.test", (NINA,))


class TestExchangeAccount(SyncCase):
    """A mailbox on an Exchange server: the dialog, and where the password goes."""

    def setUp(self):
        super().setUp()
        self.nina = new_test_user(self.env, "nina", email=NINA)
        self.mail_server, self.servers = MemoryExchange(), []
        self.exchange = self.env["mail.sync.provider.exchange"]

        def opened(_provider, server, endpoint=None, found=None):
            self.servers.append(server)
            return self.mail_server

        self.startPatcher(patch.object(type(self.exchange), "_open", opened))

    def dialog(self, user=None, **values):
        values = {"provider": "exchange", "address": NINA, "password": PASSWORD, **values}
        return self.env["mail.sync.connect"].with_user(user or self.nina).create(values)

    def connect(self, **values):
        added = self.dialog(**values).action_add()
        self.assertEqual(added["res_model"], "mail.sync.account")
        account = self.env["mail.sync.account"].browse(added["res_id"])
        self.connectors[account] = self.mail_server
        return account

    def reconnecting(self, account, **values):
        action = account.with_user(self.nina).action_reconnect()
        dialog = self.env["mail.sync.connect"].with_user(self.nina)
        return dialog.with_context(**action["context"]).create(values)

    @contextmanager
    def refused(self, reason, kind=SettingsError, detail=""):
        self.mail_server.error = kind(reason, detail)
        yield
        self.mail_server.error = None

    # It works -------------------------------------------------------------------------

    def test_address_and_password_are_all_it_takes(self):
        account = self.connect()
        [server] = self.servers
        self.assertEqual((server.address, server.user, server.server), (NINA, NINA, ""))
        self.assertEqual((account.provider, account.state), ("exchange", "active"))
        self.assertEqual((account.address, account.aliases), (NINA, "n.nina@ours.test"))
        self.assertEqual(account.endpoint, {"url": URL, "auth": "ntlm"})
        self.assertEqual(account._password(), PASSWORD)
        self.assertTrue(account.can_send)
        self.arrive(self.mail(to=NINA), mailbox=self.mail_server)
        self.sync()
        self.assertEqual(len(self.synced()), 1)

    def test_all_that_is_entered_is_kept_for_the_connector(self):
        more = {"login": "OURS\\nina", "exchange_server": " mail.ours.test ", "auth": "basic"}
        account = self.connect(mailbox="Sales@ours.test", certificates=" PEM ", **more)
        self.assertEqual((account.address, account.opened_as), ("sales@ours.test", NINA))
        kept = self.exchange._server(account, account._password())
        self.assertEqual(kept, self.servers[-1])
        self.assertEqual((kept.target, kept.user), ("sales@ours.test", "OURS\\nina"))
        self.assertEqual((kept.certificates, kept.auth), ("PEM", "basic"))

    def test_a_connector_is_made_of_what_is_kept(self):
        account = self.connect()
        for internal in (False, True):
            name = "mail_contact_sync.allow_internal"
            self.env["ir.config_parameter"].set_param(name, internal)
            with patch.object(type(self.exchange), "_open", self.own_open):
                connector = account._provider()._connector(account)
            self.assertIsInstance(connector, ExchangeConnector)
            self.assertEqual(connector._remembered, Endpoint(URL, "ntlm"))
            self.assertEqual(connector._fence.allow_internal, internal)
        connector._found(Endpoint("https://other.ours.test/EWS/Exchange.asmx", "basic"))
        self.assertEqual(account.exchange_server, "https://other.ours.test/EWS/Exchange.asmx")
        self.assertEqual(account._password(), PASSWORD)

    @property
    def own_open(self):
        # The patch of setUp stands before it.
        from ..models.mail_sync_provider_exchange import MailSyncProviderExchange

        return MailSyncProviderExchange._open

    # It does not ----------------------------------------------------------------------

    def test_what_stands_in_the_way_is_said(self):
        sentences = {
            reasons.AUTODISCOVER_FAILED: "could not be found. Please enter it",
            reasons.KERBEROS_ONLY: "Kerberos",
            reasons.LOGIN_NOT_OFFERED: "another login method",
            reasons.CERTIFICATE: "under More Settings",
            reasons.CERTIFICATE_UNREADABLE: "-----BEGIN CERTIFICATE-----",
            reasons.WRONG_PROTOCOL: "not an Exchange server",
            reasons.SERVER_TOO_OLD: "Service Pack 2",
            reasons.PASSWORD_LOGIN_DISABLED: "choose that instead",
            reasons.MAILBOX_UNKNOWN: "no such mailbox",
            reasons.NOT_AUTHORISED: "allow you Exchange Web Services",
            reasons.HOST_NOT_ALLOWED: "not on the public internet",
            reasons.PORT_NOT_ALLOWED: "443",
        }
        self.assertEqual(len(set(sentences.values())), len(sentences))
        for reason, text in sentences.items():
            with self.refused(reason):
                dialog = self.dialog(exchange_server="mail.ours.test")
                self.assertEqual(dialog.action_add()["res_id"], dialog.id)
            self.assertIn(text, dialog.problem)
            self.assertTrue(dialog.more)
        with self.refused(reasons.AUTODISCOVER_ELSEWHERE, detail="mail.else.test"):
            dialog = self.dialog()
            dialog.action_add()
        self.assertIn("mail.else.test", dialog.problem)
        self.assertFalse(self.env["mail.sync.account"].search([("provider", "=", "exchange")]))

    def test_a_wrong_password_is_said_and_can_be_mended(self):
        dialog = self.dialog()
        with self.refused(reasons.BAD_CREDENTIALS, AuthenticationFailed):
            dialog.action_add()
        self.assertIn("DOMAIN\\user", dialog.problem)
        self.assertFalse(dialog.more)
        dialog.password = "the right one"
        dialog.action_add()
        self.assertEqual(self.servers[-1].password, "the right one")

    def test_a_mailbox_that_she_may_not_open_is_said(self):
        with self.refused(reasons.NOT_AUTHORISED):
            dialog = self.dialog(mailbox="boss@ours.test")
            dialog.action_add()
        self.assertIn("You may not open the mailbox boss@ours.test", dialog.problem)

    def test_what_is_missing_is_said(self):
        for values in (
            {"address": " "},
            {"password": False},
            {"mailbox": "no address"},
            {"address": "a@b.test, c@d.test"},
        ):
            with self.assertRaises(UserError):
                self.dialog(**values).action_add()
        self.assertFalse(self.servers)

    def test_what_stops_it_is_said_with_its_server(self):
        account = self.connect()
        with self.refused(reasons.BAD_CREDENTIALS, AuthenticationFailed):
            self.sync()
        self.assertEqual(account.state, "stopped")
        self.assertIn("The Exchange server mail.ours.test does not accept", account.error_message)

    # Where the password goes ----------------------------------------------------------

    def test_no_table_holds_the_password(self):
        with self.refused(reasons.CERTIFICATE):
            self.dialog().action_add()
        self.connect()
        self.assertInNoTable(PASSWORD)
        self.assertNotIn(PASSWORD, repr(self.servers))

    def test_a_typed_password_goes_to_no_other_server(self):
        for values in (
            {"exchange_server": "evil.test"},
            {"address": "nina@evil.test"},
            {"certificates": "EVIL"},
            {"provider": "imap", "step": "server"},
        ):
            with self.refused(reasons.CERTIFICATE):
                dialog = self.dialog(host="imap.ours.test")
                dialog.action_add()
            self.servers.clear()
            dialog.write(values)
            with self.assertRaises(UserError):
                dialog.action_add()
            self.assertFalse(self.servers)

    def test_a_kept_password_goes_to_no_other_server(self):
        account = self.connect(exchange_server="mail.ours.test")
        self.servers.clear()
        for values in ({"exchange_server": "evil.test"}, {"certificates": "EVIL"}):
            with self.assertRaises(UserError):
                self.reconnecting(account, **values).action_add()
        self.assertFalse(self.servers)
        # What cannot be changed in the dialog is not taken from there.
        dialog = self.reconnecting(account)
        dialog.write({"address": "nina@evil.test", "mailbox": "boss@evil.test"})
        dialog.action_add()
        [server] = self.servers
        self.assertEqual((server.address, server.mailbox), (NINA, ""))
        self.assertEqual((server.server, server.password), ("mail.ours.test", PASSWORD))

    def test_a_moved_account_forgets_password_and_server(self):
        for values in (
            {"host": "evil.test"},
            {"address": "nina@evil.test"},
            {"certificates": "EVIL"},
        ):
            account = self.connect()
            account.with_user(self.nina).write(values)
            self.assertFalse(account.sudo().secret, values)
            self.assertFalse(account.sudo().endpoint, values)
            account.sudo().unlink()

    def test_nobody_says_where_the_server_was_found(self):
        account = self.connect()
        for values in (
            {"endpoint": {"url": "https://evil.test/", "auth": "basic"}},
            {"opened_as": "boss@evil.test"},
            {"provider": "imap"},
        ):
            with self.assertRaises(AccessError):
                account.with_user(self.nina).write(values)
        with self.assertRaises(AccessError):
            self.env["mail.sync.account"].with_user(self.ben).create(
                {"address": "b@ours.test", "provider": "exchange", "password": "x"}
            )

    def test_nobody_uses_anothers_dialog_or_mailbox(self):
        account = self.connect()
        dialog = self.dialog()
        self.servers.clear()
        for user in self.ben + self.env.ref("base.user_admin"):
            other = dialog.with_user(user)
            for name in ("read", "action_add"):
                with self.assertRaises(AccessError):
                    getattr(other, name)()
            mine = self.dialog(user)
            mine.sudo().account_id = account
            with self.assertRaises(AccessError):
                mine.action_add()
        self.assertFalse(self.servers)

    def test_the_address_does_not_unchoose_it(self):
        dialog = self.dialog().new({"address": "x@ours.test", "provider": "exchange"})
        discovery = type(self.env["mail.sync.discovery"])
        for known, chosen in (("", "exchange"), ("imap", "imap")):
            with patch.object(discovery, "_provider_of", lambda _self, _a, known=known: known):
                dialog._onchange_address()
            self.assertEqual(dialog.provider, chosen)
