# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Sending by Gmail: to exactly whom it is meant for, and byte for byte."""

import pytest
from gmail_peer import CLARA, new_gmailbox, read_new
from imap_mailbox import SINCE, raw

from dev.google_gmail import Fault
from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import (
    MessageError,
    SentUnknown,
    SettingsError,
    TemporaryError,
    Throttled,
)
from mail_contact_sync.connectors.gmail import ALL
from mail_contact_sync.connectors.gmail import session as gmail_session
from mail_contact_sync.connectors.outgoing import with_recipients

TO = "anna@ours.example"
BODY = b"Bcc: this is text\r\n\r\n\xff\xfe\r\n"


def message(*lines, body=BODY):
    return b"\r\n".join(line.encode() for line in lines) + b"\r\n\r\n" + body


@pytest.fixture
def sender(google, clock):
    return new_gmailbox(google, clock, sending=True)


def send(gmailbox, sent, *recipients, **options):
    with gmailbox.connect() as connector:
        connector.send(sent, gmailbox.user, recipients, **options)


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("threaded", [False, True])
def test_a_message_is_sent_byte_for_byte(sender, google, monkeypatch, large, threaded):
    if large:
        monkeypatch.setattr(gmail_session, "LARGE", 10)
    sender.add("m1")
    thread = sender.mailbox.ask("GET", f"messages/{sender.ids['m1']}").json()["threadId"]
    outgoing = message(
        f"From: {sender.user}",
        f"To: Clara <{CLARA}>",
        "Subject: Grüße",
        *(["In-Reply-To: <m1@customer.example>"] if threaded else []),
    )
    send(sender, outgoing, CLARA)
    assert google.gmail.sent == [(sender.user, outgoing)]
    (call,) = google.gmail.calls("messages.send")
    assert call.upload is large
    listed = sender.mailbox.ask("GET", f"threads/{thread}").json()["messages"]
    assert len(listed) == (2 if threaded else 1)


def test_what_was_sent_stands_in_sent_and_in_the_history(sender):
    with sender.connect() as connector:
        cursor = connector.changes(ALL, None, SINCE, 10).cursor
        connector.send(raw("m1").replace(b"anna@", b"clara@"), sender.user, ["clara@ours.example"])
        assert read_new(connector, cursor)[0] == ["m1"]
        assert connector.usage.units == 1 + 1 + 100 + 2 + 20


def test_what_is_too_large_for_gmail_is_not_sent(sender, google, monkeypatch):
    monkeypatch.setattr(gmail_session, "MAX_OUTGOING", 100)
    with pytest.raises(MessageError) as caught:
        send(sender, message(f"To: {TO}", body=b"x" * 100), TO)
    assert caught.value.reason == reasons.MESSAGE_TOO_LARGE and google.gmail.asked == []


def test_an_upload_goes_on_with_a_new_token(sender, google, monkeypatch):
    monkeypatch.setattr(gmail_session, "LARGE", 10)
    google.consent.expire()
    outgoing = message(f"To: {TO}")
    send(sender, outgoing, TO)
    assert google.gmail.sent == [(sender.user, outgoing)]


def test_a_token_that_ends_in_the_middle_of_an_upload(sender, google, monkeypatch):
    monkeypatch.setattr(gmail_session, "LARGE", 10)
    begin = google.gmail._messages_send

    def begin_and_expire(*arguments):
        answer = begin(*arguments)
        google.consent.expire()
        return answer

    monkeypatch.setattr(google.gmail, "_messages_send", begin_and_expire)
    outgoing = message(f"To: {TO}", body=b"x" * 100_000)
    send(sender, outgoing, TO)
    assert google.gmail.sent == [(sender.user, outgoing)]


