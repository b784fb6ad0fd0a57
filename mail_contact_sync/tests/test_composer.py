# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import Command, fields
from odoo.addons.mail.tools.discuss import Store
from odoo.exceptions import AccessError
from odoo.tests import Form
from odoo.tools import mute_logger

from ..connectors import reasons
from ..connectors.base import MessageError
from .writing import WritingCase


class ComposerCase(WritingCase):
    """The full composer, as the browser opens it on Clara."""

    def context(self, records=None, **values):
        records = records or self.customer
        return {
            "default_model": records._name,
            "default_res_ids": records.ids,
            "default_composition_mode": "comment",
            "default_subtype_xmlid": "mail.mt_comment",
            **values,
        }

    def wizard(self, user=None, records=None, **values):
        wizard = self.env["mail.compose.message"].with_user(user or self.anna)
        return wizard.with_context(**self.context(records, **values))

    def form(self, user=None, records=None, **values):
        return Form(self.wizard(user, records, **values))

    def write_to_clara(self, form):
        form.partner_ids = self.customer
        form.body = "<p>Hello Clara</p>"
        return form.save()


class TestComposer(ComposerCase):
    """From where she writes in the full composer."""

    def setUp(self):
        super().setUp()
        self.other, _mailbox = self._second_account(
            self.anna, address="anna@second.test", smtp_host="smtp.second.test"
        )
        self.arrive(self.mail(subject="Price", message_id="<price@customer.test>"))
        self.sync()

    def test_it_goes_on_with_the_conversation(self):
        form = self.form()
        self.assertEqual(form.sync_sender_id.ids, self.account.ids)
        self.assertEqual(form.subject, "Re: Price")
        self.write_to_clara(form).action_send_mail()
        self.assertEqual(self.letter["From"], "Anna Berg <anna@ours.test>")
        self.assertEqual(self.letter["Subject"], "Re: Price")
        self.assertEqual(self.letter["In-Reply-To"], "<price@customer.test>")

    def test_another_mailbox_and_another_subject(self):
        form = self.form()
        form.sync_sender_id = self.other
        form.subject = "Lunch?"
        self.write_to_clara(form).action_send_mail()
        self.assertEqual(self.letter["From"], "Anna Berg <anna@second.test>")
        self.assertEqual(self.letter["Subject"], "Lunch?")
        self.assertNotIn("In-Reply-To", self.letter)

    def test_the_company(self):
        form = self.form()
        form.sync_sender_id = self.env["mail.sync.account"]
        self.write_to_clara(form).action_send_mail()
        self.assertFalse(self.outbox.sent)
        [message] = self.customer.message_ids.filtered(lambda each: "Hello Clara" in each.body)
        self.assertFalse(message.sync_sender_id)

    def test_the_quick_composers_choice_goes_before(self):
        chosen = self.form(default_sync_sender_id=self.other.id, default_subject="Lunch?")
        self.assertEqual(chosen.sync_sender_id.ids, self.other.ids)
        self.assertEqual(chosen.subject, "Lunch?")
        company = self.form(default_sync_sender_id=False)
        self.assertFalse(company.sync_sender_id)

    def test_who_has_no_mailbox_is_asked_nothing(self):
        form = self.form(self.ben)
        self.assertFalse(form.sync_choosable)
        self.assertFalse(form.sync_sender_id)
        self.assertNotEqual(form.subject, "Re: Price")

    def test_mass_mail_and_notes_are_never_hers(self):
        for case in (
            {"default_composition_mode": "mass_mail"},
            {"records": self.customer + self.dora},
            {"default_subtype_xmlid": "mail.mt_note"},
        ):
            with self.subTest(**case):
                form = self.form(**case)
                self.assertFalse(form.sync_choosable)
                self.assertFalse(form.sync_sender_id)
                wizard = self.wizard(default_sync_sender_id=self.account.id, **case).create(
                    {"subject": "News", "body": "<p>All</p>"}
                )
                wizard.action_send_mail()
                self.assertFalse(self.outbox.sent)

    def test_code_that_composes_writes_from_the_company(self):
        self.wizard().create({"partner_ids": [Command.set(self.customer.ids)], "body": "<p>x</p>"})
        wizard = self.env["mail.compose.message"].search([], order="id desc", limit=1)
        self.assertFalse(wizard.sync_sender_id)

    def test_what_odoo_words_or_lays_out_is_the_companys_at_first(self):
        template = self.env["mail.template"].create(
            {
                "name": "Offer",
                "model_id": self.env.ref("base.model_res_partner").id,
                "subject": "Offer 7",
                "body_html": "<p>Our offer</p>",
            }
        )
        for case in (
            {"default_template_id": template.id},
            {"default_email_layout_xmlid": "mail.mail_notification_layout"},
        ):
            with self.subTest(**case):
                form = self.form(**case)
                self.assertTrue(form.sync_choosable)
                self.assertFalse(form.sync_sender_id)
                self.assertNotEqual(form.subject, "Re: Price")

    def test_an_answer_hangs_on_the_mail_that_it_answers(self):
        self.arrive(self.mail(subject="Later", message_id="<later@customer.test>", days=0.5))
        self.sync()
        [price] = self.synced().filtered(lambda each: each.subject == "Price")
        form = self.form(
            default_sync_parent_id=price.id,
            default_composition_comment_option="reply_all",
            default_subject="Price",
            default_partner_ids=self.customer.ids,
        )
        self.assertEqual(form.subject, "Re: Price")
        self.write_to_clara(form).action_send_mail()
        self.assertEqual(self.letter["In-Reply-To"], "<price@customer.test>")

    def test_what_is_forwarded_says_so(self):
        price = self.synced()
        form = self.form(
            default_sync_parent_id=price.id,
            default_composition_comment_option="forward",
            default_subject="Price",
        )
        self.assertEqual(form.sync_sender_id.ids, self.account.ids)
        self.assertEqual(form.subject, "Fwd: Price")

    def test_the_signature_is_the_mailboxes_else_hers(self):
        self.other.signature = "<p>Second</p>"
        form = self.form()
        self.assertIn("Anna of Ours", form.sync_signature)
        form.sync_sender_id = self.other
        self.assertIn("Second", form.sync_signature)
        form.sync_sender_id = self.env["mail.sync.account"]
        self.assertIn("Anna of Ours", form.sync_signature)


