# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# pylint: disable=invalid-commit
# What two transactions see of each other is the subject.
import logging
from contextlib import nullcontext
from datetime import datetime, timedelta, timezone
from itertools import combinations_with_replacement
from unittest.mock import patch

from psycopg2 import OperationalError
from psycopg2.errors import LockNotAvailable

from odoo.tests.common import tagged
from odoo.tools import mute_logger

from ..connectors.base import AuthenticationFailed, Folder
from .common import MemoryConnector
from .cursor_script import Script
from .races import RAW, RaceCase


@tagged("post_install", "-at_install")
class TestConcurrency(RaceCase):
    """What two transactions see of each other.

    A lane indexes a page of two mails and compares it with the contacts, while
    the contact of one of them is created and another lane looks up its past.
    """

    @mute_logger("odoo.sql_db")
    def test_a_contact_and_its_mail_that_come_at_once_always_meet(self):
        events = self._events_of_a_run()
        first, last = (events.index(event) for event in Script.EVENTS)
        moments = range(first, last + 3)
        for looked_up, committed in combinations_with_replacement(moments, 2):
            for created in {0, looked_up}:
                with self.subTest(created=created, looked_up=looked_up, committed=committed):
                    self._meet(created, looked_up, committed)

    @mute_logger("odoo.sql_db")
    def test_two_lanes_that_look_up_the_same_contacts_do_not_fail(self):
        slow, fast = self._cursor(), self._cursor()
        account_id, contact_id = self._account(slow), self._contact(slow, "nina")
        slow.execute("SELECT")  # its transaction sees the contact as not yet looked up
        self._env(fast)["mail.sync.match"]._match_contacts()
        fast.commit()
        try:
            self._env(slow)["mail.sync.engine"]._cron_sync()
            self.assertEqual(self._messages([contact_id]), [contact_id])
        finally:
            self._close(slow)
            self._close(fast)
            self._remove(account_id, [contact_id])

    def test_a_contact_deleted_while_its_mail_is_posted_puts_no_mail_into_the_log(self):
        posting, deleting = self._cursor(), self._cursor()
        account_id = self._account(posting)
        # she wrote the mail, which is with Otto, too, and stands in his chatter
        nina, otto = (self._contact(posting, name) for name in ("nina", "otto"))
        self.mailbox.mail["INBOX"] = []
        raw = RAW.format(name="nina").replace("To: ", "To: otto@race.test, ").encode()
        self.mailbox.add("INBOX", raw, datetime.now(timezone.utc) - timedelta(days=1))
        env = self._env(posting)
        create = type(env["mail.sync.posting"])._create_files

        def delete_her(self_, mails):
            self._env(deleting)["res.partner"].browse(nina).unlink()
            deleting.commit()
            return create(self_, mails)

        try:
            with (
                patch.object(type(env["mail.sync.posting"]), "_create_files", delete_her),
                self.assertLogs("odoo.sql_db", "ERROR") as log,
            ):
                self._work(posting, account_id)
                logging.getLogger("odoo.sql_db").error("at least this")
            self.assertNotIn("Hello", str(log.output))
        finally:
            self._close(posting)
            self._close(deleting)
            self._remove(account_id, [otto])

    @mute_logger("odoo.sql_db")
    def test_a_contact_is_deleted_however_often_mail_comes_meanwhile(self):
        posting, deleting = self._cursor(), self._cursor()
        account_id, contact_id = self._account(posting), self._contact(posting, "nina")
        messages = self.registry["mail.message"]
        unlink = messages.unlink

        def post_and_unlink(self_):
            self._work(posting, account_id)
            return unlink(self_)

        try:
            with patch.object(messages, "unlink", post_and_unlink):
                self._env(deleting)["res.partner"].browse(contact_id).unlink()
            deleting.commit()
            self.assertFalse(self._messages([contact_id]))
        finally:
            self._close(posting)
            self._close(deleting)
            self._remove(account_id, [])

    def test_what_goes_wrong_with_a_mailbox_holds_up_no_other(self):
        engine = self.registry["mail.sync.engine"]
        account = self.registry["mail.sync.account"]
        broken = ValueError("broken")
        for case, fault in {
            "what the server said": nullcontext(),
            "the handling": patch.object(engine, "_stop", side_effect=broken),
            "the removal": patch.object(account, "_remove_some", side_effect=broken),
        }.items():
            cr = self._cursor()
            first, second = (self._account(cr, f"{name}@ours.test") for name in ("anna", "ben"))
            accounts = self._env(cr)["mail.sync.account"].browse([first, second])
            if case == "the removal":
                accounts[0].state = "removing"
            mailboxes = {first: MemoryConnector(), second: self.mailbox}
            mailboxes[first].error = AuthenticationFailed("bad-credentials", "NO\0")
            cr.commit()
            try:
                with (
                    self.subTest(case),
                    patch.object(account, "_connector", lambda self, m=mailboxes: m[self.id]),
                    mute_logger("odoo.addons.mail_contact_sync.models.mail_sync_policy"),
                    fault,
                ):
                    accounts.env["mail.sync.engine"]._cron_sync()
                    self.assertTrue(accounts[1].last_sync)
                    self.assertEqual(bool(accounts[0].error_reason), case != "the removal")
            finally:
                self._close(cr)
                self._remove(first, [])
                self._remove(second, [])

    @mute_logger("odoo.sql_db")
    def test_a_mailbox_is_opened_by_one_lane_at_a_time(self):
        working, coming = self._cursor(), self._cursor()
        account_id = self._account(working)
        opened, came = [], []

        def come():
            came.append(len(script.events))
            self._work(coming, account_id)

        def enter(mailbox):
            opened.append(len(came))
            return mailbox

        script = Script(working)
        for moment in range(1, 6):
            script.at(moment, come)
        try:
            with patch.object(MemoryConnector, "__enter__", enter):
                self._work(working, account_id)
            self.assertEqual(came, [1, 2, 3, 4, 5])
            self.assertEqual(len(opened), 1)
        finally:
            self._close(working)
            self._close(coming)
            self._remove(account_id, [])

    @mute_logger("odoo.sql_db")
    def test_pages_of_an_account_are_stored_one_after_another(self):
        """Else one might be taken for compared that was committed late."""
        late, early = self._cursor(), self._cursor()
        account_id, contact_id = self._account(late), self._contact(late, "nina")
        self._store(late, account_id, "Late")
        try:
            with self.assertRaises(LockNotAvailable):
                self._store(early, account_id, "Early")
        finally:
            self._close(late)
            self._close(early)
            self._remove(account_id, [contact_id])

    def _store(self, cr, account_id, folder):
        env = self._env(cr)
        folder = env["mail.sync.folder"].create(
            {"account_id": account_id, "ref": folder, "name": folder}
        )
        page = self.mailbox.changes(
            Folder("INBOX", "INBOX"), None, datetime(2020, 1, 1, tzinfo=timezone.utc), 1
        )
        env["mail.sync.envelope"]._store(folder, page.envelopes, env["mail.sync.vault"]._keys())

    def _events_of_a_run(self):
        cr = self._cursor()
        account_id, contact_id = self._account(cr), self._contact(cr, "nina")
        script = Script(cr)
        self._work(cr, account_id)
        self._close(cr)
        self._remove(account_id, [contact_id])
        return script.events

    def _meet(self, created: int, looked_up: int, committed: int):
        """The new contact's three steps, each before that event of the indexing lane."""
        indexing, creating, looking = (self._cursor() for _number in range(3))
        account_id = self._account(indexing)
        contact_ids = [self._contact(creating, "otto")]
        self._env(looking)["mail.sync.match"]._match_contacts()
        looking.commit()

        def look_up():
            try:
                self._env(looking)["mail.sync.match"]._match_contacts()
            except OperationalError:
                looking.rollback()

        script = Script(indexing)
        script.at(created, lambda: contact_ids.append(self._contact(creating, "nina")))
        script.at(looked_up, look_up)
        script.at(committed, looking.commit)
        self._work(indexing, account_id)
        script.end()
        # The next run, in which nothing new arrives.
        self._env(indexing)["mail.sync.engine"]._cron_sync()
        for cr in (indexing, creating, looking):
            self._close(cr)
        try:
            self.assertEqual(self._messages(contact_ids), contact_ids)
        finally:
            self._remove(account_id, contact_ids)
