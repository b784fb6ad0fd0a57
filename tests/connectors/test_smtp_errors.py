# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What servers refuse with, and what becomes of it."""

import pytest
from peers.scripted_smtp import ScriptedSmtp
from smtp_peers import ANNA, BEN, CLARA, PASSWORD, failure, letter, said, send, sender_to

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import (
    AuthenticationFailed,
    MessageError,
    RecipientsRefused,
    SettingsError,
    TemporaryError,
    Throttled,
)
from mail_contact_sync.connectors.smtp.errors import (
    A_DAYS_SHARE,
    A_MINUTES_SHARE,
    GREYLISTING,
    LOGIN,
    MAX_WAIT,
    MESSAGE,
    RECIPIENT,
    SENDER,
    Reply,
    of_reply,
)


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        ("535 5.7.8 Error: authentication failed", AuthenticationFailed, reasons.BAD_CREDENTIALS),
        ("535 Incorrect authentication data", AuthenticationFailed, reasons.BAD_CREDENTIALS),
        (
            "534 5.7.9 Application-specific password required",
            AuthenticationFailed,
            reasons.APP_PASSWORD_NEEDED,
        ),
        (
            "534 5.7.14 <https://accounts.example/?plt=AKgn> Please log in via your web browser",
            AuthenticationFailed,
            reasons.WEB_LOGIN_NEEDED,
        ),
        (
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled",
            SettingsError,
            reasons.SMTP_DISABLED,
        ),
        (
            "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
            SettingsError,
            reasons.PASSWORD_LOGIN_DISABLED,
        ),
        ("550 User has no permission", SettingsError, reasons.SMTP_DISABLED),
        ("530 Must issue a STARTTLS command first", SettingsError, reasons.ENCRYPTION_REQUIRED),
        ("538 5.7.11 use TLS", SettingsError, reasons.ENCRYPTION_REQUIRED),
        ("504 5.5.4 mechanism", SettingsError, reasons.LOGIN_NOT_OFFERED),
        ("503 5.5.1 not now", TemporaryError, reasons.PROTOCOL_ERROR),
        ("454 4.7.0 Temporary authentication failure", TemporaryError, reasons.SERVER_UNAVAILABLE),
        (
            "454 4.7.0 Too many login attempts, please try again later",
            Throttled,
            reasons.RATE_LIMIT,
        ),
        (
            "432 4.3.2 Concurrent connections limit exceeded",
            Throttled,
            reasons.TOO_MANY_CONNECTIONS,
        ),
        ("421 4.7.0 Try again later, closing connection", Throttled, reasons.RATE_LIMIT),
    ],
)
def test_a_refused_login(answer, kind, reason):
    with ScriptedSmtp({"AUTH": answer.encode() + b"\r\n"}) as peer:
        error = failure(peer)
        assert said(peer, "MAIL", "RCPT", "DATA") == []
        assert len(said(peer, "AUTH")) == 1  # a second try would count against the user
    assert (type(error), error.reason) == (kind, reason)
    assert error.detail.startswith(answer[:3]) and "AKgn" not in error.detail


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        ("550 5.7.1 Sender rejected", SettingsError, reasons.SEND_DENIED),
        ("553 5.7.1 not owned", SettingsError, reasons.SEND_DENIED),
        ("501 5.1.7 bad sender", SettingsError, reasons.SEND_DENIED),
        ("530 5.7.57 Client not authenticated", AuthenticationFailed, reasons.BAD_CREDENTIALS),
        ("552 5.3.4 too big for this system", MessageError, reasons.MESSAGE_TOO_LARGE),
        ("554 5.7.1 no", MessageError, reasons.SEND_REFUSED),
        ("555 parameters not recognised", TemporaryError, reasons.PROTOCOL_ERROR),
        ("451 4.3.0 try later", Throttled, reasons.RATE_LIMIT),
        ("452 4.3.1 no space", Throttled, reasons.RATE_LIMIT),
        ("421 4.4.5 Server busy", Throttled, reasons.SERVER_UNAVAILABLE),
        ("550 5.4.5 Daily user sending limit exceeded", Throttled, reasons.DAILY_LIMIT),
        ("552 5.2.2 over quota", MessageError, reasons.SEND_REFUSED),
    ],
)
def test_a_refused_sender(answer, kind, reason):
    with ScriptedSmtp({"MAIL": answer.encode() + b"\r\n"}) as peer:
        error = failure(peer)
        assert said(peer, "RCPT", "DATA") == []
    assert (type(error), error.reason) == (kind, reason)


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        ("550 5.1.1 no such user", RecipientsRefused, reasons.RECIPIENT_REFUSED),
        ("550 5.1.1 rate.limit@x.example unknown", RecipientsRefused, reasons.RECIPIENT_REFUSED),
        ("554 5.7.1 Relay access denied", RecipientsRefused, reasons.RECIPIENT_REFUSED),
        ("552 5.2.2 mailbox full", RecipientsRefused, reasons.RECIPIENT_REFUSED),
        ("553 5.7.1 Sender address rejected: x", SettingsError, reasons.SEND_DENIED),
        ("550 5.4.5 Daily user sending limit exceeded", Throttled, reasons.DAILY_LIMIT),
        ("450 4.1.8 Sender address rejected: no such domain", Throttled, reasons.RATE_LIMIT),
        ("450 4.2.0 Greylisted", Throttled, reasons.RATE_LIMIT),
        (
            "452 4.5.3 has too many recipients",
            MessageError,
            reasons.TOO_MANY_RECIPIENTS,
        ),
        ("550 5.5.3 too many recipients", MessageError, reasons.TOO_MANY_RECIPIENTS),
        ("421 4.7.28 unusual rate", Throttled, reasons.RATE_LIMIT),
        ("503 need MAIL", TemporaryError, reasons.PROTOCOL_ERROR),
    ],
)
def test_a_refused_recipient(answer, kind, reason):
    with ScriptedSmtp({"RCPT": [b"250 ok\r\n", answer.encode() + b"\r\n"]}) as peer:
        error = failure(peer, None, BEN, CLARA)
        assert said(peer, "DATA") == [] and peer.messages == []
    assert (type(error), error.reason) == (kind, reason)


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        ("554 5.7.1 spam", MessageError, reasons.SEND_REFUSED),
        ("552 5.7.0 blocked for its content", MessageError, reasons.SEND_REFUSED),
        ("552 too much", MessageError, reasons.MESSAGE_TOO_LARGE),
        ("554 5.2.3 exceeds the maximum", MessageError, reasons.MESSAGE_TOO_LARGE),
        (
            "554 5.2.252 SendAsDenied; x not y",
            SettingsError,
            reasons.SEND_DENIED,
        ),
        ("550 5.7.60 no permissions", SettingsError, reasons.SEND_DENIED),
        (
            "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException",
            Throttled,
            reasons.DAILY_LIMIT,
        ),
        ("451 4.7.1 try later", Throttled, reasons.RATE_LIMIT),
        ("421 closing", Throttled, reasons.SERVER_UNAVAILABLE),
        ("471 strange", TemporaryError, reasons.SERVER_UNAVAILABLE),
    ],
)
@pytest.mark.parametrize("stage", ["DATA", "."])
def test_a_refused_message(stage, answer, kind, reason):
    with ScriptedSmtp({stage: answer.encode() + b"\r\n"}) as peer:
        error = failure(peer)
    assert (type(error), error.reason) == (kind, reason)


