# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.exceptions import AccessError

from ..connectors import reasons
from ..connectors.base import SentUnknown
from .writing import PIXEL, WritingCase


class TestSentCopy(WritingCase):
    """What she wrote stands in the chatter once, when its copy comes from Sent, too."""

    def messages(self, partner=None):
        return self.env["mail.message"].search(
            [
                ("model", "=", "res.partner"),
                ("res_id", "=", (partner or self.customer).id),
                ("message_type", "!=", "notification"),
            ]
        )

    def test_the_copy_in_sent_is_known(self):
        message = self.post()
        self.arrive(self.outbox.raw[0], "Sent")
        self.sync()
        self.assertEqual(self.messages(), message)
        match = self.env["mail.sync.match"].search([])
        self.assertEqual((match.state, match.mail_message_id), ("posted", message))

    def test_another_contact_of_it_has_it_from_there(self):
        message = self.post(to=self.customer + self.dora)
        self.arrive(self.outbox.raw[0], "Sent")
        self.sync()
        self.assertEqual(self.messages(), message)
        self.assertEqual(len(self.messages(self.dora)), 1)

    def test_it_is_known_under_another_message_id(self):
        """Some providers give it one of their own."""
        message = self.post()
        raw = self.outbox.raw[0].replace(
            b"Message-ID: " + message.message_id.encode(), b"Message-ID: <new@provider.test>"
        )
        self.arrive(raw, "Sent")
        self.sync()
        self.assertEqual(self.messages(), message)
        self.assertEqual(message.sync_message_id, "<new@provider.test>")
        self.arrive(
            self.mail(message_id="<b1@customer.test>", in_reply_to="<new@provider.test>", days=0)
        )
        self.sync()
        [answer] = self.messages() - message
        self.assertEqual(answer.parent_id, message)

    def test_a_copied_mark_hides_no_mail(self):
        message = self.post()
        for number, sender in enumerate(("clara@customer.test", "anna@ours.test")):
            self.arrive(
                self.mail(
                    sender=sender,
                    to="anna@ours.test" if number == 0 else "clara@customer.test",
                    message_id=f"<forged{number}@customer.test>",
                    x_mail_contact_sync=message.message_id,
                    days=number,
                )
            )
        self.arrive(self.outbox.raw[0], "Sent")
        self.sync()
        self.assertIn("<forged0@customer.test>", self.messages().mapped("sync_message_id"))
        self.assertEqual(len(self.messages()), 3, "hers under her own id, and both of the others")

    def test_a_mark_is_used_up_by_the_mail_it_is_of(self):
        """Where all mail is in one folder, what came from outside is there, too."""
        for together in (False, True):
            with self.subTest(together=together):
                before = self.messages()
                self.outbox.raw.clear()
                message = self.post()
                forged = self.mail(
                    sender="anna@ours.test",
                    to="clara@customer.test",
                    message_id=f"<forged{together}@customer.test>",
                    x_mail_contact_sync=message.message_id,
                )
                self.arrive(self.outbox.raw[0], "Sent")
                if not together:
                    self.sync()
                self.arrive(forged, "Sent")
                self.sync()
                self.assertFalse(message.sync_message_id)
                self.assertEqual(len(self.messages() - before), 2)

    def test_what_was_in_doubt_was_sent_if_it_is_found(self):
        self.outbox.error = SentUnknown(reasons.SENT_UNKNOWN)
        message = self.post()
        self.assertEqual(self.status(message), "exception")
        mail = self.env["mail.mail"].search([("sync_account_id", "!=", False)])
        self.arrive(mail._sync_compose(), "Sent")
        self.sync()
        self.assertEqual(self.status(message), "sent")
        self.assertFalse(mail.exists())
        self.assertEqual(self.messages(), message)


class TestFiling(WritingCase):
    """Where the provider keeps no copy in Sent, we put one there."""

    def setUp(self):
        super().setUp()
        imap = type(self.env["mail.sync.provider.imap"])
        self.startPatcher(patch.object(imap, "_files_sent", False))
        self.filed = []
        self.mailbox.file_sent = self.file

    def file(self, raw):
        self.filed.append(raw)
        self.arrive(raw, "Sent")
        return False

    def test_once_and_by_the_scheduled_action(self):
        message = self.post()
        self.assertFalse(self.filed)
        self.assertEqual(self.status(message), "sent")
        self.sync()
        self.sync()
        [raw] = self.filed
        self.assertIn(message.message_id.encode(), raw)
        self.assertFalse(self.env["mail.mail"].search([("sync_account_id", "!=", False)]))
        self.assertEqual(self.env["mail.sync.match"].search([]).mail_message_id, message)

    def test_an_account_for_sending_only_reads_nothing(self):
        self.account.syncs = False
        self.post()
        self.sync()
        self.assertEqual(len(self.filed), 1)
        self.assertFalse(self.account.folder_ids)
        self.assertFalse(self.env["mail.sync.engine"]._due_accounts())


