# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""From the moment a user creates a contact until its past stands in the chatter.

The server is a real one, whose scheduler wakes by itself.
"""

import time
from collections.abc import Callable
from statistics import median

from dev.progress import say
from dev.rpc import Client

from . import ours
from .lab import Lab
from .worker import Worker
from .workload import CONTACTS, NEWCOMERS, PAST

_POLL = 0.01  # seconds
_PATIENCE = 120


def measure(lab: Lab) -> dict[str, float]:
    say("The past of a new contact: reading the mailbox")
    database = lab.database()
    with Worker(lab.sandbox.idle_odoo(database)) as worker:
        worker.call(ours.create_contacts, CONTACTS)
        account = worker.call(ours.connect, lab.mailboxes.copy())
        worker.call(ours.sync, account)
    say(f"Creating {len(NEWCOMERS)} contacts one by one")
    seconds = []
    with lab.sandbox.idle_odoo(database, cron_threads=2) as odoo:
        admin = Client(odoo.url, database, "admin", "admin")

        def posted(contact: int) -> bool:
            [(found,)] = lab.sandbox.postgres.sql(
                database,
                """SELECT count(*) FROM mail_message
                   WHERE model = 'res.partner' AND res_id = %s AND sync_access IS NOT NULL""",
                contact,
            )
            return found == PAST

        for email in NEWCOMERS:
            start = time.perf_counter()
            contact = admin.call("res.partner", "create", {"name": email, "email": email})
            _wait(lambda contact=contact: posted(contact))
            seconds.append(time.perf_counter() - start)
    return {"past_seconds": median(seconds), "past_seconds_worst": max(seconds)}


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError("the past of a new contact did not come")
        time.sleep(_POLL)
