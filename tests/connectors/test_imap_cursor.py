# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The rules of the IMAP cursor, one test each, on servers with and without extensions."""

import json
import re
from datetime import timedelta, timezone
from itertools import islice

import pytest
from imap_mailbox import INBOX, NOW, SINCE, names, new_mailbox, read, running_dovecot
from peers.tcp_proxy import TcpProxy

from mail_contact_sync.connectors.base import CursorExpired, Folder, FolderGone
from mail_contact_sync.connectors.imap import session as imap_session

PROJECT = Folder("Project", "Project")


@pytest.fixture(scope="module")
def no_uidnext(dovecot):
    def without_uidnext(data):
        return re.sub(rb"\* OK \[UIDNEXT [^\r]*\r\n|UIDNEXT \d+ ?", b"", data)

    with TcpProxy(dovecot.port, without_uidnext) as proxy:
        yield proxy


@pytest.fixture(params=["all extensions", "none", "no UIDNEXT"])
def mailbox(request, dovecot):
    if request.param == "none":
        mailbox = new_mailbox(request.getfixturevalue("bare_dovecot"))
    elif request.param == "no UIDNEXT":
        mailbox = new_mailbox(dovecot, request.getfixturevalue("no_uidnext").port)
    else:
        mailbox = new_mailbox(dovecot)
    mailbox.client.create_folder("Project")
    yield mailbox
    mailbox.client.logout()


@pytest.fixture
def connector(mailbox):
    with mailbox.connect() as connector:
        yield connector


def numbered(*numbers):
    return [f"m{number}" for number in numbers]


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


# The window ----------------------------------------------------------------------


def test_mail_from_before_the_window_is_left_out(mailbox, connector):
    mailbox.add("old", days=181)
    mailbox.add("new", days=179)
    assert read(connector)[0] == ["new"]


def test_the_window_begins_at_the_second(mailbox, connector):
    mailbox.add("before", days=180 + 1 / 86400)
    mailbox.add("at", days=180)
    assert read(connector)[0] == ["at"]


def test_the_window_is_the_same_instant_in_every_time_zone(mailbox, connector):
    mailbox.add("before", days=180.01)
    mailbox.add("after", days=179.99)
    for offset in (-12, 14):
        since = SINCE.astimezone(timezone(timedelta(hours=offset)))
        assert read(connector, since=since)[0] == ["after"]


def test_the_window_is_the_same_where_the_server_is_west_of_greenwich():
    """SINCE goes by the server's calendar: there the 2nd at 01:00 UTC is still the 1st."""
    with running_dovecot("import_environment = TZ=Pacific/Honolulu\n") as dovecot:
        mailbox = new_mailbox(dovecot)
        midnight = NOW.replace(hour=0, minute=0, second=0)
        mailbox.add("before", days=(NOW - midnight) / timedelta(days=1) + 0.04)
        mailbox.add("after", days=(NOW - midnight) / timedelta(days=1) - 0.04)
        with mailbox.connect() as connector:
            assert read(connector, since=midnight)[0] == ["after"]


def test_old_mail_moved_into_the_folder_stays_out_of_the_window(mailbox, connector):
    mailbox.add("old", days=400, folder="Project")
    mailbox.add("m1")
    _, cursor = read(connector)
    mailbox.move("old", source="Project", target="INBOX")
    mailbox.add("m2")
    assert read(connector, cursor=cursor)[0] == ["m2"]


def test_old_mail_moved_into_the_folder_is_not_even_looked_at(mailbox, connector, monkeypatch):
    mailbox.add("old", days=400, folder="Project")
    _, cursor = read(connector)
    mailbox.move("old", source="Project", target="INBOX")
    monkeypatch.setattr(connector._session, "headers", pytest.fail)
    assert read(connector, cursor=cursor)[0] == []


def test_an_earlier_since_reads_the_past_again_from_the_top(mailbox, connector):
    mailbox.add("older", days=300)
    mailbox.add("newer", days=10)
    _, cursor = read(connector)
    assert read(connector, cursor=cursor, since=NOW - timedelta(days=365))[0] == ["newer", "older"]


def test_an_earlier_since_finds_what_had_moved_in_meanwhile(mailbox, connector):
    mailbox.add("old", days=300, folder="Project")
    _, cursor = read(connector)
    mailbox.move("old", source="Project", target="INBOX")
    mailbox.add("m1")
    found, cursor = read(connector, cursor=cursor)
    assert found == ["m1"]
    found, _ = read(connector, cursor=cursor, since=NOW - timedelta(days=365))
    assert "old" in found


def test_what_a_later_since_left_out_is_found_when_it_is_earlier_again(mailbox, connector):
    mailbox.add("old", days=300, folder="Project")
    year = NOW - timedelta(days=365)
    _, cursor = read(connector, since=year)
    mailbox.move("old", source="Project", target="INBOX")
    mailbox.add("m1")
    found, cursor = read(connector, cursor=cursor, since=SINCE)
    assert found == ["m1"]
    assert "old" in read(connector, cursor=cursor, since=year)[0]


def test_an_earlier_since_holds_for_new_mail_too(mailbox, connector):
    mailbox.add("old", days=300, folder="Project")
    _, cursor = read(connector)
    mailbox.move("old", source="Project", target="INBOX")
    assert read(connector, cursor=cursor, since=NOW - timedelta(days=365))[0] == ["old"]


