# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Graph: sending, to those who are meant and to nobody else."""

import pytest
from graph_peer import FOLDER, SEND, Graphbox
from imap_mailbox import SINCE

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import (
    MessageError,
    SentUnknown,
    SettingsError,
    TemporaryError,
    Throttled,
)
from mail_contact_sync.connectors.graph.sending import MAX_OUTGOING

CLARA, DAN = "clara@customer.example", "dan@customer.example"


@pytest.fixture
def box(microsoft):
    microsoft.graph.mail.sent.clear()
    return Graphbox(microsoft, sending=True)


def message(box, to=CLARA, size=0, sender=None):
    head = f"From: {sender or box.user}\r\nTo: {to}\r\nSubject: Offer\r\nMessage-ID: <1@x>\r\n\r\n"
    return head.encode() + b"Hello\r\n" + b"x" * size


def send(box, *recipients, **options):
    with box.connect() as connector:
        connector.send(message(box, **options), box.user, recipients or [CLARA])


def failure(box, kind, **options):
    with pytest.raises(kind) as caught:
        send(box, **options)
    assert type(caught.value) is kind
    return caught.value


def test_it_goes_out_as_it_is_and_a_copy_is_in_sent(box):
    send(box)
    assert box.graph.mail.sent == [(box.user, [CLARA], message(box))]
    with box.connect() as connector:
        page = connector.changes(box.folder("sentitems"), None, SINCE, 10)
    assert [each.message_id for each in page.envelopes] == ["<1@x>"]


def test_who_is_not_in_the_header_is_told_without_the_others_knowing(box):
    other = Graphbox(box.microsoft)
    send(box, CLARA, DAN, other.user)
    ((_sender, recipients, sent),) = box.graph.mail.sent
    assert sorted(recipients) == sorted([CLARA, DAN, other.user])
    with other.connect() as connector:
        (received,) = connector.changes(other.folder(), None, SINCE, 10).envelopes
        ((_ref, raw),) = connector.fetch(other.folder(), [received.ref])
    assert b"Bcc" in sent and b"Bcc" not in raw and DAN.encode() not in raw


def test_a_header_that_names_others_sends_nothing(box):
    error = failure(box, MessageError, to=f"{CLARA}, evil@customer.example")
    assert error.reason == reasons.RECIPIENTS_DIFFER and box.graph.counts == {}


def test_what_is_too_large_is_said_before_anything_is_sent(box):
    error = failure(box, MessageError, size=MAX_OUTGOING)
    assert error.reason == reasons.MESSAGE_TOO_LARGE and box.graph.counts == {}


def test_what_is_just_small_enough_is_sent(box):
    send(box, size=MAX_OUTGOING - len(message(box)))
    assert len(box.graph.mail.sent[0][2]) == MAX_OUTGOING


def test_an_answer_that_promises_nothing_is_no_yes(box, monkeypatch):
    # Graph's own limit, met without knowing of it.
    monkeypatch.setattr("mail_contact_sync.connectors.graph.sending.MAX_OUTGOING", 1 << 30)
    failure(box, SentUnknown, size=3_000_000)
    assert box.graph.mail.sent == []


def test_without_the_scope(microsoft):
    box = Graphbox(microsoft)
    error = failure(box, SettingsError)
    assert error.reason == reasons.SCOPE_MISSING and error.detail == "Mail.Send"


def test_as_somebody_else(box):
    error = failure(box, SettingsError, sender="boss@ours.example")
    assert error.reason == reasons.SEND_DENIED and box.graph.mail.sent == []


@pytest.mark.parametrize(
    ("status", "code", "kind", "reason"),
    [
        (400, "ErrorInvalidRecipients", MessageError, reasons.SEND_REFUSED),
        (413, "RequestEntityTooLarge", MessageError, reasons.MESSAGE_TOO_LARGE),
        (429, "ApplicationThrottled", Throttled, reasons.RATE_LIMIT),
        (503, "serviceNotAvailable", Throttled, reasons.RATE_LIMIT),
        (500, "InternalServerError", SentUnknown, reasons.SENT_UNKNOWN),
        (502, "UnknownError", SentUnknown, reasons.SENT_UNKNOWN),
        (504, "UnknownError", SentUnknown, reasons.SENT_UNKNOWN),
    ],
)
def test_what_graph_can_answer(box, status, code, kind, reason):
    box.graph.fail_next(SEND, status, code)
    error = failure(box, kind)
    assert error.reason == reason and CLARA not in f"{error!r} {error.detail}"
    assert box.graph.counts[SEND] == 1


def test_a_line_that_breaks_before_anything_was_sent(box):
    box.graph.answer_next(FOLDER, 0, b"")
    failure(box, TemporaryError)
    assert box.graph.counts[SEND] == 0


def test_a_line_that_breaks_while_it_is_sent_leaves_it_unknown(box):
    box.graph.answer_next(SEND, 0, b"")
    error = failure(box, SentUnknown)
    assert error.reason == reasons.SENT_UNKNOWN and box.graph.counts[SEND] == 1


def test_a_token_that_has_ended_is_renewed_before_it_is_sent_once(box):
    box.microsoft.consent.expire()
    send(box)
    assert len(box.graph.mail.sent) == 1 and box.graph.counts[SEND] == 1