@pytest.mark.parametrize(
    ("header", "recipients", "expected"),
    [
        (["To: a@x.example"], ["a@x.example"], ["To: a@x.example"]),
        (["To: A <A@x.example>"], ["a@x.example"], ["To: A <A@x.example>"]),
        (
            ["To: a@x.example", "Cc: b@x.example"],
            ["b@x.example", "a@x.example"],
            ["To: a@x.example", "Cc: b@x.example"],
        ),
        (
            ["To: a@x.example"],
            ["a@x.example", "b@x.example", "C@x.example"],
            ["Bcc: b@x.example,", " C@x.example", "To: a@x.example"],
        ),
        (["To: undisclosed:;"], ["b@x.example"], ["Bcc: b@x.example", "To: undisclosed:;"]),
        # Who stands in Bcc and is not meant is not sent to, and is not told on.
        (["To: a@x.example", "Bcc: b@x.example"], ["a@x.example"], ["To: a@x.example"]),
        (
            ["bCC : b@x.example,", "\tc@x.example", "To: a@x.example"],
            ["a@x.example"],
            ["To: a@x.example"],
        ),
        (
            ["Bcc: b@x.example", "To: a@x.example", "Bcc: c@x.example"],
            ["a@x.example", "c@x.example"],
            ["Bcc: c@x.example", "To: a@x.example"],
        ),
        (
            ["X-Bcc: b@x.example", "To: a@x.example"],
            ["a@x.example"],
            ["X-Bcc: b@x.example", "To: a@x.example"],
        ),
    ],
)
def test_the_header_names_exactly_the_recipients(header, recipients, expected):
    assert with_recipients(message(*header), recipients) == message(*expected)


def test_a_message_without_a_body():
    block = b"To: a@x.example\nBcc: b@x.example"
    assert with_recipients(block, ["a@x.example"]) == b"To: a@x.example"
    assert with_recipients(b"To: a@x.example\n\nHi\n", ["a@x.example", "b@x.example"]) == (
        b"Bcc: b@x.example\nTo: a@x.example\n\nHi\n"
    )


@pytest.mark.parametrize(
    ("header", "recipients"),
    [
        (["To: a@x.example, b@x.example"], ["a@x.example"]),
        (["To: a@x.example", "Cc: b@x.example"], ["a@x.example"]),
        (["To: a@x.example"], ["b@x.example"]),
        (["To: a@x.example"], []),
        (["To: a@x.example"], ["a@x.example", "b@x.example\r\nBcc: c@x.example"]),
        (["To: a@x.example"], ["a@x.example", "b@x.example, c@x.example"]),
        (["To: a@x.example"], ["a@x.example", "nobody"]),
    ],
)
def test_nothing_is_sent_to_others_than_was_meant(sender, google, header, recipients):
    with pytest.raises(MessageError) as caught:
        send(sender, message(*header), *recipients)
    assert caught.value.reason == reasons.RECIPIENTS_DIFFER
    assert google.gmail.asked == []


def test_a_mailbox_that_may_not_send(gmailbox, google):
    with pytest.raises(SettingsError) as caught:
        send(gmailbox, message(f"To: {TO}"), TO)
    assert caught.value.reason == reasons.SCOPE_MISSING
    assert caught.value.detail.endswith("gmail.send")
    assert google.gmail.sent == []


def test_sending_does_not_wait_for_what_runs_in_the_background(sender, google):
    sender.budget.spend(sender.budget.room())
    for _ in range(5):
        send(sender, message(f"To: {TO}"), TO)
    with pytest.raises(Throttled):
        send(sender, message(f"To: {TO}"), TO)
    assert len(google.gmail.sent) == 5


def test_a_message_is_never_sent_twice_by_itself(sender, google):
    google.break_next("/messages/send")
    with pytest.raises(SentUnknown):
        send(sender, message(f"To: {TO}"), TO)
    google.gmail.faults.append(Fault("messages.send", 503, "backendError"))
    with pytest.raises(SentUnknown):
        send(sender, message(f"To: {TO}"), TO)
    assert len(google.gmail.calls("messages.send")) == 2


def test_what_is_wrong_before_anything_is_sent_is_certain(sender, google):
    google.gmail.faults.append(Fault("getProfile", 503, "backendError"))
    with pytest.raises(TemporaryError):
        send(sender, message(f"To: {TO}"), TO)
    assert google.gmail.calls("messages.send") == []


def test_gmails_own_limit_says_until_when(sender, google):
    fault = Fault("messages.send", 429, "rateLimitExceeded")
    fault.message = "User-rate limit exceeded.  Retry after 2099-01-01T00:00:00.000Z"
    google.gmail.faults.append(fault)
    with pytest.raises(Throttled) as caught:
        send(sender, message(f"To: {TO}"), TO)
    assert caught.value.retry_after == 24 * 3600
