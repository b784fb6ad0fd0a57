# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is new in a Gmail mailbox: each message once, and the cursor behind it."""

import json
from datetime import timedelta

import pytest
from gmail_peer import read_new
from imap_mailbox import SINCE, names

from dev.google_gmail import Fault
from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import CursorExpired, TemporaryError, Throttled
from mail_contact_sync.connectors.gmail import ALL


@pytest.fixture
def connector(gmailbox):
    with gmailbox.connect() as connector:
        yield connector


def begin(connector):
    page = connector.changes(ALL, None, SINCE, 10)
    assert page.envelopes == () and not page.more
    return page.cursor


def numbered(*numbers):
    return [f"m{number:03}" for number in numbers]


def test_what_was_there_before_is_left_to_the_search(gmailbox, connector):
    gmailbox.add("old")
    cursor = begin(connector)
    assert read_new(connector, cursor)[0] == [] and gmailbox.got() == []


def test_new_mail_comes_in_order_and_once(gmailbox, connector):
    cursor = begin(connector)
    gmailbox.add(*numbered(1, 2, 3))
    found, cursor = read_new(connector, cursor)
    assert found == numbered(1, 2, 3)
    assert read_new(connector, cursor)[0] == []
    gmailbox.add(*numbered(4))
    assert read_new(connector, cursor)[0] == numbered(4)
    assert len(gmailbox.got()) == 4


def test_mail_that_comes_between_the_cursor_and_the_first_search_is_not_lost(gmailbox, connector):
    cursor = begin(connector)
    gmailbox.add("between")
    assert read_new(connector, cursor)[0] == ["between"]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_pages_neither_lose_nor_double(gmailbox, connector, limit):
    cursor = begin(connector)
    gmailbox.add(*numbered(*range(7)))
    gmailbox.mailbox.label(gmailbox.ids["m003"], add=("STARRED",), remove=("UNREAD",))
    gmailbox.mailbox.delete(gmailbox.ids["m005"])
    found, cursor = read_new(connector, cursor, limit)
    assert found == numbered(0, 1, 2, 3, 4, 6)
    assert read_new(connector, cursor, limit)[0] == []


def test_a_cursor_is_json_and_good_for_another_connection(gmailbox):
    with gmailbox.connect() as connector:
        cursor = begin(connector)
    gmailbox.add(*numbered(1, 2))
    with gmailbox.connect() as connector:
        page = connector.changes(ALL, cursor, SINCE, 1)
    assert names(page.envelopes) == numbered(1) and page.more
    with gmailbox.connect() as connector:
        assert read_new(connector, json.loads(json.dumps(page.cursor)))[0] == numbered(2)


def test_a_cursor_used_again_gives_the_same_again(gmailbox, connector):
    cursor = begin(connector)
    gmailbox.add(*numbered(1, 2))
    assert read_new(connector, cursor)[0] == read_new(connector, cursor)[0] == numbered(1, 2)


@pytest.mark.parametrize("label", ["SPAM", "TRASH", "DRAFT"])
def test_what_is_no_mail_costs_nothing_and_comes_when_it_is_one(gmailbox, connector, label):
    cursor = begin(connector)
    gmailbox.add("m1", labels=(label,))
    found, cursor = read_new(connector, cursor)
    assert found == [] and gmailbox.got() == []
    gmailbox.mailbox.label(gmailbox.ids["m1"], add=("INBOX",), remove=(label,))
    assert read_new(connector, cursor)[0] == ["m1"]


def test_what_was_thrown_away_before_it_was_read_is_left_out(gmailbox, connector):
    cursor = begin(connector)
    gmailbox.add("m1", "m2", "m3")
    gmailbox.mailbox.label(gmailbox.ids["m1"], add=("TRASH",), remove=("INBOX",))
    gmailbox.mailbox.delete(gmailbox.ids["m2"])
    assert read_new(connector, cursor)[0] == ["m3"]


def test_labels_that_change_nothing_for_us_cost_nothing(gmailbox, connector, google):
    gmailbox.add("m1", labels=("INBOX", "UNREAD"))
    cursor = begin(connector)
    gmailbox.mailbox.label(gmailbox.ids["m1"], add=("STARRED",), remove=("INBOX", "UNREAD"))
    found, after = read_new(connector, cursor)
    assert found == [] and gmailbox.got() == [] and after != cursor
    assert len(google.gmail.calls("history.list")) == 1


def test_mail_from_before_the_window_is_left_out(gmailbox, connector):
    cursor = begin(connector)
    gmailbox.add("imported", days=400)
    gmailbox.add("m1")
    assert read_new(connector, cursor)[0] == ["m1"]


def test_what_the_user_sends_comes_too(gmailbox, connector):
    cursor = begin(connector)
    gmailbox.add("sent", labels=("SENT",))
    assert read_new(connector, cursor)[0] == ["sent"]


