# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A Gmail mailbox by its grant: whose it is, tokens that end, what Google can refuse."""

import json
import logging
import sys
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from gmail_peer import CLARA, searched

from dev.google_gmail import Fault
from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import (
    AuthenticationFailed,
    Mailbox,
    SettingsError,
    TemporaryError,
    Throttled,
)
from mail_contact_sync.connectors.gmail import ALL
from mail_contact_sync.connectors.gmail import query as gmail_query
from mail_contact_sync.connectors.gmail import service as gmail_service
from mail_contact_sync.connectors.gmail.errors import translate


@pytest.fixture
def connector(gmailbox):
    with gmailbox.connect() as connector:
        yield connector


# Whose mailbox ------------------------------------------------------------------------


def test_check_tells_the_address_and_the_aliases_that_are_the_users_own(gmailbox, connector):
    gmailbox.mailbox.aliases = [
        {"sendAsEmail": "sales@ours.example", "verificationStatus": "accepted"},
        {"sendAsEmail": "ceo@ours.example", "verificationStatus": "pending"},
    ]
    assert connector.check() == Mailbox(gmailbox.user, ("sales@ours.example",))


def test_there_is_one_folder(connector):
    assert connector.folders() == [ALL] and ALL.role == "all"


def test_a_connector_that_is_closed_or_was_never_opened(gmailbox):
    connector = gmailbox.connect()
    with pytest.raises(TemporaryError):
        connector.check()
    with connector:
        connector.check()
    with pytest.raises(TemporaryError):
        connector.check()


def test_a_library_that_is_not_installed_is_asked_for(gmailbox, monkeypatch):
    gmail_service.service.cache_clear()
    monkeypatch.setitem(sys.modules, "googleapiclient.discovery", None)
    with pytest.raises(SettingsError) as caught, gmailbox.connect():
        pass
    assert caught.value.reason == reasons.LIBRARY_MISSING
    assert caught.value.detail == "google-api-python-client"


# Tokens that end ----------------------------------------------------------------------


def test_a_token_that_was_ended_is_replaced_and_the_call_made_again(gmailbox, connector, google):
    gmailbox.add("m1")
    google.consent.expire()
    assert searched(connector) == [gmailbox.ids["m1"]]
    (stored,) = gmailbox.stored
    assert stored.access_token != gmailbox.grant.access_token
    assert [asked.status for asked in google.gmail.asked] == [401, 200]
    assert searched(connector) and len(gmailbox.stored) == 1


def test_a_token_that_ends_inside_a_batch(gmailbox, connector, google):
    gmailbox.add("m1", "m2", "m3")
    refs = searched(connector)
    google.consent.expire()
    assert len(connector.envelopes(ALL, refs).envelopes) == 3
    assert len(gmailbox.stored) == 1


def test_a_token_that_is_known_to_have_ended_is_not_tried(gmailbox, google):
    gmailbox.grant = replace(gmailbox.grant, expires_at=datetime.now(timezone.utc))
    with gmailbox.connect() as connector:
        connector.check()
    assert [asked.status for asked in google.gmail.asked] == [200, 200]
    assert len(gmailbox.stored) == 1


def test_a_refresh_token_that_was_replaced_is_stored_before_it_is_used(gmailbox, google):
    google.consent.rotating = True
    google.consent.expire()
    asked_before = []
    with gmailbox.connect() as connector:
        store = gmailbox.stored.append
        connector._store = lambda grant: (
            asked_before.append(len(google.gmail.asked)),
            store(grant),
        )
        connector.check()
        assert gmailbox.stored[0].refresh_token != gmailbox.grant.refresh_token
        assert asked_before == [1]
        google.consent.expire()
        connector.check()
    assert gmailbox.stored[1].refresh_token != gmailbox.stored[0].refresh_token


def test_a_grant_that_could_not_be_stored_is_not_used(gmailbox, connector, google):
    def fail(_grant):
        raise ValueError("the database is gone")

    google.consent.expire()
    store, connector._store = connector._store, fail
    for _ in range(2):
        with pytest.raises(ValueError):
            connector.check()
    assert {asked.status for asked in google.gmail.asked} == {401}
    connector._store = store
    connector.check()
    assert len(gmailbox.stored) == 1


def test_a_connector_that_is_opened_again_goes_on_with_the_new_grant(gmailbox, google):
    google.consent.rotating = True
    connector = gmailbox.connect()
    for _ in range(2):
        google.consent.expire()
        with connector:
            connector.check()
    assert len(gmailbox.stored) == 2


@pytest.mark.parametrize("batch", [False, True])
def test_a_grant_that_was_revoked(gmailbox, connector, google, batch):
    gmailbox.add("m1", "m2")
    refs = searched(connector)
    google.consent.revoke(gmailbox.grant.refresh_token)
    with pytest.raises(AuthenticationFailed) as caught:
        if batch:
            connector.envelopes(ALL, refs)
        else:
            connector.check()
    assert caught.value.reason == reasons.GRANT_REVOKED
    assert gmailbox.stored == []


