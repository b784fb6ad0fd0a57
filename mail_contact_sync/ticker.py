# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# pylint: disable=invalid-commit
# A word to a browser leaves at the commit.
import time

PROGRESS_SECONDS = 1


class Ticker:
    """Tells the owner's browser that there is news of an account.

    Each word to a browser costs a connection to the database, so it is said at
    most once a second while work goes on, once at its end, and never about nothing.
    """

    def __init__(self, account):
        self._account = account
        self._last = time.monotonic()
        #: whether something has changed that was not yet told
        self.news = bool(account.error_reason)
        #: whether any work was done, and kept
        self.got_on = False

    def note(self, done: bool):
        self.got_on |= done
        self.news |= done

    def tick(self):
        if self.news and time.monotonic() - self._last >= PROGRESS_SECONDS:
            self.tell()

    def tell(self):
        self._last = time.monotonic()
        self.news = False
        self._account.user_id._bus_send(
            "mail_contact_sync/progress", {"account_id": self._account.id}
        )
        self._account.env.cr.commit()
