# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Graph: what the cursor covers, and what it costs to find out."""

import json
from datetime import timedelta
from urllib.parse import unquote

import pytest
from graph_peer import DELTA, LIST, aged, numbered
from imap_mailbox import NOW, SINCE, names, read

from mail_contact_sync.connectors.graph import scan as graph_scan


@pytest.fixture
def connector(box):
    with box.connect() as connector:
        yield connector


@pytest.fixture
def low_limit(microsoft, monkeypatch):
    """Graph's limit of a delta with a filter is 20 messages, and near it is 15."""
    monkeypatch.setattr(graph_scan, "NEAR_LIMIT", 15)
    monkeypatch.setattr(microsoft.graph.mail, "most_filtered", 20)


# The first round ------------------------------------------------------------------


def test_the_newest_come_first(box, connector):
    aged(box, 3, 1, 4, 2, 5)
    found, _cursor = read(connector, box.folder(), limit=2)
    assert found == numbered(1, 2, 3, 4, 5)


def test_one_request_reads_a_small_folder(box, connector):
    aged(box, 1, 2, 3)
    read(connector, box.folder())
    assert box.graph.counts == {DELTA: 1}


def test_one_request_sees_that_nothing_is_new(box, connector):
    aged(box, 1, 2, 3)
    _found, cursor = read(connector, box.folder())
    box.graph.forget()
    assert read(connector, box.folder(), cursor)[0] == []
    assert box.graph.counts == {DELTA: 1}


def test_the_request_asks_for_immutable_ids_a_window_and_an_order(box, connector):
    aged(box, 1)
    read(connector, box.folder(), limit=7)
    (request,) = box.graph.requests
    assert request.headers["prefer"] == 'IdType="ImmutableId", odata.maxpagesize=7'
    target = unquote(request.target)
    assert f"$filter=receivedDateTime ge {SINCE:%Y-%m-%dT%H:%M:%SZ}" in target
    assert "$orderby=receivedDateTime desc" in target


def test_a_page_has_at_most_500(box, connector):
    aged(box, 1)
    connector.changes(box.folder(), None, SINCE, 10_000)
    assert box.graph.requests[0].headers["prefer"].endswith("maxpagesize=500")


def test_the_total_is_told_of_the_window_alone(box, connector):
    aged(box, *range(1, 8))
    box.add("before", days=182)
    page = connector.changes(box.folder(), None, SINCE, 3)
    assert page.total == 7 and len(page.envelopes) == 3
    page = connector.changes(box.folder(), page.cursor, SINCE, 3)
    assert page.total == 7


def test_a_total_that_is_not_to_be_had_is_no_trouble(box, connector):
    aged(box, 1, 2, 3)
    box.graph.fail_next(LIST, 500, "ErrorInternalServerError")
    page = connector.changes(box.folder(), None, SINCE, 2)
    assert page.total is None and names(page.envelopes) == numbered(1, 2)


def test_a_folder_of_5000_is_read_whole(box, connector):
    for number in range(5003):
        box.add(f"n{number}", days=number / 1000)
    found, cursor = read(connector, box.folder(), limit=500)
    assert found == [f"n{number}" for number in range(5003)]
    assert box.graph.counts[DELTA] + box.graph.counts[LIST] <= 15
    assert len(json.dumps(cursor)) < 1000


# Beyond the limit of a delta with a filter ----------------------------------------


@pytest.mark.parametrize("limit", [3, 10, 100])
def test_what_the_delta_leaves_out_is_listed(box, connector, low_limit, limit):
    aged(box, *range(1, 51))
    box.add("before", days=182)
    found, cursor = read(connector, box.folder(), limit=limit)
    assert found == numbered(*range(1, 51))
    assert read(connector, box.folder(), cursor)[0] == []


@pytest.mark.parametrize("limit", [2, 5])
def test_messages_of_one_second_are_neither_lost_nor_doubled(box, connector, low_limit, limit):
    aged(box, *range(1, 18))
    box.add(*(f"t{number}" for number in range(15)), days=1)
    box.add("last", days=3)
    found, _cursor = read(connector, box.folder(), limit=limit)
    assert len(found) == len(set(found)) == 17 + 15 + 1


def test_more_of_one_second_than_are_listed_at_once(box, connector, low_limit, monkeypatch):
    monkeypatch.setattr(box.graph.mail, "most_listed", 5)
    aged(box, *range(1, 18))
    box.add(*(f"t{number}" for number in range(20)), days=1)
    found, _cursor = read(connector, box.folder(), limit=3)
    assert len(found) == len(set(found)) == 17 + 20


def test_new_mail_comes_before_the_rest_of_the_past(box, connector, low_limit):
    aged(box, *range(1, 41))
    cursor = None
    for _ in range(3):
        page = connector.changes(box.folder(), cursor, SINCE, 10)
        cursor = page.cursor
    assert names(page.envelopes) == numbered(*range(21, 31)) and page.more
    box.add("new", days=0)
    page = connector.changes(box.folder(), cursor, SINCE, 10)
    assert names(page.envelopes) == ["new"] and page.more
    page = connector.changes(box.folder(), page.cursor, SINCE, 10)
    assert names(page.envelopes) == numbered(*range(31, 41))


def test_the_past_survives_deletions_between_pages(box, connector, low_limit):
    aged(box, *range(1, 51))
    found, cursor, more = [], None, True
    while more:
        page = connector.changes(box.folder(), cursor, SINCE, 5)
        assert len(page.envelopes) <= 5
        found, cursor, more = found + names(page.envelopes), page.cursor, page.more
        if len(found) == 30 and page.envelopes:
            box.remove(*numbered(*range(22, 31)))
    assert found == numbered(*range(1, 51))


