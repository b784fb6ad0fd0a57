# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.exceptions import AccessError

from .common import SyncCase

REMOVAL = "odoo.addons.mail_contact_sync.models.mail_sync_account_removal"


class TestPast(SyncCase):
    """What stays of a mailbox that is gone: its owner's e-mails, and what was deleted of them."""

    def setUp(self):
        super().setUp()
        self.raw = self.mail(to="anna@ours.test, ben@ours.test")

    def hold(self, annas, bens):
        """The mail in Anna's mailbox and in Ben's."""
        self.account.visibility = annas
        self.other, mailbox = self._second_account(self.ben, visibility=bens)
        self.arrive(self.raw)
        self.arrive(self.raw, mailbox=mailbox)
        self.sync()
        self.message = self.synced().ensure_one()

    def remove(self, mails, account=None):
        account = account or self.account
        dialog = self.env["mail.sync.remove"].with_user(account.user_id)
        dialog.create({"account_id": account.id, "mails": mails}).action_remove()
        self.sync()
        self.assertFalse(account.exists())

    def connect_again(self, **values):
        again = self._connect(self.anna, **values)
        self.connectors[again] = self.mailbox
        self.sync()
        return again

    def readers(self):
        self.env.invalidate_all()
        both = self.anna + self.ben
        return both.filtered(lambda user: self.message.with_user(user).has_access("read"))

    # Who reads it ---------------------------------------------------------------------

    def test_who_keeps_her_private_mails_goes_on_reading_them(self):
        self.hold("private", "private")
        self.remove("keep")
        self.assertEqual(self.readers(), self.anna + self.ben)
        self.remove("keep", self.other)
        self.assertEqual(self.readers(), self.anna + self.ben)
        self.message._sync_refresh_access()
        self.assertEqual(self.readers(), self.anna + self.ben)

    def test_what_is_kept_is_left_in_steps_and_open_to_nobody_else_meanwhile(self):
        for number in range(3):
            self.arrive(self.mail(subject=f"Mail {number}"))
        self.account.visibility = "private"
        self.sync()
        account, messages = self.account, self.synced()
        self.assertEqual(len(messages), 3)
        account._begin_removal(remove_mails=False)
        past, steps = self.env["mail.sync.past"], []
        with patch(f"{REMOVAL}.KEPT_PER_STEP", 1):
            while account.exists():
                account._remove_some()
                steps.append(past.search_count([("partner_id", "=", self.customer.id)]))
                self.env.invalidate_all()
                self.assertEqual(set(messages.mapped("sync_access")), {"private"})
                self.assertTrue(all(each.sync_user_ids == self.anna for each in messages))
        self.assertEqual(steps[-5:], [0, 1, 2, 3, 3])

    def test_what_somebody_shared_and_kept_stays_shared(self):
        self.hold("shared", "private")
        self.remove("keep")
        self.other.with_user(self.ben).write({"visibility": "shared"})
        self.other.with_user(self.ben).write({"visibility": "private"})
        self.assertEqual(self.message.sync_access, "shared")

    def test_who_has_her_mails_removed_reads_those_of_others_no_longer(self):
        self.hold("private", "private")
        self.remove("remove")
        self.assertEqual(self.readers(), self.ben)

    def test_a_colleague_who_has_his_removed_takes_nothing_that_was_kept(self):
        self.hold("private", "private")
        self.remove("keep")
        self.remove("remove", self.other)
        self.assertEqual(self.readers(), self.anna)

    def test_what_is_connected_again_is_opened_and_closed_as_before(self):
        self.hold("shared", "private")
        self.remove("keep")
        self.connect_again(visibility="private")
        self.assertEqual(self.message.sync_access, "private")
        self.assertEqual(self.readers(), self.anna + self.ben)

    def test_deleting_the_record_keeps_what_removing_the_mailbox_keeps(self):
        """By RPC, without the dialog: what is read then is what the next change says, too."""
        for annas, bens in (("private", "private"), ("shared", "private"), ("private", "shared")):
            with self.subTest(annas=annas, bens=bens):
                self.raw = self.mail(to="anna@ours.test, ben@ours.test", subject=annas + bens)
                self.account = self.account.exists() or self._connect(self.anna)
                self.connectors[self.account] = self.mailbox
                self.env["mail.sync.account"].search([("user_id", "=", self.ben.id)]).unlink()
                self.synced().unlink()
                self.hold(annas, bens)
                before = self.message.sync_access, self.message.sync_user_ids
                self.account.with_user(self.anna).unlink()
                for _again in range(2):
                    self.assertEqual((self.message.sync_access, self.message.sync_user_ids), before)
                    self.message._sync_refresh_access()

    def test_what_is_left_of_a_user_who_is_deleted_is_nobodys(self):
        self.hold("private", "private")
        [mine] = self.keep_one_more()
        self.remove("keep")
        self.anna.unlink()
        self.assertFalse(mine.exists(), "nobody could ever read it")
        self.assertEqual(self.message.sync_user_ids, self.ben)

    def keep_one_more(self):
        before = self.synced()
        self.arrive(self.mail(subject="Mine"))
        self.sync()
        return self.synced() - before

    # What was deleted -----------------------------------------------------------------

    def test_what_was_deleted_stays_deleted_when_the_mailbox_is_connected_again(self):
        for when in ("before", "after", "in the end"):
            for mails in ("keep", "remove"):
                with self.subTest(when=when, mails=mails):
                    customer = {"name": "C", "email": f"{when[:2]}.{mails}@customer.test"}
                    self.customer = self.env["res.partner"].create(customer)
                    for subject in ("Kept", "Deleted"):
                        self.arrive(self.mail(customer["email"], subject=subject))
                    self.sync()
                    if when == "before":
                        self.delete()
                    self.remove(mails)
                    if when == "after" and mails == "keep":
                        self.delete()
                    self.account = self.connect_again()
                    if when == "in the end" or (when == "after" and mails == "remove"):
                        self.assertEqual(len(self.synced()), 2)
                    else:
                        self.assertEqual(self.synced().mapped("subject"), ["Kept"])

    def delete(self):
        self.synced().filtered(lambda message: message.subject == "Deleted").unlink()

    def test_it_is_deleted_for_who_deleted_it_and_for_nobody_else(self):
        self.account.visibility = "private"
        self.other, mailbox = self._second_account(self.ben, visibility="private")
        self.arrive(self.raw, mailbox=mailbox)
        self.sync()
        self.synced().unlink()
        self.arrive(self.raw)
        self.sync()
        self.message = self.synced().ensure_one()
        self.assertEqual(self.readers(), self.anna)
        self.remove("keep", self.other)
        again = self._connect(self.ben, visibility="shared")
        self.connectors[again] = mailbox
        self.sync()
        self.assertEqual(self.readers(), self.anna, "nothing comes back by his mailbox")

    def test_it_stays_deleted_after_a_merge_and_with_a_new_key_nothing_is_left_that_fits(self):
        self.arrive(self.raw)
        self.sync()
        self.synced().unlink()
        self.remove("keep")
        target = self.env["res.partner"].create({"name": "Clara", "email": "clara@customer.test"})
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._merge([target.id, self.customer.id], target)
        self.customer = target
        self.connect_again()
        self.assertFalse(self.synced())
        vault = self.env["mail.sync.vault"]
        self.env["mail.sync.past"]._rekey(vault._new_keys())
        self.assertFalse(self.left())

    def left(self):
        return self.env["mail.sync.past"].search([("partner_id", "=", self.customer.id)])

    def test_nothing_that_is_left_can_be_read(self):
        self.arrive(self.raw)
        self.sync()
        self.remove("keep")
        self.env.cr.execute("SELECT * FROM mail_sync_past WHERE id = %s", self.left().ids)
        [row] = self.env.cr.dictfetchall()
        self.assertFalse([value for value in row.values() if isinstance(value, str)][1:])
        self.assertEqual(row["visibility"], "shared")
        for user in (self.anna, self.ben, self.env.ref("base.user_admin")):
            with self.assertRaises(AccessError):
                self.env["mail.sync.past"].with_user(user).search([])
