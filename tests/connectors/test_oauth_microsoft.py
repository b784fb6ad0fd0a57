# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Consent at Microsoft: asked for, redeemed, renewed, revoked."""

import base64
import hashlib
import json
import logging
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

import pytest
from microsoft_peer import CLIENT, REDIRECT, USERS, authorize, consented, endpoints
from oauth_peer import query

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import AuthenticationFailed, SettingsError, TemporaryError
from mail_contact_sync.connectors.oauth import microsoft as oauth_microsoft
from mail_contact_sync.connectors.oauth.microsoft import Endpoints, graph_scopes, imap_scopes
from mail_contact_sync.connectors.oauth.tokens import TokenSource

ANNA = USERS[-1]
GRAPH = "https://graph.microsoft.com"


def ask(client=CLIENT, **options):
    options = {"state": "s1", "scopes": graph_scopes(), **options}
    return oauth_microsoft.authorization_url(client, REDIRECT, **options)


def redeem(microsoft, code, kept, client=CLIENT):
    return oauth_microsoft.redeem(client, REDIRECT, code, kept, endpoints=endpoints(microsoft))


def refresh(microsoft, grant, client=CLIENT):
    return oauth_microsoft.refresh(client, grant, endpoints=endpoints(microsoft))


# Asking ---------------------------------------------------------------------------


def test_the_url_has_a_challenge_for_the_verifier_that_is_kept():
    url, kept = ask(login_hint="anna@ours.example")
    assert url.startswith("https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize?")
    asked, verifier = query(url), json.loads(kept)["code_verifier"]
    digest = hashlib.sha256(verifier.encode()).digest()
    assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert asked["code_challenge_method"] == "S256" and len(verifier) >= 43
    assert asked["response_type"] == "code" and asked["state"] == "s1"
    assert asked["redirect_uri"] == REDIRECT and asked["client_id"] == CLIENT.client_id
    assert asked["login_hint"] == "anna@ours.example" and "prompt" not in asked
    assert CLIENT.client_secret not in url and verifier not in url


def test_each_url_has_a_verifier_of_its_own():
    assert ask()[1] != ask()[1]


def test_without_a_hint_the_user_chooses_the_account():
    assert query(ask()[0])["prompt"] == "select_account"


def test_no_more_scopes_than_the_job_needs():
    identity = {"openid", "profile", "offline_access", "email"}
    assert set(query(ask()[0])["scope"].split()) == {*identity, f"{GRAPH}/Mail.Read"}
    assert graph_scopes(sending=True) == (f"{GRAPH}/Mail.Read", f"{GRAPH}/Mail.Send")
    shared = (f"{GRAPH}/Mail.Read.Shared", f"{GRAPH}/Mail.Send.Shared")
    assert graph_scopes(sending=True, shared=True) == shared
    outlook = "https://outlook.office.com"
    assert imap_scopes() == (f"{outlook}/IMAP.AccessAsUser.All",)
    assert imap_scopes(sending=True)[1:] == (f"{outlook}/SMTP.Send",)


@pytest.mark.parametrize("tenant", ["common", "consumers", "ours.example", "0a1b2c3d-0000-1111"])
def test_the_tenant_stands_in_the_url(tenant):
    url, _kept = ask(replace(CLIENT, tenant=tenant))
    assert urlsplit(url).path == f"/{tenant}/oauth2/v2.0/authorize"


@pytest.mark.parametrize("tenant", ["../x", "a/b", "a?b", "a b", "@evil.example", "x" * 300])
def test_a_tenant_that_can_be_none(tenant):
    with pytest.raises(SettingsError) as caught:
        ask(replace(CLIENT, tenant=tenant))
    assert caught.value.reason == reasons.WRONG_TENANT


@pytest.mark.parametrize("change", [{"client_id": ""}, {"client_secret": ""}])
def test_an_app_that_is_not_registered_yet(change):
    with pytest.raises(SettingsError) as caught:
        ask(replace(CLIENT, **change))
    assert caught.value.reason == reasons.OAUTH_CLIENT


def test_a_national_cloud_is_elsewhere_with_all_its_parts():
    cloud = Endpoints("https://login.microsoftonline.us", "https://graph.microsoft.us")
    url, _kept = ask(scopes=graph_scopes(endpoints=cloud), endpoints=cloud)
    assert url.startswith("https://login.microsoftonline.us/organizations/")
    assert "https://graph.microsoft.us/Mail.Read" in query(url)["scope"].split()


# Redeeming ------------------------------------------------------------------------


def test_the_address_and_subject_are_those_that_microsoft_reports(microsoft):
    code, kept = authorize(microsoft, ANNA, graph_scopes(), login_hint="else@ours.example")
    grant = redeem(microsoft, code, kept)
    tenant, _, user = grant.subject.partition(".")
    assert grant.address == ANNA and tenant and user
    left = grant.expires_at - datetime.now(timezone.utc)
    assert timedelta(minutes=59) < left <= timedelta(hours=1)
    assert grant.scopes == graph_scopes() and grant.missing(graph_scopes()) == ()


def test_scopes_may_come_back_without_their_address():
    value = {"scope": "openid mail.read profile https://graph.microsoft.com/Mail.Send"}
    asked = (*graph_scopes(sending=True), f"{GRAPH}/Mail.ReadWrite")
    granted = oauth_microsoft._granted(value, asked, Endpoints())
    assert granted == graph_scopes(sending=True)


