# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Microsoft's consent: the authorization code flow with PKCE (RFC 7636), by msal.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
"""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

from .. import reasons
from ..base import (
    A_MINUTES_SHARE,
    AuthenticationFailed,
    ConnectorError,
    SettingsError,
    TemporaryError,
    Throttled,
)
from ..libraries import library
from ..net.retry import retry_after
from ..net.web import Web
from .grant import MAX_ANSWER, Client, Grant, expiry, stale_code
from .microsoft_errors import answered

#: Who may sign in where an administrator says nothing: any organisation's accounts.
ANY_ORGANISATION = "organizations"

#: A tenant's id, a domain of its own, or one of Microsoft's words for several.
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}")
#: What msal adds by itself, and what is asked for to learn the address.
_IDENTITY = frozenset({"openid", "profile", "offline_access", "email"})


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where Microsoft is; the national clouds are elsewhere, each with all its parts.

    ``stand_in`` is the address of a server on this machine that takes the place of
    ``authority``, its paths being those below the tenant.  msal would have none of it: it is
    told of ``authority``, and its requests are sent on.  ``api`` is Graph's address, or that of
    another that takes its place; ``graph`` and ``outlook`` are the names in scopes.
    """

    authority: str = "https://login.microsoftonline.com"
    graph: str = "https://graph.microsoft.com"
    outlook: str = "https://outlook.office.com"
    api: str = "https://graph.microsoft.com/v1.0"
    stand_in: str = ""


MICROSOFT = Endpoints()


def graph_scopes(
    *, sending: bool = False, shared: bool = False, endpoints: Endpoints = MICROSOFT
) -> tuple[str, ...]:
    """The least that does the job by Graph; ``shared`` is for a mailbox of somebody else's."""
    end = ".Shared" if shared else ""
    names = [f"Mail.Read{end}", *([f"Mail.Send{end}"] if sending else [])]
    return tuple(f"{endpoints.graph}/{name}" for name in names)


def imap_scopes(*, sending: bool = False, endpoints: Endpoints = MICROSOFT) -> tuple[str, ...]:
    """The least that does the job by IMAP and SMTP, shared mailboxes included."""
    names = ["IMAP.AccessAsUser.All", *(["SMTP.Send"] if sending else [])]
    return tuple(f"{endpoints.outlook}/{name}" for name in names)


def authorization_url(
    client: Client,
    redirect_uri: str,
    *,
    state: str,
    scopes: Iterable[str],
    login_hint: str = "",
    endpoints: Endpoints = MICROSOFT,
) -> tuple[str, str]:
    """Where to send the user's browser, and what to keep secret for ``redeem``.

    All ``scopes`` are to be of one service.  Without a ``login_hint`` the user chooses among
    the accounts of the browser.
    """
    http = _Http(None, client, endpoints)
    with _library_errors():
        flow = _app(client, http, endpoints).initiate_auth_code_flow(
            [*scopes, "email"],
            redirect_uri=redirect_uri,
            state=state,
            login_hint=login_hint or None,
            prompt=None if login_hint else "select_account",
        )
    kept = {name: flow[name] for name in ("code_verifier", "nonce", "scope")}
    return http.place(flow["auth_uri"]), json.dumps(kept)


def redeem(
    client: Client,
    redirect_uri: str,
    code: str,
    kept: str,
    *,
    endpoints: Endpoints = MICROSOFT,
) -> Grant:
    """What the user consented to, for the ``code`` that came with the redirect.

    ``kept`` is what ``authorization_url`` gave along.  Raises AuthenticationFailed with
    ``consent-expired`` for a code that was used, is too old or another's; else what
    ``microsoft_errors`` lists.
    """
    try:
        flow = {**json.loads(kept), "state": "known", "redirect_uri": redirect_uri}
        asked = [scope for scope in flow["scope"] if scope not in _IDENTITY]
    except (ValueError, KeyError, TypeError):
        raise AuthenticationFailed(reasons.CONSENT_EXPIRED) from None
    with closing(Web()) as web, _library_errors():
        app = _app(client, _Http(web, client, endpoints), endpoints)
        value = app.acquire_token_by_auth_code_flow(flow, {"code": code, "state": "known"})
    try:
        _require_token(value)
    except AuthenticationFailed as error:
        raise stale_code(error) from None
    if not value.get("refresh_token"):
        raise AuthenticationFailed(reasons.NO_REFRESH_TOKEN)
    subject, address = _who(value.get("id_token_claims"))
    return Grant(
        value["refresh_token"],
        value["access_token"],
        expiry(value.get("expires_in")),
        _granted(value, asked, endpoints),
        subject,
        address,
    )


def refresh(
    client: Client, grant: Grant, *, web: Web | None = None, endpoints: Endpoints = MICROSOFT
) -> Grant:
    """``grant`` with a new access token and, as ever with Microsoft, a new refresh token.

    Raises AuthenticationFailed with ``grant-revoked`` where the user has to consent again: the
    grant was revoked, unused for 90 days, or the password changed; with ``consent-required`` or
    ``second-factor`` where Microsoft says so; SettingsError where an administrator has to act.
    """
    with nullcontext(web) if web else closing(Web()) as connection, _library_errors():
        app = _app(client, _Http(connection, client, endpoints), endpoints)
        value = app.acquire_token_by_refresh_token(grant.refresh_token, list(grant.scopes))
    _require_token(value)
    return replace(
        grant,
        refresh_token=value.get("refresh_token") or grant.refresh_token,
        access_token=value["access_token"],
        expires_at=expiry(value.get("expires_in")),
        scopes=_granted(value, grant.scopes, endpoints) or grant.scopes,
    )


