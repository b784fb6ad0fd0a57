# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests.common import new_test_user
from odoo.tools import mute_logger

from ..connectors import reasons
from ..connectors.base import TemporaryError
from .writing import WritingCase

QUIET = ("odoo.addons.mail_contact_sync.models.mail_mail", "odoo.addons.mail.models.mail_mail")


class TestGuard(WritingCase):
    """An e-mail and its files stay as they came or as they were sent, whoever may write beside."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.visibility = "shared"
        cls.ben.group_ids |= cls.env.ref("base.group_partner_manager")
        cls.portal = new_test_user(cls.env, "portal", groups="base.group_portal")
        cls.portal.partner_id.email = "portal@customer.test"
        cls.admin = cls.env.ref("base.user_admin")
        cls.others = cls.anna + cls.ben + cls.portal + cls.admin

    def write_one(self):
        to = self.customer + self.portal.partner_id
        message = self.post("Price 100", to=to, attachments=[("plan.txt", b"100")])
        return message.with_env(self.env)

    def wait_for_one(self):
        """One that could not leave yet."""
        self.outbox.error = TemporaryError(reasons.CONNECTION_TIMEOUT)
        with mute_logger(*QUIET):
            message = self.write_one()
        self.outbox.error = None
        return message

    def get_one(self):
        self.arrive(self.mail(attachments=[("plan.txt", b"100")]))
        self.sync()
        return self.synced().ensure_one()

    def queue(self):
        waiting = self.env["mail.mail"].search([("sync_account_id", "!=", False)])
        waiting.filtered("scheduled_date").scheduled_date = fields.Datetime.now()
        with mute_logger(*QUIET):
            waiting._sync_send()

    def assertRefused(self, change):
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            change()

    # The e-mail -------------------------------------------------------------------

    def test_nobody_changes_or_deletes_it(self):
        for message in (self.get_one(), self.write_one()):
            for user in self.others:
                for values in (
                    {"subject": "Forged"},
                    {"body": "Forged"},
                    {"date": "2020-01-01"},
                    {"email_from": "x@y.test"},
                    {"author_id": user.partner_id.id},
                    {"attachment_ids": [(5,)]},
                    {"is_internal": False},
                    {"parent_id": False},
                    {"message_id": "<x@y.test>"},
                ):
                    for mine in (message.with_user(user), message.with_user(user).sudo()):
                        with self.subTest(user=user.login, values=values):
                            self.assertRefused(lambda mine=mine, new=dict(values): mine.write(new))
                self.assertRefused(message.with_user(user).unlink)
                self.assertRefused(message.with_user(user).sudo().unlink)

    def test_nobody_edits_it_in_the_chatter(self):
        message = self.write_one()
        for user in self.anna + self.admin:
            thread, mine = self.customer.with_user(user), message.with_user(user).sudo()
            for body in ("Forged", ""):
                self.assertRefused(
                    lambda thread=thread, mine=mine, body=body: thread._message_update_content(
                        mine, body=body, attachment_ids=[]
                    )
                )

    def test_it_stays_when_its_mailbox_is_gone(self):
        message = self.write_one()
        self.account._begin_removal(remove_mails=False)
        self.sync()
        self.assertFalse(message.sync_sender_id)
        self.assertRefused(lambda: message.with_user(self.ben).write({"body": "Forged"}))

    def test_what_becomes_of_it_is_noted_as_always(self):
        for message in (self.get_one(), self.write_one()):
            mine = message.with_user(self.ben)
            mine.toggle_message_starred()
            self.assertTrue(mine.starred)
            mine.sudo()._message_reaction("👍", "add", self.ben.partner_id, self.env["mail.guest"])
            self.assertTrue(message.reaction_ids)
            mine.set_message_done()
            self.env["mail.link.preview"].with_user(
                self.ben
            ).sudo()._create_from_message_and_notify(mine.sudo())

    def test_it_moves_with_its_record_and_says_the_same(self):
        message = self.write_one()
        target = self.env["res.partner"].create({"name": "Clara", "email": "clara@customer.test"})
        self.ben.group_ids |= self.env.ref("base.group_erp_manager")
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(self.ben)
        wizard._merge((self.customer + target).ids, target)
        self.assertEqual(message.res_id, target.id)
        other = {"res_id": self.dora.id, "subject": "From Clara: Forged"}
        subject = message.subject
        message.with_user(self.ben).sudo().write(other)
        self.assertEqual((message.res_id, message.subject), (self.dora.id, subject))

    # What waits -------------------------------------------------------------------

    def test_what_leaves_is_what_was_posted(self):
        def forge_file(message):
            message.attachment_ids.raw = b"5"

        for forge in (
            lambda message: message.write({"subject": "Forged"}),
            lambda message: message.write({"date": "2020-01-01"}),
            lambda message: message.write({"email_from": "x@y.test"}),
            lambda message: message.write({"attachment_ids": [(5,)]}),
            forge_file,
        ):
            message = self.wait_for_one()
            forge(message)
            self.env.flush_all()
            self.env.invalidate_all()
            self.queue()
            self.assertFalse(self.outbox.sent)
            self.assertEqual(self.status(message), "exception")
        message = self.wait_for_one()
        self.queue()
        self.assertEqual(self.letter["Subject"], message.subject)

    def test_its_author_is_told_if_it_goes_with_its_record_before_it_leaves(self):
        message = self.wait_for_one()
        self.customer.with_user(self.ben).unlink()
        self.assertFalse(message.exists())
        self.queue()
        self.assertFalse(self.outbox.sent)
        told = self.env["mail.activity"].search([("user_id", "=", self.anna.id)])
        self.assertIn("clara@customer.test", told.note)
        self.assertTrue(told.with_user(self.anna).has_access("read"))
        self.assertFalse(told.with_user(self.ben).has_access("read"))

    # Files ------------------------------------------------------------------------

    def test_nobody_changes_or_deletes_its_files(self):
        for message in (self.get_one(), self.write_one()):
            for user in self.others:
                file = message.attachment_ids.with_user(user)
                for change in (
                    lambda file: file.write({"raw": b"5"}),
                    lambda file: file.write({"name": "forged.txt"}),
                    lambda file: file.write({"public": True}),
                    lambda file: file.write({"res_model": "res.partner"}),
                    lambda file: file.unlink(),
                ):
                    self.assertRefused(lambda change=change, file=file: change(file))
                    self.assertRefused(lambda change=change, file=file: change(file.sudo()))
                self.assertRefused(file.generate_access_token)
            self.assertEqual(message.attachment_ids.raw, b"100")

    def test_its_files_close_with_it(self):
        messages = self.get_one() + self.write_one()
        files = messages.attachment_ids
        files.write({"public": True})
        files.generate_access_token()
        self.account.with_user(self.anna).visibility = "private"
        self.assertEqual(set(messages.mapped("sync_access")), {"private"})
        self.assertFalse(any(file.public or file.access_token for file in files))

    def test_a_file_that_stands_elsewhere_stays_there(self):
        values = {"name": "plan.txt", "raw": b"100", "res_model": "res.partner"}
        file = self.env["ir.attachment"].create({**values, "res_id": self.customer.id})
        message = self.post(
            f'<p>See <a href="/web/content/{file.id}?download=true">it</a></p>',
            attachment_ids=file.ids,
        )
        self.assertEqual((file.res_model, file.res_id), ("res.partner", self.customer.id))
        copy = message.attachment_ids
        self.assertEqual((copy.res_model, copy.res_id), ("mail.message", message.id))
        self.assertIn(f"/web/content/{copy.id}?", message.body)
        file.with_user(self.ben).write({"raw": b"5"})
        self.assertEqual(copy.raw, b"100")
