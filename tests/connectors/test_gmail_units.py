# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Searching and reading in Gmail stop before the units of the minute run out, and go on later."""

import contextlib
import json

import pytest
from gmail_peer import CLARA, searched
from imap_mailbox import SINCE, names

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import Throttled
from mail_contact_sync.connectors.gmail import ALL
from mail_contact_sync.connectors.gmail import query as gmail_query
from mail_contact_sync.connectors.gmail import session as gmail_session


@pytest.fixture
def connector(gmailbox):
    with gmailbox.connect() as connector:
        yield connector


def test_a_search_stops_before_the_units_run_out_and_goes_on_later(
    gmailbox, connector, google, clock, monkeypatch
):
    monkeypatch.setattr(gmail_query, "MAX_QUERY", 10)
    gmailbox.add("m1", "m2", "m3")
    gmailbox.budget.spend(gmailbox.budget.room() - 10)
    addresses = ["a@other.example", "b@other.example", CLARA, "d@other.example"]
    left, found = list(connector.search_groups(addresses)), []

    def search():
        while left:
            for page in connector.search(left[0], SINCE):
                found.extend(page)
            left.pop(0)

    with pytest.raises(Throttled) as caught:
        search()
    assert caught.value.reason == reasons.PACING
    assert 0 < caught.value.retry_after <= 60
    assert [group[0] for group in left] == addresses[2:] and found == []
    assert len(google.gmail.calls("messages.list")) == 2
    clock.advance(caught.value.retry_after)
    search()
    assert sorted(found) == sorted(gmailbox.ids.values())
    assert len(google.gmail.calls("messages.list")) == 4


def test_envelopes_come_as_far_as_the_units_go_and_the_others_later(
    gmailbox, connector, google, clock
):
    gmailbox.add(*(f"m{number}" for number in range(70)))
    refs = searched(connector)
    gmailbox.budget.spend(gmailbox.budget.room() - 60 * 20 - 19)
    page = connector.envelopes(ALL, refs)
    assert [each.ref for each in page.envelopes] == refs[:60]
    assert page.cursor == refs[60:] and page.more
    with pytest.raises(Throttled) as caught:
        connector.envelopes(ALL, page.cursor)
    assert caught.value.reason == reasons.PACING
    clock.advance(60)
    page = connector.envelopes(ALL, json.loads(json.dumps(page.cursor)))
    assert [each.ref for each in page.envelopes] == refs[60:] and page.cursor == []
    assert sorted(gmailbox.got()) == sorted(refs)


@pytest.mark.parametrize("over_limit", [(429, "rateLimitExceeded"), (403, "userRateLimitExceeded")])
def test_envelopes_that_google_has_no_units_for_come_later(
    gmailbox, connector, google, clock, over_limit
):
    gmailbox.add(*(f"m{number}" for number in range(70)))
    refs = searched(connector)
    google.gmail.limit = google.gmail.spent(gmailbox.user) + 20 * 65
    google.gmail.over_limit = over_limit
    page = connector.envelopes(ALL, refs)
    assert len(page.envelopes) == 65 and sorted(page.cursor) == sorted(refs[65:])
    with pytest.raises(Throttled) as caught:
        connector.envelopes(ALL, page.cursor)
    assert (caught.value.reason, caught.value.retry_after) == (reasons.PACING, 60)
    clock.advance(60)
    assert len(connector.envelopes(ALL, page.cursor).envelopes) == 5


def test_what_google_gives_less_is_found_out_once_an_hour(gmailbox, connector, google, clock):
    gmailbox.add(*(f"m{number}" for number in range(70)))
    left, rounds = searched(connector), 0
    clock.advance(60)
    google.gmail.limit = 20 * 10
    while left:
        with contextlib.suppress(Throttled):
            left = connector.envelopes(ALL, left).cursor
        clock.advance(60)
        rounds += 1
    refused = [asked for asked in google.gmail.asked if asked.status in (403, 429)]
    assert rounds < 20 and len(refused) <= 50 + gmail_session.FEW


def test_our_own_count_stays_below_that_of_google(gmailbox, connector, google, clock):
    gmailbox.add(*(f"m{number}" for number in range(40)))
    refs = searched(connector)
    spent = []
    for _ in range(20):
        try:
            connector.envelopes(ALL, refs)
        except Throttled as throttled:
            assert throttled.reason == reasons.PACING
            clock.advance(throttled.retry_after)
        spent.append(google.gmail.spent(gmailbox.user))
        clock.advance(1)
    assert 5000 < max(spent) <= 5400
    assert not any(asked.status == 429 for asked in google.gmail.asked)


def test_the_answer_to_a_batch_may_not_fill_the_memory(gmailbox, connector, google, monkeypatch):
    monkeypatch.setattr(gmail_session, "MAX_BATCH", 6000)
    gmailbox.add(*(f"m{number}" for number in range(16)))
    page = connector.envelopes(ALL, searched(connector))
    assert sorted(names(page.envelopes)) == sorted(gmailbox.ids)
    assert google.batches[0] == 16 and google.batches[-1] < 16