@dataclass(frozen=True, slots=True)
class _Response:
    """What msal wants of an answer."""

    status_code: int
    text: str
    headers: dict[str, str]

    def raise_for_status(self) -> None:
        raise TemporaryError(reasons.SERVER_UNAVAILABLE, str(self.status_code))


class _Http:
    """What msal asks through: with our limits on time and size, and without asking where its
    endpoints are, for that is known."""

    def __init__(self, web: Web | None, client: Client, endpoints: Endpoints):
        self._web = web
        self._base = _authority(client, endpoints)
        self._stand_in = endpoints.stand_in

    def place(self, url: str) -> str:
        """Where ``url`` of the authority really is."""
        if self._stand_in and url.startswith(f"{self._base}/"):
            return self._stand_in + url.removeprefix(self._base)
        return url

    def get(self, url: str, **_options: Any) -> _Response:
        if url != f"{self._base}/v2.0/.well-known/openid-configuration":
            raise TemporaryError(reasons.PROTOCOL_ERROR, "unexpected request")
        described = {
            "issuer": f"{self._base}/v2.0",
            "authorization_endpoint": f"{self._base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{self._base}/oauth2/v2.0/token",
        }
        return _Response(200, json.dumps(described), {})

    def post(
        self, url: str, *, data: Any = None, headers: Any = None, **_options: Any
    ) -> _Response:
        if self._web is None:
            raise TemporaryError(reasons.CONNECTION_DROPPED)
        answer = self._web.send(
            "POST", self.place(url), headers=headers, body=data, limit=MAX_ANSWER
        )
        if answer.status == 429:
            wait = retry_after(answer.headers) or A_MINUTES_SHARE
            raise Throttled(reasons.RATE_LIMIT, retry_after=wait)
        if answer.status >= 500:
            raise TemporaryError(reasons.SERVER_UNAVAILABLE, str(answer.status))
        text = answer.body.decode("utf-8", "replace")
        # msal writes what is no JSON to the log.
        if not isinstance(_json(text), dict):
            raise TemporaryError(reasons.PROTOCOL_ERROR, "no JSON object")
        return _Response(answer.status, text, answer.headers)

    def close(self) -> None:
        """msal closes what it is given; ours belongs to somebody else."""


@contextmanager
def _library_errors() -> Iterator[None]:
    """Around msal: what it raises by itself leaves as a ConnectorError, and quotes nothing."""
    try:
        yield
    except ConnectorError:
        raise
    except Exception as error:
        raise TemporaryError(reasons.PROTOCOL_ERROR, type(error).__name__) from None


def _app(client: Client, http: _Http, endpoints: Endpoints) -> Any:
    """A new one each time, with a cache that keeps nothing: nobody meets another's tokens."""
    msal = library("msal", "msal")

    class NoCache(msal.TokenCache):
        def add(self, event: Any, now: Any = None) -> None:
            """msal's own writes codes and verifiers to the log."""

    if not client.client_id or not client.client_secret:
        raise SettingsError(reasons.OAUTH_CLIENT)
    return msal.ConfidentialClientApplication(
        client.client_id,
        client_credential=client.client_secret,
        authority=_authority(client, endpoints),
        http_client=http,
        token_cache=NoCache(),
        instance_discovery=False,
    )


def _authority(client: Client, endpoints: Endpoints) -> str:
    tenant = client.tenant or ANY_ORGANISATION
    if not _TENANT.fullmatch(tenant):
        raise SettingsError(reasons.WRONG_TENANT)
    return f"{endpoints.authority}/{tenant}"


def _require_token(value: dict[str, Any]) -> None:
    if "error" in value:
        raise answered(value)
    if not isinstance(value.get("access_token"), str):
        raise TemporaryError(reasons.PROTOCOL_ERROR, "no token")


def _granted(value: dict[str, Any], asked: Iterable[str], endpoints: Endpoints) -> tuple[str, ...]:
    """Those of ``asked`` that were given: Microsoft may spell Graph's without their address."""
    given = {scope.lower() for scope in str(value.get("scope", "")).split()}
    given |= {f"{endpoints.graph}/{scope}".lower() for scope in given if "://" not in scope}
    return tuple(scope for scope in asked if scope.lower() in given)


def _who(claims: Any) -> tuple[str, str]:
    """Subject and address of the user.

    https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference: ``oid`` is
    the user's for ever within ``tid``; ``email`` is there where the account has one.
    """
    claims = claims if isinstance(claims, dict) else {}
    subject = ".".join(str(claims[name]) for name in ("tid", "oid") if claims.get(name))
    addresses = [claims.get("email"), claims.get("preferred_username")]
    address = next((each for each in addresses if isinstance(each, str) and "@" in each), "")
    if not subject or not address:
        raise SettingsError(reasons.SCOPE_MISSING, "email")
    return subject, address


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
