# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests.common import new_test_user

from .common import SyncCase

REMOVAL = "odoo.addons.mail_contact_sync.models.mail_sync_account_removal"


class TestRemoval(SyncCase):
    """What becomes of a mailbox that somebody removes, hands over or leaves behind."""

    def setUp(self):
        super().setUp()
        self.manager = new_test_user(
            self.env,
            "mia",
            email="mia@ours.test",
            groups="base.group_user,mail_contact_sync.group_mail_sync_manager",
        )
        self.other, other_mailbox = self._second_account(self.ben)
        for subject in ("Mine", "Ours"):
            self.arrive(self.mail(subject=subject, to="anna@ours.test, ben@ours.test"))
        self.arrive(
            self.mail(subject="Ours", to="anna@ours.test, ben@ours.test"), mailbox=other_mailbox
        )
        self.arrive(self.mail("Stranger <x@elsewhere.test>"))
        self.sync()
        self.assertEqual(len(self.synced()), 2)

    def remove(self, mails, user=None, account=None):
        dialog = (
            self.env["mail.sync.remove"]
            .with_user(user or self.anna)
            .create({"account_id": (account or self.account).id, "mails": mails})
        )
        dialog.action_remove()
        return dialog

    def rows(self, table):
        self.env.cr.execute(f"SELECT count(*) FROM {table} WHERE account_id = {self.account.id}")
        return self.env.cr.fetchone()[0]

    def test_secrets_go_at_once_and_the_rest_soon(self):
        self.remove("keep")
        self.assertEqual(self.account.state, "removing")
        self.assertFalse(self.account.secret)
        account = self.account
        self.sync()
        self.assertFalse(account.exists())

    def test_index_and_queue_go_first_and_in_steps(self):
        for number in range(3):
            self.arrive(self.mail("Stranger <x@elsewhere.test>", subject=f"Mail {number}"))
            self.arrive(self.mail(subject=f"Mail {number}"))
        self.sync()
        # a queue: what is not posted
        mail = self.account.env["mail.sync.match"].search(
            [("account_id", "=", self.account.id)], limit=3
        )
        mail.sudo().write({"state": "waiting"})
        envelopes, matches = self.rows("mail_sync_envelope"), self.rows("mail_sync_match")
        self.remove("remove")
        self.assertEqual(
            (self.rows("mail_sync_envelope"), self.rows("mail_sync_match")), (envelopes, matches)
        )
        steps = []
        with patch(f"{REMOVAL}.ROWS_PER_STEP", 2):
            while self.rows("mail_sync_envelope") or self.rows("mail_sync_match") > matches - 3:
                self.account._remove_some()
                steps.append((self.rows("mail_sync_envelope"), self.rows("mail_sync_match")))
        index = [(left, matches) for left in range(envelopes - 2, 0, -2)] + [(0, matches)]
        self.assertEqual(steps, [*index, (0, matches - 2), (0, matches - 3)])

    def test_the_mails_stay(self):
        self.remove("keep")
        self.sync()
        self.assertEqual(len(self.synced()), 2)

    def test_the_mails_go_but_for_those_of_another_mailbox(self):
        messages = self.synced()
        files = messages.attachment_ids
        dialog = self.remove("remove")
        self.assertEqual((dialog.posted_count, dialog.only_here_count), (2, 1))
        self.sync()
        self.assertEqual(self.synced().mapped("subject"), ["Ours"])
        self.assertFalse(files.exists())

    def test_what_odoo_sent_itself_stays(self):
        self.account.state = "paused"
        own = self.synced()[0]
        own.sudo().write({"sync_access": False})  # as where the gateway brought it, too
        self.remove("remove")
        self.sync()
        self.assertTrue(own.exists())

    def test_many_mails_go_in_steps(self):
        for number in range(5):
            self.arrive(self.mail(subject=f"Mail {number}"))
        self.sync()
        with patch(f"{REMOVAL}.MESSAGES_PER_STEP", 2):
            self.remove("remove")
            while self.rows("mail_sync_envelope"):
                self.account._remove_some()
            self.account._remove_some()
            self.assertEqual(len(self.synced()), 5)
            self.sync()
        self.assertEqual(self.synced().mapped("subject"), ["Ours"])

    def test_it_is_finished_while_sync_is_switched_off(self):
        self.env["ir.config_parameter"].set_param("mail_contact_sync.enabled", "False")
        self.remove("remove")
        self.sync()
        self.assertEqual(len(self.synced()), 1)

    def test_a_private_holder_that_stays_keeps_it_private(self):
        self.other.with_user(self.ben).visibility = "private"
        [ours] = self.synced().filtered(lambda message: message.subject == "Ours")
        self.assertEqual(ours.sync_access, "shared")
        self.remove("remove")
        self.sync()
        self.assertEqual((ours.sync_access, ours.sync_user_ids), ("private", self.ben))

    def test_an_address_that_was_removed_can_be_connected_again(self):
        self.remove("keep")
        self.sync()
        again = self._connect(self.anna)
        self.connectors[again] = self.mailbox
        self.sync()
        self.assertEqual(len(self.synced()), 2)
        self.assertEqual(again.posted_count, 2)

    def test_an_address_that_is_being_removed_is_connected_when_it_is_gone(self):
        google = self.env["mail.sync.provider.google"]
        self.remove("remove")
        values = {"address": "ANNA@ours.test ", "password": "x", "host": "imap.ours.test"}
        dialog = self.env["mail.sync.connect"].with_user(self.anna)
        with self.assertRaisesRegex(UserError, "still being removed"):
            dialog.create(values | {"step": "server"}).action_add()
        with self.assertRaisesRegex(UserError, "still being removed"):
            dialog._connected(google, "Anna@ours.test")
        self.sync()
        self.assertFalse(dialog._connected(google, "anna@ours.test"))
        self._connect(self.anna)

    def test_nobody_else_removes_it_but_a_manager(self):
        with self.assertRaises(AccessError):
            self.remove("remove", self.ben)
        self.remove("keep", self.manager)
        self.assertEqual(self.account.state, "removing")

    def test_owner_and_remover_are_told_when_it_is_gone(self):
        self.remove("keep", self.manager)
        listening = patch.object(type(self.env["res.users"]), "_bus_send", autospec=True)
        with listening as told, self._committing():
            self.env.ref("mail_contact_sync.ir_cron_lane_1").method_direct_trigger()
        [(users, kind, word)] = [call.args for call in told.mock_calls if len(call.args) == 3]
        self.assertEqual(users, self.anna + self.manager)
        self.assertEqual(kind, "mail_contact_sync/progress")
        self.assertEqual(word, {"account_id": self.account.id, "removed": True})

    def test_a_colleagues_copy_that_comes_during_the_removal_is_not_lost(self):
        for number in range(4):
            raw = self.mail(subject=f"Both {number}", to="anna@ours.test, ben@ours.test")
            self.arrive(raw)
        self.sync()
        self.remove("remove")
        with patch(f"{REMOVAL}.MESSAGES_PER_STEP", 2):
            self.account._remove_some()
        for _uid, received, raw in self.mailbox.mail["INBOX"]:
            if b"Both" in raw:
                self.connectors[self.other].add("INBOX", raw, received)
        engine = type(self.env["mail.sync.engine"])
        with patch.object(engine, "_finish_removals", lambda _self: True):
            self.sync()  # another lane
        self.sync()
        both = self.synced().filtered(lambda message: message.subject.startswith("Both"))
        self.assertEqual(len(both), 4)

    # Handing over -------------------------------------------------------------------

    def hand_over(self, user, to):
        values = {"account_id": self.account.id, "user_id": to.id}
        self.env["mail.sync.hand.over"].with_user(user).create(values).action_hand_over()

    def test_a_mailbox_is_handed_over_without_its_password(self):
        self.hand_over(self.manager, self.manager)
        self.assertEqual((self.account.user_id, self.account.state), (self.manager, "stopped"))
        self.assertFalse(self.account.secret)
        self.assertIn("to you", self.account.with_user(self.manager).error_message)
        self.assertEqual(self.account.activity_ids.user_id, self.manager)

    def test_the_new_owner_and_the_manager_are_told_in_their_own_words(self):
        self.hand_over(self.manager, self.ben)
        self.assertIn("to you", self.account.with_user(self.ben).error_message)
        self.assertIn("to you", str(self.account.activity_ids.note))
        seen = self.account.with_user(self.manager)
        self.assertIn(f"to {self.ben.name}", seen.error_message)
        self.assertFalse(seen.is_mine)

    def test_whoever_takes_it_over_has_no_part_in_it_without_its_password(self):
        self.arrive(self.mail(subject="Personal"), "Divorce")
        self.sync()
        self.hand_over(self.manager, self.manager)
        self.assertFalse(self.account.with_user(self.manager).folder_ids)
        stranger = self.env["res.partner"].create({"name": "X", "email": "x@elsewhere.test"})
        self.sync()
        self.assertFalse(self.env["mail.sync.match"].search([("partner_id", "=", stranger.id)]))
        self.account.with_user(self.manager).password = "known to her"
        self.account.with_user(self.manager).action_connect()
        self.sync()
        self.assertEqual(len(self.synced(stranger)), 1)
        self.assertEqual(len(self.synced()), 3)

    def test_what_is_being_removed_is_not_begun_again(self):
        self.remove("remove")
        mailbox = self.account.with_user(self.anna)
        mailbox.password = "again"
        with self.assertRaises(UserError):
            mailbox.action_connect()
        with self.assertRaises(UserError):
            self.hand_over(self.manager, self.manager)

    def test_private_mail_is_handed_over_to_nobody(self):
        self.account.with_user(self.anna).visibility = "private"
        with self.assertRaises(UserError):
            self.hand_over(self.manager, self.manager)
        self.assertEqual(self.account.user_id, self.anna)

    def test_only_managers_hand_over(self):
        for user in (self.anna, self.ben):
            with self.assertRaises(AccessError):
                self.hand_over(user, self.ben)

    def test_nothing_is_left_of_the_mailbox_of_a_user_who_is_deleted(self):
        self.account.with_user(self.anna).visibility = "private"
        [mine] = self.synced().filtered(lambda message: message.subject == "Mine")
        self.account._alert(self.anna)
        res_id = self.account.id
        self.anna.unlink()
        self.env.flush_all()
        for table, model in (
            ("mail_message", "model"),
            ("mail_followers", "res_model"),
            ("mail_activity", "res_model"),
        ):
            self.env.cr.execute(
                f"SELECT id FROM {table} WHERE {model} = 'mail.sync.account' AND res_id = {res_id}"
            )
            self.assertFalse(self.env.cr.fetchall(), table)
        self.assertFalse(mine.exists(), "nobody could ever read it")
        self.assertEqual(self.synced().mapped("subject"), ["Ours"])

    def test_the_mailbox_of_who_is_no_employee_any_more_is_not_read(self):
        for name, command in (("user", 3), ("portal", 4)):
            group = self.env.ref(f"base.group_{name}")
            group.write({"user_ids": [(command, self.anna.id)]})
        self.assertTrue(self.anna.share)
        self.arrive(self.mail(subject="Later"))
        self.sync()
        self.assertNotIn("Later", self.synced().mapped("subject"))

    # Owners who leave -----------------------------------------------------------------

    def test_the_mailbox_of_somebody_who_leaves_pauses_and_a_manager_is_told(self):
        self.anna.active = False
        self.assertEqual(self.account.state, "paused")
        told = self.account.activity_ids.user_id
        self.assertTrue(told.has_group("mail_contact_sync.group_mail_sync_manager"))
        self.assertNotEqual(told, self.anna)
        mailbox = self.account.with_user(self.manager)
        self.assertIn("no longer", mailbox.error_message)
        self.assertEqual(mailbox.status, "Paused")
        self.arrive(self.mail(subject="Later"))
        self.sync()
        self.assertEqual(len(self.synced()), 2)
        self.assertFalse(self.env["mail.mail"].search([("subject", "ilike", "anna@ours.test")]))

    def test_when_she_comes_back_nothing_says_that_she_left(self):
        self.anna.active = False
        self.anna.active = True
        self.assertFalse(self.account.error_message)
        self.assertFalse(self.account.activity_ids)
        self.assertEqual(self.account.state, "paused", "she resumes it herself")