class TestScheduledMessages(ComposerCase):
    """What is sent later leaves from where it was said."""

    def schedule(self, **values):
        form = self.form(**values)
        form.subject = "Lunch?"
        wizard = self.write_to_clara(form)
        wizard.scheduled_date = fields.Datetime.now() + timedelta(hours=1)
        wizard.action_schedule_message()
        [scheduled] = self.env["mail.scheduled.message"].search([("res_id", "=", self.customer.id)])
        return scheduled

    def post_scheduled(self, scheduled):
        with mute_logger("odoo.addons.mail.models.mail_scheduled_message"):
            scheduled.sudo()._post_message(raise_exception=False)

    def test_the_choice_is_kept(self):
        scheduled = self.schedule()
        self.assertFalse(self.outbox.sent)
        self.post_scheduled(scheduled)
        self.assertEqual(self.letter["From"], "Anna Berg <anna@ours.test>")
        self.assertEqual(self.letter["Subject"], "Lunch?")

    def test_the_company_is_kept(self):
        self.post_scheduled(self.schedule(default_sync_sender_id=False))
        self.assertFalse(self.outbox.sent)
        self.assertIn("Lunch?", self.customer.message_ids.mapped("subject"))

    def test_the_mail_that_is_answered_is_kept(self):
        for subject, days in (("Price", 1), ("Lunch?", 2), ("Lunch?", 0.5)):
            self.arrive(self.mail(subject=subject, days=days, message_id=f"<{days}@customer.test>"))
        self.sync()
        [first] = self.synced().filtered(lambda each: each.sync_message_id == "<2@customer.test>")
        scheduled = self.schedule(
            default_sync_parent_id=first.id, default_composition_comment_option="reply_all"
        )
        self.post_scheduled(scheduled)
        self.assertEqual(self.letter["In-Reply-To"], "<2@customer.test>")

    def test_a_mailbox_that_is_no_longer_hers_is_not_used(self):
        scheduled = self.schedule()
        self.account.user_id = self.ben
        self.post_scheduled(scheduled)
        self.assertFalse(self.outbox.sent)
        told = self.env["mail.message"].search([("partner_ids", "in", self.anna.partner_id.ids)])
        self.assertIn("Hello Clara", "".join(told.mapped("body")))

    def test_it_says_from_where(self):
        scheduled = self.schedule()
        self.assertEqual(scheduled.sync_from, "Anna Berg <anna@ours.test>")
        self.assertEqual(scheduled.with_user(self.ben).sync_from, "Anna Berg <anna@ours.test>")
        scheduled.unlink()
        company = self.schedule(default_sync_sender_id=False)
        self.assertEqual(company.sync_from, "Company e-mail")
        view = self.env["mail.scheduled.message"].with_user(self.anna).get_view(view_type="form")
        self.assertIn("sync_from", view["arch"])

    def test_who_names_anothers_mailbox_gets_nowhere(self):
        scheduled = self.schedule(user=self.ben)
        parameters = f'{{"sync_sender_id": {self.account.id}}}'
        scheduled.with_user(self.ben).notification_parameters = parameters
        with self.assertRaises(AccessError):
            scheduled.with_user(self.ben).post_message()
        self.assertFalse(self.outbox.sent)


