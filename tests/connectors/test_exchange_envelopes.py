# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Envelopes on Exchange: what they tell, of whom, and of items that cannot be had."""

from datetime import datetime, timedelta, timezone

import pytest
from exchange_double import ANNA, NOW, SINCE, names, office
from exchange_mail import CAROL, RECEIVED, look, put

from dev.ews import soap
from dev.ews.server import Answer
from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import TemporaryError


@pytest.fixture
def mailbox():
    with office() as mailbox:
        yield mailbox


def test_an_envelope_tells_what_the_header_does(mailbox, connector):
    item = put(mailbox, *RECEIVED)
    envelope = look(mailbox, connector)
    assert envelope.ref == item.id and envelope.size == len(item.raw)
    assert envelope.sender == "clara@customer.example"
    assert envelope.addresses == (
        "clara@customer.example",
        "office@customer.example",
        "anna@ours.example",
        "ben@ours.example",
        "dora@third.example",
    )
    assert envelope.received == NOW - timedelta(days=1)
    assert envelope.sent == datetime(2026, 3, 2, 9, tzinfo=timezone.utc)
    assert envelope.message_id == "<m1@customer.example>"
    assert envelope.in_reply_to == "<m0@ours.example>"
    assert not envelope.bulk and not envelope.subject


def test_sent_mail_has_no_header_and_tells_the_same(mailbox, connector):
    put(mailbox, *RECEIVED, "Bcc: <secret@fourth.example>", transported=False, folder="sentitems")
    put(mailbox, *RECEIVED)
    sent, received = look(mailbox, connector, "sentitems"), look(mailbox, connector)
    assert sent.addresses == (*received.addresses, "secret@fourth.example")
    for name in ("sender", "received", "sent", "message_id", "in_reply_to", "bulk"):
        assert getattr(sent, name) == getattr(received, name)


@pytest.mark.parametrize(
    "field", ["List-Id: <news.customer.example>", "Precedence: bulk", "Auto-Submitted: auto-reply"]
)
def test_list_and_automatic_mail_is_told_apart(mailbox, connector, field):
    put(mailbox, *RECEIVED, field)
    assert look(mailbox, connector).bulk


def test_a_name_that_looks_like_an_address_is_none(mailbox, connector):
    put(
        mailbox,
        'To: "x@y.example, z" <real@customer.example>',
        "From: <anna@ours.example>",
        transported=False,
    )
    assert look(mailbox, connector).addresses == ("anna@ours.example", "real@customer.example")


def test_only_mail_without_message_id_tells_its_subject(mailbox, connector):
    put(mailbox, "From: clara@customer.example", "Subject: Offer")
    assert look(mailbox, connector).subject == "Offer"


def test_control_characters_in_a_header_break_nothing(mailbox, connector):
    put(mailbox, *RECEIVED, "X-Odd: a\x05b\x1f", "Subject: \x01\x08", transported=False)
    put(mailbox, *RECEIVED, "X-Odd: a\x05b\x1f", folder="drafts")
    assert look(mailbox, connector).sender == "clara@customer.example"
    assert look(mailbox, connector, "drafts").sender == "clara@customer.example"


# Addresses of Exchange's own type -----------------------------------------------------


def test_addresses_of_the_old_type_are_looked_up_once(mailbox, connector):
    for number in range(3):
        put(
            mailbox,
            f"Message-ID: <{number}@x.example>",
            f"From: <{ANNA}>",
            f"To: <{CAROL}>",
            transported=False,
        )
    page = connector.changes(mailbox.folder(), None, SINCE, 10)
    assert [envelope.addresses for envelope in page.envelopes] == [(ANNA, CAROL)] * 3
    assert mailbox.server.counts["ResolveNames"] == 1


def test_a_sender_of_the_old_type_needs_no_looking_up(mailbox, connector):
    put(mailbox, f"From: <{CAROL}>", f"To: <{ANNA}>", transported=False)
    assert look(mailbox, connector).sender == CAROL
    assert mailbox.server.counts["ResolveNames"] == 0


