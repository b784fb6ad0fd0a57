# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from ..connectors import reasons
from ..connectors.base import (
    AuthenticationFailed,
    MessageError,
    RecipientsRefused,
    SentUnknown,
    TemporaryError,
    Throttled,
)
from .writing import WritingCase

MAIL = "odoo.addons.mail_contact_sync.models.mail_mail"


class TestWritingFailures(WritingCase):
    """Sent once or not at all, never twice, and said which."""

    def fail(self, error):
        self.outbox.error = error
        with mute_logger(MAIL):
            return self.post()

    def mail_of(self, message):
        return self.env["mail.mail"].search(
            [("mail_message_id", "=", message.id), ("sync_account_id", "!=", False)]
        )

    def queue(self):
        """Odoo's own, as if all pauses were over."""
        waiting = self.env["mail.mail"].search([("sync_account_id", "!=", False)])
        waiting.filtered("scheduled_date").write({"scheduled_date": "2020-01-01 00:00:00"})
        self.env["mail.mail"].process_email_queue()

    def assertFailed(self, message, text):
        [notification] = message.sudo().notification_ids
        self.assertEqual(notification.notification_status, "exception")
        self.assertIn(text, notification.failure_reason)
        self.assertEqual(self.mail_of(message).state, "exception")
        self.queue()
        self.assertFalse(self.outbox.sent, "nobody sends it again by itself")

    def test_each_refusal_is_said_in_words(self):
        for error, text in (
            (AuthenticationFailed(reasons.BAD_CREDENTIALS), "user name and password"),
            (MessageError(reasons.MESSAGE_TOO_LARGE), "too large"),
            (MessageError(reasons.SEND_REFUSED, "spam"), "refused this e-mail"),
            (MessageError(reasons.TOO_MANY_RECIPIENTS), "more recipients"),
            (SentUnknown(reasons.SENT_UNKNOWN), "look into the Sent folder of anna@ours.test"),
            (RecipientsRefused(reasons.RECIPIENT_REFUSED, "", {"x@y.test": "no"}), "x@y.test"),
            (ZeroDivisionError("secret"), "Something went wrong"),
        ):
            with self.subTest(error=error):
                message = self.fail(error)
                self.assertFailed(message, text)
                self.assertNotIn("secret", message.sudo().notification_ids.failure_reason)

    def test_it_can_be_tried_again(self):
        message = self.fail(MessageError(reasons.MESSAGE_TOO_LARGE))
        self.outbox.error = None
        self.mail_of(message).action_retry()
        self.queue()
        self.assertEqual(len(self.outbox.sent), 1)
        self.assertEqual(self.letter["Message-ID"], message.message_id)
        self.assertEqual(self.status(message), "sent")
        self.queue()
        self.assertEqual(len(self.outbox.sent), 1)

    def test_its_author_tries_it_again_at_once_and_nobody_else(self):
        message = self.fail(MessageError(reasons.MESSAGE_TOO_LARGE))
        self.outbox.error = None
        for user in (self.ben, self.env.ref("base.user_admin")):
            with self.assertRaises(AccessError):
                message.with_user(user).action_sync_send_again()
        self.assertFalse(self.outbox.sent)
        message.with_user(self.anna).action_sync_send_again()
        self.assertEqual((len(self.outbox.sent), self.status(message)), (1, "sent"))
        message.with_user(self.anna).action_sync_send_again()
        self.assertEqual(len(self.outbox.sent), 1)

    def test_it_is_tried_again_within_a_day_whatever_the_server_says(self):
        message = self.fail(Throttled(reasons.RATE_LIMIT, retry_after=1e30))
        self.assertEqual(self.status(message), "ready")
        latest = fields.Datetime.now() + timedelta(days=1, minutes=1)
        self.assertLess(self.mail_of(message).scheduled_date, latest)

    def test_what_was_certainly_not_sent_is_tried_again_by_itself(self):
        message = self.fail(Throttled(reasons.RATE_LIMIT, retry_after=3600))
        self.assertEqual(self.status(message), "ready")
        mail = self.mail_of(message)
        self.assertGreater(mail.scheduled_date, fields.Datetime.now() + timedelta(minutes=59))
        self.outbox.error = None
        self.env["mail.mail"].process_email_queue()
        self.assertFalse(self.outbox.sent)
        self.queue()
        self.assertEqual(len(self.outbox.sent), 1)
        self.assertEqual(self.status(message), "sent")

    def test_not_for_ever(self):
        message = self.fail(TemporaryError(reasons.CONNECTION_TIMEOUT))
        for _attempt in range(10):
            self.queue()
        self.assertFailed(message, "")

    def test_who_is_killed_while_sending_leaves_a_message_that_says_so(self):
        """What is committed before the message is handed over is what a kill leaves behind."""
        left = []

        def killed():
            mail = self.env["mail.mail"].search([("sync_account_id", "!=", False)])
            left.append((mail.state, mail.failure_reason, committed.call_count))

        self.outbox.before = killed
        with patch(f"{MAIL}.MailMail._sync_commit") as committed:
            self.post()
        [(state, reason, commits)] = left
        self.assertEqual(state, "exception")
        self.assertIn("nobody knows whether it went out", reason)
        self.assertEqual(commits, 1)

    def test_two_workers_do_not_send_it_both(self):
        again = []
        self.outbox.before = lambda: again.append(
            self.env["mail.mail"].search([("sync_account_id", "!=", False)])._sync_send()
        )
        self.post()
        self.assertEqual((len(again), len(self.outbox.sent)), (1, 1))

    def test_what_another_worker_has_begun_meanwhile_is_left_to_it(self):
        message = self.fail(MessageError(reasons.MESSAGE_TOO_LARGE))
        self.outbox.error = None
        mail = self.mail_of(message)
        mail._sync_begin_anew()
        self.env.flush_all()
        execute = type(self.env.cr).execute

        def race(cursor, query, *args, **kwargs):
            if "SKIP LOCKED" in str(query) and "mail_mail" in str(query):
                query = "DO $$ BEGIN RAISE SQLSTATE '40001'; END $$"
            return execute(cursor, query, *args, **kwargs)

        with patch.object(type(self.env.cr), "execute", race):
            mail._sync_send()
        self.assertFalse(self.outbox.sent)
        mail._sync_send()
        self.assertEqual(len(self.outbox.sent), 1)

    def test_trying_again_at_once_wakes_no_queue_besides(self):
        message = self.fail(MessageError(reasons.MESSAGE_TOO_LARGE))
        queue = self.env.ref("mail.ir_cron_mail_scheduler_action")
        triggers = self.env["ir.cron.trigger"].search_count([("cron_id", "=", queue.id)])
        with mute_logger(MAIL):
            message.with_user(self.anna).action_sync_send_again()
        after = self.env["ir.cron.trigger"].search_count([("cron_id", "=", queue.id)])
        self.assertEqual(after, triggers)

    def test_a_providers_limits_are_kept(self):
        imap = type(self.env["mail.sync.provider.imap"])
        with patch.object(imap, "_most_sent", (2, 3)):
            messages = [self.post() for _number in range(5)]
            self.assertEqual(len(self.outbox.sent), 2)
            self.assertEqual(
                [self.status(message) for message in messages], ["sent"] * 2 + ["ready"] * 3
            )
            late = self.mail_of(messages[-1]).scheduled_date
            self.assertLess(late, fields.Datetime.now() + timedelta(minutes=2))
            self.env["mail.sync.sent"].search([]).write(
                {"date": fields.Datetime.now() - timedelta(minutes=5)}
            )
            self.queue()
            self.assertEqual(len(self.outbox.sent), 3)
            late = self.mail_of(messages[-1]).scheduled_date
            self.assertGreater(late, fields.Datetime.now() + timedelta(hours=23))

    def test_what_waits_goes_with_its_mailbox(self):
        message = self.fail(TemporaryError(reasons.CONNECTION_TIMEOUT))
        self.outbox.error = None
        with self._committing():
            self.account._begin_removal(remove_mails=False)
        self.assertEqual(self.status(message), "exception")
        self.queue()
        with mute_logger("odoo.addons.mail.models.mail_mail"):
            self.account.unlink()
        self.queue()
        self.assertFalse(self.outbox.sent)
        self.assertFalse(
            self.env["mail.mail"].search([("mail_message_id", "=", message.id)]),
            "nor by the company's server",
        )