def test_a_code_is_good_once(microsoft):
    code, kept = authorize(microsoft, ANNA, graph_scopes())
    redeem(microsoft, code, kept)
    with pytest.raises(AuthenticationFailed) as caught:
        redeem(microsoft, code, kept)
    assert caught.value.reason == reasons.CONSENT_EXPIRED


def test_a_code_without_its_verifier_is_worth_nothing(microsoft):
    code, _kept = authorize(microsoft, ANNA, graph_scopes())
    with pytest.raises(AuthenticationFailed) as caught:
        redeem(microsoft, code, ask()[1])
    assert caught.value.reason == reasons.CONSENT_EXPIRED


def test_a_token_that_was_issued_for_another_sign_in(microsoft):
    code, kept = authorize(microsoft, ANNA, graph_scopes())
    kept = json.dumps({**json.loads(kept), "nonce": "another"})
    with pytest.raises(TemporaryError):
        redeem(microsoft, code, kept)


@pytest.mark.parametrize("kept", ["", "[]", "{}"])
def test_what_was_kept_is_lost(microsoft, kept):
    with pytest.raises(AuthenticationFailed) as caught:
        redeem(microsoft, "code", kept)
    assert caught.value.reason == reasons.CONSENT_EXPIRED


@pytest.mark.parametrize("change", [{"client_id": "another"}, {"client_secret": "wrong"}])
def test_a_client_that_microsoft_does_not_know(microsoft, change):
    code, kept = authorize(microsoft, ANNA, graph_scopes())
    with pytest.raises(SettingsError) as caught:
        redeem(microsoft, code, kept, replace(CLIENT, **change))
    assert caught.value.reason == reasons.OAUTH_CLIENT


def test_consent_without_a_refresh_token(microsoft):
    code, kept = authorize(microsoft, ANNA, graph_scopes())
    answer = {"access_token": "a", "scope": "Mail.Read", "token_type": "Bearer"}
    microsoft.consent.answer_next(200, json.dumps(answer).encode())
    with pytest.raises(AuthenticationFailed) as caught:
        redeem(microsoft, code, kept)
    assert caught.value.reason == reasons.NO_REFRESH_TOKEN


# Renewing -------------------------------------------------------------------------


def test_each_refresh_replaces_both_tokens(microsoft):
    grant = consented(microsoft, ANNA)
    renewed = refresh(microsoft, grant)
    assert renewed.access_token != grant.access_token
    assert renewed.refresh_token != grant.refresh_token
    fresh = {"access_token": "", "refresh_token": "", "expires_at": grant.expires_at}
    assert replace(renewed, **fresh) == replace(grant, **fresh)
    assert refresh(microsoft, renewed).access_token
    with pytest.raises(AuthenticationFailed):
        refresh(microsoft, grant)


def test_the_new_grant_is_stored_before_it_is_used(microsoft):
    grant, stored = consented(microsoft, ANNA), []
    stale = replace(grant, expires_at=datetime.now(timezone.utc))
    source = TokenSource(CLIENT, stale, stored.append, lambda c, g: refresh(microsoft, g, c))
    token = source.token()
    assert [each.access_token for each in stored] == [token]
    assert stored[0].refresh_token != grant.refresh_token
    assert source.token() == token and len(stored) == 1


def test_a_grant_that_cannot_be_stored_is_not_used(microsoft):
    def store(_grant):
        raise OSError("disk full")

    grant = consented(microsoft, ANNA)
    source = TokenSource(CLIENT, grant, store, lambda c, g: refresh(microsoft, g, c))
    with pytest.raises(OSError):
        source.renew()
    assert source.grant == grant


def test_a_token_that_somebody_else_renewed_meanwhile_is_not_renewed_again(microsoft):
    grant = consented(microsoft, ANNA)
    source = TokenSource(CLIENT, grant, lambda _: None, lambda c, g: refresh(microsoft, g, c))
    new = source.renewed(grant.access_token)
    assert source.renewed(grant.access_token) == new == source.grant.access_token


def test_a_grant_that_was_revoked(microsoft):
    grant = consented(microsoft, USERS[-2])
    microsoft.consent.revoke(USERS[-2])
    with pytest.raises(AuthenticationFailed) as caught:
        refresh(microsoft, grant)
    assert caught.value.reason == reasons.GRANT_REVOKED


# Keeping --------------------------------------------------------------------------


def test_no_user_meets_the_tokens_of_another(microsoft):
    anna, ben = consented(microsoft, ANNA), consented(microsoft, USERS[-3])
    assert (anna.address, ben.address) == (ANNA, USERS[-3])
    renewed = refresh(microsoft, ben)
    assert renewed.address == USERS[-3]
    assert microsoft.consent.tokens[renewed.access_token].user == USERS[-3]


def test_nothing_is_logged_or_written(microsoft, caplog, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    caplog.set_level(logging.DEBUG)
    code, kept = authorize(microsoft, ANNA, graph_scopes())
    grant = redeem(microsoft, code, kept)
    renewed = refresh(microsoft, grant)
    tokens = [t for g in (grant, renewed) for t in (g.access_token, g.refresh_token)]
    for secret in (*tokens, CLIENT.client_secret, code, json.loads(kept)["code_verifier"]):
        assert secret not in caplog.text
    assert not list(tmp_path.iterdir())
