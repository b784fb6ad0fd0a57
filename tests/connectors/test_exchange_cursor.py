# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The rules of the cursor on Exchange, one test each."""

import json
from datetime import timedelta
from itertools import islice

import pytest
from exchange_double import SINCE, names, office, read
from exchange_mail import fill
from imap_mailbox import numbered

from mail_contact_sync.connectors.base import TemporaryError
from mail_contact_sync.connectors.exchange import scan as exchange_scan


@pytest.fixture
def mailbox():
    with office() as mailbox:
        yield mailbox


# The first scan ------------------------------------------------------------------


def test_the_first_page_holds_the_newest_mail_newest_first(mailbox, connector, inbox):
    fill(mailbox, 3, 1, 7, 2, 6, 5, 4)
    page = connector.changes(inbox, None, SINCE, 3)
    assert names(page.envelopes) == numbered(7, 6, 5)
    assert page.more and page.total == 7


def test_further_pages_go_down_to_the_end_of_the_window(mailbox, connector, inbox):
    fill(mailbox, *range(1, 8))
    assert read(connector, inbox, limit=3)[0] == numbered(*range(7, 0, -1))


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 100])
def test_messages_of_the_same_second_each_come_once(mailbox, connector, inbox, limit):
    fill(mailbox, 9, 1)
    mailbox.add(*numbered(2, 3, 4, 5, 6))
    found, _ = read(connector, inbox, limit=limit)
    assert sorted(found) == sorted(numbered(1, 2, 3, 4, 5, 6, 9))


def test_a_window_of_exactly_one_page_is_done_after_it(mailbox, connector, inbox):
    fill(mailbox, 1, 2, 3)
    page = connector.changes(inbox, None, SINCE, 3)
    assert len(page.envelopes) == 3 and not page.more


def test_an_empty_folder_has_nothing_and_is_done(connector, inbox):
    page = connector.changes(inbox, None, SINCE, 3)
    assert page.envelopes == () and not page.more and page.total == 0


def test_the_cursor_is_json(mailbox, connector, inbox):
    fill(mailbox, 1, 2)
    cursor = connector.changes(inbox, None, SINCE, 1).cursor
    assert json.loads(json.dumps(cursor)) == cursor


def test_another_connection_goes_on_where_the_cursor_stands(mailbox, inbox):
    fill(mailbox, *range(1, 8))
    found, cursor, more = [], None, True
    while more:
        with mailbox.connect() as connector:
            page = connector.changes(inbox, json.loads(json.dumps(cursor)), SINCE, 2)
        found += names(page.envelopes)
        cursor, more = page.cursor, page.more
    assert found == numbered(*range(7, 0, -1))


def test_a_page_that_was_not_stored_comes_again(mailbox, connector, inbox):
    fill(mailbox, *range(1, 8))
    cursor = connector.changes(inbox, None, SINCE, 3).cursor
    lost = connector.changes(inbox, cursor, SINCE, 3)
    again = connector.changes(inbox, cursor, SINCE, 3)
    assert names(lost.envelopes) == names(again.envelopes) == numbered(4, 3, 2)


def test_5000_messages_each_come_once_in_few_requests(mailbox, connector, inbox):
    fill(mailbox, *range(5000))
    found, _ = read(connector, inbox, limit=500)
    assert found == numbered(*range(4999, -1, -1))
    # 10 to go through the folder; then a list, a look at changes and 5 times 100 headers each.
    counts = mailbox.server.counts
    assert counts["SyncFolderItems"] <= 21 and counts["GetItem"] == 50
    assert counts["FindItem"] <= 20


def test_a_folder_too_long_for_one_call_is_gone_through_in_several(
    mailbox, connector, inbox, monkeypatch
):
    monkeypatch.setattr(exchange_scan, "MAX_STEPS", 1)
    monkeypatch.setattr(exchange_scan, "MAX_CHANGES", 2)
    fill(mailbox, *range(1, 6))
    page = connector.changes(inbox, None, SINCE, 3)
    assert page.envelopes == () and page.more
    assert read(connector, inbox, page.cursor, limit=3)[0] == numbered(5, 4, 3, 2, 1)


# New mail ------------------------------------------------------------------------


def test_new_mail_comes_after_the_cursor(mailbox, connector, inbox):
    fill(mailbox, 1, 2)
    _, cursor = read(connector, inbox)
    fill(mailbox, 3, 4)
    assert read(connector, inbox, cursor)[0] == numbered(3, 4)


def test_mail_to_a_folder_that_was_empty_is_new(mailbox, connector, inbox):
    _, cursor = read(connector, inbox)
    fill(mailbox, 1)
    assert read(connector, inbox, cursor)[0] == ["m1"]


def test_nothing_new_takes_one_request_and_leaves_the_cursor(mailbox, connector, inbox):
    fill(mailbox, 1, 2)
    _, cursor = read(connector, inbox)
    mailbox.server.requests.clear()
    page = connector.changes(inbox, cursor, SINCE + timedelta(hours=1), 10)
    assert page.envelopes == () and page.cursor == cursor and not page.more
    assert mailbox.server.counts == {"SyncFolderItems": 1}


def test_new_mail_comes_before_the_rest_of_the_past(mailbox, connector, inbox):
    fill(mailbox, 1, 2, 3, 4)
    cursor = connector.changes(inbox, None, SINCE, 2).cursor
    fill(mailbox, 5)
    page = connector.changes(inbox, cursor, SINCE, 2)
    assert names(page.envelopes) == ["m5"] and page.more
    assert read(connector, inbox, page.cursor)[0] == numbered(2, 1)


