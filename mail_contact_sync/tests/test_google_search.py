# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timedelta, timezone

from odoo.tests.common import new_test_user

from .google import GoogleCase


class TestGoogleSearch(GoogleCase):
    """A mailbox whose past is searched and whose news are watched."""

    # What is found -------------------------------------------------------------------

    def test_past_and_new_mail_stands_in_the_chatter(self):
        self.arrive(self.mail(subject="Past", days=30))
        self.sync()
        self.assertEqual(self.subjects(), ["Past"])
        self.arrive(self.mail("anna@ours.test", "clara@customer.test", subject="New"))
        self.sync()
        self.assertEqual(self.subjects(), ["New", "Past"])
        self.assertEqual(self.account.status, "Up to date")

    def test_new_mail_is_read_without_another_search(self):
        self.sync()
        number = len(self.mailbox.searched)
        self.arrive(self.mail())
        self.sync()
        self.assertEqual(len(self.mailbox.searched), number)
        self.assertEqual(len(self.synced()), 1)

    def test_what_arrives_during_the_first_search_is_no_gap(self):
        self.arrive(self.mail(subject="Past", days=30))
        during = self.mail(subject="During", days=0)
        # The search has passed the newest by then: the history has to begin before it.
        self.mailbox.hooks["second page"] = lambda: self.arrive(during)
        self.sync()
        self.sync()
        self.assertEqual(self.subjects(), ["During", "Past"])

    def test_nothing_of_other_mail_is_kept(self):
        self.arrive(self.mail("stranger@elsewhere.test", subject="Past"))
        self.sync()
        self.arrive(self.mail("stranger@elsewhere.test", subject="New"))
        # Found by the search, but its headers do not name her.
        self.arrive(self.mail("other@elsewhere.test", body="Ask clara@customer.test"))
        self.account.folder_ids.with_user(self.anna).enabled = True  # reads it anew
        self.sync()
        self.assertTrue(self.mailbox.looked_at)
        self.assertFalse(self.mailbox.fetched)
        self.assertFalse(self.rows("mail_sync_envelope"))
        self.assertFalse(self.rows("mail_sync_candidate"))

    def test_colleagues_and_archived_contacts_are_not_searched_for(self):
        self.contact("Gone", "gone@other.test").active = False
        new_test_user(self.env, "left", email="left@ours.test").active = False
        self.sync()
        self.assertIn("clara@customer.test", self.searched())
        self.assertFalse(
            {"ben@ours.test", "anna@ours.test", "left@ours.test", "gone@other.test"}
            & {*self.searched()}
        )
        self.assertFalse([row for row in self.rows("mail_sync_search", "wanted") if row[0]])

    def test_mail_that_two_searches_find_is_looked_at_once(self):
        self.contact()
        self.arrive(self.mail(to="anna@ours.test, dora@other.test"))
        self.mailbox.GROUP = 1
        self.sync()
        self.assertEqual(self.mailbox.looked_at, ["m1"])
        self.assertEqual(self.mailbox.fetched, ["m1"])

    # Contacts that come ---------------------------------------------------------------

    def test_a_new_contact_is_one_search_for_it_alone(self):
        self.arrive(self.mail("dora@other.test", subject="Before"))
        self.sync()
        self.mailbox.searched.clear()
        dora = self.contact()
        self.lanes()
        self.assertEqual([group for group, _since in self.mailbox.searched], [["dora@other.test"]])
        self.assertEqual(self.subjects(dora), ["Before"])

    def test_a_changed_address_and_a_restored_contact_are_searched_for(self):
        self.sync()
        dora = self.contact()
        self.lanes()
        self.arrive(self.mail("d2@other.test", subject="To the new address"))
        self.sync()
        dora.email = "d2@other.test"
        self.lanes()
        self.assertEqual(self.subjects(dora), ["To the new address"])
        dora.active = False
        self.arrive(self.mail("d2@other.test", subject="While archived"))
        self.sync()
        self.assertEqual(self.subjects(dora), ["To the new address"])
        dora.active = True
        self.lanes()
        self.assertEqual(self.subjects(dora), ["To the new address", "While archived"])

    def test_a_contact_that_comes_back_gets_what_came_meanwhile(self):
        self.sync()
        self.customer.unlink()
        self.arrive(self.mail(subject="Meanwhile"))
        self.sync()
        self.assertFalse(self.rows("mail_sync_envelope"))
        clara = self.contact("Clara", "clara@customer.test")
        self.lanes()
        self.assertEqual(self.subjects(clara), ["Meanwhile"])

    def test_a_contact_that_is_wanted_again_during_its_search_is_searched_again(self):
        self.arrive(self.mail())
        self.sync()
        self.mailbox.searched.clear()
        dora = self.contact()

        def wanted_again():
            self.env["mail.sync.contact.key"]._again(dora.ids)
            self.env["mail.sync.match"]._match_contacts()

        self.mailbox.hooks["search"] = wanted_again
        self.lanes()
        self.assertEqual(len(self.mailbox.searched), 2)

    # The window -----------------------------------------------------------------------

    def test_a_wider_window_searches_again(self):
        self.account.window_months = 1
        self.account.since = datetime.now() - timedelta(days=30)
        self.arrive(self.mail(subject="Old", days=100))
        self.arrive(self.mail(subject="Recent", days=5))
        self.sync()
        self.assertEqual(self.subjects(), ["Recent"])
        self.account.with_user(self.anna).window_months = 6
        self.sync()
        self.assertEqual(self.subjects(), ["Old", "Recent"])
        self.assertEqual(self.mailbox.fetched, ["m2", "m1"])

    def test_a_window_that_widens_during_a_search_is_searched(self):
        self.account.since = datetime.now() - timedelta(days=30)
        self.arrive(self.mail(subject="Old", days=100))

        def widen():
            self.account.since = datetime.now() - timedelta(days=150)
            self.env["mail.sync.search"]._want_again(self.account, self.account.since)
            self.env.flush_all()

        self.mailbox.hooks["second page"] = widen
        self.sync()
        self.assertEqual(self.subjects(), ["Old"])

    # A history that ends --------------------------------------------------------------

    def test_an_expired_history_is_bridged_by_a_search(self):
        self.arrive(self.mail(subject="Before", days=40))
        self.sync()
        index = self.rows("mail_sync_envelope")
        self.mailbox.searched.clear()
        self.mailbox.looked_at.clear()
        self.arrive(self.mail(subject="Missed", days=0))
        self.mailbox.expire()
        self.sync()
        self.assertEqual(self.subjects(), ["Before", "Missed"])
        begin = datetime.now(timezone.utc) - timedelta(days=3)
        self.assertTrue(all(since > begin for _group, since in self.mailbox.searched))
        self.assertEqual(self.mailbox.looked_at, ["m2"])
        self.assertEqual(self.rows("mail_sync_envelope")[: len(index)], index)
        self.arrive(self.mail(subject="After"))
        self.sync()
        self.assertEqual(self.subjects(), ["After", "Before", "Missed"])
        self.assertFalse(self.account.folder_ids.rescans)

    def test_a_history_that_always_ends_stops_the_account(self):
        self.sync()
        for _time in range(5):
            self.mailbox.oldest = 10**9
            self.sync()
        self.assertEqual(self.account.state, "stopped")
        self.assertIn("Google does not tell", self.account.error_message)

    # Interruptions --------------------------------------------------------------------

    def test_killed_at_any_step_nothing_is_lost_and_nothing_doubled(self):
        for step in ("changes", "search", "second page", "envelopes", "fetch"):
            with self.subTest(step=step):
                address = f"{step.replace(' ', '')}@steps.test"
                for number in range(3):
                    self.arrive(self.mail(address, subject=f"{step} {number}", days=number))
                self.sync()
                dora = self.contact(step, address)
                self.sync_interrupted(step)
                self.sync()
                self.assertEqual(self.subjects(dora), [f"{step} {number}" for number in range(3)])

    def test_the_address_of_an_interrupted_search_is_searched_again(self):
        self.arrive(self.mail())
        self.sync_interrupted("second page")
        self.assertEqual(len(self.rows("mail_sync_candidate")), 1)
        number = len(self.mailbox.searched)
        self.sync()
        self.assertGreater(len(self.mailbox.searched), number)
        self.assertEqual(self.mailbox.looked_at, ["m1"])

    # Life -----------------------------------------------------------------------------

    def test_a_removed_mailbox_leaves_nothing(self):
        self.arrive(self.mail())
        self.sync()
        self.patch_oauth("revoke", lambda *args, **kwargs: None)
        self.account._begin_removal(remove_mails=False)
        self.sync()
        for table in ("search", "candidate", "usage", "envelope", "match"):
            self.assertFalse(self.rows(f"mail_sync_{table}"), table)

    def test_new_keys_search_anew(self):
        self.arrive(self.mail())
        self.sync()
        self.account._forget_index()
        self.assertFalse(self.rows("mail_sync_search"))
        self.sync()
        self.assertEqual(len(self.synced()), 1)
        self.assertTrue(self.account.folder_ids.complete)

    def test_a_folder_that_is_off_does_not_keep_the_lanes_busy(self):
        self.sync()
        self.account.folder_ids.with_user(self.anna).enabled = False
        self.sync()
        self.contact()
        with self._committing():
            self.env["mail.sync.match"]._match_contacts()
        self.account.next_sync = datetime.now() + timedelta(hours=1)
        self.assertFalse(self.env["mail.sync.engine"]._due_accounts())