@pytest.mark.parametrize(
    ("code", "text", "wait"),
    [
        (450, "4.2.0 Greylisted", GREYLISTING),
        (450, "4.2.0 Greylisted, try again in 90 seconds", 90),
        (451, "4.7.1 come back in 2 minutes", 120),
        (451, "4.7.1 in 99999 hours", MAX_WAIT),
        (451, "4.7.1 in 0 s", 1),
        (421, "4.7.0 slow down", A_MINUTES_SHARE),
        (550, "5.4.5 Daily user sending limit exceeded", A_DAYS_SHARE),
        (421, "closing", None),
    ],
)
def test_how_long_to_wait(code, text, wait):
    assert of_reply(Reply(code, text), SENDER).retry_after == wait


def test_the_error_says_whom_the_server_refused_and_its_text_does_not():
    answers = [b"550 5.1.1 <%s>: unknown\r\n" % each.encode() for each in (BEN, CLARA)]
    with ScriptedSmtp({"RCPT": [b"250 ok\r\n", *answers]}) as peer:
        error = failure(peer, None, "dora@ours.example", BEN, CLARA)
    assert error.refused == {
        BEN: f"550 5.1.1 <{BEN}>: unknown",
        CLARA: f"550 5.1.1 <{CLARA}>: unknown",
    }
    for address in (BEN, CLARA):
        assert address not in f"{error} {error.detail} {error!r} {error.args}"
    assert error.detail == "550 5.1.1"


