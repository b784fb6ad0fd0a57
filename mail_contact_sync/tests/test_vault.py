# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
import os
import stat
import subprocess
import sys
import traceback
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from cryptography.fernet import Fernet

from odoo.exceptions import UserError
from odoo.tests import BaseCase
from odoo.tools import config

from .. import vault as vault_module
from ..connectors.base import Server
from ..vault import ENVIRONMENT, KEY_FILE, KeyInvalid, KeyLost, Vault
from .lost_key import PASSWORD, LostKeyCase

#: Waits for a line, then opens the vault of a folder and tells its key's text.
OPENER = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("vault", sys.argv[1])
vault = importlib.util.module_from_spec(spec)
spec.loader.exec_module(vault)
print("ready", flush=True)
sys.stdin.readline()
vault.Vault.open(sys.argv[2])
print((vault.Path(sys.argv[2]) / vault.KEY_FILE).read_text())
"""


class TestKeyFile(BaseCase):
    def setUp(self):
        super().setUp()
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name) / "data"
        environment = patch.dict(os.environ)
        self.enterContext(environment)
        os.environ.pop(ENVIRONMENT, None)

    @property
    def file(self):
        return self.folder / KEY_FILE

    def test_it_is_made_once_and_kept(self):
        token = Vault.open(self.folder).encrypt(PASSWORD)
        self.assertEqual(Vault.open(self.folder).decrypt(token), PASSWORD)
        self.assertEqual(os.listdir(self.folder), [KEY_FILE])

    def test_only_the_server_reads_it(self):
        mask = os.umask(0)
        self.addCleanup(os.umask, mask)
        Vault.open(self.folder)
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o600)

    def test_workers_that_start_at_once_end_with_one_key(self):
        workers = [
            subprocess.Popen(
                [sys.executable, "-c", OPENER, vault_module.__file__, str(self.folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _number in range(4)
        ]
        for worker in workers:
            self.assertEqual(worker.stdout.readline(), "ready\n")
        for worker in workers:
            worker.stdin.write("\n")
            worker.stdin.flush()
        keys = {worker.communicate(timeout=60)[0] for worker in workers}
        self.assertEqual(keys, {self.file.read_text() + "\n"})
        self.assertEqual(os.listdir(self.folder), [KEY_FILE])

    def test_a_key_made_meanwhile_is_taken(self):
        """Another worker makes the file after this one has looked for it."""
        token = Vault.open(self.folder).encrypt(PASSWORD)
        with patch.object(Path, "exists", return_value=False):
            self.assertEqual(Vault.open(self.folder).decrypt(token), PASSWORD)
        self.assertEqual(os.listdir(self.folder), [KEY_FILE])

    def test_a_draft_is_removed_when_it_cannot_be_written(self):
        with patch.object(os, "fsync", side_effect=OSError("full")), self.assertRaises(OSError):
            Vault.open(self.folder)
        self.assertEqual(os.listdir(self.folder), [])

    def test_the_environment_comes_first(self):
        os.environ[ENVIRONMENT] = Fernet.generate_key().decode()
        Vault.open(self.folder)
        self.assertFalse(self.folder.exists())


class TestKeys(BaseCase):
    def setUp(self):
        super().setUp()
        self.old, self.new = (Fernet.generate_key().decode() for _number in range(2))
        self.enterContext(patch.dict(os.environ))

    def open(self, *keys, separator=","):
        os.environ[ENVIRONMENT] = separator.join(keys)
        return Vault.open("/nowhere")

    def test_the_first_encrypts_and_all_decrypt(self):
        for separator in (",", " ", ", ", "\n"):
            with self.subTest(separator=separator):
                token = self.open(self.old).encrypt(PASSWORD)
                both = self.open(self.new, self.old, separator=separator)
                self.assertEqual(both.decrypt(token), PASSWORD)
                token = both.encrypt(PASSWORD)
                self.assertEqual(self.open(self.new).decrypt(token), PASSWORD)

    def test_rotating_needs_the_old_key_no_more(self):
        token = self.open(self.old).encrypt(PASSWORD)
        token = self.open(self.new, self.old).rotate(token)
        self.assertEqual(self.open(self.new).decrypt(token), PASSWORD)

    def test_rotating_leaves_alone_what_is_new(self):
        vault = self.open(self.new, self.old)
        token = vault.encrypt(PASSWORD)
        self.assertEqual(vault.rotate(token), token)

    def test_a_lost_key(self):
        token = self.open(self.old).encrypt(PASSWORD)
        for method in ("decrypt", "rotate"):
            with self.assertRaises(KeyLost):
                getattr(self.open(self.new), method)(token)

    def test_errors_and_reprs_tell_no_secret(self):
        token = self.open(self.old).encrypt(PASSWORD)
        told = [repr(self.open(self.old))]
        told.append(repr(Server("imap.ours.test", 993, "tls", "anna", PASSWORD)))
        for ask in (
            lambda: self.open(self.new).decrypt(token),
            lambda: self.open(self.new).decrypt(PASSWORD),
            lambda: self.open(PASSWORD.replace(" ", "_")),
            lambda: self.open(self.old, self.new[:-3]),
        ):
            try:
                ask()
            except Exception:
                told.append(traceback.format_exc())
        self.assertEqual(len(told), 6)
        for text in told:
            for secret in (PASSWORD, PASSWORD.replace(" ", "_"), self.old, self.new[:-3], token):
                self.assertNotIn(secret, text)

    def test_a_key_that_is_none_is_said_by_name(self):
        with self.assertRaisesRegex(KeyInvalid, ENVIRONMENT):
            self.open("no key")


class TestLostKey(LostKeyCase):
    def test_mailboxes_stop_and_say_why(self):
        self.lose()
        self.sync()
        for account in self.account + self.other:
            self.assertEqual(account.state, "stopped")
            self.assertIn("without the key", account.error_message)
        self.assertEqual(self.synced(), self.before)

    def test_contacts_are_made_and_changed_as_ever(self):
        for key in (Fernet.generate_key().decode(), "no key"):
            os.environ[ENVIRONMENT] = key
            contact = self.env["res.partner"].create({"name": "Nina", "email": "nina@new.test"})
            contact.email = "nina@newer.test"
            contact.action_archive()
            contact.action_unarchive()

    def test_contacts_changed_meanwhile_have_their_mail_when_the_key_is_back(self):
        key = os.environ.get(ENVIRONMENT)
        self.arrive(self.mail("nina@new.test"))
        self.sync()
        self.lose()
        made = self.env["res.partner"].create({"name": "Nina", "email": "nina@new.test"})
        self.customer.email = "nina@new.test"
        os.environ.pop(ENVIRONMENT)
        if key:
            os.environ[ENVIRONMENT] = key
        self.env["mail.sync.contact.key"]._add_missing()
        self.sync()
        self.assertEqual(len(self.synced(made)), 1)
        self.assertEqual(len(self.synced()), 4)

    def test_a_password_is_refused_in_words_where_it_cannot_be_kept(self):
        os.environ[ENVIRONMENT] = "no key"
        with self.assertRaisesRegex(UserError, ENVIRONMENT):
            self.account.with_user(self.anna).password = PASSWORD
        self.sync()
        self.assertEqual(self.account.state, "stopped")

    def test_the_password_revives_one_mailbox_after_the_other(self):
        self.lose()
        self.sync()
        self.revive(self.account)
        self.assertEqual(self.account.state, "active")
        self.assertEqual(self.other.state, "stopped")
        self.assertEqual(self.synced(), self.before)
        self.revive(self.other)
        self.assertEqual(self.other.state, "active")
        self.assertEqual(self.synced(), self.before)

    def test_the_ledger_counts_as_before(self):
        counts = [(a.posted_count, a.envelope_count) for a in self.account + self.other]
        self.lose()
        self.sync()
        self.revive(self.account)
        self.revive(self.other)
        self.assertEqual(
            [(a.posted_count, a.envelope_count) for a in self.account + self.other], counts
        )
        self.assertFalse(self.env["mail.sync.match"].search([("state", "!=", "posted")]))

    def test_what_came_meanwhile_is_found(self):
        self.lose()
        self.sync()
        nina = self.env["res.partner"].create({"name": "Nina", "email": "nina@new.test"})
        self.arrive(self.mail("nina@new.test", subject="Hello", days=1))
        self.arrive(self.mail(subject="Four", days=1))
        self.revive(self.account)
        self.assertEqual(self.synced(nina).subject, "Hello")
        self.assertEqual(len(self.synced()), 4)

    def test_private_mail_stays_private(self):
        self.account.visibility = self.other.visibility = "private"
        self.lose()
        self.sync()
        self.revive(self.account)
        self.revive(self.other)
        readers = {
            user: self.synced().with_user(user)._filtered_access("read").mapped("subject")
            for user in self.anna + self.ben
        }
        self.assertEqual(set(readers[self.anna]), {"One", "Two"})
        self.assertEqual(set(readers[self.ben]), {"One", "Three"})

    def test_a_new_key_beside_the_old_one_loses_nothing(self):
        vault = self.env["mail.sync.vault"]
        old = (Path(config["data_dir"]) / KEY_FILE).read_text()
        new = Fernet.generate_key().decode()
        os.environ[ENVIRONMENT] = f"{new},{old}"
        vault._rotate()
        os.environ[ENVIRONMENT] = new
        self.arrive(self.mail(subject="Four", days=1))
        self.sync()
        self.assertEqual(self.account.state, "active")
        self.assertEqual(len(self.synced()), 4)

    def test_a_mailbox_whose_key_is_lost_stops_no_rotation(self):
        self.other.secret = Fernet(Fernet.generate_key()).encrypt(b"x").decode()
        lost = self.other.secret
        self.test_a_new_key_beside_the_old_one_loses_nothing()
        self.assertEqual(self.other.secret, lost)

    def test_no_log_tells_a_secret(self):
        secrets = [PASSWORD, self.account.secret, (Path(config["data_dir"]) / KEY_FILE).read_text()]
        with self.assertLogs("odoo.addons.mail_contact_sync", logging.DEBUG) as logs:
            self.account.with_user(self.anna).password = PASSWORD
            self.mailbox.error = RuntimeError("a bug")
            self.sync()
            self.lose()
            secrets.append(os.environ[ENVIRONMENT])
            self.sync()
            self.revive(self.account)
        secrets.append(self.account.secret)
        self.assertIn("a bug", "\n".join(logs.output))
        for secret in secrets:
            self.assertNotIn(secret, "\n".join(logs.output))
