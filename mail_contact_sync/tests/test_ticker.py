# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from types import SimpleNamespace
from unittest.mock import patch

from .. import ticker
from .common import SyncCase


class TestTicker(SyncCase):
    """How often the owner's browser is told of a mailbox that is worked on."""

    def setUp(self):
        super().setUp()
        self.moment, self.told = 1000.0, []
        clock = SimpleNamespace(monotonic=lambda: self.moment)
        self.startPatcher(patch.object(ticker, "time", clock))
        self.startPatcher(
            patch.object(
                type(self.env["res.users"]),
                "_bus_send",
                lambda user, kind, word: self.told.append((self.moment, user, kind, word)),
            )
        )

    def work(self, *steps):
        """The moments at which somebody was told: of steps, each a moment and whether it brought
        anything.
        """
        self.told.clear()
        with patch.object(self.env.cr, "commit", lambda: None):
            watch = ticker.Ticker(self.account)
            for moment, done in steps:
                self.moment = 1000.0 + moment
                watch.note(done)
                watch.tick()
        return [moment - 1000.0 for moment, *_word in self.told]

    def test_at_most_once_a_second(self):
        eighths = [(number / 8, True) for number in range(28)]
        self.assertEqual(self.work(*eighths), [1, 2, 3])
        word = ("mail_contact_sync/progress", {"account_id": self.account.id})
        self.assertEqual({said[1:3] for said in self.told}, {(self.anna, word[0])})
        self.assertEqual(self.told[0][3], word[1])

    def test_never_about_nothing(self):
        self.assertEqual(self.work((2, False), (4, True), (6, False), (8, False)), [4])

    def test_what_came_within_the_second_is_told_after_it(self):
        self.assertEqual(self.work((0.5, True), (0.75, False), (1.25, False)), [1.25])

    def test_once_at_the_end_and_not_where_nothing_came(self):
        self.sync()
        self.told.clear()
        self.sync()
        self.assertFalse(self.told, "a look that found nothing")
        for number in range(3):
            self.arrive(self.mail(subject=f"Mail {number}"))
        self.mailbox.page_size = 1
        self.sync()
        self.assertEqual(len(self._progress()), 1)

    def test_that_trouble_is_over_is_told_though_nothing_came(self):
        self.account.error_reason = "connection-timeout"
        self.sync()
        self.assertEqual(len(self._progress()), 1)

    def _progress(self):
        return [said for said in self.told if said[2] == "mail_contact_sync/progress"]
