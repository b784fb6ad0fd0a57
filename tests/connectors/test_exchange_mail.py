# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Envelopes and whole messages on Exchange."""

from datetime import datetime, timedelta, timezone
from email import message_from_bytes
from email.policy import default

import pytest
from exchange_double import ANNA, NOW, SINCE, names, office, read

from dev.ews import soap
from dev.ews.server import Answer
from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import MessageError, TemporaryError
from mail_contact_sync.connectors.exchange import mailbox as exchange_mailbox

BEN, CAROL = "ben@ours.example", "carol@ours.example"


@pytest.fixture
def mailbox():
    with office() as mailbox:
        yield mailbox


@pytest.fixture
def connector(mailbox):
    with mailbox.connect() as connector:
        yield connector


def put(mailbox, *lines, body="Hello", **more):
    raw = "\r\n".join([*lines, "", body, ""]).encode()
    return mailbox.directory.add(ANNA, raw, NOW - timedelta(days=1), **more)


def look(mailbox, connector, folder="inbox"):
    (envelope,) = connector.changes(mailbox.folder(folder), None, SINCE, 10).envelopes
    return envelope


# Envelopes --------------------------------------------------------------------------


RECEIVED = (
    "From: =?utf-8?q?Clara_M=C3=BCller?= <Clara@Customer.example>",
    "Reply-To: office@customer.example",
    "To: Anna <anna@ours.example>,",
    " ben@ours.example",
    "Cc: Dora <dora@third.example>",
    "Subject: Hello",
    "Date: Mon, 2 Mar 2026 10:00:00 +0100",
    "Message-ID: <m1@customer.example>",
    "In-Reply-To: <m0@ours.example>",
)


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
    for envelope in connector.changes(mailbox.folder(), None, SINCE, 10).envelopes:
        assert envelope.addresses == (ANNA, CAROL)
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
    for envelope in connector.changes(mailbox.folder(), None, SINCE, 10).envelopes:
        assert envelope.addresses == (ANNA, "clara@customer.example")
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


# Fetching -----------------------------------------------------------------------------


def test_messages_come_byte_for_byte(mailbox, connector):
    mailbox.add("m1", "m2", "m3")
    wanted = mailbox.items("m1", "m3")
    fetched = dict(connector.fetch(mailbox.folder(), [item.id for item in wanted]))
    assert fetched == {item.id: item.raw for item in wanted}


def test_nothing_is_asked_for_in_full_that_was_not_wanted(mailbox, connector):
    mailbox.add("m1", "m2")
    read(connector, mailbox.folder())
    assert not any(b"IncludeMimeContent" in request.xml for request in mailbox.server.requests)
    item = mailbox.items("m1")[0]
    list(connector.fetch(mailbox.folder(), [item.id]))
    (asked,) = [one for one in mailbox.server.requests if b"IncludeMimeContent" in one.xml]
    assert item.id.encode() in asked.xml and mailbox.items("m2")[0].id.encode() not in asked.xml


def test_a_message_that_is_gone_is_left_out(mailbox, connector):
    mailbox.add("m1", "m2")
    gone, there = mailbox.items("m1", "m2")
    mailbox.directory.remove(gone)
    assert dict(connector.fetch(mailbox.folder(), [gone.id, there.id])).keys() == {there.id}


def test_a_message_that_goes_while_it_is_fetched_is_left_out(mailbox, connector):
    mailbox.add("m1")
    (item,) = mailbox.items("m1")
    mailbox.server.meanwhile("GetItem", lambda: None)
    mailbox.server.meanwhile("GetItem", lambda: mailbox.directory.remove(item))
    assert dict(connector.fetch(mailbox.folder(), [item.id])) == {}


@pytest.mark.parametrize(
    "how", [{"broken": "ErrorItemCorrupt"}, {"mime_broken": "ErrorMimeContentConversionFailed"}]
)
def test_a_message_that_cannot_be_had_is_named_after_the_others(mailbox, connector, how):
    mailbox.add("m1", **how)
    mailbox.add("m2")
    bad, good = mailbox.items("m1", "m2")
    fetched = connector.fetch(mailbox.folder(), [bad.id, good.id])
    assert next(fetched) == (good.id, good.raw)
    with pytest.raises(MessageError) as caught:
        next(fetched)
    assert caught.value.ref == bad.id and caught.value.reason == reasons.MESSAGE_UNREADABLE


