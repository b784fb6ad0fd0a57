# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Graph: from a message as it is described to an Envelope."""

from datetime import datetime, timezone

import pytest
from imap_mailbox import SINCE

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import Envelope, MessageError
from mail_contact_sync.connectors.graph.message import envelope_of, received

LIST_MAIL = b"""From: News <news@lists.example>\r
Reply-To: Talk <talk@lists.example>\r
To: Anna <anna@ours.example>, ben@ours.example\r
Cc: "Carol, C." <Carol@Ours.Example>\r
Date: Mon, 2 Mar 2026 10:00:00 +0100\r
Message-ID: <m1@lists.example>\r
In-Reply-To: <m0@lists.example>\r
References: <a@lists.example> <m0@lists.example>\r
List-Id: <news.lists.example>\r
Subject: Hello\r
\r
Hello\r
"""


def only(box, folder="inbox") -> Envelope:
    with box.connect() as connector:
        (envelope,) = connector.changes(box.folder(folder), None, SINCE, 10).envelopes
    return envelope


def test_received_mail(box):
    box.add("m1", message=LIST_MAIL)
    envelope = only(box)
    assert envelope.sender == "news@lists.example"
    assert envelope.addresses == (
        *("news@lists.example", "talk@lists.example", "anna@ours.example"),
        *("ben@ours.example", "carol@ours.example"),
    )
    assert envelope.message_id == "<m1@lists.example>"
    assert envelope.in_reply_to == "<m0@lists.example>"
    assert envelope.sent == datetime(2026, 3, 2, 9, tzinfo=timezone.utc)
    assert envelope.bulk and envelope.subject == ""
    assert envelope.size == len(LIST_MAIL) and envelope.ref == box.ids["m1"]


def test_sent_mail_has_its_hidden_recipients_and_its_thread_as_properties(box):
    message = LIST_MAIL.replace(b"Cc:", b"Bcc: secret@customer.example\r\nCc:")
    message = message.replace(b"References: <a@lists.example> <m0@lists.example>\r\n", b"")
    box.add("m1", message=message, folder="sentitems", headers=False)
    envelope = only(box, "sentitems")
    assert "secret@customer.example" in envelope.addresses
    assert envelope.in_reply_to == "<m0@lists.example>"
    assert envelope.sent == datetime(2026, 3, 2, 9, tzinfo=timezone.utc)
    assert envelope.message_id == "<m1@lists.example>"


def test_the_parent_is_the_last_reference_where_there_is_no_in_reply_to(box):
    message = LIST_MAIL.replace(b"In-Reply-To: <m0@lists.example>\r\n", b"")
    box.add("m1", message=message, folder="sentitems", headers=False)
    assert only(box, "sentitems").in_reply_to == "<m0@lists.example>"


@pytest.mark.parametrize(
    ("field", "bulk"),
    [(b"Auto-Submitted: auto-replied", True), (b"Precedence: bulk", True), (b"X-A: b", False)],
)
def test_automatic_mail(box, field, bulk):
    box.add("m1", message=LIST_MAIL.replace(b"List-Id: <news.lists.example>", field))
    assert only(box).bulk is bulk


def test_the_subject_is_kept_only_where_there_is_no_message_id(box):
    box.add("m1", message=LIST_MAIL.replace(b"Message-ID: <m1@lists.example>\r\n", b""))
    envelope = only(box)
    assert envelope.message_id == "" and envelope.subject == "Hello"
    assert "Hello" not in repr(envelope)


# Descriptions that no server of ours gives -----------------------------------------

WHOLE = {"id": "r1", "receivedDateTime": "2026-03-02T09:00:01.1234567Z"}


def described(**more):
    return envelope_of({**WHOLE, **more})


def person(address):
    return {"emailAddress": {"name": "x", "address": address}}


def test_a_message_that_says_nothing_of_itself():
    envelope = described()
    assert envelope.received == datetime(2026, 3, 2, 9, 0, 1, tzinfo=timezone.utc)
    assert (envelope.addresses, envelope.sent, envelope.size) == ((), None, 0)


def test_an_address_of_exchange_is_none_and_the_header_helps_out():
    header = {"name": "From", "value": "Anna <anna@ours.example>"}
    envelope = described(
        **{"from": person("/O=EXCHANGELABS/OU=X/CN=RECIPIENTS/CN=ANNA")},
        internetMessageHeaders=[header],
    )
    assert envelope.sender == "anna@ours.example"


@pytest.mark.parametrize("address", [None, "", "x", "a@b\r\nBcc: evil@c.example", "a>@<b@c"])
def test_an_address_that_is_none(address):
    envelope = described(toRecipients=[person(address), {}, {"emailAddress": None}])
    assert isinstance(envelope, Envelope)
    assert "evil@c.example" not in envelope.addresses


@pytest.mark.parametrize(
    "more",
    [
        {"internetMessageHeaders": [{"name": 5, "value": "x"}]},
        {"internetMessageHeaders": [{"value": "x"}]},
        {"toRecipients": [5]},
        {"singleValueExtendedProperties": [{"id": "Integer", "value": "1"}]},
        {"singleValueExtendedProperties": [{"value": "1"}]},
        {"internetMessageId": 5},
    ],
)
def test_a_description_that_cannot_be_read_names_its_message(more):
    error = described(**more)
    assert isinstance(error, MessageError)
    assert error.reason == reasons.MESSAGE_UNREADABLE and error.ref == "r1"


def test_a_date_that_is_none():
    for text in (None, 5, "", "soon", "0001-01-01T00:00:00Z", "2026-13-01T00:00:00Z"):
        assert received({"receivedDateTime": text}) is None
    assert described(sentDateTime="0001-01-01T00:00:00Z").sent is None
