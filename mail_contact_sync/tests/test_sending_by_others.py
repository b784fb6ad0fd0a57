# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests.common import new_test_user

from ..connectors import reasons
from ..connectors.base import MessageError
from .writing import WritingCase


class TestSendingByOthers(WritingCase):
    """Core creates mails with all rights and with what a browser sent: nothing of ours by it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env["mail.template"].create(
            {
                "name": "Greeting",
                "model_id": cls.env.ref("base.model_res_partner").id,
                "subject": "Forged",
                "body_html": "<p>Forged</p>",
            }
        )

    def send(self, user=None, **values):
        """As a browser can: a template, and whatever it wants in its mail."""
        mail_id = (
            self.template.with_user(user or self.ben)
            .with_context(**values.pop("context", {}))
            .send_mail(self.customer.id, email_values={"email_to": "eve@evil.test", **values})
        )
        return self.env["mail.mail"].browse(mail_id)

    def default(self, model, name, value):
        self.env["ir.default"].with_user(self.ben).create(
            {
                "field_id": self.env["ir.model.fields"]._get(model, name).id,
                "user_id": self.ben.id,
                "json_value": json.dumps(value),
            }
        )

    def private_message(self):
        self.account.visibility = "private"
        file = (
            self.env["ir.attachment"]
            .with_user(self.anna)
            .create({"name": "secret.txt", "raw": b"secret", "res_model": "mail.compose.message"})
        )
        return self.post(attachment_ids=file.ids, subject="Secret").sudo()

    def test_a_template_sends_nothing_from_a_mailbox(self):
        administrator = new_test_user(self.env, "boss", groups="base.group_system")
        for user in (self.ben, administrator, self.anna):
            for name, value in {
                "sync_account_id": self.account.id,
                "sync_sender_id": self.account.id,
                "sync_access": "shared",
                "sync_message_id": "<a@b.test>",
            }.items():
                with self.subTest(name=name), self.assertRaises(AccessError):
                    self.send(user, **{name: value})

    def test_no_default_sends_from_a_mailbox(self):
        context = {
            "default_sync_account_id": self.account.id,
            "default_sync_sender_id": self.account.id,
        }
        mail = self.send(context=context)
        self.assertFalse(mail.sync_account_id or mail.mail_message_id.sync_sender_id)
        self.default("mail.mail", "sync_account_id", self.account.id)
        self.assertFalse(self.send().sync_account_id)
        self.default("mail.message", "sync_sender_id", self.account.id)
        self.default("mail.message", "sync_access", "shared")
        message = self.post(user=self.ben, sync_sender_id=False)
        self.assertFalse(message.sync_sender_id or message.sync_access)

    def test_a_template_takes_no_private_message_along(self):
        message = self.private_message()
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.send(mail_message_id=message.id)
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.send(attachment_ids=[(4, message.attachment_ids.id)])
        mail = self.send(context={"default_mail_message_id": message.id})
        self.assertNotEqual(mail.sudo().mail_message_id, message)
        self.assertEqual(message.subject, "Secret")
        self.assertTrue(self.send(self.anna, attachment_ids=[(4, message.attachment_ids.id)]))

    def test_no_form_of_a_mail_shows_a_private_message(self):
        of_the_company = self.post(subject="Open", sync_sender_id=False)
        messages = {"Open": of_the_company, "Secret": self.private_message()}
        administrator = new_test_user(self.env, "boss", groups="base.group_system")
        mails = self.env["mail.mail"].with_user(administrator)
        shown = {name: {} for name in ("mail_message_id", "subject", "body", "display_name")}
        for subject, message in messages.items():
            answer = mails.onchange({"mail_message_id": message.id}, ["mail_message_id"], shown)
            self.assertEqual(subject in str(answer), subject == "Open")

    def test_nobody_adds_a_recipient_to_what_is_tried_again(self):
        self.outbox.error = MessageError(reasons.MESSAGE_TOO_LARGE)
        message = self.post().sudo()
        mail = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
        evil = {
            "mail_mail_id": mail.id,
            "mail_message_id": message.id,
            "notification_type": "email",
            "notification_status": "exception",
            "mail_email_address": "eve@evil.test",
        }
        told = self.env["mail.notification"].with_user(self.ben)
        with self.assertRaises(AccessError), self.cr.savepoint():
            told.create(evil)
        other = self.post(user=self.ben, sync_sender_id=False, to=self.dora).sudo()
        own = told.sudo().create(
            {"mail_message_id": other.id, "res_partner_id": self.ben.partner_id.id}
        )
        with self.assertRaises(AccessError), self.cr.savepoint():
            own.sudo(False).write(evil)
        own.sudo(False).is_read = True
        self.outbox.error = None
        message.with_user(self.anna).action_sync_send_again()
        [(_letter, recipients)] = self.outbox.sent
        self.assertEqual(recipients, ["clara@customer.test"])

    def test_to_whom_a_private_message_went_is_private(self):
        message = self.private_message()
        told = self.env["mail.notification"]
        mine = [("mail_message_id", "=", message.id)]
        self.assertEqual(told.with_user(self.anna).search(mine).res_partner_id, self.customer)
        self.assertFalse(told.with_user(self.ben).search(mine))
        with self.assertRaises(AccessError):
            message.notification_ids.with_user(self.ben).read(["res_partner_id"])

    def test_whom_she_may_not_see_she_does_not_write_to(self):
        """Neither the error nor the e-mail tells who it is."""
        self.env["ir.rule"].create(
            {
                "name": "hidden",
                "model_id": self.env.ref("base.model_res_partner").id,
                "domain_force": f"[('id', '!=', {self.dora.id})]",
            }
        )
        for address in (False, "dora@customer.test"):
            self.dora.email = address
            with self.assertRaises(AccessError) as refused:
                self.post(to=self.customer + self.dora)
            self.assertNotIn("Dora", str(refused.exception))
        self.assertFalse(self.outbox.sent)

    def schedule(self, user=None, **values):
        return (
            self.env["mail.scheduled.message"]
            .with_user(user or self.anna)
            .create(
                {
                    "model": "res.partner",
                    "res_id": self.customer.id,
                    "body": "Secret",
                    "scheduled_date": fields.Datetime.now() + timedelta(days=1),
                    "partner_ids": [(6, 0, self.customer.ids)],
                    "author_id": self.anna.partner_id.id,
                    "notification_parameters": json.dumps({"sync_sender_id": self.account.id}),
                    **values,
                }
            )
        )

    def test_what_a_private_mailbox_will_send_is_private_before(self):
        planned = self.schedule()
        theirs = planned.with_user(self.ben)
        self.assertTrue(theirs.search([("id", "=", planned.id)]).read(["body"]))
        self.account.visibility = "private"
        self.env.flush_all()
        self.assertFalse(theirs.search([("id", "=", planned.id)]))
        for refused in (lambda: theirs.read(["body"]), theirs.unlink):
            with self.assertRaises(AccessError):
                refused()
        self.assertTrue(planned.read(["body"]))
        self.account.sudo().unlink()
        self.assertTrue(planned.sync_private)
        self.assertFalse(theirs.search([("id", "=", planned.id)]))

    def test_nobody_hides_by_it_what_is_not_hers(self):
        self.account.visibility = "private"
        self.assertFalse(self.schedule(user=self.ben).sync_private)
        for odd in ("", "[]", "nothing", '{"sync_sender_id": "1"}', '{"sync_sender_id": [1]}'):
            self.assertFalse(self.schedule(notification_parameters=odd).sync_private)
        with self.assertRaises(AccessError):
            self.schedule(sync_private=True)
