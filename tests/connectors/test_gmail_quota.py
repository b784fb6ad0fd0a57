# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What calls cost, and what may be spent."""

import json

import pytest
from gmail_peer import searched
from imap_mailbox import SINCE

from mail_contact_sync.connectors.base import Throttled
from mail_contact_sync.connectors.gmail import ALL
from mail_contact_sync.connectors.gmail.quota import Budget


@pytest.fixture
def connector(gmailbox):
    with gmailbox.connect() as connector:
        yield connector


def test_a_budget_is_kept_between_runs(clock):
    budget = Budget(limit=100, reserve=10, clock=clock)
    budget.spend(40)
    clock.advance(30)
    budget.spend(50)
    kept = Budget(limit=100, reserve=10, clock=clock).load(json.loads(json.dumps(budget.dump())))
    assert kept.room() == 10 and kept.room(urgent=True) == 20
    with pytest.raises(Throttled) as caught:
        kept.spend(30)
    assert 29 < caught.value.retry_after <= 31
    kept.spend(20, urgent=True)
    clock.advance(31)
    assert kept.room() == 30
    clock.advance(30)
    assert kept.room() == 100 and kept.dump() == []


def test_background_work_waits_until_it_is_worth_beginning_again(clock):
    budget = Budget(limit=100, reserve=0, clock=clock)
    for _ in range(10):
        budget.spend(10)
        clock.advance(5)
    with pytest.raises(Throttled) as caught:
        budget.spend(1)
    clock.advance(caught.value.retry_after)
    assert budget.room() == 30
    budget.spend(30)
    with pytest.raises(Throttled) as caught:
        budget.spend(1, urgent=True)
    clock.advance(caught.value.retry_after)
    assert budget.room() == 10


def test_a_budget_survives_a_clock_that_is_set_back(clock):
    budget = Budget(limit=100, reserve=0, clock=clock)
    budget.spend(100)
    clock.advance(-3600)
    with pytest.raises(Throttled) as caught:
        budget.spend(10)
    assert caught.value.retry_after <= 60
    clock.advance(61)
    budget.spend(10)


def test_a_lower_limit_is_believed_for_an_hour_and_kept_between_runs(clock):
    budget = Budget(limit=1000, reserve=10, clock=clock)
    budget.spend(500)
    budget.refused(300, lower=True)
    assert budget.room() == 0 and budget.room(urgent=True) == 10
    kept = Budget(limit=1000, reserve=10, clock=clock).load(json.loads(json.dumps(budget.dump())))
    assert kept.room() == 0
    clock.advance(61)
    assert budget.room() == kept.room() == 200
    with pytest.raises(Throttled):
        kept.spend(201)
    kept.spend(200)
    clock.advance(3600)
    assert budget.room() == kept.room() == 1000 and kept.dump() == []


def test_a_lower_limit_leaves_something_and_ends_with_a_clock_that_is_set_back(clock):
    budget = Budget(limit=1000, reserve=0, clock=clock)
    budget.spend(40)
    budget.refused(40, lower=True)
    assert budget.room() == 100
    clock.advance(-7200)
    assert budget.room() == 1000


def test_a_call_that_can_never_be_paid_for_does_not_wait_for_ever(clock):
    with pytest.raises(Throttled) as caught:
        Budget(limit=10, reserve=0, clock=clock).spend(20)
    assert caught.value.retry_after == 60


def test_what_a_connector_spends_is_what_google_counts(gmailbox, connector, google):
    gmailbox.add("m1", "m2", "m3")
    cursor = connector.changes(ALL, None, SINCE, 10).cursor
    connector.check()
    refs = searched(connector)
    connector.envelopes(ALL, refs)
    list(connector.fetch(ALL, refs))
    connector.changes(ALL, cursor, SINCE, 10)
    assert connector.usage.units == google.gmail.spent(gmailbox.user)
    assert connector.usage.units == 1 + 1 + 1 + 5 + 3 * 20 + 3 * 20 + 2
    assert (connector.usage.queries, connector.usage.messages) == (1, 6)
