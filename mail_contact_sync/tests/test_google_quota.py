# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from ..connectors import reasons
from ..connectors.base import Throttled
from .google import GoogleCase


class TestGoogleQuota(GoogleCase):
    """What Google lets a mailbox ask for in a minute, and what was asked for."""

    def test_a_used_up_share_is_a_pause_and_no_failure(self):
        for number in range(5):
            self.arrive(self.mail(subject=f"{number}", days=number))
        self.mailbox.room = 3
        self.sync()
        self.assertEqual(self.mailbox.looked_at, ["m1", "m2", "m3"])
        self.assertFalse(self.account.failures or self.account.error_reason)
        self.assertFalse(self.account.failing_since)
        self.assertEqual(self.account.next_sync, self.account.paused_until)
        seen = list(self.mailbox.looked_at)
        self.mailbox.room = None
        self.sync()
        self.assertEqual(self.mailbox.looked_at, seen, "asked during the pause")
        self.pause_over()
        self.sync()
        self.assertEqual(self.subjects(), list("01234"))
        self.assertEqual(sorted(self.mailbox.looked_at), ["m1", "m2", "m3", "m4", "m5"])

    def test_a_lane_is_woken_when_the_pause_is_over(self):
        self.arrive(self.mail())
        self.mailbox.room = 0
        self.sync()
        triggers = self.env["ir.cron.trigger"].search([]).mapped("call_at")
        self.assertIn(self.account.paused_until, triggers)

    def test_what_came_before_the_pause_is_posted(self):
        for number in range(5):
            self.arrive(self.mail(subject=f"{number}", days=number))
        self.mailbox.room = 7  # all are looked at, and two fetched
        self.sync()
        self.assertEqual(self.subjects(), ["0", "1"])
        self.assertEqual(set(self.env["mail.sync.match"].search([]).mapped("interruptions")), {0})
        self.mailbox.room = None
        self.pause_over()
        self.sync()
        self.assertEqual(self.subjects(), list("01234"))
        self.assertEqual(len(self.mailbox.fetched), 5, "fetched and paid for twice")

    def test_googles_own_refusal_is_a_failure(self):
        self.mailbox.error = Throttled(reasons.RATE_LIMIT, retry_after=60)
        self.sync()
        self.assertEqual((self.account.failures, self.account.error_reason), (1, "rate-limit"))
        self.assertFalse(self.account.paused_until)

    def test_what_was_spent_is_kept_after_errors_too(self):
        self.arrive(self.mail())
        self.mailbox.budget.spend(1000)
        self.mailbox.usage.queries = 7
        usage, added = type(self.env["mail.sync.usage"]), []
        # In a test, what the interrupted run rolls back takes this along.
        with patch.object(usage, "_add", lambda _usage, *values: added.append(values)):
            self.sync_interrupted("changes")
        self.assertEqual(added, [(self.account.id, self.mailbox, True)])
        with self._committing():
            self.env["mail.sync.usage"]._add(*added[0])
        [(queries, budget)] = self.rows("mail_sync_usage", "queries, budget")
        self.assertEqual(queries, 7)
        self.assertEqual(sum(units for _when, units in budget), 1000)

    def test_the_report_is_of_the_first_reading(self):
        self.arrive(self.mail())
        self.mailbox.room = 100
        self.sync()
        report = self.account.with_user(self.anna).usage
        self.assertIn("Searches: 1. Messages looked at or fetched: 2. Together 45 of", report)
        self.mailbox.usage.units = 50_000
        self.account.invalidate_recordset()
        self.sync()
        self.assertEqual(self.account.with_user(self.anna).usage, report)
