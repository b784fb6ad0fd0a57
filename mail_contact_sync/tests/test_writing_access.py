# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import suppress

from psycopg2.extensions import AsIs

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests.common import new_test_user

from ..connectors import reasons
from ..connectors.base import MessageError
from .writing import WritingCase


class TestWritingAccess(WritingCase):
    """Nobody writes from a mailbox that is not hers, by no path."""

    def assertRefused(self, error=AccessError, **values):
        with self.assertRaises(error):
            self.post(**values)
        self.assertFalse(self.outbox.sent)

    def test_another_user_cannot_choose_it(self):
        portal = new_test_user(self.env, "portal", groups="base.group_portal")
        self.assertRefused(user=self.ben)
        self.assertRefused(user=self.env.ref("base.user_root"))
        self.assertRefused(user=portal)

    def test_no_odd_id_chooses_one(self):
        for odd in (-1, 10**9, True, str(self.account.id), [self.account.id], {"id": 1}):
            with self.subTest(odd=odd):
                self.assertRefused(sync_sender_id=odd)

    def test_parameters_of_ours_cannot_be_given(self):
        with self.assertRaises(ValueError):
            self.post(user=self.ben, sync_sender_id=False, sync_account_id=self.account.id)
        self.post(user=self.ben, sync_sender_id=False, sync_sender=self.account.id)
        self.post(user=self.ben, sync_sender_id=False, sync_sender=self.account)
        self.assertFalse(self.outbox.sent)

    def test_rpc_cannot_say_where_a_message_was_written(self):
        message = self.post()
        for user in (self.anna, self.ben):
            with self.assertRaises(AccessError):
                message.with_user(user).write({"sync_sender_id": False})
        self.assertEqual(message.sync_sender_id, self.account)

    def test_administrators_send_nothing_of_their_own_from_it(self):
        admin = new_test_user(self.env, "boss", groups="base.group_user,base.group_system")
        self.outbox.error = MessageError(reasons.MESSAGE_TOO_LARGE)
        message = self.post()
        self.outbox.error = None
        mail = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
        mails = self.env["mail.mail"].with_user(admin)
        values = {"email_to": "x@y.test", "body_html": "Forged", "subject": "Forged"}
        with self.assertRaises(AccessError):
            mails.create({**values, "sync_account_id": self.account.id})
        for change in ({"body_html": "Forged"}, {"email_to": "x@y.test"}, values):
            with self.assertRaises(AccessError):
                mail.with_user(admin).write(change)
        forged = mails.create(values)
        with self.assertRaises(AccessError):
            forged.write({"sync_account_id": self.account.id})
        mail.with_user(admin).action_retry()
        self.env["mail.mail"].process_email_queue()
        self.assertNotIn("Forged", str(self.letter))

    def test_what_cannot_send_says_so(self):
        self.account.sends = False
        self.assertRefused(error=UserError)
        self.account.sends = True
        self.account.state = "stopped"
        self.account.error_reason = "bad-credentials"
        self.assertRefused(error=UserError)

    def test_the_composer_is_told_of_her_own_alone(self):
        self.arrive(self.mail(subject="Price"))
        self.sync()
        accounts = self.env["mail.sync.account"]
        mine = accounts.with_user(self.anna).composer_senders("res.partner", self.customer.id)
        self.assertEqual([each["id"] for each in mine["senders"]], self.account.ids)
        self.assertEqual((mine["sender"], mine["subject"]), (self.account.id, "Re: Price"))
        none = accounts.with_user(self.ben).composer_senders("res.partner", self.customer.id)
        self.assertEqual((none["senders"], none["sender"]), ([], False))

    def test_the_composer_is_not_told_of_records_out_of_reach(self):
        accounts = self.env["mail.sync.account"].with_user(self.anna)
        rule = {
            "name": "hidden",
            "model_id": self.env.ref("base.model_res_partner").id,
            "domain_force": f"[('id', '!=', {self.dora.id})]",
        }
        self.env["ir.rule"].create(rule)
        with self.assertRaises(AccessError):
            accounts.composer_senders("res.partner", self.dora.id)
        for model in ("ir.config_parameter", "no.such.model"):
            with self.assertRaises(UserError):
                accounts.composer_senders(model, 1)

    def test_a_private_mailbox_keeps_what_is_written_from_it(self):
        self.account.visibility = "private"
        self.customer.message_subscribe((self.ben.partner_id + self.dora).ids)
        message = self.post(to=self.customer + self.ben.partner_id)
        [(_letter, recipients)] = self.outbox.sent
        self.assertEqual(recipients, ["clara@customer.test"])
        self.assertEqual(message.sudo().notification_ids.res_partner_id, self.customer)
        self.assertTrue(message.with_user(self.anna).read(["body"]))
        with self.assertRaises(AccessError):
            message.with_user(self.ben).read(["body"])

    def test_a_private_mailbox_leaves_no_trace_on_the_record(self):
        """All that a colleague reads of it is what it was."""
        self.account.visibility = "private"
        records = [self.customer]
        if "crm.lead" in self.env:
            self.ben.group_ids += self.env.ref("sales_team.group_sale_salesman_all_leads")
            records.append(self.env["crm.lead"].create({"name": "X", "partner_id": self.dora.id}))
        for record in records:
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE %s SET write_date = write_date - interval '1 day'", [AsIs(record._table)]
            )
            before = self.seen(record)
            self.post(thread=record, attachments=[("plan.pdf", b"%PDF-1")])
            self.assertEqual(self.seen(record), before)

    def seen(self, record):
        self.env.flush_all()
        self.env.invalidate_all()
        record, values = record.with_user(self.ben).sudo(False), {}
        for name in record.fields_get():
            with suppress(AccessError):
                values |= record.read([name])[0]
        return values

    def test_from_a_shared_mailbox_she_follows_what_she_wrote_on(self):
        self.post()
        self.assertIn(self.anna.partner_id, self.customer.message_partner_ids)

    def test_a_private_mailbox_shows_no_file_beside_the_record(self):
        record = self.env["mail.thread.main.attachment"].new()
        file = self.env["ir.attachment"].create({"name": "plan.pdf", "raw": b"%PDF-1"})
        for private in (True, False):
            posting = record.with_context(mail_sync_private=private)
            posting._message_set_main_attachment_id(file)
            self.assertEqual(bool(record.message_main_attachment_id), not private)

    def test_what_was_written_closes_with_the_mailbox_and_opens_with_it(self):
        message = self.post(attachments=[("plan.pdf", b"%PDF-1")])
        message.with_user(self.ben).read(["body"])
        for visibility, is_open in (("private", False), ("shared", True), ("private", False)):
            self.account.visibility = visibility
            for record in (message, message.attachment_ids):
                self.assertTrue(record.with_user(self.anna).read(["create_date"]))
                self.assertEqual(record.with_user(self.ben).has_access("read"), is_open)


