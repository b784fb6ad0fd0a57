# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.tests.common import tagged

from ..models.mail_message import MailMessage
from .common import SyncCase


@tagged("post_install", "-at_install")
class TestGateway(SyncCase):
    """Odoo's own mail, in and out, beside the same mail in a mailbox."""

    def setUp(self):
        super().setUp()
        self.env.company.alias_domain_id = self.env["mail.alias.domain"].create(
            {"name": "ours.test", "catchall_alias": "catchall-t", "bounce_alias": "bounce-t"}
        )
        self.sent = []

        def send_email(server, mail, *args, **kwargs):
            self.sent.append(mail.as_bytes())
            return mail["Message-Id"]

        self.startPatcher(
            patch.multiple(
                type(self.env["ir.mail_server"]),
                _disable_send=lambda *args: False,
                _connect__=lambda *args, **kwargs: None,
                send_email=send_email,
            )
        )

    def _gateway(self, raw):
        self.env["mail.thread"].message_process(None, raw)
        self.env.flush_all()

    def _of_contact(self, message_id):
        """The contact's messages with this Message-ID, whoever brought them."""
        return self.customer.message_ids.filtered(
            lambda message: message_id in (message.message_id, message.sync_message_id)
        )

    # In: a lead -----------------------------------------------------------------

    def _sales_address(self):
        if "crm.lead" not in self.env:
            self.skipTest("crm is not installed: there are no leads")
        alias = self.env["mail.alias"].create(
            {
                "alias_name": "sales-t",
                "alias_domain_id": self.env.company.alias_domain_id.id,
                "alias_model_id": self.env["ir.model"]._get_id("crm.lead"),
            }
        )
        return alias.display_name

    def _leads(self):
        return self.env["crm.lead"].search([("name", "=", "An offer")])

    def test_a_mail_that_was_synced_before_still_makes_its_lead(self):
        raw = self.mail(to=f"anna@ours.test, {self._sales_address()}")
        self.arrive(raw)
        self.sync()
        self._gateway(raw)
        self.assertEqual(len(self._leads()), 1)
        self.assertEqual(len(self.synced()), 1)
        self._gateway(raw)
        self.assertEqual(len(self._leads()), 1)

    def test_a_mail_that_made_a_lead_is_synced_to_its_contact(self):
        raw = self.mail(to=f"anna@ours.test, {self._sales_address()}")
        self._gateway(raw)
        self.arrive(raw)
        self.sync()
        self.assertEqual(len(self._leads()), 1)
        self.assertEqual(len(self.synced()), 1)

    # In: a reply to what Odoo sent --------------------------------------------------

    def _discussion(self):
        """A message of Anna's to the contact, and the raw reply to it."""
        own = self.customer.with_user(self.anna).message_post(
            body="Dear Clara", message_type="comment", partner_ids=self.customer.ids
        )
        reply = self.mail(
            to="catchall-t@ours.test, anna@ours.test",
            message_id="<reply@customer.test>",
            in_reply_to=own.message_id,
            references=own.message_id,
        )
        return own, reply

    def test_a_reply_that_the_mailbox_brings_first_stands_once(self):
        _own, reply = self._discussion()
        self.arrive(reply)
        self.sync()
        synced = self.synced()
        note = self.customer.message_post(body="About it", parent_id=synced.id)
        self._gateway(reply)
        message = self._of_contact("<reply@customer.test>")
        self.assertEqual(len(message), 1)
        self.assertFalse(message.sync_access)
        self.assertFalse(synced.exists())
        self.assertEqual(note.parent_id, message)
        self.arrive(reply, "Archive")
        _account, other = self._second_account(self.ben)
        self.arrive(reply, mailbox=other)
        self.sync()
        self.assertEqual(self._of_contact("<reply@customer.test>"), message)

    def test_a_reply_that_the_gateway_brings_first_stands_once(self):
        _own, reply = self._discussion()
        self._gateway(reply)
        message = self._of_contact("<reply@customer.test>")
        self.assertEqual(len(message), 1)
        self.arrive(reply)
        self.sync()
        self.assertEqual(self._of_contact("<reply@customer.test>"), message)
        self.assertFalse(message.sync_access)
        self.assertEqual(self.account.posted_count, 1)

    def test_a_reply_in_the_mailbox_hangs_on_what_odoo_sent(self):
        own, reply = self._discussion()
        self.mailbox.add("Sent", self.sent[0])
        self.arrive(reply)
        self.sync()
        self.assertEqual(self.synced().parent_id, own)

    def test_a_contact_whose_past_came_at_once_is_not_taken_for_a_loop(self):
        _own, reply = self._discussion()
        for number in range(25):
            self.arrive(self.mail(subject=f"Mail {number}", days=number + 2))
        self.sync()
        self.assertEqual(len(self.synced()), 25)
        self.sent.clear()
        self._gateway(reply)
        self.assertEqual(len(self._of_contact("<reply@customer.test>")), 1)
        self.assertFalse(self.sent)

    # Out -------------------------------------------------------------------------

    def test_what_odoo_sent_and_the_mailbox_finds_in_sent_stands_once(self):
        own, _reply = self._discussion()
        self.mailbox.add("Sent", self.sent[0])
        fields = ["body", "message_type", "author_id", "date", "is_internal", "subtype_id"]
        before = own.read(fields)
        self.sync()
        self.assertEqual(self._of_contact(own.message_id), own)
        self.assertFalse(self.synced())
        self.assertFalse(own.sync_access or own.sync_message_id)
        self.assertEqual(own.read(fields), before)
        self.assertEqual(self.account.posted_count, 1)

    def test_another_contact_of_the_same_mail_gets_what_odoo_sent(self):
        otto = self.env["res.partner"].create({"name": "Otto", "email": "otto@customer.test"})
        self._discussion()
        raw = self.sent[0].replace(b"\nTo: ", b"\nCc: otto@customer.test\nTo: ", 1)
        self.mailbox.add("Sent", raw)
        self.sync()
        self.assertFalse(self.synced())
        self.assertEqual(len(self.synced(otto)), 1)

    # What the add-on does not touch ------------------------------------------------

    def test_what_users_write_costs_no_query_more(self):  # pylint: disable=missing-return
        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.customer.with_user(self.anna).message_post(body="Hi", message_type="comment")
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        def cores(model, vals_list):
            return super(MailMessage, model).create(vals_list)

        queries()
        with patch.object(MailMessage, "create", cores):
            expected = queries()
        self.assertEqual(queries(), expected)

    def test_mail_on_other_documents_is_not_looked_for(self):
        channel = self.env["discuss.channel"]._create_channel(name="Sales", group_id=None)
        with patch.object(MailMessage, "_sync_replace", side_effect=AssertionError):
            channel.message_post(body="Hi", message_type="email")
            self.customer.message_post(body="Hi", message_type="comment")
            self.arrive(self.mail())
            self.sync()
        self.assertEqual(len(self.synced()), 1)
