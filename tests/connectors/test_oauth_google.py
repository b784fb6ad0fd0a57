# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Consent at Google: asked for in a browser, redeemed, renewed, given back."""

import base64
import hashlib
import logging
import threading
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlsplit

import pytest
from gmail_peer import CLIENT, REDIRECT, USERS, authorize, consented, endpoints
from oauth_peer import query
from playwright.sync_api import sync_playwright

from mail_contact_sync.connectors import libraries, reasons
from mail_contact_sync.connectors.base import AuthenticationFailed, SettingsError
from mail_contact_sync.connectors.oauth import google as oauth_google
from mail_contact_sync.connectors.oauth import grant as oauth
from mail_contact_sync.connectors.oauth.google import READ, SEND

ANNA = USERS[-1]
SCOPES = oauth_google.scopes()


def ask(**options):
    options = {"state": "s1", "scopes": SCOPES, **options}
    return oauth_google.authorization_url(CLIENT, REDIRECT, **options)


def redeem(google, code, verifier, **options):
    return oauth_google.redeem(
        options.pop("client", CLIENT),
        options.pop("redirect", REDIRECT),
        code,
        verifier,
        endpoints=endpoints(google),
        **options,
    )


def refresh(google, grant, client=CLIENT):
    return oauth_google.refresh(client, grant, endpoints=endpoints(google))


# Asking ---------------------------------------------------------------------------


def test_the_url_asks_for_offline_access_with_a_challenge_for_the_verifier():
    url, verifier = ask(login_hint="anna@ours.example")
    assert url.startswith("https://accounts.google.com/o/oauth2/v2/auth?")
    asked = query(url)
    digest = hashlib.sha256(verifier.encode()).digest()
    assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert asked["code_challenge_method"] == "S256" and 43 <= len(verifier) <= 128
    assert asked["access_type"] == "offline" and asked["include_granted_scopes"] == "true"
    assert asked["response_type"] == "code" and asked["state"] == "s1"
    assert asked["redirect_uri"] == REDIRECT and asked["client_id"] == CLIENT.client_id
    assert asked["login_hint"] == "anna@ours.example"
    assert CLIENT.client_secret not in url and verifier not in url


def test_each_url_has_a_verifier_of_its_own():
    assert ask()[1] != ask()[1]


@pytest.mark.parametrize(
    ("options", "prompt"),
    [
        ({}, "select_account consent"),
        ({"login_hint": "anna@ours.example"}, "consent"),
    ],
)
def test_the_user_is_asked_only_for_what_is_needed(options, prompt):
    assert query(ask(**options)[0]).get("prompt") == prompt


def test_no_more_scopes_than_the_job_needs():
    assert query(ask()[0])["scope"].split() == [*oauth_google.IDENTITY, READ]
    assert oauth_google.scopes(sending=True) == (*oauth_google.IDENTITY, READ, SEND)


# In a browser ---------------------------------------------------------------------


class Redirected(HTTPServer):
    """Where the browser is sent back to."""

    def __init__(self, port):
        self.paths = []
        super().__init__(("127.0.0.1", port), _Redirected)


class _Redirected(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.paths.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"Back again")

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def returning():
    server = Redirected(urlsplit(REDIRECT).port)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        yield browser.new_page()
        browser.close()


def test_consent_in_a_browser(google, page, returning):
    url, verifier = ask(state="s&1", endpoints=endpoints(google))
    page.goto(url)
    page.get_by_role("button", name=ANNA).click()
    page.wait_for_url(f"{REDIRECT}**")
    back = query(next(path for path in returning.paths if "code=" in path))
    assert back["state"] == "s&1"
    grant = redeem(google, back["code"], verifier)
    assert grant.address == ANNA and grant.missing(SCOPES) == ()


# Redeeming ------------------------------------------------------------------------


def test_the_address_and_subject_are_those_that_google_reports(google):
    code, verifier = authorize(google, ANNA, SCOPES, login_hint="somebody.else@ours.example")
    grant = redeem(google, code, verifier)
    assert grant.address == ANNA and grant.subject.startswith("goog")
    assert grant.access_token and grant.refresh_token
    left = grant.expires_at - datetime.now(timezone.utc)
    assert timedelta(minutes=59) < left <= timedelta(hours=1)
    assert grant.is_fresh()
    assert not grant.is_fresh(grant.expires_at - timedelta(seconds=30))


