# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# pylint: disable=invalid-commit
# What happens between two transactions is the subject.
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form

from ..connectors.base import AuthenticationFailed, TemporaryError
from ..models.mail_sync_sentence import OWNER_LEFT
from .common import SyncCase


class TestAccount(SyncCase):
    """Living with a mailbox."""

    def ledger(self):
        self.account.invalidate_recordset()
        fates = ("unmatched", "posted", "waiting", "skipped", "failed", "unreadable")
        counts = [self.account[f"{fate}_count"] for fate in fates]
        self.assertEqual(sum(counts), self.account.envelope_count)
        return dict(zip(fates, counts, strict=True))

    def test_the_ledger_adds_up_to_what_is_in_the_mailbox(self):
        other = self.env["res.partner"].create({"name": "Carl", "email": "carl@customer.test"})
        self.arrive(self.mail(subject="To both", cc="carl@customer.test"))
        self.arrive(self.mail(subject="In two folders"))
        self.arrive(self.mail(subject="In two folders"), "Archive")
        self.arrive(self.mail("Stranger <x@elsewhere.test>"))
        self.sync()
        self.assertEqual(self.account.envelope_count, 3)
        self.assertEqual(self.ledger()["posted"], 2)
        self.assertEqual(self.ledger()["unmatched"], 1)
        match = self.env["mail.sync.match"].search([("partner_id", "=", other.id)])
        match._fail("not-postable")
        self.assertEqual(self.ledger()["waiting"], 1)
        match.state = "failed"
        self.assertEqual(self.ledger()["failed"], 1)
        self.assertEqual(self.account.envelope_count, 3)

    # Trouble ----------------------------------------------------------------------

    def test_a_changed_password_is_told_once(self):
        self.mailbox.error = AuthenticationFailed("bad-credentials")
        for _ in range(3):
            self.sync()
        self.assertEqual(self.account.activity_ids.user_id, self.anna)
        self.assertEqual(len(self.account.activity_ids), 1)
        self.assertIn("does not accept", str(self.account.activity_ids.note))
        self.assertFalse(self.env["mail.mail"].search([("subject", "ilike", "anna@ours.test")]))
        self.mailbox.error = None
        self.account.with_user(self.anna).action_connect()
        self.assertFalse(self.account.activity_ids)

    def test_a_passing_fault_bothers_nobody(self):
        self.mailbox.error = TemporaryError("connection-dropped")
        self.sync()
        self.assertFalse(self.account.activity_ids)

    # The window --------------------------------------------------------------------

    def test_a_wider_window_brings_the_older_mail(self):
        self.arrive(self.mail(subject="Old", days=250))
        self.arrive(self.mail(subject="New"))
        self.sync()
        self.assertEqual(self.synced().mapped("subject"), ["New"])
        self.account.with_user(self.anna).window_months = 12
        self.sync()
        self.assertEqual(self.synced().mapped("subject"), ["Old", "New"])
        self.assertEqual(sum(self.account.folder_ids.mapped("scanned")), 2, "each counted once")

    def test_a_narrower_window_takes_nothing_away(self):
        self.arrive(self.mail(days=100))
        self.sync()
        since = self.account.since
        self.account.with_user(self.anna).window_months = 1
        self.sync()
        self.assertEqual(len(self.synced()), 1)
        self.assertEqual(self.account.since, since)

    def test_a_window_longer_than_there_are_mails_is_refused_in_words(self):
        for months in (601, 60_000):
            with self.assertRaisesRegex(ValidationError, "at most 600 months"):
                self.account.with_user(self.anna).window_months = months
            with self.assertRaisesRegex(ValidationError, "at most 600 months"):
                self._connect(self.ben, window_months=months, address=f"{months}@ours.test")
            with self.assertRaisesRegex(UserError, "at most 600 months"):
                self.env["res.config.settings"].create(
                    {"mail_sync_window_months": months}
                ).execute()
        self.account.with_user(self.anna).window_months = 600
        self.assertLess(self.account.since.year, 1980)

    def test_a_mailbox_begins_with_the_window_of_the_settings(self):
        self.env["ir.config_parameter"].set_param("mail_contact_sync.window_months", 2)
        account, _mailbox = self._second_account(self.ben)
        self.assertEqual(account.window_months, 2)
        age = datetime.now() - account.since
        self.assertTrue(timedelta(days=58) < age < timedelta(days=63), age)

    # Folders ------------------------------------------------------------------------

    def folder(self, name):
        folder = self.account.folder_ids.filtered(lambda folder: folder.name == name)
        return folder.with_user(self.anna)

    def test_a_folder_switched_on_is_read(self):
        self.arrive(self.mail(subject="In junk"), "Junk")
        self.sync()
        self.assertFalse(self.synced())
        self.folder("Junk").enabled = True
        self.sync()
        self.assertEqual(self.synced().subject, "In junk")

    def test_a_folder_switched_off_is_read_no_more_and_what_is_posted_stays(self):
        self.arrive(self.mail(subject="Before", days=2))
        self.sync()
        self.folder("INBOX").enabled = False
        self.arrive(self.mail(subject="After"))
        self.sync()
        self.assertEqual(self.synced().mapped("subject"), ["Before"])
        nina = self.env["res.partner"].create({"name": "Nina", "email": "x@elsewhere.test"})
        self.sync()
        self.assertFalse(self.synced(nina))
        self.folder("INBOX").enabled = True
        self.sync()
        self.assertEqual(self.synced().mapped("subject"), ["Before", "After"])

    def meanwhile(self, change):
        """Sync one mail a page; the user makes her ``change`` after the first was posted."""
        for number in range(5):
            self.arrive(self.mail(subject=f"Mail {number}"))
        self.mailbox.page_size = 1
        delivery = type(self.env["mail.sync.delivery"])
        deliver, posted = delivery._deliver, []

        def deliver_and_change(self, account, connector, lease):
            result = deliver(self, account, connector, lease)
            if not posted:
                change(account.with_user(account.user_id))
                self.env.cr.commit()
                posted.append(result)
            return result

        with patch.object(delivery, "_deliver", deliver_and_change):
            self.sync()
        self.assertEqual((len(self.synced()), posted), (1, [1]))

    def test_a_folder_switched_off_meanwhile_is_read_no_further(self):
        self.meanwhile(lambda account: account.folder_ids.write({"enabled": False}))

    def test_sync_switched_off_meanwhile_ends_at_once(self):
        self.meanwhile(lambda account: account.write({"syncs": False}))

    def test_why_it_rests_stays_on_it(self):
        self.meanwhile(lambda account: account.sudo()._owner_left())
        self.assertEqual(self.account.error_reason, OWNER_LEFT)

    # Progress -----------------------------------------------------------------------

    def test_the_first_reading_tells_how_long_it_takes_on(self):
        self.sync()
        self.account.folder_ids.write({"complete": False, "scanned": 4, "total": 100})
        self.account.last_sync = False
        self.assertEqual(self.account.status, "Reading the mailbox: 4%")
        begin = fields.Datetime.now() - timedelta(seconds=70)
        self.env.cr.execute("UPDATE mail_sync_folder SET create_date = %s", [begin])
        for scanned, expected in ((20, "about 5 minutes to go"), (60, "a minute to go")):
            self.account.folder_ids.scanned = scanned
            self.account.invalidate_recordset()
            self.env.invalidate_all()
            self.assertEqual(self.account.status, f"Reading the mailbox: {scanned}%, {expected}")
        self.account.last_sync = begin
        self.assertEqual(self.account.status, "Reading the mailbox: 60%")

    def test_of_a_mailbox_for_sending_nothing_is_said_of_reading(self):
        self.sync()
        names = ("aliases", "last_sync")
        for syncs in (True, False):
            self.account.syncs = syncs
            with Form(self.account.with_user(self.anna)) as form:
                hidden = [form._get_modifier(name, "invisible") for name in names]
            self.assertEqual(hidden, [not syncs] * 2)

    # Pause --------------------------------------------------------------------------

    def test_after_a_pause_the_gap_is_filled(self):
        self.sync()
        self.account.with_user(self.anna).action_pause()
        self.arrive(self.mail(subject="Meanwhile"))
        self.sync()
        self.assertFalse(self.synced())
        self.assertEqual(self.account.status, "Paused")
        self.account.with_user(self.anna).action_connect()
        self.sync()
        self.assertEqual(self.synced().subject, "Meanwhile")

    def test_the_administrators_switch_is_shown_on_the_mailbox(self):
        self.env["ir.config_parameter"].set_param("mail_contact_sync.enabled", "False")
        self.assertEqual(self.account.status, "Switched off by the administrator")
