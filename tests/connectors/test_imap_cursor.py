# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The rules of the IMAP cursor, one test each, on servers with and without extensions."""

import json
from datetime import timedelta
from itertools import islice

import pytest
from imap_mailbox import INBOX, NOW, SINCE, names, numbered, read


@pytest.fixture
def mailbox(any_mailbox):
    return any_mailbox


# The first scan ------------------------------------------------------------------


def test_the_first_page_holds_the_newest_mail_newest_first(mailbox, connector):
    mailbox.add(*numbered(*range(1, 8)))
    page = connector.changes(INBOX, None, SINCE, 3)
    assert names(page.envelopes) == numbered(7, 6, 5)
    assert page.more and page.total == 7


def test_further_pages_go_down_to_the_end_of_the_window(mailbox, connector):
    mailbox.add(*numbered(*range(1, 8)))
    assert read(connector, limit=3)[0] == numbered(*range(7, 0, -1))


def test_a_window_of_exactly_one_page_is_done_after_it(mailbox, connector):
    mailbox.add(*numbered(0, 1, 2, 3))
    mailbox.remove("m0")
    page = connector.changes(INBOX, None, SINCE, 3)
    assert len(page.envelopes) == 3 and not page.more


def test_the_cursor_is_json(mailbox, connector):
    mailbox.add(*numbered(1, 2))
    cursor = connector.changes(INBOX, None, SINCE, 1).cursor
    assert json.loads(json.dumps(cursor)) == cursor


def test_another_connection_goes_on_where_the_cursor_stands(mailbox):
    mailbox.add(*numbered(*range(1, 8)))
    found, cursor, more = [], None, True
    while more:
        with mailbox.connect() as connector:
            page = connector.changes(INBOX, cursor, SINCE, 2)
        found += names(page.envelopes)
        cursor, more = page.cursor, page.more
    assert found == numbered(*range(7, 0, -1))


def test_a_page_that_was_not_stored_comes_again(mailbox, connector):
    mailbox.add(*numbered(*range(1, 8)))
    cursor = connector.changes(INBOX, None, SINCE, 3).cursor
    lost = connector.changes(INBOX, cursor, SINCE, 3)
    again = connector.changes(INBOX, cursor, SINCE, 3)
    assert names(lost.envelopes) == names(again.envelopes) == numbered(4, 3, 2)


def test_an_empty_folder_has_nothing_and_is_done(connector):
    page = connector.changes(INBOX, None, SINCE, 3)
    assert page.envelopes == () and not page.more and page.total == 0


def test_an_envelope_tells_what_the_header_does(mailbox, connector):
    mailbox.add("m1", days=2)
    (envelope,) = connector.changes(INBOX, None, SINCE, 3).envelopes
    assert envelope.sender == "clara@customer.example"
    assert envelope.addresses == ("clara@customer.example", "anna@ours.example")
    assert envelope.received == NOW - timedelta(days=2)
    assert envelope.sent.isoformat() == "2026-03-02T09:00:00+00:00"
    ((_, whole),) = connector.fetch(INBOX, [envelope.ref])
    assert envelope.size == len(whole)


# New mail ------------------------------------------------------------------------


def test_new_mail_comes_after_the_cursor(mailbox, connector):
    mailbox.add(*numbered(1, 2))
    _, cursor = read(connector)
    mailbox.add(*numbered(3, 4))
    assert read(connector, cursor=cursor)[0] == numbered(3, 4)


def test_mail_to_a_folder_that_was_empty_is_new(mailbox, connector):
    _, cursor = read(connector)
    mailbox.add("m1")
    assert read(connector, cursor=cursor)[0] == ["m1"]


def test_new_mail_comes_before_the_rest_of_the_past(mailbox, connector):
    mailbox.add(*numbered(1, 2, 3, 4))
    cursor = connector.changes(INBOX, None, SINCE, 2).cursor
    mailbox.add("m5")
    page = connector.changes(INBOX, cursor, SINCE, 2)
    assert names(page.envelopes) == ["m5"] and page.more
    assert read(connector, cursor=page.cursor)[0] == numbered(2, 1)


def test_more_new_mail_than_a_page_comes_upwards_without_gaps(mailbox, connector):
    mailbox.add("m1")
    _, cursor = read(connector)
    mailbox.add(*numbered(*range(2, 9)))
    assert read(connector, cursor=cursor, limit=3)[0] == numbered(*range(2, 9))


def test_200_messages_that_arrive_during_the_scan_each_come_once(mailbox, connector):
    mailbox.add(*numbered(*range(40)))
    found, cursor, more = [], None, True
    arriving = iter(range(40, 240))
    while more:
        page = connector.changes(INBOX, cursor, SINCE, 15)
        found += names(page.envelopes)
        cursor, more = page.cursor, page.more
        mailbox.add(*numbered(*islice(arriving, 50)))
    found += read(connector, cursor=cursor)[0]
    assert sorted(found) == sorted(numbered(*range(240)))


def test_mail_that_arrives_between_examine_and_search_comes_once(mailbox, connector, monkeypatch):
    mailbox.add(*numbered(1, 2, 3))
    search = connector._session.search

    def search_late(*criteria):
        monkeypatch.undo()
        mailbox.add("late")
        return search(*criteria)

    monkeypatch.setattr(connector._session, "search", search_late)
    found, cursor = read(connector, limit=2)
    found += read(connector, cursor=cursor)[0]
    assert sorted(found) == ["late", *numbered(1, 2, 3)]


def test_nothing_new_leaves_the_cursor_as_it_is(mailbox, connector):
    mailbox.add(*numbered(1, 2))
    _, cursor = read(connector)
    page = connector.changes(INBOX, cursor, SINCE + timedelta(hours=1), 10)
    assert page.envelopes == () and page.cursor == cursor and not page.more


def test_new_mail_that_is_gone_again_brings_no_old_mail_back(mailbox, connector):
    mailbox.add(*numbered(1, 2))
    _, cursor = read(connector)
    mailbox.add("m3")
    mailbox.remove("m3")
    assert read(connector, cursor=cursor)[0] == []


def test_the_same_connection_sees_what_came_since_it_listed_the_folders(mailbox, connector):
    mailbox.add("m1")
    _, cursor = read(connector)
    connector.folders()
    assert read(connector, cursor=cursor)[0] == []
    mailbox.add("m2")
    assert read(connector, cursor=cursor)[0] == ["m2"]
