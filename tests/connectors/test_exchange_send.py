# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Sending by Exchange: to exactly whom it is for, and never twice."""

import pytest
from exchange_double import ANNA, SINCE, office
from exchange_mail import BEN, CAROL, look

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import (
    MessageError,
    SentUnknown,
    SettingsError,
    TemporaryError,
    Throttled,
)


@pytest.fixture
def mailbox():
    with office() as mailbox:
        yield mailbox


def message(to=BEN, more=""):
    return (
        f"From: Anna <{ANNA}>\r\nTo: {to}\r\n{more}Message-ID: <s1@ours.example>\r\n"
        "X-Odoo-Sync: 17\r\nSubject: Offer\r\n\r\nDear Ben\r\n"
    ).encode()


def received_by(mailbox, address):
    return [
        item.raw
        for item in mailbox.directory.mailboxes[address].held_by(
            mailbox.folder("inbox", address).ref
        )
    ]


def test_what_is_sent_arrives_and_is_kept(mailbox, connector):
    connector.send(message(), ANNA, [BEN])
    assert received_by(mailbox, BEN) == [message()]
    assert look(mailbox, connector, "sentitems").message_id == "<s1@ours.example>"
    assert b"X-Odoo-Sync: 17" in received_by(mailbox, BEN)[0]


def test_who_is_in_neither_to_nor_cc_gets_a_blind_copy(mailbox, connector):
    connector.send(
        message(more="Bcc: Carol <carol@ours.example>,\r\n x@y.example\r\n"), ANNA, [BEN, CAROL]
    )
    for address in (BEN, CAROL):
        (raw,) = received_by(mailbox, address)
        assert raw == message()
    assert CAROL in look(mailbox, connector, "sentitems").addresses


@pytest.mark.parametrize(
    "to, recipients",
    [
        (f"{BEN}, {CAROL}", [BEN]),
        (BEN, []),
        (BEN, [BEN, "Carol"]),
        ("undisclosed-recipients:;", []),
        (BEN, [BEN, "a\0@b.example"]),
    ],
)
def test_nobody_gets_what_is_not_for_him(mailbox, connector, to, recipients):
    with pytest.raises(MessageError) as caught:
        connector.send(message(to), ANNA, recipients)
    assert caught.value.reason == reasons.RECIPIENTS_DIFFER
    assert mailbox.server.counts["CreateItem"] == 0


def test_a_delegate_keeps_the_copy_in_the_others_mailbox(mailbox):
    with mailbox.connect(mailbox=BEN) as connector:
        connector.send(message(CAROL), BEN, [CAROL])
        folder = mailbox.folder("sentitems", BEN)
        assert len(connector.changes(folder, None, SINCE, 10).envelopes) == 1


@pytest.mark.parametrize(
    "code, kind, reason",
    [
        ("ErrorSendAsDenied", SettingsError, reasons.SEND_DENIED),
        ("ErrorInvalidRecipients", MessageError, reasons.SEND_REFUSED),
        ("ErrorMessageSizeExceeded", MessageError, reasons.SEND_REFUSED),
        ("ErrorServerBusy", Throttled, reasons.RATE_LIMIT),
    ],
)
def test_why_it_could_not_be_sent_is_said(mailbox, connector, code, kind, reason):
    mailbox.server.error_once("CreateItem", code)
    with pytest.raises(kind) as caught:
        connector.send(message(), ANNA, [BEN])
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "how",
    [
        lambda server: server.answer_once("CreateItem", 200, b"<a", Content_Length="1000"),
        lambda server: server.answer_once("CreateItem", 502),
        lambda server: server.answer_once("CreateItem", 200, b"no XML"),
        lambda server: server.fault_once("CreateItem", "ErrorInternalServerError"),
        lambda server: server.error_once("CreateItem", "ErrorTimeoutExpired"),
    ],
)
def test_what_may_have_been_sent_is_not_to_be_sent_again(mailbox, connector, how):
    how(mailbox.server)
    with pytest.raises(SentUnknown) as caught:
        connector.send(message(), ANNA, [BEN])
    assert caught.value.reason == reasons.SENT_UNKNOWN
    assert mailbox.server.counts["CreateItem"] == 1


@pytest.mark.parametrize("code", ["ErrorServerBusy", "ErrorMailboxMoveInProgress"])
def test_what_was_not_sent_for_certain_may_be_sent_again(mailbox, connector, code):
    mailbox.server.fault_once("CreateItem", code)
    with pytest.raises(TemporaryError):
        connector.send(message(), ANNA, [BEN])


def test_a_line_that_is_down_before_it_matters_is_no_doubt(mailbox, connector):
    mailbox.server.answer_once("GetFolder", 200, b"<a", Content_Length="1000")
    with pytest.raises(TemporaryError):
        connector.send(message(), ANNA, [BEN])
    assert mailbox.server.counts["CreateItem"] == 0


def test_a_message_too_large_to_be_sent_is_said_so(mailbox, connector):
    mailbox.server.answer_once("CreateItem", 413)
    with pytest.raises(MessageError):
        connector.send(message(), ANNA, [BEN])
