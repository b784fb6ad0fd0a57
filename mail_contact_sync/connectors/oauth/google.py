# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Google's consent: the OAuth 2.0 flow for web servers, with PKCE (RFC 7636).

https://developers.google.com/identity/protocols/oauth2/web-server
"""

import json
from collections.abc import Iterable
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from .. import reasons
from ..base import AuthenticationFailed, SettingsError, TemporaryError, Throttled
from ..libraries import library
from ..net.web import Answer, Web
from .grant import MAX_ANSWER, Client, Grant, expiry, refusal, stale_code

READ = "https://www.googleapis.com/auth/gmail.readonly"
SEND = "https://www.googleapis.com/auth/gmail.send"
#: Whose mailbox it is.  Google reports "email" under its long name.
IDENTITY = ("openid", "https://www.googleapis.com/auth/userinfo.email")


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where Google is; another server may stand in for it on this machine."""

    authorization: str = "https://accounts.google.com/o/oauth2/v2/auth"
    token: str = "https://oauth2.googleapis.com/token"
    revocation: str = "https://oauth2.googleapis.com/revoke"
    userinfo: str = "https://openidconnect.googleapis.com/v1/userinfo"
    api: str = "https://gmail.googleapis.com/"


GOOGLE = Endpoints()


def scopes(*, sending: bool = False) -> tuple[str, ...]:
    """The least that does the job: reading alone, unless the account is to send, too."""
    return (*IDENTITY, READ, *((SEND,) if sending else ()))


def authorization_url(
    client: Client,
    redirect_uri: str,
    *,
    state: str,
    scopes: Iterable[str],
    login_hint: str = "",
    endpoints: Endpoints = GOOGLE,
) -> tuple[str, str]:
    """Where to send the user's browser, and the code verifier to keep for ``redeem``.

    What the user allowed before is part of the new grant.  Google hands out a refresh token only
    when it asks the user, so it is told to ask.  Without a ``login_hint`` the user chooses among
    the accounts of the browser.
    """
    flow = _flow(client, redirect_uri, list(scopes))
    url, _state = flow.authorization_url(
        state=state,
        access_type="offline",
        include_granted_scopes="true",
        **({"login_hint": login_hint} if login_hint else {}),
        prompt="consent" if login_hint else "select_account consent",
    )
    return f"{endpoints.authorization}?{urlsplit(url).query}", flow.code_verifier


def redeem(
    client: Client,
    redirect_uri: str,
    code: str,
    verifier: str,
    *,
    endpoints: Endpoints = GOOGLE,
) -> Grant:
    """What the user consented to, for the ``code`` that came with the redirect.

    ``Grant.missing(scopes)`` tells what was unticked.  Raises AuthenticationFailed with
    ``consent-expired`` for a code that was used, is too old or another's, with
    ``no-refresh-token`` where consent has to be asked for again; SettingsError with
    ``oauth-client`` where the client is not as registered.
    """
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "code_verifier": verifier,
        "redirect_uri": redirect_uri,
    }
    with closing(Web()) as web:
        try:
            answer = _token(web, client, form, endpoints)
        except AuthenticationFailed as error:
            raise stale_code(error) from None
        subject, address = _who(web, answer["access_token"], endpoints)
    refresh_token = answer.get("refresh_token") or ""
    if not refresh_token:
        raise AuthenticationFailed(reasons.NO_REFRESH_TOKEN)
    return Grant(
        refresh_token,
        answer["access_token"],
        expiry(answer.get("expires_in")),
        tuple(str(answer.get("scope", "")).split()),
        subject,
        address,
    )


def refresh(
    client: Client, grant: Grant, *, web: Web | None = None, endpoints: Endpoints = GOOGLE
) -> Grant:
    """``grant`` with a new access token, and with a new refresh token if Google gives one.

    Raises AuthenticationFailed with ``grant-revoked`` where the user has to consent again:
    the grant was revoked, unused for six months, or its app is in "Testing" and a week is over.
    """
    form = {"grant_type": "refresh_token", "refresh_token": grant.refresh_token}
    with nullcontext(web) if web else closing(Web()) as connection:
        answer = _token(connection, client, form, endpoints)
    return replace(
        grant,
        refresh_token=answer.get("refresh_token") or grant.refresh_token,
        access_token=answer["access_token"],
        expires_at=expiry(answer.get("expires_in")),
        scopes=tuple(str(answer.get("scope", "")).split()) or grant.scopes,
    )


def revoke(client: Client, grant: Grant, *, endpoints: Endpoints = GOOGLE) -> None:
    """Give the grant back.  One that is void already is no error."""
    del client  # Google asks for none
    with closing(Web()) as web:
        form = {"token": grant.refresh_token}
        answer = web.send("POST", endpoints.revocation, body=form, limit=MAX_ANSWER)
    if answer.status != 200 and _error(answer) != "invalid_token":
        raise _failure(answer)


def _flow(client: Client, redirect_uri: str, scopes: list[str]) -> Any:
    # Of the library only the URL is taken.  Its exchange of the code knows no limit on time and
    # size, follows redirects with the secret in hand, and fails if the user unticks a scope.
    flows = library("google_auth_oauthlib.flow", "google-auth-oauthlib")
    config = {
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "auth_uri": GOOGLE.authorization,
        "token_uri": GOOGLE.token,
    }
    return flows.Flow.from_client_config(
        {"web": config}, scopes, redirect_uri=redirect_uri, autogenerate_code_verifier=True
    )


def _token(web: Web, client: Client, form: dict[str, str], endpoints: Endpoints) -> dict[str, Any]:
    form = {**form, "client_id": client.client_id, "client_secret": client.client_secret}
    answer = web.send("POST", endpoints.token, body=form, limit=MAX_ANSWER)
    if answer.status != 200:
        raise _failure(answer)
    value = _json(answer)
    if not isinstance(value.get("access_token"), str):
        raise TemporaryError(reasons.PROTOCOL_ERROR, "no token")
    return value


def _who(web: Web, access_token: str, endpoints: Endpoints) -> tuple[str, str]:
    """Subject and address of the user (OpenID Connect Core 1.0, section 5.3)."""
    headers = {"Authorization": f"Bearer {access_token}"}
    answer = web.send("GET", endpoints.userinfo, headers=headers, limit=MAX_ANSWER)
    if answer.status != 200:
        raise _failure(answer)
    value = _json(answer)
    subject, address = value.get("sub"), value.get("email")
    if not isinstance(subject, str) or not isinstance(address, str) or "@" not in address:
        raise SettingsError(reasons.SCOPE_MISSING, "email")
    return subject, address


def _failure(answer: Answer) -> Exception:
    if answer.status == 429:
        return Throttled(reasons.RATE_LIMIT)
    if answer.status >= 500:
        return TemporaryError(reasons.SERVER_UNAVAILABLE, str(answer.status))
    return refusal(_error(answer))


def _error(answer: Answer) -> str:
    try:
        error = _json(answer).get("error")
    except TemporaryError:
        return ""
    return error if isinstance(error, str) else ""


def _json(answer: Answer) -> dict[str, Any]:
    try:
        value = json.loads(answer.body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise TemporaryError(reasons.PROTOCOL_ERROR, "no JSON object")
    return value
