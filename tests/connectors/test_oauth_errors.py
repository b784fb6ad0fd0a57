# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What can go wrong with Google's consent, and that no secret gets out."""

import json
import socket
from dataclasses import replace
from datetime import datetime, timezone
from urllib.parse import parse_qs

import pytest
from gmail_peer import CLIENT

from dev.web_server import serving
from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import (
    AuthenticationFailed,
    SettingsError,
    TemporaryError,
    Throttled,
)
from mail_contact_sync.connectors.net import web
from mail_contact_sync.connectors.oauth import google as oauth_google
from mail_contact_sync.connectors.oauth import grant as oauth
from mail_contact_sync.connectors.oauth.google import READ


class Scripted:
    """Answers each request with ``answer``: status, headers, body."""

    def __init__(self):
        self.answer = (200, {}, b"{}")
        self.forms, self.headers = [], []

    def take(self, _verb, _target, headers, body):
        self.forms.append(parse_qs(body.decode()))
        self.headers.append(headers)
        return self.answer


@pytest.fixture
def scripted():
    scripted = Scripted()
    crashes = []
    with serving(scripted.take, crashes.append) as url:
        scripted.url = f"{url}/"
        yield scripted
    assert crashes == []


GRANT = oauth.Grant(
    "refresh-secret",
    "access-secret",
    datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc),
    (READ,),
    "123",
    "anna@ours.example",
)


def fail(url, kind):
    places = oauth_google.Endpoints(url, url, url, url, url)
    with pytest.raises(kind) as caught:
        oauth_google.refresh(CLIENT, GRANT, endpoints=places)
    assert type(caught.value) is kind
    assert "secret" not in f"{caught.value!r} {caught.value} {caught.value.detail}"
    assert caught.value.__cause__ is None
    return caught.value.reason


@pytest.mark.parametrize(
    ("status", "body", "kind", "reason"),
    [
        (400, b'{"error": "invalid_grant"}', AuthenticationFailed, reasons.GRANT_REVOKED),
        (401, b'{"error": "invalid_client"}', SettingsError, reasons.OAUTH_CLIENT),
        (401, b'{"error": "deleted_client"}', SettingsError, reasons.OAUTH_CLIENT),
        (400, b'{"error": "unauthorized_client"}', SettingsError, reasons.OAUTH_CLIENT),
        (400, b'{"error": "admin_policy_enforced"}', SettingsError, reasons.CONTACT_ADMIN),
        (400, b'{"error": "access-secret"}', TemporaryError, reasons.PROTOCOL_ERROR),
        (400, b'{"error": {"status": "x"}}', TemporaryError, reasons.PROTOCOL_ERROR),
        (400, b"<html>", TemporaryError, reasons.PROTOCOL_ERROR),
        (200, b"<html>", TemporaryError, reasons.PROTOCOL_ERROR),
        (200, b"{}", TemporaryError, reasons.PROTOCOL_ERROR),
        (200, b'{"access_token": 5}', TemporaryError, reasons.PROTOCOL_ERROR),
        (200, b"[" * 100_000, TemporaryError, reasons.PROTOCOL_ERROR),
        (429, b"{}", Throttled, reasons.RATE_LIMIT),
        (503, b"", TemporaryError, reasons.SERVER_UNAVAILABLE),
        (302, b"", TemporaryError, reasons.PROTOCOL_ERROR),
        (200, b"x" * ((1 << 20) + 1), web.TooLarge, reasons.PROTOCOL_ERROR),
    ],
)
def test_what_the_token_endpoint_can_answer(scripted, status, body, kind, reason):
    scripted.answer = (status, {"Location": f"{scripted.url}elsewhere"}, body)
    assert fail(scripted.url, kind) == reason
    assert len(scripted.forms) == 1


def test_nobody_at_the_token_endpoint():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert fail(f"http://127.0.0.1:{port}/", TemporaryError) == reasons.CONNECTION_FAILED


def test_a_token_endpoint_that_never_answers(monkeypatch):
    monkeypatch.setattr(web, "READ_TIME", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        assert fail(url, TemporaryError) == reasons.CONNECTION_TIMEOUT


def test_no_secret_goes_in_the_clear_but_to_this_machine():
    assert fail("http://oauth2.googleapis.com/", SettingsError) == reasons.PLAIN_NOT_ALLOWED


def test_a_login_in_netrc_is_not_sent_instead_of_the_token(scripted, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login x password y\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    web.Web().send("GET", scripted.url, headers={"Authorization": "Bearer t"}, limit=10)
    assert [headers["authorization"] for headers in scripted.headers] == ["Bearer t"]


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        ("access_denied", AuthenticationFailed, reasons.CONSENT_DENIED),
        ("org_internal", SettingsError, reasons.CONTACT_ADMIN),
        ("redirect_uri_mismatch", SettingsError, reasons.OAUTH_CLIENT),
        ("temporarily_unavailable", TemporaryError, reasons.SERVER_UNAVAILABLE),
        ("<script>", TemporaryError, reasons.PROTOCOL_ERROR),
    ],
)
def test_what_a_redirect_can_say(error, kind, reason):
    refusal = oauth.refusal(error)
    assert type(refusal) is kind and refusal.reason == reason
    assert "<" not in str(refusal)


def test_a_grant_survives_as_json():
    assert oauth.Grant.load(json.loads(json.dumps(GRANT.dump()))) == GRANT


def test_no_secret_in_a_repr():
    assert "secret" not in f"{GRANT!r} {GRANT} {replace(CLIENT, client_secret='x-secret')!r}"
