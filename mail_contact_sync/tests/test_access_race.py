# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timedelta, timezone
from unittest.mock import patch

from psycopg2 import OperationalError

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests.common import BaseCase, get_db_name
from odoo.tools import mute_logger

from .common import MemoryConnector

RAW = b"""\
From: rita@race.test
To: anna@ours.test
Subject: Offer
Message-ID: <offer@race.test>

Hello
"""


class TestClosingRace(BaseCase):
    """A mailbox is closed while its mail is posted: the mail is closed, whoever is faster.

    Real connections and commits, which one test's transaction cannot show.
    """

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.mailbox = MemoryConnector()
        self.mailbox.add("INBOX", RAW, datetime.now(timezone.utc) - timedelta(days=1))
        self.startPatcher(
            patch.object(
                self.registry["mail.sync.account"], "_connector", lambda account: self.mailbox
            )
        )
        with self.registry.cursor() as cr:
            env = self.env(cr)
            self.contact = env["res.partner"].create({"name": "Rita", "email": "rita@race.test"}).id
            self.account = (
                env["mail.sync.account"]
                .create(
                    {
                        "user_id": env.ref("base.user_admin").id,
                        "address": "anna@ours.test",
                        "state": "active",
                        "since": "2020-01-01",
                        "next_sync": "2020-01-01",
                    }
                )
                .id
            )
        self.addCleanup(self.remove)
        self.closing = self.registry.cursor()
        self.addCleanup(self.closing.close)
        self.closing.execute("SET lock_timeout = '20ms'")
        self.closing.commit()

    def env(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {})

    def remove(self):
        with self.registry.cursor() as cr:
            env = self.env(cr)
            env["res.partner"].browse(self.contact).unlink()
            env["mail.sync.account"].browse(self.account).unlink()
            env["ir.cron.trigger"].search(
                [("cron_id", "in", env["mail.sync.engine"]._lanes().ids)]
            ).unlink()

    def work(self):
        """Until nothing is left; where the posting met somebody else, once more."""
        with self.registry.cursor() as cr:
            engine = self.env(cr)["mail.sync.engine"]
            account = self.env(cr)["mail.sync.account"].browse(self.account)
            while not engine._run(account, float("inf")):
                pass

    def close(self):
        """Close the mailbox as a request does: once more where it met somebody else."""
        try:
            with mute_logger("odoo.sql_db"):
                self.env(self.closing)["mail.sync.account"].browse(
                    self.account
                ).visibility = "private"
                self.env(self.closing).flush_all()
            self.closing.commit()
        except OperationalError:
            self.closing.rollback()
            return False
        return True

    def access(self):
        with self.registry.cursor() as cr:
            return (
                self.env(cr)["mail.message"]
                .search([("model", "=", "res.partner"), ("res_id", "=", self.contact)])
                .filtered("sync_access")
                .mapped("sync_access")
            )

    def test_closed_while_it_is_fetched(self):
        fetch = self.mailbox.fetch

        def close_and_fetch(*args, **kwargs):
            self.assertTrue(self.close())
            return fetch(*args, **kwargs)

        with patch.object(self.mailbox, "fetch", close_and_fetch):
            self.work()
        self.assertEqual(self.access(), ["private"])

    def test_closed_before_it_is_posted(self):
        posting = self.registry["mail.sync.posting"]
        post, closed = posting._post, []

        def close_and_post(*args):
            if not closed:
                closed.append(self.close())
            return post(*args)

        with patch.object(posting, "_post", close_and_post):
            self.work()
        self.assertEqual(closed, [True], "nobody need wait for what is posted")
        self.assertEqual(self.access(), ["private"])

    def test_closed_by_a_request_that_began_before_it_was_posted(self):
        """The request does not see the message, so it must begin anew."""
        posting, matches = self.registry["mail.sync.posting"], self.registry["mail.sync.match"]
        post, due, closed = posting._post, matches._due, []

        def begin_and_post(*args):
            self.closing.execute("SELECT count(*) FROM mail_message")
            closed.append(False)
            return post(*args)

        def close_and_look_for_more(*args):
            if closed:
                closed.append(self.close())
            return due(*args)

        with (
            patch.object(posting, "_post", begin_and_post),
            patch.object(matches, "_due", close_and_look_for_more),
        ):
            self.work()
        self.assertTrue(closed[-1] or self.close())
        self.assertEqual(self.access(), ["private"])
