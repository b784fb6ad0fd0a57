# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Graph: what goes wrong while a folder is read, and that nothing is lost by it."""

import pytest
from graph_peer import DELTA, aged, numbered
from imap_mailbox import SINCE, names, raw, read

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import CursorExpired, FolderGone, TemporaryError, Throttled
from mail_contact_sync.connectors.graph import http as graph_http


@pytest.fixture
def connector(box):
    with box.connect() as connector:
        yield connector


@pytest.mark.parametrize(
    ("status", "code", "inner"),
    [
        (410, "SyncStateNotFound", ""),
        (410, "Gone", ""),
        (400, "SyncStateNotFound", ""),
        (410, "resyncRequired", ""),
        (400, "UnknownError", "syncStateInvalid"),
        (400, "BadRequest", ""),
    ],
)
def test_a_link_that_means_nothing_any_more(box, connector, status, code, inner):
    aged(box, 1)
    _found, cursor = read(connector, box.folder())
    box.graph.fail_next(DELTA, status, code, inner)
    with pytest.raises(CursorExpired) as caught:
        connector.changes(box.folder(), cursor, SINCE, 10)
    assert caught.value.reason == reasons.SYNC_STATE_INVALID


def test_a_folder_that_is_gone(box, connector):
    box.mailbox.add_folder("Project")
    folder = box.folder("Project")
    _found, cursor = read(connector, folder)
    box.mailbox.remove_folder("Project")
    for begun in (None, cursor):
        with pytest.raises(FolderGone):
            connector.changes(folder, begun, SINCE, 10)


def test_a_pause_is_asked_for_in_mid_scan_and_nothing_is_lost(box, connector):
    aged(box, 1, 2, 3)
    page = connector.changes(box.folder(), None, SINCE, 1)
    box.graph.fail_next(DELTA, 429, "ApplicationThrottled", Retry_After="30")
    with pytest.raises(Throttled) as caught:
        connector.changes(box.folder(), page.cursor, SINCE, 1)
    assert caught.value.retry_after == 30
    assert read(connector, box.folder(), page.cursor)[0] == numbered(2, 3)


def test_a_page_that_is_too_much_at_once_is_asked_for_in_smaller_ones(box, connector):
    aged(box, *range(1, 6))
    box.graph.fail_next(DELTA, 504, "UnknownError")
    page = connector.changes(box.folder(), None, SINCE, 16)
    sizes = [each.headers["prefer"].rpartition("=")[2] for each in box.graph.requests[:2]]
    assert sizes == ["16", "2"] and len(page.envelopes) == 2
    assert read(connector, box.folder(), page.cursor)[0] == numbered(3, 4, 5)


def test_a_timeout_with_a_wait_is_waited_for(box, connector):
    box.graph.fail_next(DELTA, 504, "UnknownError", Retry_After="9")
    with pytest.raises(Throttled) as caught:
        connector.changes(box.folder(), None, SINCE, 16)
    assert caught.value.retry_after == 9 and box.graph.counts == {DELTA: 1}


def test_an_answer_without_end(box, connector, monkeypatch):
    monkeypatch.setattr(graph_http, "MAX_ANSWER", 2000)
    box.add("long", message=raw("long").replace(b"Subject: ", b"Subject: " + b"x" * 4000))
    with pytest.raises(TemporaryError):
        connector.changes(box.folder(), None, SINCE, 16)


def test_mapi_properties_that_are_not_to_be_had_are_done_without(box, connector):
    aged(box, 1, 2, 3)
    box.graph.fail_next(DELTA, 400, "BadRequest")
    page = connector.changes(box.folder(), None, SINCE, 2)
    assert names(page.envelopes) == numbered(1, 2) and page.envelopes[0].size == 0
    assert "expand" not in box.graph.requests[1].target
    assert read(connector, box.folder(), page.cursor)[0] == numbered(3)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"<html>",
        b"{}",
        b'{"value": []}',
        b'{"value": {}, "@odata.deltaLink": "x"}',
        b'{"value": [5], "@odata.deltaLink": "x"}',
        b'{"value": [{"id": 5}], "@odata.deltaLink": "x"}',
        b'{"value": [], "@odata.deltaLink": "https://evil.example/v1.0/x"}',
        b'{"value": [], "@odata.nextLink": 5}',
    ],
)
def test_an_answer_that_is_none(box, connector, body):
    box.graph.answer_next(DELTA, 200, body)
    with pytest.raises(TemporaryError) as caught:
        connector.changes(box.folder(), None, SINCE, 10)
    assert caught.value.reason == reasons.PROTOCOL_ERROR


def test_no_token_follows_a_link_to_elsewhere(box, connector):
    aged(box, 1)
    _found, cursor = read(connector, box.folder())
    # A cursor has nothing but what comes after Graph's own address.
    assert cursor["link"].startswith("/me/") and "://" not in cursor["link"]
