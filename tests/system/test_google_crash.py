# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A first reading at Google that is broken off anywhere: nothing lost, nothing doubled."""

import time
from collections import Counter
from datetime import datetime, timedelta, timezone

import pytest

from dev.demo_google import GooglePeer
from dev.google_gmail import MINUTE
from dev.google_mailbox import Mail
from dev.image import INSTALLED

from .lanes import Lanes, instants_within
from .office import Office

ADDRESS = "anna@mail.ours.example"
CUSTOMERS = [f"customer{number}@clients.example" for number in range(12)]
PLENTY = 10**9  # units a minute
KILLS = 10

_LEFT = """
    SELECT id FROM mail_sync_account WHERE last_sync IS NULL OR failures > 0
    UNION ALL SELECT id FROM mail_sync_search WHERE wanted IS NOT NULL
    UNION ALL SELECT folder_id FROM mail_sync_candidate
    UNION ALL SELECT id FROM mail_sync_match WHERE state = 'waiting'
"""
_STATE = """
    SELECT count(*) FILTER (WHERE wanted IS NOT NULL),
        (SELECT count(*) FROM mail_sync_candidate),
        (SELECT count(*) FROM mail_sync_match WHERE state = 'posted'),
        (SELECT last_sync FROM mail_sync_account)
    FROM mail_sync_search
"""


def people(number: int) -> list[str]:
    """With whom the mail of this number is: customers, two of them, or a stranger."""
    customer = CUSTOMERS[number % len(CUSTOMERS)]
    if number % 5 == 0:
        return ["stranger@elsewhere.example"]
    return [customer, CUSTOMERS[(number + 3) % len(CUSTOMERS)]] if number % 7 == 0 else [customer]


def mail(number: int) -> Mail:
    received = datetime.now(timezone.utc) - timedelta(days=1 + number)
    lines = (
        f"From: {people(number)[0]}",
        f"To: {', '.join([ADDRESS, *people(number)[1:]])}",
        f"Subject: mail-{number}",
        f"Date: {received:%a, %d %b %Y %H:%M:%S +0000}",
        f"Message-ID: <{number}@clients.example>",
        "",
        f"This is the mail {number}",
    )
    return Mail(f"{number + 1:016x}", "\r\n".join(lines).encode(), received)


class FirstReading:
    """A mailbox at Google, connected and not yet read, to be read from nothing repeatedly."""

    def __init__(self, office: Office, template: str, google, lanes: Lanes):
        self.google, self.lanes = google, lanes
        self._office, self._template = office, template
        self._ahead = 0.0
        google.gmail._clock = lambda: time.time() + self._ahead

    def begin(self, limit: int) -> None:
        self._office.postgres.drop(self._office.database)
        self._office.postgres.copy(self._template, self._office.database)
        self._ahead += 2 * MINUTE
        self.google.gmail.limit = limit

    def done(self) -> bool:
        return not self._office.sql(_LEFT)

    def wait(self) -> None:
        """Let the time pass after which Google may be asked again."""
        self._ahead += 2 * MINUTE
        self._office.sql(
            "UPDATE mail_sync_account SET next_sync = next_sync - interval '1 day', "
            "paused_until = paused_until - interval '1 day'"
        )
        # What was spent is counted by the clock of the lanes, which nobody turns.
        self._office.sql("UPDATE mail_sync_usage SET budget = NULL")

    def state(self) -> tuple:
        """How far it is: in searching, looking at what was found, fetching, and as a whole."""
        return self._office.sql(_STATE)[0]

    def statuses(self) -> Counter[int]:
        return Counter(asked.status for asked in self.google.gmail.asked)

    def check(self) -> None:
        expected = Counter(
            (customer, f"mail-{number}")
            for number in range(60)
            for customer in people(number)
            if customer in CUSTOMERS
        )
        rows = self._office.sql(
            """SELECT contact.email, subject FROM mail_message message
               JOIN res_partner contact ON contact.id = message.res_id
               WHERE message.model = 'res.partner' AND message.sync_access IS NOT NULL"""
        )
        assert Counter(rows) == expected
        assert self._office.sql("SELECT DISTINCT state FROM mail_sync_match") == [("posted",)]
        assert not self.google.gmail.violations


@pytest.fixture(scope="module")
def first_reading(sandbox, dovecot, chromium):
    # The browser's fixture lifts a limit of memory that Node.js cannot live with, either.
    with Office(sandbox, dovecot, INSTALLED, cron_threads=0) as template:
        url = template.odoo.url
        mails = {ADDRESS: [mail(number) for number in range(60)]}
        with GooglePeer(sandbox, mails, url) as peer:
            template.hire(("anna", "Anna Lindqvist", ADDRESS))
            template.add_contacts([{"name": each, "email": each} for each in CUSTOMERS])
            peer.set_up(template.user("admin"))
            peer.connect(template.user("anna"), ADDRESS)
            template.odoo.stop()
            office = Office(sandbox, dovecot, template.database)
            with Lanes(office.odoo) as lanes:
                yield FirstReading(office, template.database, peer.google, lanes)


def test_killed_at_random_instants_in_search_and_delivery(first_reading):
    kills, instants = 0, instants_within(1.5, seed=25)
    while kills < KILLS:
        first_reading.begin(PLENTY)
        kills += first_reading.lanes.run_killed(
            first_reading.done, instants, KILLS - kills, go_on=first_reading.wait
        )
        first_reading.check()


@pytest.mark.parametrize("limit", [60, 700, 1300])
def test_a_quota_that_is_used_up_again_and_again_is_waited_for(first_reading, limit):
    """Each round gets on, and keeps what it got, be it as little as two messages."""
    first_reading.begin(limit)
    refused = first_reading.statuses()[429]
    before = None
    while not first_reading.done():
        first_reading.lanes.run()
        first_reading.wait()
        now = first_reading.state()
        assert now != before
        before = now
    assert first_reading.statuses()[429] > refused
    first_reading.check()