class TestDefaultSender(WritingCase):
    """Where the conversation came to, else her last choice, else her default."""

    def choice(self, thread=None):
        thread = thread or self.customer
        return (
            self.env["mail.sync.account"]
            .with_user(self.anna)
            .composer_senders(thread._name, thread.id)["sender"]
        )

    def test_the_order(self):
        self.assertEqual(self.choice(), self.account.id, "her only one")
        other, mailbox = self._second_account(
            self.anna, address="anna@second.test", smtp_host="smtp.second.test"
        )
        self.assertFalse(self.choice(), "of several none is meant")
        self.anna.mail_sync_sender_id = other
        self.assertEqual(self.choice(), other.id)
        self.post()
        self.assertEqual(self.choice(), self.account.id)
        self.post(thread=self.dora, to=self.dora, sync_sender_id=False)
        self.assertFalse(self.choice(self.dora))
        self.arrive(self.mail(to="anna@second.test", days=-1), mailbox=mailbox)
        self.sync()
        self.assertEqual(self.choice(), other.id)

    def test_the_last_choice_with_the_contact_counts_on_its_other_records(self):
        if "crm.lead" not in self.env:
            self.skipTest("crm is not installed")
        other, _mailbox = self._second_account(
            self.anna, address="anna@second.test", smtp_host="smtp.second.test"
        )
        self.anna.group_ids += self.env.ref("sales_team.group_sale_salesman_all_leads")
        lead = self.env["crm.lead"].create({"name": "Lead", "partner_id": self.customer.id})
        self.anna.mail_sync_sender_id = self.account
        self.assertEqual(self.choice(lead), self.account.id)
        self.post(sync_sender_id=other.id)
        self.assertEqual(self.choice(lead), other.id)
        self.post(sync_sender_id=False)
        self.assertFalse(self.choice(lead))
        self.post(to=self.dora, thread=self.dora)
        self.assertFalse(self.choice(lead), "Dora is another")

    def test_a_mailbox_that_is_gone_is_no_choice_of_the_companys(self):
        other, _mailbox = self._second_account(
            self.anna, address="anna@second.test", smtp_host="smtp.second.test"
        )
        self.post(thread=self.dora, to=self.dora, sync_sender_id=other.id)
        self.assertEqual(self.choice(self.dora), other.id)
        other.unlink()
        self.assertEqual(self.choice(self.dora), self.account.id)

    def test_what_odoo_sends_in_its_own_layout_is_no_choice(self):
        layout = "mail.mail_notification_layout"
        self.post(thread=self.dora, to=self.dora, sync_sender_id=False, email_layout_xmlid=layout)
        self.assertEqual(self.choice(self.dora), self.account.id)

    def test_nobody_takes_a_colleagues_mailbox_as_default(self):
        with self.assertRaises(ValidationError):
            self.ben.with_user(self.ben).mail_sync_sender_id = self.account
            self.env.flush_all()
