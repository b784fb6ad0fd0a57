# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The window of mail that is read from Exchange: its edges, and what happens when it moves."""

from datetime import timedelta, timezone

import pytest
from exchange_double import NOW, SINCE, names, office, read
from exchange_mail import fill


@pytest.fixture
def mailbox():
    with office() as mailbox:
        yield mailbox


def test_mail_from_before_the_window_is_left_out(mailbox, connector, inbox):
    mailbox.add("old", days=181)
    mailbox.add("new", days=179)
    assert read(connector, inbox)[0] == ["new"]


def test_the_window_begins_at_the_second(mailbox, connector, inbox):
    mailbox.add("before", days=180 + 1 / 86400)
    mailbox.add("at", days=180)
    assert read(connector, inbox)[0] == ["at"]


def test_the_window_of_new_mail_begins_at_the_second_too(mailbox, connector, inbox):
    _, cursor = read(connector, inbox)
    mailbox.add("before", days=180 + 1 / 86400)
    mailbox.add("at", days=180)
    assert read(connector, inbox, cursor)[0] == ["at"]


def test_the_window_is_the_same_instant_in_every_time_zone(mailbox, connector, inbox):
    mailbox.add("before", days=180.01)
    mailbox.add("after", days=179.99)
    for offset in (-12, 14):
        since = SINCE.astimezone(timezone(timedelta(hours=offset)))
        assert read(connector, inbox, since=since)[0] == ["after"]


def test_old_mail_moved_into_the_folder_stays_out_of_the_window(mailbox, connector, inbox):
    fill(mailbox, 1)
    _, cursor = read(connector, inbox)
    mailbox.add("old", days=400)
    assert read(connector, inbox, cursor)[0] == []


def test_a_wider_window_brings_the_older_mail_alone(mailbox, connector, inbox):
    mailbox.add("older", days=400)
    mailbox.add("old", days=200)
    mailbox.add("new", days=10)
    _, cursor = read(connector, inbox)
    assert read(connector, inbox, cursor, NOW - timedelta(days=300))[0] == ["old"]


def test_a_window_widened_in_mid_scan_is_read_to_its_new_end(mailbox, connector, inbox):
    mailbox.add("old", days=200)
    fill(mailbox, 1, 2, 3)
    cursor = connector.changes(inbox, None, SINCE, 1).cursor
    assert read(connector, inbox, cursor, NOW - timedelta(days=300))[0] == ["m2", "m1", "old"]


@pytest.mark.parametrize("first", [1, 1000])
def test_a_window_that_was_narrowed_and_comes_back_lacks_nothing(mailbox, connector, inbox, first):
    mailbox.add("new", "newer", days=10)
    mailbox.add("old", days=170)
    page = connector.changes(inbox, None, SINCE, first)
    found, cursor = read(connector, inbox, page.cursor, NOW - timedelta(days=100), limit=1)
    mailbox.add("moved", days=150)
    for since in (NOW - timedelta(days=100), SINCE):
        more, cursor = read(connector, inbox, cursor, since)
        found += more
    assert {*names(page.envelopes), *found} == {"new", "newer", "old", "moved"}
