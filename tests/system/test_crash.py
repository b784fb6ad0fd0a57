# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A first sync that is broken off anywhere goes on where it was: nothing lost, nothing doubled."""

import os
import random
import signal
from email import message_from_bytes, policy
from hashlib import sha1
from threading import Event

import pytest
from peers.tcp_proxy import TcpProxy

from .demo import expected, in_scope, indexed, posted
from .lanes import Lanes, instants_within
from .office import Office

TIMES = 30


class FirstSync:
    """The demo mailbox in an office without a server, synchronised from nothing repeatedly."""

    def __init__(self, office: Office, template: str, mailbox, lanes: Lanes):
        self.lanes = lanes
        self._office, self._template = office, template
        self._posted, self._indexed = expected(mailbox), in_scope(mailbox)

    def begin(self, port: int | None = None, security: str = "tls") -> None:
        """Everything as it was when the mailbox had been connected."""
        office = self._office
        office.postgres.drop(office.database)
        office.postgres.copy(self._template, office.database)
        if port:
            office.sql("UPDATE mail_sync_account SET port = %s, security = %s", port, security)

    def done(self) -> bool:
        return not self._office.busy()

    def go_on(self) -> None:
        """Let the time pass after which a failed connection, or a killed run, is tried again."""
        self._office.sql(
            "UPDATE mail_sync_account SET next_sync = next_sync - interval '1 day' "
            "WHERE failures + interruptions > 0"
        )

    def check(self) -> None:
        self.check_but_for(None, 0)

    def check_but_for(self, reason: str | None, failed: int) -> None:
        """All is posted but for so many mails, which are listed with this reason."""
        office = self._office
        missing = self._posted - posted(office)
        assert missing.total() == failed
        assert posted(office) == self._posted - missing
        ledger = office.sql(
            """SELECT state, reason, count(DISTINCT (partner_id, message_key))
               FROM mail_sync_match GROUP BY 1, 2"""
        )
        expected = {("posted", None, self._posted.total() - failed), ("failed", reason, failed)}
        assert set(ledger) == {row for row in expected if row[2]}
        assert indexed(office) == self._indexed


@pytest.fixture(scope="module")
def first_sync(sandbox, dovecot, connected, demo_mailbox):
    office = Office(sandbox, dovecot, connected)
    with Lanes(office.odoo) as lanes:
        yield FirstSync(office, connected, demo_mailbox, lanes)


def test_killed_at_random_instants(first_sync):
    kills, instants = 0, instants_within(1, seed=30)
    while kills < TIMES:
        first_sync.begin()
        kills += first_sync.lanes.run_killed(
            first_sync.done, instants, TIMES - kills, go_on=first_sync.go_on
        )
        first_sync.check()


def test_cut_off_at_random_octets(first_sync, dovecot):
    octets = random.Random(30)
    cuts = 0
    with TcpProxy(dovecot.tls_port) as proxy:
        while cuts < TIMES:
            first_sync.begin(proxy.port)
            while not first_sync.done():
                # evenly on a logarithmic scale: from the greeting to the largest attachment
                proxy.cut_after = int(10 ** octets.uniform(2, 7)) if cuts < TIMES else None
                first_sync.go_on()
                first_sync.lanes.run()
                cuts += proxy.cut_after == 0
            first_sync.check()


def test_a_mail_that_ends_its_worker_each_time_is_listed_and_the_rest_posted(first_sync, dovecot):
    deadly, runs = b"site-survey.zip", []

    def kill(data: bytes) -> bytes:
        if deadly in data:
            os.kill(runs[-1], signal.SIGKILL)
        return data

    with TcpProxy(dovecot.port, kill) as proxy:
        first_sync.begin(proxy.port, security="none")
        while not first_sync.done():
            assert len(runs) < TIMES
            runs.append(first_sync.lanes.start())
            first_sync.lanes.end(runs[-1])
            first_sync.go_on()
    first_sync.check_but_for("worker-ended", 1)


def test_two_workers_at_once(first_sync):
    first_sync.begin()
    while not first_sync.done():
        first_sync.lanes.wait(first_sync.lanes.start(), first_sync.lanes.start())
    first_sync.check()


def test_the_server_killed_at_work(sandbox, dovecot, connected, demo_mailbox, interrupted):
    """The whole of it with its scheduler: as the headers come, the first mail, a large one."""
    with Office(sandbox, dovecot, connected, cron_threads=2) as office:
        [[account]] = office.sql("SELECT id FROM mail_sync_account")
        for marker in (b"INTERNALDATE", b"Subject:", b"site-survey.zip"):
            killed = Event()

            def kill(killed=killed):
                office.odoo.kill()
                killed.set()

            proxy = interrupted(marker, kill)
            office.sql("UPDATE mail_sync_account SET port = %s, security = 'none'", proxy.port)
            office.sync_now("anna", account)
            assert killed.wait(60), office.odoo.tail()
            office.odoo.start()
        office.sync_now("anna", account)
        office.rest()
        assert posted(office) == expected(demo_mailbox)


def test_half_a_file_that_a_killed_worker_left_is_written_whole(office, mailbox, sandbox):
    """Odoo names its files by their content, and would take the half for another's for ever."""
    content = b"Attached to one mail, " * 1000
    digest = sha1(content).hexdigest()
    half = sandbox.data / "filestore" / office.database / digest[:2] / digest
    half.parent.mkdir(exist_ok=True)
    half.write_bytes(content[:500])
    mail = message_from_bytes(mailbox.letter("An offer"), policy=policy.default)
    mail.add_attachment(content, maintype="application", subtype="pdf", filename="offer.pdf")
    mailbox.client.append("INBOX", mail.as_bytes(policy=policy.SMTP))
    mailbox.read()
    assert mailbox.posted() == {"An offer": 1}
    assert half.read_bytes() == content
