# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a server may say instead of what was asked of Exchange."""

import pytest
from exchange_double import SINCE, failure, office

from dev.ews import server as ews
from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import SettingsError, TemporaryError, Throttled
from mail_contact_sync.connectors.exchange import http as exchange_http
from mail_contact_sync.connectors.exchange.settings import Endpoint


@pytest.fixture
def mailbox():
    with office() as mailbox:
        yield mailbox


@pytest.mark.parametrize(
    "status, headers, kind, reason, wait",
    [
        (403, {}, SettingsError, reasons.NOT_AUTHORISED, None),
        (403, {"Connection": "close"}, SettingsError, reasons.NOT_AUTHORISED, None),
        (404, {}, SettingsError, reasons.WRONG_PROTOCOL, None),
        (429, {"Retry_After": "30"}, Throttled, reasons.RATE_LIMIT, 30),
        (503, {"Retry_After": "7"}, Throttled, reasons.RATE_LIMIT, 7),
        (503, {}, TemporaryError, reasons.SERVER_UNAVAILABLE, None),
        (500, {}, TemporaryError, reasons.SERVER_UNAVAILABLE, None),
        (502, {"Retry_After": "soon"}, TemporaryError, reasons.SERVER_UNAVAILABLE, None),
    ],
)
def test_each_status_has_its_meaning(mailbox, status, headers, kind, reason, wait):
    with mailbox.connect() as connector:
        mailbox.server.answer_once("*", status, **headers)
        with pytest.raises(kind) as caught:
            connector.folders()
        assert type(caught.value) is kind and caught.value.reason == reason
        assert getattr(caught.value, "retry_after", None) == wait


def test_an_answer_that_breaks_off_is_no_answer(mailbox):
    with mailbox.connect() as connector:
        mailbox.server.answer_once("*", 200, b"<Envelope/>", Content_Length="1000")
        with pytest.raises(TemporaryError) as caught:
            connector.folders()
        assert caught.value.reason == reasons.CONNECTION_DROPPED
        assert connector.folders()


def test_an_answer_without_end_is_cut_off(mailbox, monkeypatch):
    with mailbox.connect() as connector:
        monkeypatch.setattr(exchange_http, "MAX_ANSWER", 1000)
        mailbox.server.answer_once("*", 200, b"x" * 1001)
        with pytest.raises(TemporaryError) as caught:
            connector.folders()
        assert caught.value.detail == "answer too long"


@pytest.mark.parametrize("ways", [["NTLM"], [ews.BASIC]])
def test_a_refusal_without_end_is_cut_off(mailbox, monkeypatch, ways):
    monkeypatch.setattr(exchange_http, "MAX_REFUSAL", 1000)
    monkeypatch.setattr(ews, "REFUSAL", b"x" * 1001)
    mailbox.server.ways = ways
    # NTLM reads its first refusal on its own.
    ntlm = Endpoint(mailbox.server.url, "ntlm")
    error = failure(mailbox.connect(endpoint=ntlm if ways == ["NTLM"] else None))
    assert type(error) is TemporaryError and error.detail == "answer too long"


def test_an_answer_that_defines_entities_is_none(mailbox):
    with mailbox.connect() as connector:
        seen = []
        respond = mailbox.server.respond

        def with_entities(*arguments):
            answer = respond(*arguments)
            answer.body = answer.body.replace(b"?>", b'?><!DOCTYPE a [<!ENTITY b "c">]>', 1)
            seen.append(answer)
            return answer

        mailbox.server.respond = with_entities
        with pytest.raises(SettingsError) as caught:
            connector.folders()
        assert seen and caught.value.reason == reasons.WRONG_PROTOCOL


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no XML",
        b"<a>",
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        b"<a/>",
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>',
    ],
)
def test_an_answer_that_is_none_raises(mailbox, body):
    with mailbox.connect() as connector:
        mailbox.server.answer_once("*", 200, body)
        with pytest.raises((TemporaryError, SettingsError)) as caught:
            connector.folders()
        assert caught.value.reason in (reasons.PROTOCOL_ERROR, reasons.WRONG_PROTOCOL)


@pytest.mark.parametrize(
    "fault", ["ErrorInvalidServerVersion", "ErrorSchemaValidation", "ErrorInvalidRequest"]
)
def test_an_old_server_is_spoken_to_in_its_version(mailbox, fault):
    mailbox.server.oldest = mailbox.server.version = "Exchange2010_SP2"
    mailbox.server.version_fault = fault
    mailbox.add("m1")
    with mailbox.connect() as connector:
        inbox = connector.folders()[0]
        assert connector.changes(inbox, None, SINCE, 10).envelopes
    _refused, *others = mailbox.server.requests
    assert all(b"Exchange2010_SP2" in request.xml for request in others)


def test_a_server_that_is_older_still_is_said_so(mailbox):
    mailbox.server.oldest = "Exchange2007"
    error = failure(mailbox.connect())
    assert type(error) is SettingsError and error.reason == reasons.SERVER_TOO_OLD


def test_an_invalid_request_is_no_reason_to_doubt_the_version(mailbox):
    with mailbox.connect() as connector:
        mailbox.server.requests.clear()
        mailbox.server.fault_once("*", "ErrorInvalidRequest")
        with pytest.raises(TemporaryError) as caught:
            connector.folders()
        assert caught.value.reason == reasons.PROTOCOL_ERROR
        assert len(mailbox.server.requests) == 1
