# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Exchange: cursors and folders that are no more, and what comes and goes during the scan."""

import json
from itertools import islice

import pytest
from exchange_double import ANNA, SINCE, names, office, read
from exchange_mail import fill
from hypothesis import given, settings
from hypothesis import strategies as st

from mail_contact_sync.connectors.base import CursorExpired, FolderGone, TemporaryError


@pytest.fixture
def mailbox():
    with office() as mailbox:
        yield mailbox


# Cursors and folders that are no more ---------------------------------------------


@pytest.mark.parametrize("state", ["bm9uZQ==", "no base64", "WyJvdGhlciIsIDFd"])
def test_a_state_that_the_server_refuses_is_an_expired_cursor(mailbox, connector, inbox, state):
    fill(mailbox, 1)
    _, cursor = read(connector, inbox)
    with pytest.raises(CursorExpired):
        connector.changes(inbox, {**cursor, "state": state}, SINCE, 10)


def test_a_bare_invalid_state_error_is_an_expired_cursor(mailbox, connector, inbox):
    """Without the SyncState and the end of the range that the schema lets it leave out."""
    mailbox.server.error_once("SyncFolderItems", "ErrorInvalidSyncStateData")
    with pytest.raises(CursorExpired):
        connector.changes(inbox, None, SINCE, 10)


def test_a_folder_that_was_deleted_is_gone(mailbox, connector):
    mailbox.directory.add_folder(ANNA, "Project")
    project = mailbox.folder("Project")
    mailbox.directory.remove_folder(ANNA, "Project")
    with pytest.raises(FolderGone):
        connector.changes(project, None, SINCE, 10)


def test_a_failed_search_is_no_empty_folder(mailbox, connector, inbox):
    fill(mailbox, 1)
    for operation in ("FindItem", "SyncFolderItems", "GetItem"):
        mailbox.server.fault_once(operation, "ErrorMailboxStoreUnavailable")
        with pytest.raises(TemporaryError):
            connector.changes(inbox, None, SINCE, 10)
    assert read(connector, inbox)[0] == ["m1"]


# All of it at once ------------------------------------------------------------------

ACTS = st.lists(
    st.tuples(
        st.sampled_from(["FindItem", "SyncFolderItems", "GetItem", "page"]),
        st.sampled_from(["add", "add", "remove"]),
        st.integers(0, 30),
    ),
    max_size=12,
)


@settings(max_examples=60)
@given(at_first=st.lists(st.integers(0, 30), max_size=20), acts=ACTS, limit=st.integers(1, 6))
def test_whatever_happens_meanwhile_nothing_is_lost_and_nothing_comes_twice(at_first, acts, limit):
    """Messages of equal or any dates come and go at any moment of the scan."""
    with office() as mailbox, mailbox.connect() as connector:
        number = iter(range(1000))
        removed = set()

        def act(kind, day):
            present = mailbox.directory.mailboxes[ANNA].items
            if kind == "add":
                mailbox.add(f"m{next(number)}", days=day)
            elif present:
                item = sorted(present.values(), key=lambda item: item.raw)[day % len(present)]
                removed.add(item.mail["Subject"])
                mailbox.directory.remove(item)

        for day in at_first:
            act("add", day)
        found, cursor, more = [], None, True
        acts = iter(acts)
        while more:
            for moment, kind, day in islice(acts, 2):
                if moment == "page":
                    act(kind, day)
                else:
                    mailbox.server.meanwhile(moment, lambda kind=kind, day=day: act(kind, day))
            page = connector.changes(mailbox.folder(), cursor, SINCE, limit)
            found += names(page.envelopes)
            cursor, more = json.loads(json.dumps(page.cursor)), page.more
        last = [None]
        while last:  # what is left of the acts may happen now
            last, cursor = read(connector, mailbox.folder(), cursor, limit=limit)
            found += last
        there = {item.mail["Subject"] for item in mailbox.directory.mailboxes[ANNA].items.values()}
        assert len(found) == len(set(found))
        assert there <= set(found) <= there | removed
