# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError, UserError

from .accounts import AccountCase


class TestLedger(AccountCase):
    """The lists of e-mails: a contact's, and what the owner of a mailbox does in hers."""

    def test_the_owner_reads_the_subject_and_opens_the_mail(self):
        match = self.match.with_user(self.anna)
        self.assertEqual(match.subject, "An offer")
        action = match.action_open_mail()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("mail.message", self.synced().id)
        )

    def test_what_she_may_not_read_has_no_subject(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.customer.company_id = company
        match = self.match.with_user(self.anna)
        self.assertFalse(match.subject)
        with self.assertRaises(UserError):
            match.action_open_mail()

    def test_the_owner_deletes_a_mail_for_good_and_nobody_else_does(self):
        for user in self.others:
            self.assertRefused(user, "mail.sync.match", "action_delete_mail", self.match.ids)
        self.call(self.anna, "mail.sync.match", "action_delete_mail", self.match.ids)
        self.assertFalse(self.synced())
        self.mailbox.validity["INBOX"] = 2
        self.sync()
        self.assertFalse(self.synced())
        self.assertRefused(
            self.anna, "mail.sync.match", "action_delete_mail", self.match.ids, error=UserError
        )

    def test_what_a_colleagues_mailbox_holds_too_is_not_deleted(self):
        raw = self.mail(subject="Ours", to="anna@ours.test, ben@ours.test")
        _account, other = self._second_account(self.ben)
        self.arrive(raw)
        self.arrive(raw, mailbox=other)
        self.sync()
        message = self.synced().filtered(lambda message: message.subject == "Ours")
        match = self.env["mail.sync.match"].search(
            [("account_id", "=", self.account.id), ("mail_message_id", "=", message.id)]
        )
        self.assertRefused(
            self.anna, "mail.sync.match", "action_delete_mail", match.ids, error=UserError
        )
        self.assertTrue(message.exists())

    def test_what_a_colleague_kept_of_a_removed_mailbox_is_not_deleted(self):
        raw = self.mail(subject="Kept", to="anna@ours.test, ben@ours.test")
        account, other = self._second_account(self.ben)
        self.arrive(raw)
        self.arrive(raw, mailbox=other)
        self.sync()
        account._begin_removal(remove_mails=False)
        self.sync()
        self.assertFalse(account.exists())
        message = self.synced().filtered(lambda message: message.subject == "Kept")
        match = self.env["mail.sync.match"].search([("mail_message_id", "=", message.id)])
        self.assertRefused(
            self.anna, "mail.sync.match", "action_delete_mail", match.ids, error=UserError
        )
        self.assertTrue(message.exists())

    def test_names_stand_for_addresses_in_the_list(self):
        self.arrive(
            self.mail(
                "Clara Customer <clara@customer.test>",
                to='"Lind, Anna" <anna@ours.test>, ben@ours.test',
                cc="Dora <dora@elsewhere.test>",
                subject="Named",
            )
        )
        self.arrive(self.mail("anna@ours.test", to="clara@customer.test", subject="Reply"))
        self.sync()
        named, reply = (
            self.synced().filtered(lambda message, subject=subject: message.subject == subject)
            for subject in ("Named", "Reply")
        )
        self.assertEqual(named.sync_from_names, "Clara Customer")
        self.assertEqual(named.sync_to_names, "Lind, Anna, ben@ours.test")
        self.assertEqual(named.sync_cc_names, "Dora")
        self.assertEqual((named.sync_direction, reply.sync_direction), ("received", "sent"))

    def test_a_name_that_might_pass_for_an_address_stands_for_none(self):
        for number, name in enumerate(("dora@elsewhere.test", "dora\uff20elsewhere.test")):
            self.arrive(self.mail(f'"{name}" <clara@customer.test>', subject=f"Posing {number}"))
        self.sync()
        posing = self.synced().filtered(lambda message: message.subject.startswith("Posing"))
        self.assertEqual(posing.mapped("sync_from_names"), ["clara@customer.test"] * 2)

    def test_a_manager_reads_no_subjects(self):
        with self.assertRaises(AccessError):
            self.call(self.manager, "mail.sync.match", "read", self.match.ids, ["subject"])
