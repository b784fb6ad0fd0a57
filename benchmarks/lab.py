# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the measurements of one run share."""

from datetime import datetime, time, timezone
from functools import cached_property
from itertools import count

from dev.image import INSTALLED
from dev.sandbox import Sandbox

from .mailboxes import Mailboxes
from .worker import Worker
from .workload import Workload


class Lab:
    """``workload`` is the mailbox, ``mailboxes`` where it can be read."""

    def __init__(self, sandbox: Sandbox, messages: int):
        self.sandbox = sandbox
        midnight = datetime.combine(datetime.now(timezone.utc), time(), timezone.utc)
        self.workload = Workload(messages, midnight)
        self._numbers = count(1)

    @cached_property
    def mailboxes(self) -> Mailboxes:
        return Mailboxes(self.sandbox, self.workload)

    def database(self, template: str = INSTALLED) -> str:
        """A new database; returns its name."""
        return self.sandbox.database(f"bench{next(self._numbers)}", template)

    def worker(self, template: str = INSTALLED) -> Worker:
        """A worker on a new database."""
        return Worker(self.sandbox.idle_odoo(self.database(template)))
