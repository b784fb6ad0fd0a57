# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A mailbox whose row somebody has locked, so that whoever would change it waits."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from .office import Office

_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = %s"


class HeldAccount:
    def __init__(self, office: Office):
        self._office = office

    def wait_for_waiting(self, count: int) -> None:
        """Until so many wait, of whom each began before it knew of the next."""
        deadline = time.monotonic() + 60
        while self._office.sql(_WAITING, self._office.database) != [(count,)]:
            assert time.monotonic() < deadline, self._office.odoo.tail()
            time.sleep(0.05)


@contextmanager
def held_account(office: Office, account: int) -> Iterator[HeldAccount]:
    """Hold it for as long as the context lasts; its row stays as it is."""
    connection = office.postgres.connect(office.database)
    try:
        connection.autocommit = False
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT FROM mail_sync_account WHERE id = %s FOR NO KEY UPDATE", [account]
            )
        yield HeldAccount(office)
    finally:
        connection.close()
