# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dataclasses import replace
from datetime import datetime, timedelta
from unittest.mock import patch

from ..connectors.base import (
    AuthenticationFailed,
    MessageError,
    SettingsError,
    TemporaryError,
    Throttled,
)
from .common import SyncCase


class TestEngineErrors(SyncCase):
    """What an error means for the account, and for the others."""

    def test_a_wrong_password_stops_the_account_in_words(self):
        self.mailbox.error = AuthenticationFailed("bad-credentials", "NO go away")
        self.sync()
        self.assertEqual(self.account.state, "stopped")
        self.assertIn("does not accept", self.account.error_message)
        self.mailbox.error = None
        self.arrive(self.mail())
        self.account.with_user(self.anna).action_connect()
        self.sync()
        self.assertEqual(self.account.state, "active")
        self.assertFalse(self.account.error_message)
        self.assertEqual(len(self.synced()), 1)

    def test_wrong_settings_stop_the_account(self):
        self.mailbox.error = SettingsError("host-unknown")
        self.sync()
        self.assertEqual(self.account.state, "stopped")
        self.assertIn("imap.ours.test", self.account.error_message)

    def test_a_passing_fault_bothers_nobody_and_is_tried_later_and_later(self):
        self.mailbox.error = TemporaryError("connection-timeout")
        pauses = []
        for _attempt in range(3):
            self.sync()
            pauses.append(self.account.next_sync - datetime.now())
        self.assertEqual(self.account.state, "active")
        self.assertEqual(self.account.failures, 3)
        self.assertEqual(pauses, sorted(pauses))
        self.assertFalse(self.account.error_message)
        self.account.failing_since = "2025-03-05 10:20:00"
        self.assertIn("does not answer", self.account.error_message)
        self.assertIn("Trying again by itself since 3/5/25, 10:20", self.account.error_message)

    def test_what_gets_on_in_spite_of_a_fault_is_not_tried_later_and_later(self):
        changes, looks = self.mailbox.changes, []

        def change(folder, cursor, since, limit):
            if folder.ref == "Sent":
                raise TemporaryError("connection-dropped")
            looks.append(folder)
            page = changes(folder, cursor, since, limit)
            return replace(page, cursor={**page.cursor, "look": len(looks)})

        self.mailbox.page_size, self.mailbox.changes = 1, change
        for number in range(3):
            self.arrive(self.mail(subject=f"Mail {number}"))
        failures = []
        for _attempt in range(5):
            self.sync()
            failures.append(self.account.failures)
        # The last two found nothing but a cursor that is new each time.
        self.assertEqual(failures, [1, 1, 1, 2, 3])

    def test_a_throttled_account_waits_as_long_as_asked(self):
        self.mailbox.error = Throttled("throttled", retry_after=7200)
        self.sync()
        self.assertGreater(self.account.next_sync, datetime.now() + timedelta(minutes=115))

    def test_no_account_waits_for_longer_than_a_day(self):
        self.mailbox.error = Throttled("throttled", retry_after=1e30)
        self.sync()
        self.assertEqual(self.account.error_reason, "throttled")
        self.assertLess(self.account.next_sync, datetime.now() + timedelta(days=1, minutes=1))

    def test_a_broken_account_does_not_hold_up_another(self):
        self.mailbox.error = RuntimeError("a bug")
        _account, other = self._second_account(self.ben)
        self.arrive(self.mail(to="ben@ours.test"), mailbox=other)
        with self.assertLogs("odoo.addons.mail_contact_sync.models.mail_sync_policy", "ERROR"):
            self.sync()
        self.assertEqual(len(self.synced()), 1)
        self.assertEqual(self.account.error_reason, "unexpected")

    def test_a_mailbox_in_trouble_comes_after_all_others_that_are_due(self):
        healthy, _mailbox = self._second_account(self.ben)
        self.account.write({"failures": 1, "next_sync": "2020-01-01"})
        healthy.next_sync = "2020-01-02"
        engine = self.env["mail.sync.engine"]
        self.assertEqual(engine._due_accounts().ids, [healthy.id, self.account.id])
        healthy.failures = 1
        self.assertEqual(engine._due_accounts().ids, [self.account.id, healthy.id])

    def test_an_unpostable_message_is_listed_and_the_rest_posted(self):
        for number in range(4):
            self.arrive(self.mail(subject=f"Mail {number}", days=number + 1))
        posting = type(self.env["mail.sync.posting"])
        values = posting._values

        def fail(posting, match, mail, *args):
            if mail.subject == "Mail 2":
                raise ValueError("no")
            return values(posting, match, mail, *args)

        logger = "odoo.addons.mail_contact_sync.models.mail_sync_posting"
        with patch.object(posting, "_values", fail), self.assertLogs(logger, "ERROR"):
            self.sync()
        self.assertEqual(len(self.synced()), 3)
        match = self.env["mail.sync.match"].search([("state", "!=", "posted")])
        self.assertEqual(match.attempts, 1)
        self.assertEqual(match.reason, "not-postable")
        match.not_before = False
        self.sync()
        self.assertEqual(len(self.synced()), 4)

    def test_a_message_that_cannot_be_had_is_tried_three_times_and_then_when_its_owner_says(self):
        self.arrive(self.mail())
        tried = []

        def refuse(folder, refs, limit=None):
            [ref] = refs
            tried.append(ref)
            raise MessageError("message", ref=ref)

        with patch.object(self.mailbox, "fetch", refuse):
            for state in ("waiting", "waiting", "failed", "failed"):
                self.sync()
                match = self.env["mail.sync.match"].search([])
                self.assertEqual(match.state, state)
                match.not_before = False
        self.assertEqual(tried, ["1.1"] * 3)
        self.assertFalse(self.account.failures)
        self.assertIn("did not hand it out", match.reason_text)
        self.sync()
        self.assertFalse(self.synced())
        match.with_user(self.anna).action_retry()
        self.assertEqual((match.state, match.attempts), ("waiting", 0))
        self.sync()
        self.assertEqual((match.state, match.reason), ("posted", False))
        self.assertEqual(len(self.synced()), 1)
