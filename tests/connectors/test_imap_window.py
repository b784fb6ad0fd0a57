# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The window of mail that is read by IMAP: its edges, and what happens when it moves."""

from datetime import timedelta, timezone

import pytest
from imap_mailbox import NOW, SINCE, new_mailbox, numbered, read, running_dovecot


@pytest.fixture
def mailbox(any_mailbox):
    return any_mailbox


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