def test_more_new_mail_than_a_page_comes_without_gaps(mailbox, connector, inbox):
    fill(mailbox, 1)
    _, cursor = read(connector, inbox)
    fill(mailbox, *range(2, 9))
    assert read(connector, inbox, cursor, limit=3)[0] == numbered(*range(2, 9))


def test_200_messages_that_arrive_during_the_scan_each_come_once(mailbox, connector, inbox):
    fill(mailbox, *range(40))
    found, cursor, more = [], None, True
    arriving = iter(range(40, 240))
    while more:
        page = connector.changes(inbox, cursor, SINCE, 15)
        found += names(page.envelopes)
        cursor, more = page.cursor, page.more
        fill(mailbox, *islice(arriving, 50))
    found += read(connector, inbox, cursor)[0]
    assert sorted(found) == sorted(numbered(*range(240)))


@pytest.mark.parametrize("moment", ["FindItem", "SyncFolderItems", "GetItem"])
@pytest.mark.parametrize("number", [0, 25, 45, 60])
def test_mail_that_arrives_between_two_requests_comes_once(
    mailbox, connector, inbox, moment, number
):
    """Whether it belongs above the page, into it or below."""
    fill(mailbox, 10, 20, 30, 40, 50)
    cursor = connector.changes(inbox, None, SINCE, 1).cursor
    mailbox.server.meanwhile(moment, lambda: fill(mailbox, number))
    found, cursor = read(connector, inbox, cursor, limit=2)
    found += read(connector, inbox, cursor)[0]
    assert sorted(found) == sorted(numbered(10, 20, 30, 40, number))


def test_mail_moved_into_what_is_still_to_be_read_comes_once(mailbox, connector, inbox):
    fill(mailbox, 10, 20, 30)
    cursor = connector.changes(inbox, None, SINCE, 1).cursor
    fill(mailbox, 5)
    assert sorted(read(connector, inbox, cursor, limit=1)[0]) == sorted(numbered(5, 10, 20))


def test_old_mail_moved_into_what_has_been_read_is_new(mailbox, connector, inbox):
    fill(mailbox, 10, 20, 30)
    _, cursor = read(connector, inbox)
    fill(mailbox, 15)
    assert read(connector, inbox, cursor)[0] == ["m15"]


def test_mail_deleted_during_the_scan_hides_no_other(mailbox, connector, inbox):
    fill(mailbox, *range(20))
    page = connector.changes(inbox, None, SINCE, 5)
    mailbox.remove(*names(page.envelopes))
    assert read(connector, inbox, page.cursor, limit=5)[0] == numbered(*range(14, -1, -1))


def test_mail_deleted_while_it_is_listed_hides_no_other(mailbox, connector, inbox, monkeypatch):
    """A list is not trusted whose second page does not go on where the first ended."""
    monkeypatch.setattr(exchange_scan, "MAX_FOUND", 4)
    fill(mailbox, *range(20))
    cursor = connector.changes(inbox, None, SINCE, 1).cursor
    mailbox.server.meanwhile("FindItem", lambda: None)
    mailbox.server.meanwhile("FindItem", lambda: mailbox.remove(*numbered(18, 17)))
    page = connector.changes(inbox, cursor, SINCE, 10)
    assert names(page.envelopes) == numbered(*range(16, 6, -1))


def test_a_list_that_never_holds_still_is_tried_again_later(mailbox, connector, inbox, monkeypatch):
    monkeypatch.setattr(exchange_scan, "MAX_FOUND", 4)
    fill(mailbox, *range(100))
    cursor = connector.changes(inbox, None, SINCE, 1).cursor
    numbers = iter(range(98, 0, -1))

    def remove_two():
        mailbox.remove(f"m{next(numbers)}", f"m{next(numbers)}")
        mailbox.server.meanwhile("FindItem", remove_two)

    mailbox.server.meanwhile("FindItem", remove_two)
    with pytest.raises(TemporaryError):
        connector.changes(inbox, cursor, SINCE, 10)


def test_a_list_that_goes_nowhere_ends(mailbox, connector, inbox, monkeypatch):
    monkeypatch.setattr(exchange_scan, "MAX_FOUND", 1)
    fill(mailbox, 1, 2, 3)
    with pytest.raises(TemporaryError):
        connector.changes(inbox, None, SINCE, 2)


def test_what_was_read_or_deleted_is_not_new(mailbox, connector, inbox):
    fill(mailbox, 1, 2)
    _, cursor = read(connector, inbox)
    mailbox.directory.mark_read(mailbox.items("m1")[0])
    mailbox.remove("m2")
    assert read(connector, inbox, cursor)[0] == []


def test_new_mail_that_is_gone_again_is_left_out(mailbox, connector, inbox):
    _, cursor = read(connector, inbox)
    fill(mailbox, 1, 2)
    mailbox.server.meanwhile("GetItem", lambda: mailbox.remove("m1"))
    assert read(connector, inbox, cursor)[0] == ["m2"]


def test_what_is_no_mail_is_left_out(mailbox, connector, inbox):
    fill(mailbox, 1)
    mailbox.add("appointment", kind="CalendarItem")
    found, cursor = read(connector, inbox, limit=1)
    mailbox.add("card", kind="Contact")
    assert (found, read(connector, inbox, cursor)[0]) == (["m1"], [])
