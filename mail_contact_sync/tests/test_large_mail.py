# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from ..models import mail_sync_delivery, mail_sync_posting
from .test_delivery import DeliveryCase


class TestLargeMail(DeliveryCase):
    """How much of the mailbox is in memory at a time."""

    def setUp(self):
        super().setUp()
        self.fetches = []  # sizes of what was brought
        fetch = type(self.mailbox).fetch

        def noted(mailbox, folder, refs, limit=None):
            brought = list(fetch(mailbox, folder, refs, limit))
            self.fetches.append([len(raw) for _ref, raw in brought])
            return iter(brought)

        self.startPatcher(patch.object(type(self.mailbox), "fetch", noted))

    def test_what_is_too_large_is_posted_without_its_files(self):
        large = self.mail(body="The drawings\n", attachments=[("plan.bin", b"x" * 5000)])
        with (
            patch.object(mail_sync_posting, "MAX_MESSAGE_BYTES", len(large) - 1),
            patch.object(mail_sync_delivery, "HEAD_BYTES", 1000),
        ):
            message = self.post(large)
        self.assertEqual(self.fetches, [[1000]])
        self.assertIn("The drawings", message.body)
        self.assertIn("very large", message.body)
        self.assertFalse(message.attachment_ids)

    def test_what_is_just_not_too_large_is_posted_whole(self):
        large = self.mail(attachments=[("plan.bin", b"x" * 5000)])
        with patch.object(mail_sync_posting, "MAX_MESSAGE_BYTES", len(large)):
            message = self.post(large)
        self.assertEqual(message.attachment_ids.raw, b"x" * 5000)
        self.assertNotIn("very large", message.body)

    def test_no_more_is_fetched_at_once_than_may_be_except_for_one_that_is_larger(self):
        mails = [
            self.mail(subject=f"Mail {days}", days=days, body="x" * size)
            for days, size in enumerate((2000, 2000, 2000, 9000, 2000), start=1)
        ]
        for raw in mails:
            self.arrive(raw)
        two = len(mails[0]) + len(mails[1])
        with patch.object(mail_sync_delivery, "BATCH_BYTES", two):
            self.sync()
        sizes = [len(raw) for raw in mails]
        self.assertEqual(self.fetches, [sizes[:2], sizes[2:3], sizes[3:4], sizes[4:]])
        self.assertEqual(len(self.synced()), 5)