@pytest.mark.parametrize("limit", [7, 100])
def test_a_delta_in_no_order_is_cut_off_anywhere(box, connector, low_limit, monkeypatch, limit):
    monkeypatch.setattr(box.graph.mail, "jumbled", True)
    aged(box, *range(1, 51))
    found, cursor = read(connector, box.folder(), limit=limit)
    assert set(found) == set(numbered(*range(1, 51)))
    assert read(connector, box.folder(), cursor)[0] == []


def test_a_list_that_does_not_say_how_to_go_on(box, connector, low_limit, monkeypatch):
    monkeypatch.setattr(box.graph.mail, "unlinked", True)
    aged(box, *range(1, 51))
    assert read(connector, box.folder(), limit=10)[0] == numbered(*range(1, 51))


def test_a_limit_that_is_lower_than_known_is_noticed_by_the_total(box, connector, monkeypatch):
    monkeypatch.setattr(box.graph.mail, "most_filtered", 20)
    aged(box, *range(1, 51))
    assert read(connector, box.folder(), limit=10)[0] == numbered(*range(1, 51))


def test_a_folder_just_below_the_limit_is_not_listed(box, connector, low_limit):
    aged(box, *range(1, 15))
    read(connector, box.folder(), limit=100)
    assert box.graph.counts[LIST] == 0


# Later rounds ---------------------------------------------------------------------


def test_mail_that_comes_in_mid_round_comes_after_it(box, connector):
    aged(box, *range(1, 5))
    page = connector.changes(box.folder(), None, SINCE, 3)
    box.add("new", days=0)
    found, _cursor = read(connector, box.folder(), page.cursor)
    assert found == [*numbered(4), "new"]


def test_a_message_that_is_moved_here_is_new_whatever_its_age(box, connector):
    aged(box, 1)
    box.add("moved", days=100, folder="junkemail")
    _found, cursor = read(connector, box.folder())
    box.mailbox.move(box.ids["moved"], "inbox")
    page = connector.changes(box.folder(), cursor, SINCE, 10)
    assert names(page.envelopes) == ["moved"]
    assert page.envelopes[0].ref == box.ids["moved"]


def test_a_message_keeps_its_ref_in_another_folder(box, connector):
    aged(box, 1)
    first = connector.changes(box.folder(), None, SINCE, 10).envelopes[0]
    box.mailbox.move(box.ids["m01"], "archive")
    second = connector.changes(box.folder("archive"), None, SINCE, 10).envelopes[0]
    assert first == second


def test_what_was_moved_here_from_before_the_window_is_left_out(box, connector):
    box.add("old", days=200, folder="archive")
    _found, cursor = read(connector, box.folder())
    box.mailbox.move(box.ids["old"], "inbox")
    assert read(connector, box.folder(), cursor)[0] == []


def test_what_is_removed_is_nothing_to_us(box, connector):
    aged(box, 1, 2)
    _found, cursor = read(connector, box.folder())
    box.remove("m01")
    box.graph.forget()
    page = connector.changes(box.folder(), cursor, SINCE, 10)
    assert page.envelopes == () and page.failed == () and not page.more
    assert box.graph.counts == {DELTA: 1}


def test_a_change_that_is_told_in_part_is_asked_for_as_a_whole(box, connector):
    # A message may come and be read between two rounds.
    aged(box, *range(1, 26))
    _found, cursor = read(connector, box.folder())
    for number in range(1, 26):
        box.mailbox.mark_read(box.ids[f"m{number:02}"])
    box.graph.forget()
    page = connector.changes(box.folder(), cursor, SINCE, 100)
    assert names(page.envelopes) == numbered(*range(1, 26)) and page.failed == ()
    assert page.envelopes[0].sender == "clara@customer.example"
    assert box.graph.batches == [20, 5]


def test_a_change_of_what_is_gone_meanwhile(box, connector):
    aged(box, 1, 2)
    _found, cursor = read(connector, box.folder())
    for name in ("m01", "m02"):
        box.mailbox.mark_read(box.ids[name])
    box.graph.meanwhile("me/mailFolders/messages", lambda: box.remove("m01"))
    page = connector.changes(box.folder(), cursor, SINCE, 10)
    assert names(page.envelopes) == ["m02"] and page.failed == ()


@pytest.mark.parametrize("status", [400, 500])
def test_a_change_that_is_kept_back_is_named_and_the_others_come(box, connector, status):
    aged(box, 1, 2)
    _found, cursor = read(connector, box.folder())
    for name in ("m01", "m02"):
        box.mailbox.mark_read(box.ids[name])
    box.graph.fail_next(LIST, status, "ErrorCorruptData")
    page = connector.changes(box.folder(), cursor, SINCE, 10)
    assert names(page.envelopes) == ["m02"]
    assert [error.ref for error in page.failed] == [box.ids["m01"]]


def test_a_draft_is_left_out(box, connector):
    aged(box, 1)
    box.add("draft", draft=True)
    assert read(connector, box.folder())[0] == numbered(1)


# The window -----------------------------------------------------------------------


def test_a_wider_window_reads_what_is_older(box, connector):
    box.add("inside", days=10)
    box.add("before", days=300)
    found, cursor = read(connector, box.folder())
    assert found == ["inside"]
    wider = NOW - timedelta(days=365)
    found, cursor = read(connector, box.folder(), cursor, wider)
    assert found == ["inside", "before"]
    assert read(connector, box.folder(), cursor, wider)[0] == []


def test_a_narrower_window_begins_nothing_anew(box, connector):
    aged(box, 1)
    _found, cursor = read(connector, box.folder())
    box.graph.forget()
    box.add("between", days=60)
    assert read(connector, box.folder(), cursor, NOW - timedelta(days=30))[0] == []
    assert box.graph.counts == {DELTA: 1} and "deltatoken" in box.graph.requests[0].target
