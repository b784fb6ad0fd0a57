# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# pylint: disable=invalid-commit
# What is committed, and seen by others, is the subject.
from datetime import datetime, timedelta, timezone
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests.common import BaseCase, get_db_name

from .common import MemoryConnector

RAW = """\
From: {name}@race.test
To: anna@ours.test
Subject: Offer
Message-ID: <{name}@race.test>

Hello
"""
#: How long one connection waits for another before it gives up and comes again:
#: here the other cannot go on meanwhile.
LOCK_TIMEOUT = "20ms"


class RaceCase(BaseCase):
    """Real connections and commits: what one test's transaction cannot show.

    The mailbox holds a mail of Nina's and one of Otto's.
    """

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.mailbox = MemoryConnector()
        del self.mailbox.mail["Sent"]  # whose scan would make good what the other's left out
        yesterday = datetime.now(timezone.utc) - timedelta(days=1)
        for name in ("nina", "otto"):
            self.mailbox.add("INBOX", RAW.format(name=name).encode(), yesterday)
        self.startPatcher(
            patch.object(
                self.registry["mail.sync.account"], "_connector", lambda account: self.mailbox
            )
        )

    def _cursor(self):
        cr = self.registry.cursor()
        self.addCleanup(cr.close)
        cr.execute("SET lock_timeout = %s", [LOCK_TIMEOUT])
        cr.commit()
        return cr

    def _close(self, cr):
        cr.rollback()
        cr.execute("RESET lock_timeout")
        cr.commit()
        cr.close()

    def _env(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {})

    def _account(self, cr, address="anna@ours.test"):
        env = self._env(cr)
        account = env["mail.sync.account"].create(
            {
                "user_id": env.ref("base.user_admin").id,
                "address": address,
                "state": "active",
                "since": "2020-01-01",
                "next_sync": "2020-01-01",
            }
        )
        cr.commit()
        return account.id

    def _contact(self, cr, name):
        contact = self._env(cr)["res.partner"].create({"name": name, "email": f"{name}@race.test"})
        cr.commit()
        return contact.id

    def _remove(self, account_id, contact_ids):
        with self.registry.cursor() as cr:
            env = self._env(cr)
            env["res.partner"].browse(contact_ids).unlink()
            env["mail.sync.account"].browse(account_id).unlink()
            env["ir.cron.trigger"].search(
                [("cron_id", "in", env["mail.sync.engine"]._lanes().ids)]
            ).unlink()

    def _work(self, cr, account_id, deadline=0):
        """One round, or as many as there is work for until the ``deadline``."""
        env = self._env(cr)
        try:
            env["mail.sync.engine"]._run(env["mail.sync.account"].browse(account_id), deadline)
        finally:
            cr.rollback()

    def _messages(self, contact_ids):
        with self.registry.cursor() as cr:
            messages = self._env(cr)["mail.message"].search(
                [
                    ("model", "=", "res.partner"),
                    ("res_id", "in", contact_ids),
                    ("sync_access", "!=", False),
                ]
            )
            return sorted(messages.mapped("res_id"))
