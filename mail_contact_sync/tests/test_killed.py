# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# pylint: disable=invalid-commit
# What is committed is the subject.
from contextlib import suppress

from odoo.tests.common import tagged

from .cursor_script import Script
from .races import RaceCase


class Killed(BaseException):
    """Nothing in the engine is there to handle it."""


def kill():
    raise Killed


@tagged("post_install", "-at_install")
class TestKilled(RaceCase):
    """A worker that is killed before any of its commits loses nothing and doubles nothing."""

    def setUp(self):
        super().setUp()
        self.mailbox.page_size = 1

    def test_killed_at_any_commit(self):
        events = self._sync_killed_at(None)
        for moment, event in enumerate(events):
            with self.subTest(moment=moment, event=event):
                self._sync_killed_at(moment)

    def _sync_killed_at(self, moment):
        """Sync from nothing, killed before that event; all events up to there."""
        cr = self._cursor()
        account_id = self._account(cr)
        contact_ids = [self._contact(cr, name) for name in ("nina", "otto")]
        while self._env(cr)["mail.sync.match"]._match_contacts():
            cr.commit()
        script = Script(cr)
        if moment is not None:
            script.at(moment, kill)
        with suppress(Killed):
            self._work(cr, account_id, deadline=float("inf"))
        script.end()
        # After a while: what ends its worker is tried again later and later.
        cr.execute(
            "UPDATE mail_sync_account SET next_sync = next_sync - interval '1 day' WHERE id = %s",
            [account_id],
        )
        cr.commit()
        self._work(cr, account_id, deadline=float("inf"))
        cr.execute("SELECT count(*) FROM mail_sync_envelope WHERE account_id = %s", [account_id])
        [indexed] = cr.fetchone()
        self._close(cr)
        try:
            self.assertEqual(self._messages(contact_ids), contact_ids)
            self.assertEqual(indexed, 2)
        finally:
            self._remove(account_id, contact_ids)
        return script.events
