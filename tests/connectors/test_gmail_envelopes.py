# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The headers of what a search in Gmail finds."""

import json
from datetime import timedelta

import pytest
from gmail_peer import CLARA, searched
from imap_mailbox import NOW, message_id, names

from dev.google_gmail import Fault
from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import MessageError, SettingsError, TemporaryError, Throttled
from mail_contact_sync.connectors.gmail import ALL


@pytest.fixture
def connector(gmailbox):
    with gmailbox.connect() as connector:
        yield connector


def test_envelopes_hold_what_the_headers_say(gmailbox, connector):
    message = b"\r\n".join(
        (
            b"From: =?utf-8?q?Cl=C3=A1ra?= <Clara@Customer.example>",
            b'To: "Anna, of ours" <anna@ours.example>,',
            b"\tBob <bob@ours.example>",
            b"reply-to: sales@customer.example",
            b"BCC: carl@ours.example",
            b"Subject: secret",
            b"Date: Mon, 2 Mar 2026 10:00:00 +0100",
            b"message-id: <m1@customer.example>",
            b"References: <m0@ours.example>",
            b"List-Id: <news.customer.example>",
            b"X-Other: x",
            b"",
            b"Hello",
        )
    )
    gmailbox.add("m1", message=message, days=2)
    page = connector.envelopes(ALL, searched(connector))
    (envelope,) = page.envelopes
    assert envelope.ref == gmailbox.ids["m1"]
    assert envelope.size == len(message)
    assert envelope.received == NOW - timedelta(days=2)
    assert envelope.sent.isoformat() == "2026-03-02T09:00:00+00:00"
    assert envelope.message_id == "<m1@customer.example>"
    assert envelope.in_reply_to == "<m0@ours.example>"
    assert envelope.sender == CLARA
    assert envelope.addresses == (
        *(CLARA, "sales@customer.example", "anna@ours.example"),
        *("bob@ours.example", "carl@ours.example"),
    )
    assert envelope.bulk and envelope.subject == ""
    assert (page.cursor, page.more, page.failed) == ([], False, ())


def test_only_the_headers_that_are_needed_are_asked_for(gmailbox, connector, google):
    gmailbox.add("m1")
    connector.envelopes(ALL, searched(connector))
    (call,) = google.gmail.calls("messages.get")
    assert call.param("format") == "metadata"
    assert {"From", "Bcc", "List-Id"} < set(call.params["metadataHeaders"])
    # Google adds the beginning of the text if it may.
    assert call.fields.keys() == {"labelIds", "internalDate", "sizeEstimate", "payload"}


def test_a_subject_is_kept_only_where_there_is_no_message_id(gmailbox, connector):
    gmailbox.add(
        "m1", message=b"From: clara@customer.example\r\nSubject: An offer\r\n\r\nHello\r\n"
    )
    gmailbox.add("m2")
    envelopes = connector.envelopes(ALL, searched(connector)).envelopes
    assert {(each.message_id, each.subject) for each in envelopes} == {
        ("", "An offer"),
        (message_id("m2"), ""),
    }


def test_each_message_is_got_once(gmailbox, connector, google):
    gmailbox.add(*(f"m{number}" for number in range(120)))
    refs = searched(connector)
    page = connector.envelopes(ALL, [*refs, *refs[:5]])
    assert sorted(names(page.envelopes)) == sorted(gmailbox.ids)
    assert sorted(gmailbox.got()) == sorted(gmailbox.ids.values())
    assert google.batches == [50, 50, 20]
    assert connector.usage.messages == 120
    assert connector.usage.units == google.gmail.spent(gmailbox.user) == 5 + 120 * 20


def test_what_is_gone_or_no_mail_any_more_is_left_out(gmailbox, connector):
    gmailbox.add("m1", "deleted", "SPAM", "TRASH", "DRAFT")
    refs = searched(connector)
    gmailbox.mailbox.delete(gmailbox.ids["deleted"])
    for label in ("SPAM", "TRASH", "DRAFT"):
        gmailbox.mailbox.label(gmailbox.ids[label], add=(label,))
    page = connector.envelopes(ALL, refs)
    assert names(page.envelopes) == ["m1"]
    assert (page.cursor, page.failed) == ([], ())
    assert connector.envelopes(ALL, [gmailbox.ids["deleted"]]).envelopes == ()