class TestAnswersOnRecords(WritingCase):
    """An answer to what was written on a record stands there, too, for the same readers."""

    def setUp(self):
        super().setUp()
        self.record = self.env["res.partner"].create({"name": "Acme", "is_company": True})
        self.written = self.post(thread=self.record)
        self.outbox.sent.clear()

    def on_record(self):
        return self.env["mail.message"].search(
            [
                ("model", "=", "res.partner"),
                ("res_id", "=", self.record.id),
                ("id", "!=", self.written.id),
                ("message_type", "!=", "notification"),
            ],
            order="id",
        )

    def answer(self, **values):
        values.setdefault("in_reply_to", self.written.message_id)
        values.setdefault("message_id", "<r1@customer.test>")
        self.arrive(self.mail(days=values.pop("days", 0), **values))
        self.sync()

    def test_it_stands_on_both(self):
        self.answer(attachments=[("plan.pdf", b"%PDF-1")])
        [first] = self.synced()
        [second] = self.on_record()
        self.assertEqual(second.sync_origin_id, first)
        self.assertEqual(second.parent_id, self.written)
        for name in ("subject", "date", "author_id", "email_from", "sync_message_id", "body"):
            self.assertEqual(second[name], first[name])
        [file] = second.attachment_ids
        self.assertNotEqual(file, first.attachment_ids)
        self.assertEqual((file.res_model, file.res_id), ("mail.message", second.id))
        self.assertEqual(file.raw, b"%PDF-1")
        self.assertFalse(second.notification_ids)

    def test_once_for_all_contacts_and_mailboxes(self):
        _other, mailbox = self._second_account(self.ben)
        raw = self.mail(
            to="anna@ours.test, ben@ours.test",
            cc="dora@customer.test",
            in_reply_to=self.written.message_id,
            message_id="<r1@customer.test>",
            days=0,
        )
        self.arrive(raw)
        self.arrive(raw, mailbox=mailbox)
        self.sync()
        self.assertEqual(len(self.on_record()), 1)

    def test_the_whole_conversation_follows(self):
        self.answer()
        self.arrive(
            self.mail(
                sender="anna@ours.test",
                to="clara@customer.test",
                message_id="<r2@ours.test>",
                in_reply_to="<r1@customer.test>",
                references=f"{self.written.message_id} <r1@customer.test>",
                days=0,
            ),
            "Sent",
        )
        self.sync()
        self.assertEqual(
            self.on_record().mapped("sync_message_id"), ["<r1@customer.test>", "<r2@ours.test>"]
        )

    def test_what_was_written_on_the_record_is_not_put_there_again(self):
        self.answer()
        again = self.post(thread=self.record)
        self.arrive(self.outbox.raw[-1], "Sent")
        self.sync()
        self.assertEqual(len(self.on_record() - again), 1)

    def test_a_mail_that_answers_nothing_of_ours_stays_with_the_contact(self):
        for reference in ("<other@customer.test>", self.synced().message_id or "<x@y.test>"):
            self.answer(in_reply_to=reference, message_id=f"<n{len(reference)}@customer.test>")
        self.assertFalse(self.on_record())

    def test_a_picture_is_the_copys_own(self):
        raw = (
            b"From: clara@customer.test\r\nTo: anna@ours.test\r\nMessage-ID: <p@customer.test>\r\n"
            b"In-Reply-To: " + self.written.message_id.encode() + b"\r\nSubject: Look\r\n"
            b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n"
            b'--b\r\nContent-Type: text/html\r\n\r\n<p><img src="cid:i"></p>\r\n'
            b"--b\r\nContent-Type: image/png\r\nContent-ID: <i>\r\n"
            b"Content-Transfer-Encoding: base64\r\n\r\n" + PIXEL + b"\r\n--b--\r\n"
        )
        self.arrive(raw)
        self.sync()
        [copy] = self.on_record()
        self.assertIn(f"/web/image/{copy.attachment_ids.id}", copy.body)
        self.assertNotIn(f"/web/image/{self.synced().attachment_ids.id}", copy.body)

    def test_it_has_the_readers_of_the_first(self):
        self.account.visibility = "private"
        self.answer()
        [copy] = self.on_record()
        self.assertTrue(copy.with_user(self.anna).read(["body"]))
        with self.assertRaises(AccessError):
            copy.with_user(self.ben).read(["body"])
        self.account.visibility = "shared"
        self.assertTrue(copy.with_user(self.ben).read(["body"]))
        self.account.visibility = "private"
        with self.assertRaises(AccessError):
            copy.with_user(self.ben).read(["body"])

    def test_it_goes_with_the_first(self):
        self.answer(attachments=[("plan.pdf", b"%PDF-1")])
        copy = self.on_record()
        files = copy.attachment_ids
        dialog = self.env["mail.sync.remove"].with_user(self.anna)
        dialog.create({"account_id": self.account.id, "mails": "remove"}).action_remove()
        self.sync()
        self.assertFalse((copy | self.synced()).exists())
        self.assertFalse(files.exists())
        self.assertTrue(self.written.exists())
