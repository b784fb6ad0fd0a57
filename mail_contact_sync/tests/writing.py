# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from email import message_from_bytes, policy
from unittest.mock import patch

from markupsafe import Markup

from .common import SyncCase

#: A picture, in Base64.
PIXEL = (
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
    b"rkJggg=="
)


class Outbox:
    """What connects and sends; ``sent`` holds pairs of a parsed message and its recipients."""

    def __init__(self):
        self.sent = []
        self.raw = []
        self.error = None
        self.before = lambda: None

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        pass

    def check(self):
        if self.error:
            raise self.error

    def send(self, message, sender, recipients):
        self.before()
        if self.error:
            raise self.error
        self.raw.append(message)
        parsed = message_from_bytes(message, policy=policy.default)
        self.sent.append((parsed, sorted(recipients)))


class WritingCase(SyncCase):
    """Anna writes from her mailbox to Clara."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna.name = "Anna Berg"
        cls.anna.signature = "<p>Anna of Ours</p>"
        cls.account.write({"smtp_host": "smtp.ours.test", "password": "correct horse"})
        cls.dora = cls.env["res.partner"].create({"name": "Dora", "email": "dora@customer.test"})
        cls.comment = cls.env.ref("mail.mt_comment")

    def setUp(self):
        super().setUp()
        self.outbox = Outbox()
        imap = type(self.env["mail.sync.provider.imap"])
        self.startPatcher(patch.object(imap, "_sender", lambda provider, account: self.outbox))
        self.startPatcher(patch.object(imap, "_files_sent", True))

    def post(self, body="<p>Hello</p>", to=None, thread=None, user=None, **values):
        """As the chatter posts: with all rights, for the user."""
        user = user or self.anna
        thread = (thread or self.customer).with_user(user).sudo()
        return thread.message_post(
            **{
                "body": Markup(body),
                "message_type": "comment",
                "subtype_xmlid": "mail.mt_comment",
                "partner_ids": (to if to is not None else self.customer).ids,
                "sync_sender_id": self.account.id,
                **values,
            }
        )

    @property
    def letter(self):
        """The one that was sent."""
        [(letter, _recipients)] = self.outbox.sent
        return letter

    def status(self, message):
        """What the author sees of it."""
        notifications = message.sudo().notification_ids.filtered(
            lambda each: each.notification_type == "email"
        )
        [status] = set(notifications.mapped("notification_status"))
        return status