def test_one_part_of_a_batch_that_fails_harms_no_other(gmailbox, connector, google):
    gmailbox.add("m1", "m2", "m3")
    refs = searched(connector)
    google.gmail.faults.append(Fault("messages.get", 500, "backendError", gmailbox.ids["m2"]))
    page = connector.envelopes(ALL, refs)
    assert sorted(names(page.envelopes)) == ["m1", "m3"]
    assert [(each.ref, each.reason) for each in page.failed] == [
        (gmailbox.ids["m2"], reasons.MESSAGE_UNREADABLE)
    ]
    assert page.cursor == []


def test_all_parts_that_fail_while_google_is_well_are_their_own_fault(gmailbox, connector, google):
    gmailbox.add("m1")
    google.gmail.faults.append(Fault("messages.get", 500, "backendError"))
    page = connector.envelopes(ALL, searched(connector))
    assert [each.ref for each in page.failed] == [gmailbox.ids["m1"]]


@pytest.mark.parametrize("number", [1, 3])
def test_all_parts_that_fail_while_google_is_unwell_are_not(gmailbox, connector, google, number):
    gmailbox.add(*(f"m{each}" for each in range(number)))
    google.gmail.faults.append(Fault("messages.get", 500, "backendError", times=number))
    google.gmail.faults.append(Fault("getProfile", 500, "backendError"))
    with pytest.raises(TemporaryError) as caught:
        connector.envelopes(ALL, searched(connector))
    assert not isinstance(caught.value, MessageError)


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b'{"payload": {"headers": 5}}', b'{"payload": {"headers": [{}]}}']
)
def test_a_message_that_google_describes_badly_is_reported(gmailbox, connector, google, body):
    gmailbox.add("m1", "m2", "m3")
    refs = searched(connector)
    google.gmail.faults.append(Fault("messages.get", 200, "", gmailbox.ids["m2"], body=body))
    page = connector.envelopes(ALL, refs)
    assert sorted(names(page.envelopes)) == ["m1", "m3"]
    assert [each.ref for each in page.failed] == [gmailbox.ids["m2"]]


def test_batches_become_smaller_where_they_are_too_much_at_once(gmailbox, connector, google):
    gmailbox.add(*(f"m{number}" for number in range(60)))
    google.at_once = 10
    page = connector.envelopes(ALL, searched(connector))
    assert len(page.envelopes) == 60 and page.cursor == []
    assert google.batches[:4] == [50, 5, 10, 20] and max(google.batches[4:]) == 10


def test_a_batch_without_one_answer_is_not_asked_again(gmailbox, connector, google):
    gmailbox.add("m1", "m2")
    google.at_once = 0
    with pytest.raises(Throttled) as caught:
        connector.envelopes(ALL, searched(connector))
    assert caught.value.reason == reasons.RATE_LIMIT
    assert google.batches == [2]


def test_a_missing_scope_ends_all(gmailbox, connector, google):
    gmailbox.add("m1", "m2")
    refs = searched(connector)
    google.gmail.faults.append(Fault("messages.get", 403, "insufficientPermissions"))
    with pytest.raises(SettingsError) as caught:
        connector.envelopes(ALL, refs)
    assert caught.value.reason == reasons.SCOPE_MISSING
    assert caught.value.detail.endswith("gmail.readonly")


def test_a_value_is_one_field_whatever_is_in_it(gmailbox, connector, google):
    gmailbox.add("m1")
    pairs = [
        {"name": "Subject", "value": "An offer\r\nFrom: evil@other.example\n\nTo: x@other.example"},
        {"name": "To", "value": "anna@ours.example, \ud800@other.example"},
    ]
    value = {"internalDate": "1000", "payload": {"headers": pairs}}
    google.gmail.faults.append(Fault("messages.get", 200, "", body=json.dumps(value).encode()))
    (envelope,) = connector.envelopes(ALL, [gmailbox.ids["m1"]]).envelopes
    assert envelope.addresses == ("anna@ours.example",) and envelope.sender == ""
    assert envelope.subject.split() == [
        *("An", "offer", "From:", "evil@other.example"),
        *("To:", "x@other.example"),
    ]
