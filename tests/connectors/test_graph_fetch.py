# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Graph: messages as they are stored."""

import threading

import pytest
from graph_peer import VALUE
from imap_mailbox import raw

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import (
    AuthenticationFailed,
    MessageError,
    SettingsError,
    TemporaryError,
    Throttled,
)
from mail_contact_sync.connectors.graph import fetch as graph_fetch


def fetched(box, *names, limit=None):
    """The messages by name, and the error that ended it."""
    by_ref = {box.ids[name]: name for name in names}
    found: dict[str, bytes] = {}
    with box.connect() as connector:
        try:
            for ref, message in connector.fetch(box.folder(), by_ref, limit):
                assert by_ref[ref] not in found
                found[by_ref[ref]] = message
        except (MessageError, TemporaryError, SettingsError, AuthenticationFailed) as error:
            return found, error
    return found, None


def many(count):
    return [f"m{number}" for number in range(count)]


def test_all_come_and_four_are_asked_for_at_once(box):
    box.add(*many(24))
    # Each request is held until four are under way.
    box.graph.under_way = threading.Barrier(4, timeout=30).wait
    found, error = fetched(box, *many(24))
    assert error is None and found == {name: raw(name) for name in many(24)}
    assert box.graph.most_at_once == 4
    assert box.graph.counts == {VALUE: 24}


def test_a_message_is_asked_for_once_however_often_it_is_named(box):
    box.add("m1")
    with box.connect() as connector:
        found = list(connector.fetch(box.folder(), [box.ids["m1"]] * 3))
    assert len(found) == 1 and box.graph.counts == {VALUE: 1}


def test_no_more_is_asked_for_than_is_taken(box):
    box.add(*many(40))
    with box.connect() as connector:
        messages = connector.fetch(box.folder(), [box.ids[name] for name in many(40)])
        next(messages)
        messages.close()
    assert box.graph.counts[VALUE] <= 8


def test_what_has_left_the_folder_is_left_out(box):
    box.add("m1", "moved", "gone")
    box.mailbox.move(box.ids["moved"], "deleteditems")
    box.remove("gone")
    assert fetched(box, "m1", "moved", "gone") == ({"m1": raw("m1")}, None)


def test_requests_and_messages_are_counted(box):
    box.add("m1", "m2")
    with box.connect() as connector:
        list(connector.fetch(box.folder(), [box.ids["m1"], box.ids["m2"]]))
        assert (connector.usage.requests, connector.usage.messages) == (2, 2)


# Tokens -----------------------------------------------------------------------------


def test_a_token_that_ends_meanwhile_is_renewed_once_for_all(box):
    box.add(*many(12))
    box.graph.meanwhile(VALUE, box.microsoft.consent.expire)
    box.microsoft.consent.refreshes = 0
    found, error = fetched(box, *many(12))
    assert error is None and len(found) == 12
    assert box.microsoft.consent.refreshes == 1 and len(box.stored) == 1


def test_the_grant_is_stored_by_the_caller_not_by_a_thread(box):
    threads = []
    box.add(*many(4))
    box.microsoft.consent.expire()
    store = box._store
    box._store = lambda grant: (threads.append(threading.current_thread()), store(grant))
    assert len(fetched(box, *many(4))[0]) == 4
    assert threads == [threading.current_thread()]


def test_a_grant_that_is_revoked_meanwhile(box):
    box.add(*many(40))
    box.graph.meanwhile(VALUE, lambda: box.microsoft.consent.revoke(box.user))
    found, error = fetched(box, *many(40))
    assert type(error) is AuthenticationFailed and error.reason == reasons.GRANT_REVOKED
    assert len(found) < 40


def test_a_new_token_that_is_refused_is_not_renewed_again(box):
    box.add("m1")
    for _ in range(2):
        box.graph.fail_next(VALUE, 401, "InvalidAuthenticationToken")
    box.microsoft.consent.refreshes = 0
    found, error = fetched(box, "m1")
    assert type(error) is AuthenticationFailed and found == {}
    assert box.microsoft.consent.refreshes == 1


def test_a_database_that_fails_is_heard_of(box):
    def store(_grant):
        raise OSError("disk full")

    box.add("m1")
    box.microsoft.consent.expire()
    box._store = store
    with pytest.raises(OSError, match="disk full"):
        fetched(box, "m1")


# What goes wrong ----------------------------------------------------------------------


def test_a_pause_ends_it_once_all_under_way_has_come(box):
    box.add(*many(30))
    box.graph.fail_next(VALUE, 429, "ApplicationThrottled", Retry_After="20")
    found, error = fetched(box, *many(30))
    assert type(error) is Throttled and error.retry_after == 20
    assert len(found) + 1 == box.graph.counts[VALUE] < 10


def test_one_that_is_kept_back_does_not_keep_the_others_back(box):
    box.add("m1", "bad", "m2")
    box.mailbox.mails[box.ids["bad"]].fault = "ErrorMimeContentConversionFailed"
    found, error = fetched(box, "m1", "bad", "m2")
    assert found.keys() == {"m1", "m2"}
    assert isinstance(error, MessageError) and error.ref == box.ids["bad"]
    assert error.reason == reasons.MESSAGE_UNREADABLE
    assert "ErrorMimeContentConversionFailed" in error.detail


def test_one_that_fails_once_comes_the_second_time(box):
    box.add("m1", "m2")
    box.graph.fail_next(VALUE, 500, "ErrorInternalServerError")
    found, error = fetched(box, "m1", "m2")
    assert error is None and found.keys() == {"m1", "m2"}


def test_where_all_of_graph_is_in_trouble_it_is_not_the_message(box):
    box.add("m1")
    for name in (VALUE, VALUE, "me/mailFolders"):
        box.graph.fail_next(name, 500, "ErrorInternalServerError")
    _found, error = fetched(box, "m1")
    assert type(error) is TemporaryError and error.reason == reasons.SERVER_UNAVAILABLE


def test_where_nothing_comes_not_all_is_asked_for(box):
    box.add(*many(50))
    for mail in box.mailbox.mails.values():
        mail.fault = "ErrorInternalServerError"
    found, error = fetched(box, *many(50))
    assert found == {} and type(error) is TemporaryError
    assert box.graph.counts[VALUE] < 20


def test_a_line_that_breaks_is_tried_again(box):
    box.add(*many(6))
    box.graph.answer_next(VALUE, 0, b"")
    found, error = fetched(box, *many(6))
    assert error is None and len(found) == 6


def test_a_message_that_is_too_large_is_kept_back(box, monkeypatch):
    monkeypatch.setattr(graph_fetch, "MAX_MESSAGE", 1000)
    box.add("large", message=raw("large", "x" * 2000))
    box.add("m1")
    found, error = fetched(box, "large", "m1")
    assert found.keys() == {"m1"}
    assert isinstance(error, MessageError) and error.ref == box.ids["large"]


def test_a_ref_that_graph_does_not_understand_is_that_messages_trouble(box):
    box.add("m1")
    box.ids["odd"] = "not an id"
    for _ in range(2):
        box.graph.fail_next(VALUE, 400, "ErrorInvalidIdMalformed")
    with box.connect() as connector, pytest.raises(MessageError) as caught:
        list(connector.fetch(box.folder(), ["odd"]))
    assert caught.value.ref == "odd"
