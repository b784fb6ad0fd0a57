# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Messages come from Gmail as they are stored, and the mailbox stays as it is."""

import json

import pytest
from gmail_peer import searched
from imap_mailbox import SINCE, raw

from dev.google_gmail import Fault
from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import MessageError, TemporaryError, Throttled
from mail_contact_sync.connectors.gmail import ALL
from mail_contact_sync.connectors.gmail import session as gmail_session


@pytest.fixture
def connector(gmailbox):
    with gmailbox.connect() as connector:
        yield connector


ODD = [
    b"",
    b"From: x\r\n\r\n\xff\xfe\x00 \xe4\xf6\xfc\n.\n..\r\rFrom here\n",
    raw("m1", "\r\n".join(["--batch_of_answers", "", "--batch_of_answers--", "HTTP/1.1 200 OK"])),
    bytes(range(256)) * 40,
    b"From: x\n\nno newline at the end",
    *(b"x" * length for length in range(1, 4)),
]


def test_messages_come_byte_for_byte(gmailbox, connector, google):
    messages = [message for message in ODD if message]
    ids = [gmailbox.mailbox.add(message) for message in messages]
    fetched = dict(connector.fetch(ALL, ids))
    assert fetched == dict(zip(ids, messages, strict=True))
    assert google.batches == [len(ids)]
    for id, message in zip(ids, messages, strict=True):
        assert dict(connector.fetch(ALL, [id])) == {id: message}


def test_no_more_than_the_limit_comes_of_each(gmailbox, connector):
    gmailbox.add("m1", "m2")
    fetched = dict(connector.fetch(ALL, gmailbox.ids.values(), 40))
    assert sorted(fetched.values()) == sorted([raw("m1")[:40], raw("m2")[:40]])


def test_each_message_is_got_once_and_nothing_else(gmailbox, connector, google):
    gmailbox.add("m1", "m2", "m3")
    wanted = [gmailbox.ids["m1"], gmailbox.ids["m3"]]
    assert dict(connector.fetch(ALL, [*wanted, *wanted])).keys() == set(wanted)
    assert sorted(gmailbox.got()) == sorted(wanted)
    assert len(google.gmail.asked) == 2
    assert connector.usage.units == google.gmail.spent(gmailbox.user) == 40
    assert list(connector.fetch(ALL, [])) == []


def test_what_is_gone_or_in_the_trash_is_left_out(gmailbox, connector):
    gmailbox.add("m1", "m2", "m3", "m4")
    gmailbox.mailbox.delete(gmailbox.ids["m2"])
    gmailbox.mailbox.label(gmailbox.ids["m3"], add=("TRASH",), remove=("INBOX",))
    fetched = dict(connector.fetch(ALL, gmailbox.ids.values()))
    assert fetched.keys() == {gmailbox.ids["m1"], gmailbox.ids["m4"]}
    assert list(connector.fetch(ALL, [gmailbox.ids["m2"]])) == []


def test_one_that_is_kept_back_is_named_after_the_others_have_come(gmailbox, connector, google):
    gmailbox.add("m1", "m2", "m3")
    google.gmail.faults.append(Fault("messages.get", 500, "backendError", gmailbox.ids["m2"]))
    fetched = []
    with pytest.raises(MessageError) as caught:
        for ref, _message in connector.fetch(ALL, gmailbox.ids.values()):
            fetched.append(ref)
    assert sorted(fetched) == sorted([gmailbox.ids["m1"], gmailbox.ids["m3"]])
    assert caught.value.ref == gmailbox.ids["m2"]


@pytest.mark.parametrize(
    "value", [{}, {"raw": 5}, {"raw": "a*b="}, {"raw": "a"}, {"raw": "a=bc"}, {"raw": "a*bcd"}]
)
def test_bytes_that_are_none_are_reported(gmailbox, connector, google, value):
    gmailbox.add("m1", "m2")
    body = json.dumps(value).encode()
    google.gmail.faults.append(Fault("messages.get", 200, "", gmailbox.ids["m2"], body=body))
    with pytest.raises(MessageError) as caught:
        list(connector.fetch(ALL, gmailbox.ids.values()))
    assert caught.value.ref == gmailbox.ids["m2"]


def test_what_has_come_before_the_units_run_out_is_not_lost(gmailbox, connector, clock):
    gmailbox.add(*(f"m{number}" for number in range(60)))
    gmailbox.budget.spend(gmailbox.budget.room() - 55 * 20)
    fetched = {}
    with pytest.raises(Throttled) as caught:
        for ref, message in connector.fetch(ALL, gmailbox.ids.values()):
            fetched[ref] = message
    assert caught.value.reason == reasons.PACING and len(fetched) == 55


def test_a_batch_that_is_too_large_is_asked_for_in_smaller_ones(
    gmailbox, connector, google, monkeypatch
):
    monkeypatch.setattr(gmail_session, "MAX_BATCH", 250_000)
    for number in range(8):
        gmailbox.add(f"m{number}", message=raw(f"m{number}", "x" * 60_000))
    fetched = dict(connector.fetch(ALL, gmailbox.ids.values()))
    assert len(fetched) == 8 and google.batches[0] == 8


def test_one_message_that_is_too_large_harms_no_other(gmailbox, connector, monkeypatch):
    monkeypatch.setattr(gmail_session, "MAX_BATCH", 50_000)
    monkeypatch.setattr(gmail_session, "MAX_MESSAGE", 100_000)
    gmailbox.add("m1", "m2")
    gmailbox.add("large", message=raw("large", "x" * 100_000))
    fetched = {}
    with pytest.raises(MessageError) as caught:
        for ref, message in connector.fetch(ALL, gmailbox.ids.values()):
            fetched[ref] = message
    assert fetched.keys() == {gmailbox.ids["m1"], gmailbox.ids["m2"]}
    assert caught.value.ref == gmailbox.ids["large"]


@pytest.mark.parametrize("number", [1, 2])
def test_a_connection_that_breaks_is_no_missing_message(gmailbox, connector, google, number):
    gmailbox.add(*(f"m{each}" for each in range(number)))
    google.break_next("/batch" if number > 1 else "/messages/")
    with pytest.raises(TemporaryError):
        list(connector.fetch(ALL, gmailbox.ids.values()))


def test_nothing_in_the_mailbox_changes(gmailbox, connector):
    gmailbox.add("m1", "m2", labels=("INBOX", "UNREAD", "STARRED"))
    before = gmailbox.mailbox.history_id()
    cursor = connector.changes(ALL, None, SINCE, 10).cursor
    refs = searched(connector)
    connector.envelopes(ALL, refs)
    assert len(list(connector.fetch(ALL, refs))) == 2
    connector.changes(ALL, cursor, SINCE, 10)
    assert gmailbox.mailbox.history_id() == before
    for id in gmailbox.ids.values():
        assert gmailbox.mailbox.labels(id) == {"INBOX", "UNREAD", "STARRED"}