def test_a_cursor_that_is_too_old(gmailbox, connector):
    cursor = begin(connector)
    gmailbox.add("m1")
    gmailbox.mailbox.forget_history()
    with pytest.raises(CursorExpired) as caught:
        connector.changes(ALL, cursor, SINCE, 10)
    assert caught.value.reason == reasons.HISTORY_EXPIRED
    cursor = begin(connector)
    gmailbox.add("m2")
    gmailbox.mailbox.oldest_history = 0
    assert read_new(connector, cursor)[0] == ["m2"]


def test_the_cursor_moves_only_as_far_as_the_units_went(gmailbox, connector, clock):
    cursor = begin(connector)
    gmailbox.add(*numbered(*range(80)))
    gmailbox.budget.spend(gmailbox.budget.room() - 2 - 60 * 20)
    page = connector.changes(ALL, cursor, SINCE, 100)
    assert names(page.envelopes) == numbered(*range(60)) and page.more
    with pytest.raises(Throttled) as caught:
        connector.changes(ALL, page.cursor, SINCE, 100)
    assert caught.value.reason == reasons.PACING
    clock.advance(60)
    assert read_new(connector, page.cursor)[0] == numbered(*range(60, 80))


def one_record(*refs, id="5000", **more):
    added = [{"message": {"id": ref}} for ref in refs]
    return {"history": [{"id": id, "messagesAdded": added}], **more}


def test_a_record_of_many_messages_is_read_in_parts(gmailbox, connector, google):
    cursor = begin(connector)
    gmailbox.add(*numbered(*range(5)))
    refs = [gmailbox.ids[name] for name in numbered(*range(5))]
    body = json.dumps(one_record(*refs, historyId="6000")).encode()
    google.gmail.faults.append(Fault("history.list", 200, "", times=3, body=body))
    found = []
    for _ in range(3):
        page = connector.changes(ALL, cursor, SINCE, 2)
        found += names(page.envelopes)
        cursor = json.loads(json.dumps(page.cursor))
    assert found == numbered(*range(5))
    assert cursor == {"history": "6000"} and not page.more


def test_pages_of_history_without_anything_are_turned(gmailbox, connector, google):
    cursor = begin(connector)
    gmailbox.add("m1")
    empty = json.dumps({"nextPageToken": "0", "historyId": "6000"}).encode()
    google.gmail.faults.append(Fault("history.list", 200, "", times=2, body=empty))
    assert read_new(connector, cursor)[0] == ["m1"]
    assert [call.param("pageToken") for call in google.gmail.calls("history.list")] == [
        "",
        "0",
        "0",
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"",
        b'{"history": 5, "historyId": "1"}',
        b'{"history": [{}], "historyId": "1"}',
        b'{"history": [{"id": "1", "messagesAdded": [{}]}], "historyId": "1"}',
    ],
)
def test_an_answer_that_is_none_moves_no_cursor(connector, google, body):
    cursor = begin(connector)
    google.gmail.faults.append(Fault("history.list", 200, "", body=body))
    with pytest.raises(TemporaryError) as caught:
        connector.changes(ALL, cursor, SINCE, 10)
    assert caught.value.reason == reasons.PROTOCOL_ERROR


def test_a_message_that_cannot_be_read_is_reported_and_passed(gmailbox, connector, google):
    cursor = begin(connector)
    gmailbox.add("m1", "m2", "m3")
    google.gmail.faults.append(Fault("messages.get", 500, "backendError", gmailbox.ids["m2"]))
    page = connector.changes(ALL, cursor, SINCE, 10)
    assert names(page.envelopes) == ["m1", "m3"]
    assert [each.ref for each in page.failed] == [gmailbox.ids["m2"]]
    assert read_new(connector, page.cursor)[0] == []


def test_a_connection_that_breaks_moves_no_cursor(gmailbox, connector, google):
    cursor = begin(connector)
    gmailbox.add("m1", "m2")
    google.break_next("/batch")
    with pytest.raises(TemporaryError):
        connector.changes(ALL, cursor, SINCE, 10)
    assert read_new(connector, cursor)[0] == ["m1", "m2"]


def test_what_came_before_a_connection_broke_is_kept(gmailbox, connector, google):
    cursor = begin(connector)
    gmailbox.add(*numbered(*range(60)))
    calls = iter([False, True])
    google.breaks = lambda target: "/batch" in target and next(calls, False)
    try:
        page = connector.changes(ALL, cursor, SINCE, 100)
    finally:
        del google.breaks
    assert names(page.envelopes) == numbered(*range(50)) and page.more
    assert read_new(connector, page.cursor)[0] == numbered(*range(50, 60))


def test_one_run_that_finds_nothing_is_one_request(connector, google):
    cursor = begin(connector)
    google.gmail.asked.clear()
    connector.changes(ALL, cursor, SINCE + timedelta(days=1), 100)
    assert [asked.call.method for asked in google.gmail.asked] == ["gmail.users.history.list"]
    assert connector.usage.units == 1 + 2
