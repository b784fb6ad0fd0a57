# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timedelta
from unittest.mock import patch

from dateutil.relativedelta import relativedelta

from odoo.exceptions import UserError

from .common import SyncCase


class TestSettings(SyncCase):
    """What an administrator and a user set, and what obeys it."""

    def _save(self, **values):
        self.env["res.config.settings"].create(values).execute()

    def _shown(self):
        settings = self.env["res.config.settings"].create({})
        return settings.mail_sync_lanes, settings.mail_sync_interval

    def _lanes(self):
        return self.env["mail.sync.engine"]._lanes()

    # Lanes ------------------------------------------------------------------------

    def test_two_lanes_run_every_five_minutes_at_first(self):
        self.assertEqual(self._shown(), (2, 5))
        for lane in self._lanes():
            self.assertEqual(lane, lane.search([("id", "=", lane.id)]), "shown among the actions")

    def test_more_lanes_are_made_and_go_when_the_add_on_goes(self):
        self._save(mail_sync_lanes=4, mail_sync_interval=10)
        lanes = self._lanes()
        self.assertEqual(lanes.mapped("active"), [True] * 4)
        self.assertEqual(lanes.mapped("interval_number"), [10] * 4)
        self.assertEqual(len(set(lanes.mapped("name"))), 4)
        for lane in lanes:
            self.assertEqual(lane.get_external_id()[lane.id].split(".")[0], "mail_contact_sync")

    def test_fewer_lanes_are_switched_off_and_come_back(self):
        self._save(mail_sync_lanes=3, mail_sync_interval=5)
        lanes = self._lanes()
        self._save(mail_sync_lanes=1, mail_sync_interval=5)
        self.assertEqual(lanes.mapped("active"), [True, False, False])
        self.assertEqual(self._shown(), (1, 5))
        self._save(mail_sync_lanes=3, mail_sync_interval=5)
        self.assertEqual(self._lanes(), lanes)
        self.assertEqual(lanes.mapped("active"), [True] * 3)

    def test_every_lane_does_the_work(self):
        self._save(mail_sync_lanes=3, mail_sync_interval=5)
        self.arrive(self.mail())
        with self._committing():
            self._lanes()[2].method_direct_trigger()
        self.assertEqual(len(self.synced()), 1)

    def test_figures_out_of_range_are_brought_into_it(self):
        self._save(mail_sync_lanes=0, mail_sync_interval=0, mail_sync_window_months=-3)
        self.assertEqual(self._shown(), (1, 1))
        self.assertLess(self.account._window_start(), datetime.now() - timedelta(days=27))
        self._save(mail_sync_lanes=99, mail_sync_interval=5)
        self.assertEqual(self._shown(), (16, 5))

    def test_an_interval_set_in_hours_is_shown_in_minutes_and_left_alone(self):
        self._lanes().write({"interval_number": 2, "interval_type": "hours"})
        self.assertEqual(self._shown(), (2, 120))
        self._save()
        self.assertEqual(self._lanes().mapped("interval_type"), ["hours"] * 2)

    def test_other_settings_are_saved_while_a_lane_runs(self):
        def write(lanes, _values):
            if lanes:
                raise UserError("A lane is running")  # pylint: disable=translation-required

        with patch.object(type(self._lanes()), "write", write):
            self._save(mail_sync_window_months=7)
        self.assertEqual(self.env["res.config.settings"].create({}).mail_sync_window_months, 7)

    # On and off -----------------------------------------------------------------------

    def test_switched_off_nothing_is_read_and_switched_on_all_is_made_up_for(self):
        self._save(mail_sync_enabled=False)
        self.arrive(self.mail())
        self.sync()
        self.assertFalse(self.account.last_sync)
        before = self.env["ir.cron.trigger"].search_count([])
        self._save(mail_sync_enabled=True)
        self.assertGreater(self.env["ir.cron.trigger"].search_count([]), before)
        self.sync()
        self.assertEqual(len(self.synced()), 1)

    def test_the_window_is_that_of_the_settings(self):
        self._save(mail_sync_window_months=3)
        account, mailbox = self._second_account(self.ben)
        expected = datetime.now() - relativedelta(months=3)
        self.assertAlmostEqual(account.since, expected, delta=timedelta(minutes=5))
        self.arrive(self.mail(days=80, subject="In"), mailbox=mailbox)
        self.arrive(self.mail(days=100, subject="Out"), mailbox=mailbox)
        self.sync()
        self.assertEqual(self.synced().mapped("subject"), ["In"])

    def test_a_paused_mailbox_is_left_alone_and_then_made_up_for(self):
        self.account.with_user(self.anna).action_pause()
        self.arrive(self.mail())
        self.sync()
        self.assertFalse(self.synced())
        self.account.with_user(self.anna).action_connect()
        self.sync()
        self.assertEqual(len(self.synced()), 1)

    def test_the_mailbox_of_a_user_who_left_is_left_alone(self):
        self.anna.active = False
        self.arrive(self.mail())
        self.sync()
        self.assertFalse(self.synced())

    # A user's preferences ----------------------------------------------------------------

    def test_a_user_sees_her_own_mailboxes_in_her_preferences(self):
        self.account.visibility = "private"
        seen = self.anna.with_user(self.anna).read(["mail_sync_account_ids"])
        self.assertEqual(seen[0]["mail_sync_account_ids"], self.account.ids)
        shown = self.anna.with_user(self.anna).web_read(
            {"mail_sync_account_ids": {"fields": {"address": {}, "status": {}}}}
        )
        self.assertEqual(shown[0]["mail_sync_account_ids"][0]["address"], "anna@ours.test")
        view = self.env.ref("base.view_users_form_simple_modif")
        arch = self.env["res.users"].with_user(self.anna).get_view(view.id, "form")["arch"]
        self.assertIn("mail_sync_account_ids", arch)
        self.assertIn("mail_sync_sender_id", arch)

    def test_a_user_sees_no_mailboxes_of_another(self):
        others = self.anna.with_user(self.ben).sudo(False)
        self.assertFalse(others.mail_sync_account_ids)