def test_one_that_is_put_off_puts_all_off():
    answers = [b"550 5.1.1 unknown\r\n", b"450 4.2.0 Greylisted\r\n"]
    with ScriptedSmtp({"RCPT": answers}) as peer:
        assert isinstance(failure(peer, None, BEN, CLARA), Throttled)
        assert said(peer, "DATA") == []


@pytest.mark.parametrize("stage", [LOGIN, SENDER, RECIPIENT, MESSAGE])
def test_no_address_and_no_token_of_a_link_is_passed_on(stage):
    text = f"4.7.0 <{CLARA}> {BEN}: see https://help.example/x?token=abc"
    detail = of_reply(Reply(450, text), stage).detail
    assert CLARA not in detail and BEN not in detail and "abc" not in detail
    assert "https://help.example/x" in detail


def test_a_secret_that_is_part_of_another_leaves_nothing_of_it():
    secrets = {"corr", "correct horse", "horse"}
    assert of_reply(Reply(535, "no: correct horse"), LOGIN, secrets).detail == "535 no: ***"


def test_a_server_that_quotes_the_message_does_not_get_it_into_an_error():
    for quoted in ("Subject: Our secret merger", "word Our secret merger", "Hello there, Clara"):
        with ScriptedSmtp({".": f"554 5.7.1 spam: {quoted}\r\n".encode()}) as peer:
            error = failure(peer, letter(body="Hello there, Clara\n"))
        assert error.reason == reasons.SEND_REFUSED and error.detail == "554 5.7.1"


@pytest.mark.parametrize("mechanisms", ["PLAIN", "LOGIN"])
def test_a_server_that_repeats_the_password_does_not_get_it_into_an_error(mechanisms):
    repeated = {
        "PLAIN": "correct horse AGFubmFAb3Vycy5leGFtcGxlAGNvcnJlY3QgaG9yc2U= Y29ycmVjdCBob3JzZQ==",
        "LOGIN": "correct horse Y29ycmVjdCBob3JzZQ==",
    }[mechanisms]
    ehlo = f"250-x\r\n250 AUTH {mechanisms}\r\n".encode()
    for stage in ("AUTH", "MAIL", "RCPT", "."):
        answers = {"EHLO": ehlo, "+": [b"334 UGFzc3dvcmQ6\r\n", b"235 ok\r\n"]}
        if mechanisms == "LOGIN":
            answers["AUTH"] = b"334 VXNlcm5hbWU6\r\n"
        refusal = f"535 5.7.8 {repeated} wrong\r\n".encode()
        if stage == "AUTH" and mechanisms == "LOGIN":
            answers["+"] = [b"334 UGFzc3dvcmQ6\r\n", refusal]
        else:
            answers[stage] = refusal
        with ScriptedSmtp(answers) as peer:
            error = failure(peer)
        shown = f"{error!r} {error} {error.detail} {getattr(error, 'refused', '')}"
        assert "horse" not in shown and "Y29ycm" not in shown and "AGFubm" not in shown
        assert stage == "RCPT" or "***" in error.detail


def test_the_password_shows_nowhere():
    sender = sender_to(1)
    assert PASSWORD not in repr(sender) and PASSWORD not in repr(vars(sender))


def test_send_uses_each_recipient_once():
    with ScriptedSmtp() as peer:
        send(peer, None, BEN, CLARA, BEN)
        assert said(peer, "MAIL") == [f"MAIL FROM:<{ANNA}> SIZE={len(peer.messages[0])}"]
        assert said(peer, "RCPT") == [f"RCPT TO:<{BEN}>", f"RCPT TO:<{CLARA}>"]