class TestComposerAccess(ComposerCase):
    """Ben writes from nothing of Anna's, and learns nothing of it."""

    def setUp(self):
        super().setUp()
        self.account.signature = "<p>Secret</p>"

    def assertRefused(self, function, *args, **kwargs):
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            function(*args, **kwargs)
        self.assertFalse(self.outbox.sent)

    def test_create(self):
        self.assertRefused(self.wizard(self.ben).create, {"sync_sender_id": self.account.id})

    def test_default(self):
        wizard = self.wizard(self.ben, default_sync_sender_id=self.account.id)
        self.assertRefused(wizard.create, {"body": "<p>Hello</p>"})

    def test_write(self):
        wizard = self.wizard(self.ben).create({"body": "<p>Hello</p>"})
        self.assertRefused(wizard.write, {"sync_sender_id": self.account.id})

    def test_send_hers(self):
        hers = self.write_to_clara(self.form())
        hers.scheduled_date = fields.Datetime.now() + timedelta(hours=1)
        self.assertRefused(hers.with_user(self.ben).action_send_mail)
        self.assertRefused(hers.with_user(self.ben).action_schedule_message)

    def test_onchange_tells_nothing(self):
        answer = self.wizard(self.ben).onchange(
            {"sync_sender_id": self.account.id},
            ["sync_sender_id"],
            {"sync_signature": {}, "sync_sender_id": {"fields": {"display_name": {}}}},
        )
        self.assertNotIn("Secret", str(answer))
        self.assertNotIn("anna@ours.test", str(answer))

    def test_the_reason_of_a_failure_is_told_to_the_owner_alone(self):
        self.outbox.error = MessageError(reasons.MESSAGE_TOO_LARGE)
        with mute_logger("odoo.addons.mail_contact_sync.models.mail_mail"):
            message = self.post()
        for user, told in ((self.anna, True), (self.ben, False)):
            for channel in (None, user):
                store = Store(bus_channel=channel)
                store.add(message.with_user(user).sudo(False))
                self.assertEqual("too large" in str(store.get_result()), told)
