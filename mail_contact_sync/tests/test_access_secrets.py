# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from logging import INFO, LogRecord, getLogger

from odoo.exceptions import UserError
from odoo.service.model import call_kw

from ..controllers.access_log import Without, hide_secrets
from .accounts import PASSWORD, AccountCase

MODELS = (
    "mail.sync.account",
    "mail.sync.folder",
    "mail.sync.match",
    "mail.sync.envelope",
    "mail.sync.contact.key",
    "mail.sync.delivery",
    "mail.sync.posting",
    "mail.sync.engine",
    "mail.sync.sentence",
    "mail.sync.vault",
)


class TestSecrets(AccountCase):
    """Nobody sees a secret, and nobody works with the models behind."""

    # Secrets ---------------------------------------------------------------

    def test_nobody_reads_the_secret(self):
        for user in self.everybody + self.env.ref("base.user_admin"):
            for method, *args in (
                ("read", ["secret"]),
                ("web_read", {"secret": {}}),
                ("export_data", ["secret"]),
                ("onchange", {}, [], {"secret": {}}),
            ):
                self.assertAccountRefuses(user, method, *args, error=UserError)
            for method, *args in (
                ("search", [("secret", "like", "g%")]),
                ("search", [], 0, None, "secret"),
                ("search_read", [], ["secret"]),
                ("formatted_read_group", [], ["secret"], ["__count"]),
                ("formatted_read_group", [], [], ["secret:array_agg"]),
                ("formatted_read_group", [], [], ["secret:max"]),
            ):
                self.assertRefused(user, "mail.sync.account", method, *args)
            self.assertRefused(
                user, "res.users", "search", [("mail_sync_account_ids.secret", "like", "g%")]
            )

    def test_nobody_reads_the_password(self):
        [values] = self.ask(self.anna, "read", self.account.ids, ["password"])
        self.assertFalse(values["password"])
        [values] = self.ask(self.manager, "read", self.account.ids, ["password"])
        self.assertFalse(values["password"])

    def test_the_answer_to_a_new_password_holds_none(self):
        answer = self.ask(
            self.anna,
            "web_save",
            self.account.ids,
            {"password": "new password"},
            {"password": {}, "address": {}},
        )
        self.assertNotIn("new password", repr(answer))
        answer = self.ask(
            self.ben, "web_save", [], self.settings(), {"password": {}, "address": {}}
        )
        self.assertNotIn(PASSWORD, repr(answer))

    def test_the_log_of_requests_holds_no_code(self):
        hide_secrets()  # once more, to no harm
        for service in ("google", "microsoft"):
            path = f"/mail_contact_sync/{service}/redirect"
            request = f"GET {path}?code=c0de%2F1&state=st4te HTTP/1.1"
            record = LogRecord("werkzeug", INFO, "", 1, '%s - "%s" %s', ("::1", request, 303), None)
            ours = [each for each in getLogger("werkzeug").filters if isinstance(each, Without)]
            self.assertEqual([each.filter(record) for each in ours], [True])
            self.assertEqual(record.getMessage(), f'::1 - "GET {path}… HTTP/1.1" 303')

    def test_the_most_talkative_log_holds_no_password(self):
        for model, name in (
            ("mail.sync.account", "password"),
            ("mail.sync.connect", "password"),
            ("res.config.settings", "mail_sync_google_client_secret"),
            ("res.config.settings", "mail_sync_microsoft_client_secret"),
        ):
            for secret in ("correct horse", "it's a %s \\' horse", "a \" and ' horse"):
                records = self.env[model].sudo()
                with self.assertLogs("odoo.service.model", "DEBUG") as log:
                    call_kw(records, "onchange", [[], {name: secret}, [], {}], {})
                self.assertIn("onchange", log.output[-1])
                self.assertIn(f"'{name}': …", log.output[-1])
                self.assertNotIn("horse", log.output[-1])

    def test_a_plain_read_holds_no_secret(self):
        for user in (self.anna, self.manager):
            [values] = self.ask(user, "read", self.account.ids)
            self.assertNotIn("secret", values)
            self.assertNotIn(PASSWORD, repr(values))
            self.assertNotIn(self.account.secret, repr(values))

    def test_an_export_holds_no_secret(self):
        self.anna.group_ids += self.env.ref("base.group_allow_export")
        answer = self.ask(self.anna, "export_data", self.account.ids, ["address", "password"])
        self.assertEqual(answer["datas"], [["anna@ours.test", ""]])

    def test_a_copy_holds_no_secret(self):
        [copy] = self.ask(self.anna, "copy", self.account.ids, {"address": "second@ours.test"})
        copy = self.env["mail.sync.account"].browse(copy)
        self.assertFalse(copy.secret)
        self.assertEqual(copy.user_id, self.anna)
        self.assertEqual(copy.state, "draft")
        self.assertRefused(
            self.anna, "mail.sync.account", "action_connect", copy.ids, error=UserError
        )
        [copy] = self.ask(self.manager, "copy", self.account.ids)
        copy = self.env["mail.sync.account"].browse(copy)
        self.assertFalse(copy.secret)
        self.assertEqual(copy.user_id, self.manager)

    def test_the_database_holds_no_password(self):
        self.env.flush_all()
        self.env.cr.execute("SELECT row_to_json(a)::text FROM mail_sync_account a")
        self.assertNotIn(PASSWORD, repr(self.env.cr.fetchall()))

    # Methods ---------------------------------------------------------------

    def test_only_buttons_are_public(self):
        """Of all that the add-on defines, a browser calls the buttons and what it extends."""
        for model in MODELS:
            cls = self.env.registry[model]
            for base in cls.mro():
                if not base.__module__.startswith("odoo.addons.mail_contact_sync"):
                    continue
                for name, value in vars(base).items():
                    if name in ("composer_senders", "message_post"):
                        continue  # the chatter's: see test_writing
                    if callable(value) and not name.startswith(("_", "action_")):
                        self.assertTrue(hasattr(self.env.registry["base"], name), f"{model}.{name}")

    def test_private_methods_are_not_called(self):
        for model, method in (
            ("mail.sync.account", "_password"),
            ("mail.sync.account", "_resume"),
            ("mail.sync.account", "_connector"),
            ("mail.sync.vault", "_open"),
            ("mail.sync.vault", "_keys"),
            ("mail.sync.engine", "_cron_sync"),
            ("mail.sync.delivery", "_deliver"),
            ("mail.sync.contact.key", "_set"),
            ("mail.sync.envelope", "_store"),
            ("mail.message", "_sync_refresh_access"),
            ("mail.message", "fetch"),
        ):
            for user in self.everybody:
                self.assertRefused(user, model, method, [])

    def test_the_index_is_nobodys(self):
        for model in ("mail.sync.envelope", "mail.sync.contact.key"):
            self.env.cr.execute(f"SELECT max(id) FROM {self.env[model]._table}")
            ids = [self.env.cr.fetchone()[0]]
            self.assertTrue(ids[0])
            for user in self.everybody:
                for method, *args in (
                    ("search", []),
                    ("search_count", []),
                    ("search_read", []),
                    ("read", ids),
                    ("formatted_read_group", [], [], ["__count"]),
                    ("unlink", ids),
                ):
                    self.assertRefused(user, model, method, *args)

    def test_the_ledger_tells_no_key(self):
        [values] = self.call(self.anna, "mail.sync.match", "read", self.match.ids)
        self.assertNotIn("message_key", values)
        for field in ("message_key", "parent_key"):
            self.assertRefused(self.anna, "mail.sync.match", "search", [(field, "!=", 0)])
        [values] = self.call(self.anna, "mail.sync.folder", "read", self.folder.ids)
        self.assertNotIn("cursor", values)
        self.assertRefused(self.anna, "mail.sync.folder", "read", self.folder.ids, ["cursor"])
