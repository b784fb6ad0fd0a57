# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One worker at a time for an account, for a message, and for a mail on its way out.

A row lock is lost at every commit, so a second connection holds transaction
level advisory locks (PostgreSQL 13.3.5).  They are gone the moment the process
dies, whatever killed it.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

#: First key of the two-integer advisory locks of the accounts: "mcs" in ASCII.
ACCOUNTS = 0x6D6373
#: And of the mails that are being sent: "mcm".
MAILS = 0x6D636D


class Lease:
    """The right to work on one account, for as long as its cursor is open."""

    def __init__(self, registry):
        self._registry = registry

    @classmethod
    @contextmanager
    def on(cls, registry, account_id: int) -> Iterator["Lease | None"]:
        """None where another worker holds the account."""
        with registry.cursor() as cr:
            cr.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", (ACCOUNTS, account_id))
            yield cls(registry) if cr.fetchone()[0] else None

    @contextmanager
    def messages(self, keys: Iterable[int]) -> Iterator[None]:
        """Alone with these messages, across all accounts.

        The caller begins its transaction inside, so that it sees whatever the
        holder before committed.  Sorted, so that two batches never wait for
        each other.
        """
        with self._registry.cursor() as cr:
            cr.execute(
                "SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key",
                (sorted(set(keys)),),
            )
            yield


@contextmanager
def sending(registry, mail_id: int) -> Iterator[bool]:
    """Whether the caller is alone in sending this mail, for as long as the context lasts."""
    with registry.cursor() as cr:
        cr.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", (MAILS, mail_id))
        yield cr.fetchone()[0]
