# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email import message_from_bytes
from email.message import EmailMessage
from email.utils import format_datetime, parsedate_to_datetime
from unittest.mock import patch

from odoo.tests.common import TransactionCase, new_test_user
from odoo.tools import SQL

from ..connectors.base import Connector, CursorExpired, Folder, FolderGone, Mailbox, Page
from ..connectors.headers import envelope, subject


class MemoryConnector(Connector):
    """A mailbox in memory, for what is not about a protocol.

    ``mail`` maps folder names to lists of (uid, received, raw); uids only grow.
    """

    roles = {"INBOX": "inbox", "Sent": "sent", "Junk": "junk"}

    def __init__(self):
        self.mail = {"INBOX": [], "Sent": []}
        self.validity = dict.fromkeys(self.mail, 1)
        self.fetched = []
        self.error = None
        self.page_size = None

    def __enter__(self):
        if self.error:
            raise self.error
        return self

    def __exit__(self, *exc_info):
        pass

    def check(self):
        return Mailbox("anna@ours.test")

    def folders(self):
        return [Folder(name, name, self.roles.get(name)) for name in self.mail]

    def add(self, folder, raw, received=None):
        messages = self.mail.setdefault(folder, [])
        self.validity.setdefault(folder, 1)
        uid = messages[-1][0] + 1 if messages else 1
        messages.append((uid, received or datetime.now(timezone.utc), raw))

    def changes(self, folder, cursor, since, limit):
        if folder.ref not in self.mail:
            raise FolderGone("folder-gone")
        validity = self.validity[folder.ref]
        if cursor and cursor["validity"] != validity:
            raise CursorExpired("folder-renumbered")
        wider = cursor and since < datetime.fromisoformat(cursor["since"])
        after = cursor["uid"] if cursor and not wider else 0
        limit = self.page_size or limit
        found = [entry for entry in self.mail[folder.ref] if entry[0] > after and entry[1] >= since]
        page = found[:limit]
        return Page(
            envelopes=tuple(
                replace(
                    envelope(f"{validity}.{uid}", len(raw), received, raw.split(b"\n\n")[0]),
                    subject=subject(raw),
                )
                for uid, received, raw in page
            ),
            cursor={
                "validity": validity,
                "uid": page[-1][0] if page else after,
                "since": since.isoformat(),
            },
            more=len(found) > limit,
            total=len(self.mail[folder.ref]),
        )

    def fetch(self, folder, refs, limit=None):
        if folder.ref not in self.mail:
            raise FolderGone("folder-gone")
        stored = {
            f"{self.validity[folder.ref]}.{uid}": raw for uid, _, raw in self.mail[folder.ref]
        }
        for ref in refs:
            if ref in stored:
                self.fetched.append(ref)
                yield ref, stored[ref][:limit]


class MemoryFetch:
    """At the first fetch the message is no longer where it was, but in Archive."""

    def __init__(self, mailbox, raw):
        self.mailbox, self.raw = mailbox, raw
        self.fetch = mailbox.fetch

    def __call__(self, folder, refs, limit=None):
        if self.mailbox.mail["INBOX"]:
            _uid, received, _raw = self.mailbox.mail["INBOX"].pop()
            self.mailbox.add("Archive", self.raw, received)
        return self.fetch(folder, refs, limit)


class SyncCase(TransactionCase):
    """Anna, her mailbox and her customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = datetime.now(timezone.utc)  # so that a mail written twice is the same
        cls.env.user.email = "admin@ours.test"
        cls.anna = new_test_user(
            cls.env,
            "anna",
            email="anna@ours.test",
            groups="base.group_user,base.group_partner_manager",
        )
        cls.ben = new_test_user(
            cls.env,
            "ben",
            email="ben@ours.test",
            groups="base.group_user,base.group_partner_manager",
        )
        cls.customer = cls.env["res.partner"].create(
            {"name": "Clara Customer", "email": "clara@customer.test"}
        )
        cls.account = cls._connect(cls.anna)

    def setUp(self):
        super().setUp()
        self.connectors = {self.account: MemoryConnector()}
        self.mailbox = self.connectors[self.account]
        connectors = self.connectors
        self.startPatcher(
            patch.object(
                type(self.account), "_connector", lambda account: connectors[account.sudo(True)]
            )
        )

    @classmethod
    def _connect(cls, user, **values):
        account = (
            cls.env["mail.sync.account"]
            .with_user(user)
            .create(
                {
                    "address": user.email,
                    "host": "imap.ours.test",
                    "password": "correct horse",
                    **values,
                }
            )
        )
        account.action_connect()
        return account.sudo()

    def _second_account(self, user, **values):
        account = self._connect(user, **values)
        self.connectors[account] = MemoryConnector()
        return account, self.connectors[account]

    @contextmanager
    def _committing(self):
        """Let the engine commit, into the test's own transaction."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            yield
        self.env.invalidate_all()

    def sync(self):
        """What the scheduled action does, until it has nothing left to do."""
        self.env["mail.sync.account"].search([]).write({"next_sync": datetime(2020, 1, 1)})
        with self._committing():
            self.env.ref("mail_contact_sync.ir_cron_lane_1").method_direct_trigger()

    def mail(self, sender="Clara <clara@customer.test>", to="anna@ours.test", **values):
        """The bytes of a mail; ``days`` ago, the other values as headers."""
        message = EmailMessage()
        message["From"] = sender
        message["To"] = to
        days = values.pop("days", 1)
        date = self.now - timedelta(days=days)
        message["Date"] = format_datetime(date)
        body = values.pop("body", "Hello Anna\n")
        html = values.pop("html", None)
        attachments = values.pop("attachments", [])
        subject = values.setdefault("subject", "An offer")
        values.setdefault("message_id", f"<{abs(hash((subject, days, sender, to)))}@customer.test>")
        for name, value in values.items():
            if value:
                message[name.replace("_", "-")] = value
        message.set_content(body)
        if html:
            message.add_alternative(html, subtype="html")
        for name, content in attachments:
            message.add_attachment(
                content, maintype="application", subtype="octet-stream", filename=name
            )
        return message.as_bytes()

    def arrive(self, raw, folder="INBOX", mailbox=None):
        received = datetime.now(timezone.utc)
        date = message_from_bytes(raw)["Date"]
        if date:
            received = parsedate_to_datetime(date)
        (mailbox or self.mailbox).add(folder, raw, received)

    def assertInNoTable(self, *secrets):
        """In none of the add-on's tables, nor in the settings or the log."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT tablename FROM pg_tables WHERE tablename ~ "
            "'^(mail_sync|res_config_settings|ir_config_parameter|ir_logging)'"
        )
        for [table] in self.env.cr.fetchall():
            self.env.cr.execute(SQL("SELECT to_jsonb(t)::text FROM %s t", SQL.identifier(table)))
            text = str(self.env.cr.fetchall())
            for secret in secrets:
                self.assertNotIn(secret, text, table)

    def synced(self, partner=None):
        """The synced messages of a contact, oldest first."""
        return self.env["mail.message"].search(
            [
                ("model", "=", "res.partner"),
                ("res_id", "=", (partner or self.customer).id),
                ("sync_access", "!=", False),
            ],
            order="date, id",
        )