def test_a_scope_that_was_unticked_is_named(google):
    google.consent.unticked = {READ}
    grant = consented(google, ANNA, sending=True)
    assert grant.missing(oauth_google.scopes(sending=True)) == (READ,)
    assert grant.missing(oauth_google.IDENTITY) == ()


def test_a_code_is_good_once(google):
    code, verifier = authorize(google, ANNA, SCOPES)
    redeem(google, code, verifier)
    with pytest.raises(AuthenticationFailed) as caught:
        redeem(google, code, verifier)
    assert caught.value.reason == reasons.CONSENT_EXPIRED


def test_a_code_without_its_verifier_is_worth_nothing(google):
    code, _verifier = authorize(google, ANNA, SCOPES)
    with pytest.raises(AuthenticationFailed) as caught:
        redeem(google, code, ask()[1])
    assert caught.value.reason == reasons.CONSENT_EXPIRED


@pytest.mark.parametrize("change", [{"client_id": "another"}, {"client_secret": "wrong"}])
def test_a_client_that_google_does_not_know(google, change):
    code, verifier = authorize(google, ANNA, SCOPES)
    with pytest.raises(SettingsError) as caught:
        redeem(google, code, verifier, client=replace(CLIENT, **change))
    assert caught.value.reason == reasons.OAUTH_CLIENT


def test_consent_without_a_refresh_token(google):
    google.consent.without_refresh_token = True
    code, verifier = authorize(google, ANNA, SCOPES)
    with pytest.raises(AuthenticationFailed) as caught:
        redeem(google, code, verifier)
    assert caught.value.reason == reasons.NO_REFRESH_TOKEN


# Renewing and giving back ---------------------------------------------------------


def test_a_new_access_token(google):
    grant = consented(google, ANNA)
    renewed = refresh(google, grant)
    assert renewed.access_token != grant.access_token
    assert replace(renewed, access_token="", expires_at=grant.expires_at) == replace(
        grant, access_token=""
    )


def test_a_refresh_token_that_is_replaced(google):
    grant = consented(google, ANNA)
    google.consent.rotating = True
    renewed = refresh(google, grant)
    assert renewed.refresh_token != grant.refresh_token
    assert refresh(google, renewed).access_token
    with pytest.raises(AuthenticationFailed):
        refresh(google, grant)


def test_a_grant_that_was_revoked(google):
    grant = consented(google, ANNA)
    oauth_google.revoke(CLIENT, grant, endpoints=endpoints(google))
    assert google.consent.token({"authorization": f"Bearer {grant.access_token}"}) is None
    with pytest.raises(AuthenticationFailed) as caught:
        refresh(google, grant)
    assert caught.value.reason == reasons.GRANT_REVOKED
    # Not there any more: so much the better.
    oauth_google.revoke(CLIENT, grant, endpoints=endpoints(google))


def test_a_deleted_client_can_renew_nothing(google):
    grant = consented(google, ANNA)
    with pytest.raises(SettingsError) as caught:
        refresh(google, grant, replace(CLIENT, client_id="deleted"))
    assert caught.value.reason == reasons.OAUTH_CLIENT


# Keeping --------------------------------------------------------------------------


def test_nothing_is_logged(google, caplog):
    caplog.set_level(logging.DEBUG)
    grant = consented(google, ANNA)
    refresh(google, grant)
    for secret in (grant.access_token, grant.refresh_token, CLIENT.client_secret):
        assert secret not in caplog.text


@pytest.mark.parametrize("seconds", [None, "soon", -5, 10**12, "3600"])
def test_a_lifetime_is_never_too_long(seconds):
    assert oauth.expiry(seconds) <= datetime.now(timezone.utc) + timedelta(days=1)


def test_a_library_that_is_not_there_is_asked_for():
    with pytest.raises(SettingsError) as caught:
        libraries.library("no_such_library.flow", "no-such-library")
    assert caught.value.reason == reasons.LIBRARY_MISSING
    assert caught.value.detail == "no-such-library"