def test_somebody_whom_the_directory_has_forgotten_is_left_out(mailbox, connector, monkeypatch):
    for number in range(2):
        put(
            mailbox,
            f"Message-ID: <{number}@x.example>",
            f"From: <{ANNA}>",
            f"To: <{CAROL}>, <clara@customer.example>",
            transported=False,
        )
    monkeypatch.setattr("dev.ews.operations._resembles", lambda user, name: False)
    page = connector.changes(mailbox.folder(), None, SINCE, 10)
    assert [envelope.addresses for envelope in page.envelopes] == [
        (ANNA, "clara@customer.example")
    ] * 2
    assert mailbox.server.counts["ResolveNames"] == 1


# Items that cannot be had ---------------------------------------------------------------


@pytest.mark.parametrize("code", ["ErrorItemCorrupt", "ErrorInternalServerError"])
def test_a_broken_item_is_named_and_the_others_are_there(mailbox, connector, code):
    mailbox.add("m1", "m3")
    mailbox.add("m2", broken=code)
    page = connector.changes(mailbox.folder(), None, SINCE, 10)
    assert sorted(names(page.envelopes)) == ["m1", "m3"]
    (failed,) = page.failed
    assert failed.ref == mailbox.items("m2")[0].id and failed.reason == reasons.MESSAGE_UNREADABLE
    assert not page.more


@pytest.mark.parametrize("how", ["fault", "crash", "no XML"])
@pytest.mark.parametrize("others", [0, 30])
def test_an_item_that_brings_the_request_down_keeps_no_other_back(mailbox, connector, how, others):
    mailbox.add("bad")
    mailbox.add(*(f"m{number}" for number in range(others)))
    (bad,) = mailbox.items("bad")
    stumble(mailbox, [bad.id], how)
    page = connector.changes(mailbox.folder(), None, SINCE, 100)
    assert len(page.envelopes) == others and "bad" not in names(page.envelopes)
    assert [error.ref for error in page.failed] == [bad.id]
    assert mailbox.server.counts["GetItem"] < 20


def stumble(mailbox, refs, how="fault"):
    """GetItem fails as a whole whenever one of ``refs`` is asked for."""
    respond = mailbox.server.respond
    body = soap.envelope(soap.fault("ErrorInternalServerError"), "")
    answers = {"fault": Answer(500, body), "crash": Answer(500), "no XML": Answer(200, b"<a>&#0;")}

    def stumbling(user, body, headers):
        answer = respond(user, body, headers)
        return answers[how] if any(ref.encode() in body for ref in refs) else answer

    mailbox.server.respond = stumbling


def test_many_that_bring_the_request_down_are_the_servers_fault(mailbox, connector):
    mailbox.add(*(f"m{number}" for number in range(60)))
    stumble(mailbox, [item.id for item in mailbox.directory.mailboxes[ANNA].items.values()])
    with pytest.raises(TemporaryError):
        connector.changes(mailbox.folder(), None, SINCE, 100)


def test_a_server_in_trouble_is_not_asked_for_each_item(mailbox, connector):
    mailbox.add(*(f"m{number}" for number in range(60)))
    stumble(mailbox, [":GetItem", ":GetFolder"])
    with pytest.raises(TemporaryError):
        connector.changes(mailbox.folder(), None, SINCE, 100)
    assert mailbox.server.counts["GetItem"] < 20


def test_a_store_that_is_away_is_no_fault_of_an_item(mailbox, connector):
    mailbox.add("m1", broken="ErrorMailboxStoreUnavailable")
    with pytest.raises(TemporaryError) as caught:
        connector.changes(mailbox.folder(), None, SINCE, 10)
    assert caught.value.reason == reasons.SERVER_UNAVAILABLE


@pytest.mark.parametrize("code", ["ErrorServerBusy", "ErrorBatchProcessingStopped"])
def test_what_a_busy_server_leaves_out_is_not_missing(mailbox, connector, code):
    mailbox.add("m1")
    mailbox.add("m2", broken=code)
    with pytest.raises(TemporaryError):
        connector.changes(mailbox.folder(), None, SINCE, 10)