def test_a_later_since_reads_nothing_again(mailbox, connector):
    mailbox.add(*numbered(1, 2))
    _, cursor = read(connector)
    assert read(connector, cursor=cursor, since=SINCE + timedelta(days=90))[0] == []


# What happens to folders ---------------------------------------------------------


def test_a_changed_uidvalidity_expires_the_cursor(mailbox, connector):
    mailbox.add(*numbered(1, 2), folder="Project")
    _, cursor = read(connector, PROJECT)
    for uidvalidity in (cursor["uidvalidity"] + 1, cursor["uidvalidity"] - 1):
        with pytest.raises(CursorExpired):
            connector.changes(PROJECT, {**cursor, "uidvalidity": uidvalidity}, SINCE, 10)


def test_a_folder_made_anew_expires_the_cursor_and_the_refs(mailbox, connector):
    mailbox.add("m1", folder="Project")
    page = connector.changes(PROJECT, None, SINCE, 10)
    mailbox.client.delete_folder("Project")
    mailbox.client.create_folder("Project")
    mailbox.add("other", folder="Project")
    with mailbox.connect() as connector:
        with pytest.raises(CursorExpired):
            connector.changes(PROJECT, page.cursor, SINCE, 10)
        with pytest.raises(CursorExpired):
            list(connector.fetch(PROJECT, [page.envelopes[0].ref]))
        assert read(connector, PROJECT)[0] == ["other"]


def test_a_renamed_folder_is_gone(mailbox):
    with mailbox.connect() as connector:
        _, cursor = read(connector, PROJECT)
    mailbox.client.rename_folder("Project", "Venture")
    with mailbox.connect() as connector:
        with pytest.raises(FolderGone):
            connector.changes(PROJECT, cursor, SINCE, 10)
        assert "Venture" in [folder.ref for folder in connector.folders()]


def test_a_deleted_folder_is_gone_and_the_others_are_not(mailbox, connector):
    mailbox.add("m1")
    mailbox.client.delete_folder("Project")
    with pytest.raises(FolderGone):
        connector.changes(PROJECT, None, SINCE, 10)
    with pytest.raises(FolderGone):
        list(connector.fetch(PROJECT, ["1.1"]))
    assert read(connector)[0] == ["m1"]


def test_an_emptied_folder_keeps_its_cursor(mailbox, connector):
    mailbox.add(*numbered(1, 2))
    _, cursor = read(connector)
    mailbox.remove(*numbered(1, 2))
    assert read(connector, cursor=cursor)[0] == []
    mailbox.add("m3")
    assert read(connector, cursor=cursor)[0] == ["m3"]


def test_mail_deleted_between_two_pages_is_left_out(mailbox, connector):
    mailbox.add(*numbered(*range(1, 11)))
    page = connector.changes(INBOX, None, SINCE, 3)
    mailbox.remove(*numbered(2, 3, 9))
    # the next page, 7 to 5, has been asked for already
    assert read(connector, cursor=page.cursor, limit=3)[0] == numbered(7, 6, 5, 4, 1)


def test_mail_deleted_between_search_and_fetch_is_left_out(mailbox, connector, monkeypatch):
    mailbox.add(*numbered(1, 2, 3))
    headers = connector._session.headers

    def headers_late(uids):
        mailbox.remove("m2")
        return headers(uids)

    monkeypatch.setattr(connector._session, "headers", headers_late)
    page = connector.changes(INBOX, None, SINCE, 10)
    assert names(page.envelopes) == numbered(3, 1) and page.failed == ()


def test_a_large_folder_is_searched_in_parts_and_mail_deleted_between_them_hides_no_other(
    mailbox, connector, monkeypatch
):
    monkeypatch.setattr(imap_session, "MAX_SEARCH", 4)
    mailbox.add(*numbered(*range(1, 11)))
    command = connector._connection.command
    deleted = []

    def command_and_delete(*arguments):
        answer = command(*arguments)
        if not deleted:
            deleted.extend(numbered(1, 2))
            mailbox.remove(*deleted)
            # Some servers tell at once, and count anew.
            command("noop")
        return answer

    monkeypatch.setattr(connector._connection, "command", command_and_delete)
    page = connector.changes(INBOX, None, SINCE, 10)
    assert names(page.envelopes) == numbered(*range(10, 2, -1))


@pytest.mark.parametrize("read_first", [INBOX, PROJECT])
def test_mail_moved_between_folders_during_the_scan_is_found(mailbox, connector, read_first):
    mailbox.add(*numbered(*range(1, 7)))
    found = {}
    cursors = {}
    order = [read_first, PROJECT if read_first == INBOX else INBOX]
    for folder in order:
        page = connector.changes(folder, None, SINCE, 3)
        found[folder.ref] = names(page.envelopes)
        cursors[folder.ref] = page.cursor
    mailbox.move(*numbered(1, 2, 6), target="Project")
    for folder in order:
        found[folder.ref] += read(connector, folder, cursors[folder.ref])[0]
    assert {*found["INBOX"], *found["Project"]} == set(numbered(*range(1, 7)))
    assert sorted(found["Project"]) == numbered(1, 2, 6)
    assert len(found["INBOX"]) == len(set(found["INBOX"]))