@pytest.mark.parametrize("number", [1, 2])
def test_a_token_that_google_goes_on_refusing(gmailbox, connector, google, number):
    gmailbox.add(*(f"m{each}" for each in range(number)))
    refs = searched(connector)
    google.gmail.faults.append(Fault("messages.get", 401, "authError", times=99))
    with pytest.raises(AuthenticationFailed):
        connector.envelopes(ALL, refs)
    assert 0 < len(gmailbox.stored) < 4


def test_a_single_part_that_is_refused_is_asked_for_again(gmailbox, connector, google):
    gmailbox.add("m1", "m2", "m3")
    refs = searched(connector)
    fault = Fault("messages.get", 401, "authError", gmailbox.ids["m2"], times=2)
    google.gmail.faults.append(fault)
    assert len(connector.envelopes(ALL, refs).envelopes) == 3
    assert len(gmailbox.stored) == 1


# What Google can refuse ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "word", "message", "kind", "reason"),
    [
        (403, "insufficientPermissions", "", SettingsError, reasons.SCOPE_MISSING),
        (403, "accessNotConfigured", "", SettingsError, reasons.API_DISABLED),
        (403, "domainPolicy", "", SettingsError, reasons.CONTACT_ADMIN),
        (403, "forbidden", "", SettingsError, reasons.NOT_AUTHORISED),
        (
            400,
            "failedPrecondition",
            "Mail service not enabled",
            SettingsError,
            reasons.MAILBOX_DISABLED,
        ),
        (403, "rateLimitExceeded", "", Throttled, reasons.RATE_LIMIT),
        (403, "userRateLimitExceeded", "", Throttled, reasons.RATE_LIMIT),
        (429, "", "", Throttled, reasons.RATE_LIMIT),
        (403, "dailyLimitExceeded", "", Throttled, reasons.DAILY_LIMIT),
        (403, "quotaExceeded", "", Throttled, reasons.DAILY_LIMIT),
        (429, "quotaExceeded", "", Throttled, reasons.DAILY_LIMIT),
        (500, "backendError", "", TemporaryError, reasons.SERVER_UNAVAILABLE),
        (503, "", "", TemporaryError, reasons.SERVER_UNAVAILABLE),
        (400, "badRequest", "", TemporaryError, reasons.PROTOCOL_ERROR),
    ],
)
def test_what_google_can_answer(connector, google, status, word, message, kind, reason):
    google.gmail.faults.append(Fault("getProfile", status, word, message=message))
    with pytest.raises(kind) as caught:
        connector.check()
    assert type(caught.value) is kind and caught.value.reason == reason
    assert caught.value.__cause__ is None
    assert len(google.gmail.asked) == 1  # nobody but the engine tries again


def test_the_newer_way_to_give_reasons():
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED"}]
    body = json.dumps({"error": {"code": 403, "status": "PERMISSION_DENIED", "details": details}})
    assert translate(403, {}, body.encode()).reason == reasons.API_DISABLED


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        ("0", 60),
        ("99999999999999999999", 60),
        ("99999999", 86400),
        ("soon", 60),
        ("-5", 60),
    ],
)
def test_how_long_to_wait(value, seconds):
    assert translate(429, {"retry-after": value}, b"").retry_after == seconds


def test_until_when_to_wait():
    # made here: hours may lie between this file's reading and this test
    value = (datetime.now(timezone.utc) + timedelta(hours=1)).strftime("%a, %d %b %Y %X GMT")
    assert 3500 <= translate(429, {"retry-after": value}, b"").retry_after <= 3600


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"5", b'{"error": 5}', b'{"error": {"errors": [5, {"reason": []}]}}'],
)
def test_an_error_that_is_none(body):
    assert translate(503, {}, body).reason == reasons.SERVER_UNAVAILABLE
    assert translate(403, {}, body).reason == reasons.NOT_AUTHORISED


def test_errors_and_logs_tell_nothing_of_mail_or_tokens(gmailbox, connector, google, caplog):
    caplog.set_level(logging.DEBUG)
    google.gmail.faults.append(Fault("messages.list", 400, "badRequest", message=f"no {CLARA}"))
    with pytest.raises(TemporaryError) as caught:
        searched(connector)
    searched(connector)
    connector.check()
    assert CLARA not in f"{caught.value!r}"
    told = [record.getMessage() for record in caplog.records if "urllib3" not in record.name]
    assert not any(CLARA in text or "clara" in text for text in told)
    for token in (gmailbox.grant.access_token, gmailbox.grant.refresh_token):
        assert token not in caplog.text


def test_a_query_that_is_too_long_for_a_url_is_sent_all_the_same(
    gmailbox, connector, google, monkeypatch
):
    monkeypatch.setattr(gmail_query, "MAX_QUERY", 5000)
    addresses = [f"person{number}@company{number}.example" for number in range(20)]
    gmailbox.add("m1")
    assert searched(connector, *addresses, CLARA) == [gmailbox.ids["m1"]]
    (call,) = google.gmail.calls("messages.list")
    assert len(call.param("q")) > 2048
