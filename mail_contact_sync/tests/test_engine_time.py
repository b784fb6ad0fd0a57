# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.tools import config

from ..connectors.base import CutOff
from ..connectors.net.deadline import Deadline
from .common import SyncCase


class TestEngineTime(SyncCase):
    """Nobody ends a worker, or keeps it from the others, for ever."""

    def test_a_conversation_ends_before_the_limit_does(self):
        engine = self.env["mail.sync.engine"]
        for real, cron, workers, limit in (
            (120, -1, 0, 120),
            (120, 0, 0, 120),
            (120, 0, 4, 0),
            (120, 60, 4, 60),
            (0, -1, 0, 0),
            (10, -1, 0, 10),
        ):
            with _patched(limit_time_real=real, limit_time_real_cron=cron, workers=workers):
                self.assertEqual(engine._limit(), limit)
                self.assertLessEqual(engine._longest(), 0.6 * limit or 120)
                self.assertGreater(engine._longest(), 0)

    def test_all_that_a_connector_does_has_one_end(self):
        left = []

        def folders():
            left.append(Deadline(1000).left())
            return []

        with patch.object(self.mailbox, "folders", folders), _patched(limit_time_real=50):
            self.sync()
        self.assertLessEqual(left[0], 30)

    def test_whoever_asks_while_a_user_waits_ends_before_her_request_does(self):
        engine = self.env["mail.sync.engine"]
        for real, cron, workers in ((120, 0, 4), (120, 600, 4), (50, -1, 0), (0, -1, 0)):
            limits = _patched(limit_time_real=real, limit_time_real_cron=cron, workers=workers)
            with limits, engine._asking() as whole:
                self.assertLessEqual(whole.left(), 0.6 * real or 120)

    def test_no_account_is_begun_with_when_the_time_is_up(self):
        engine = type(self.env["mail.sync.engine"])
        self.arrive(self.mail())
        with patch.object(engine, "_spent", lambda engine: 1e6):
            self.sync()
            self.assertFalse(self.synced())
            with _patched(limit_time_real=0, limit_time_real_cron=-1):
                self.sync()
        self.assertEqual(len(self.synced()), 1)

    def test_whoever_is_cut_off_is_tried_later_and_later_whatever_it_gave_before(self):
        failures = []
        for number in range(3):
            self.arrive(self.mail(subject=f"Mail {number}"))
            with patch.object(self.mailbox, "fetch", side_effect=CutOff):
                self.sync()
            failures.append(self.account.failures)
        self.assertEqual(failures, [1, 2, 3])
        self.assertEqual(self.account.error_reason, "connection-timeout")

    def test_a_mail_that_takes_all_the_time_does_not_hold_up_the_others(self):
        for number in range(3):
            self.arrive(self.mail(subject=f"Mail {number}", days=number + 1))
        fetch, large = self.mailbox.fetch, "1.1"

        def slow(folder, refs, limit=None):
            if large in refs:
                raise CutOff
            return fetch(folder, refs, limit)

        with patch.object(self.mailbox, "fetch", slow):
            for _attempt in range(4):
                self.sync()
        self.assertEqual(len(self.synced()), 2)
        left = self.env["mail.sync.match"].search([("state", "!=", "posted")])
        self.assertEqual((left.ref, left.reason), (large, "not-fetchable"))

    def killed(self):
        """A run that ends its worker: nothing is done after it had begun."""
        engine = type(self.env["mail.sync.engine"])
        with patch.object(engine, "_attempt", lambda *arguments: True):
            self.sync()

    def test_runs_that_end_their_workers_are_tried_later_and_later_and_after_all_others(self):
        pauses = []
        for _kill in range(4):
            self.killed()
            pauses.append(self.account.next_sync - datetime.now())
        self.assertEqual(pauses, sorted(pauses))
        self.assertGreater(pauses[-1], timedelta(minutes=2))
        other, _mailbox = self._second_account(self.ben)
        accounts = self.account + other
        accounts.next_sync = datetime(2020, 1, 1)
        other.next_sync = datetime(2021, 1, 1)
        due = self.env["mail.sync.engine"]._due_accounts(among=accounts)
        self.assertEqual(due, other + self.account)
        self.assertEqual(self.account.error_reason, "unexpected")

    def test_a_restart_is_no_trouble(self):
        self.killed()
        self.assertLess(self.account.next_sync - datetime.now(), timedelta(minutes=1))
        self.killed()
        self.assertFalse(self.account.error_reason)
        self.assertFalse(self.account.failures)
        self.arrive(self.mail())
        self.sync()
        self.assertEqual(len(self.synced()), 1)
        self.assertFalse(self.account.interruptions)

    def test_what_waits_does_not_wake_an_account_that_ends_its_workers(self):
        self.arrive(self.mail())
        with patch.object(self.mailbox, "fetch", side_effect=CutOff):
            self.sync()
        self.env["mail.sync.match"].search([]).not_before = False
        self.account.failures = 0
        self.killed()
        self.assertFalse(self.env["mail.sync.engine"]._due_accounts(among=self.account))
        self.account.interruptions = 0
        self.assertTrue(self.env["mail.sync.engine"]._due_accounts(among=self.account))


def _patched(**options):
    return patch.dict(config.options.maps[0], options)