def test_many_messages_come_in_parts_of_bounded_size(mailbox, connector, monkeypatch):
    monkeypatch.setattr(exchange_mailbox, "BATCH_BYTES", 1000)
    for number in range(6):
        mailbox.directory.add(ANNA, b"Subject: %d\r\n\r\n" % number + b"x" * 400, NOW)
    refs = [item.id for item in mailbox.directory.mailboxes[ANNA].items.values()]
    assert len(dict(connector.fetch(mailbox.folder(), refs))) == 6
    assert mailbox.server.counts["GetItem"] == 4  # the sizes, and three times two


def test_no_refs_are_no_request(mailbox, connector):
    mailbox.server.requests.clear()
    assert list(connector.fetch(mailbox.folder(), [])) == []
    assert not mailbox.server.requests


LARGE = (
    "MIME-Version: 1.0",
    'Content-Type: multipart/mixed;\r\n boundary="b"',
    "",
    "--b",
    "Content-Type: text/plain; charset=utf-8",
    "",
    "Dear Änna",
    "--b",
    'Content-Type: application/pdf; name="offer.pdf"',
    'Content-Disposition: attachment; filename="offer.pdf"',
    "",
    "x" * 5000,
    "--b--",
)


@pytest.mark.parametrize("transported", [True, False])
def test_a_message_beyond_the_limit_comes_without_its_attachments(mailbox, connector, transported):
    """Header and text, never the whole: the server cannot cut it."""
    item = put(mailbox, *RECEIVED, *LARGE, transported=transported)
    mailbox.server.requests.clear()
    ((ref, raw),) = connector.fetch(mailbox.folder(), [item.id], 2000)
    assert ref == item.id and len(raw) <= 2000
    assert not any(b"IncludeMimeContent" in request.xml for request in mailbox.server.requests)
    mail = message_from_bytes(raw, policy=default)
    assert mail["Message-ID"] == "<m1@customer.example>" and mail["Subject"] == "Hello"
    assert mail["From"].addresses[0].display_name == "Clara Müller"
    assert mail["Cc"].addresses[0].addr_spec == "dora@third.example"
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().strip() == "Dear Änna"
    assert not list(mail.iter_attachments())


def test_a_short_message_is_cut_at_the_limit_all_the_same(mailbox, connector):
    item = put(mailbox, *RECEIVED, body="ä" * 5000)
    ((_, raw),) = connector.fetch(mailbox.folder(), [item.id], 1000)
    assert len(raw) == 1000


def test_a_message_that_is_longer_than_the_server_says_is_cut(mailbox, connector):
    item = put(mailbox, *RECEIVED, body="x" * 5000, size=10)
    assert dict(connector.fetch(mailbox.folder(), [item.id], 1000)) == {item.id: item.raw[:1000]}


def test_a_message_within_the_limit_comes_whole(mailbox, connector):
    item = put(mailbox, *RECEIVED, *LARGE)
    assert dict(connector.fetch(mailbox.folder(), [item.id], len(item.raw))) == {item.id: item.raw}


def test_without_a_limit_of_the_callers_ours_counts(mailbox, connector):
    item = put(mailbox, *RECEIVED, *LARGE, size=exchange_mailbox.MAX_MESSAGE + 1)
    ((_, raw),) = connector.fetch(mailbox.folder(), [item.id])
    assert b"offer.pdf" not in raw


def test_reading_changes_nothing(mailbox, connector):
    mailbox.add("m1", "m2")
    before = mailbox.state()
    found = connector.changes(mailbox.folder(), None, SINCE, 10).envelopes
    connector.folders(), connector.check()
    list(connector.fetch(mailbox.folder(), [envelope.ref for envelope in found]))
    assert mailbox.state() == before
    asking = {"GetFolder", "FindFolder", "FindItem", "SyncFolderItems", "GetItem", "ResolveNames"}
    assert set(mailbox.server.counts) <= asking
