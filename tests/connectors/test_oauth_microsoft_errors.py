# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What can go wrong with Microsoft's consent, and that no secret gets out."""

import logging
import socket

import pytest
from microsoft_peer import CLIENT, USERS, authorize, consented, endpoints

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import (
    AuthenticationFailed,
    SettingsError,
    TemporaryError,
    Throttled,
)
from mail_contact_sync.connectors.net import web
from mail_contact_sync.connectors.oauth import microsoft as oauth_microsoft
from mail_contact_sync.connectors.oauth.microsoft import Endpoints, graph_scopes
from mail_contact_sync.connectors.oauth.microsoft_errors import redirected

ANNA = USERS[-1]

#: What Microsoft answers, by its word and its number, and what that is to the user.
REFUSALS = [
    ("invalid_grant", 700082, AuthenticationFailed, reasons.GRANT_REVOKED),
    ("invalid_grant", 50173, AuthenticationFailed, reasons.GRANT_REVOKED),
    ("invalid_grant", 65001, AuthenticationFailed, reasons.CONSENT_REQUIRED),
    ("access_denied", 65004, AuthenticationFailed, reasons.CONSENT_DENIED),
    ("access_denied", 90094, SettingsError, reasons.ADMIN_CONSENT),
    ("invalid_grant", 90095, SettingsError, reasons.ADMIN_CONSENT),
    ("interaction_required", 50076, AuthenticationFailed, reasons.SECOND_FACTOR),
    ("interaction_required", 50079, AuthenticationFailed, reasons.SECOND_FACTOR),
    ("access_denied", 53003, SettingsError, reasons.CONDITIONAL_ACCESS),
    ("invalid_request", 50020, SettingsError, reasons.WRONG_TENANT),
    ("unauthorized_client", 50194, SettingsError, reasons.WRONG_TENANT),
    ("unauthorized_client", 700016, SettingsError, reasons.WRONG_TENANT),
    ("invalid_client", 7000222, SettingsError, reasons.CLIENT_SECRET),
    ("invalid_client", 7000215, SettingsError, reasons.CLIENT_SECRET),
    ("invalid_client", 999999, SettingsError, reasons.OAUTH_CLIENT),
    ("temporarily_unavailable", 90033, TemporaryError, reasons.SERVER_UNAVAILABLE),
    ("invalid_grant", 50196, Throttled, reasons.RATE_LIMIT),
    ("something_new", 12345, TemporaryError, reasons.PROTOCOL_ERROR),
]


@pytest.fixture
def grant(microsoft):
    return consented(microsoft, ANNA)


def failure(microsoft, grant, kind):
    with pytest.raises(kind) as caught:
        oauth_microsoft.refresh(CLIENT, grant, endpoints=endpoints(microsoft))
    error = caught.value
    assert type(error) is kind and error.__cause__ is None
    told = f"{error!r} {error} {error.detail}"
    for secret in ("hunter2", ANNA, grant.refresh_token, "Trace"):
        assert secret not in told
    return error


@pytest.mark.parametrize(("word", "number", "kind", "reason"), REFUSALS)
def test_what_the_token_endpoint_can_refuse(microsoft, grant, word, number, kind, reason):
    microsoft.consent.refuse_next(word, number)
    error = failure(microsoft, grant, kind)
    assert error.reason == reason and str(number) in error.detail


@pytest.mark.parametrize(("word", "number", "kind", "reason"), REFUSALS)
def test_what_a_redirect_can_say(word, number, kind, reason):
    described = f"AADSTS{number}: anna@ours.example is no user of Ours.\r\nTrace ID: 1"
    error = redirected({"error": word, "error_description": described, "state": "s1"})
    assert type(error) is kind and error.reason == reason
    assert "anna" not in str(error) and "Trace" not in str(error)


def test_a_redirect_that_says_nothing():
    assert type(redirected({})) is TemporaryError
    assert "<" not in str(redirected({"error": "<script>"}))


def test_a_code_that_needs_more_than_the_user_gave_says_so(microsoft):
    code, kept = authorize(microsoft, ANNA, graph_scopes())
    microsoft.consent.refuse_next("invalid_grant", 50076)
    with pytest.raises(AuthenticationFailed) as caught:
        oauth_microsoft.redeem(CLIENT, "", code, kept, endpoints=endpoints(microsoft))
    assert caught.value.reason == reasons.SECOND_FACTOR


@pytest.mark.parametrize(
    ("status", "body", "kind", "reason"),
    [
        (400, b'{"error": "hunter2 <x>", "error_codes": "x"}', TemporaryError, "protocol-error"),
        (400, b'{"error": {"status": "x"}}', TemporaryError, "protocol-error"),
        (400, b"<html>hunter2", TemporaryError, "protocol-error"),
        (200, b"<html>hunter2", TemporaryError, "protocol-error"),
        (200, b"{}", TemporaryError, "protocol-error"),
        (200, b'{"access_token": 5}', TemporaryError, "protocol-error"),
        (200, b"[" * 100_000, TemporaryError, "protocol-error"),
        (429, b"{}", Throttled, "rate-limit"),
        (500, b"hunter2", TemporaryError, "server-unavailable"),
        (503, b"", TemporaryError, "server-unavailable"),
        (302, b"", TemporaryError, "protocol-error"),
        (200, b"x" * ((1 << 20) + 1), web.TooLarge, "protocol-error"),
    ],
)
def test_what_else_the_token_endpoint_can_answer(
    microsoft, grant, caplog, status, body, kind, reason
):
    caplog.set_level(logging.DEBUG)
    microsoft.consent.forms.clear()
    microsoft.consent.answer_next(status, body, Location=f"{microsoft.url}/oauth2/elsewhere")
    assert failure(microsoft, grant, kind).reason == reason
    assert len(microsoft.consent.forms) == 1
    assert "hunter2" not in caplog.text


def test_how_long_to_wait_is_passed_on(microsoft, grant):
    microsoft.consent.answer_next(429, b"{}", **{"Retry-After": "17"})
    assert failure(microsoft, grant, Throttled).retry_after == 17
    microsoft.consent.answer_next(429, b"{}", **{"Retry-After": "soon"})
    assert failure(microsoft, grant, Throttled).retry_after == 60


def test_nobody_at_the_token_endpoint(grant):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(TemporaryError) as caught:
        places = Endpoints(stand_in=f"http://127.0.0.1:{port}")
        oauth_microsoft.refresh(CLIENT, grant, endpoints=places)
    assert caught.value.reason == reasons.CONNECTION_FAILED


def test_no_secret_goes_in_the_clear_but_to_this_machine(grant):
    with pytest.raises(SettingsError) as caught:
        places = Endpoints(stand_in="http://login.microsoftonline.com")
        oauth_microsoft.refresh(CLIENT, grant, endpoints=places)
    assert caught.value.reason == reasons.PLAIN_NOT_ALLOWED
