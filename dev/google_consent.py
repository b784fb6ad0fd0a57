# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Google's consent as the emulator has it, and what it lacks: tokens that end and take their
grant along, scopes that a user unticks, refresh tokens that are replaced.
"""

import json
import secrets
import time
from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode

import requests

from .bearer import Token, carried

#: Paths that the emulator answers.
PATHS = ("/o/oauth2/", "/oauth2/", "/_emulate/", "/.well-known/")


class Consent:
    """Stands before the emulator at ``url``.

    ``unticked`` are scopes that users leave out, ``lifetime`` the seconds of access tokens.
    ``rotating`` says that each refresh replaces the refresh token, ``without_refresh_token`` that
    a code is worth none, as where the user was not asked again.
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.time):
        self._url = url
        self._clock = clock
        self.tokens: dict[str, Token] = {}
        self.unticked: set[str] = set()
        self.lifetime = 3600
        self.rotating = False
        self.without_refresh_token = False
        self._granted: dict[str, tuple[str, frozenset[str]]] = {}
        # The refresh token that is out, and the emulator's own for it.
        self._own: dict[str, str] = {}

    def answer(self, verb: str, target: str, headers: dict, body: bytes) -> requests.Response:
        """The emulator's answer, with our part in it."""
        path = target.partition("?")[0]
        form = dict(parse_qsl(body.decode())) if verb == "POST" else {}
        if path == "/o/oauth2/v2/auth/callback":
            granted = [each for each in form.get("scope", "").split() if each not in self.unticked]
            form["scope"] = " ".join(granted)
        asked = form.get("refresh_token", "")
        if asked:
            form["refresh_token"] = self._own.get(asked, "void")
        response = requests.request(
            verb,
            self._url + target,
            headers={k: v for k, v in headers.items() if k in ("authorization", "content-type")},
            data=urlencode(form) if form else body,
            allow_redirects=False,
            timeout=60,
        )
        if path == "/oauth2/token" and response.ok:
            response._content = self._issue(response.json(), asked)
        if path == "/oauth2/revoke":
            self._revoke(form.get("token", ""), response)
        return response

    def _issue(self, value: dict, asked: str) -> bytes:
        access = value["access_token"]
        if asked:
            refresh, own = asked, self._own[asked]
            user, scopes = self._granted[refresh]
            if self.rotating:
                del self._own[refresh]
                value["refresh_token"] = refresh = secrets.token_urlsafe()
        else:
            refresh = own = value["refresh_token"]
            user, scopes = self._user(access), frozenset(value["scope"].split())
        self._own[refresh] = own
        self._granted[refresh] = user, scopes
        if self.without_refresh_token and not asked:
            del value["refresh_token"]
        self.tokens[access] = Token(user, scopes, self._clock() + self.lifetime, refresh)
        return json.dumps({**value, "expires_in": self.lifetime}).encode()

    def _user(self, access: str) -> str:
        headers = {"Authorization": f"Bearer {access}"}
        return requests.get(f"{self._url}/oauth2/v2/userinfo", headers=headers, timeout=60).json()[
            "email"
        ]

    def _revoke(self, token: str, response: requests.Response) -> None:
        """Revoking any token of a grant revokes all of it; one that is void is refused."""
        known = self.tokens.get(token)
        refresh = known.refresh_token if known else token
        if refresh not in self._own:
            response.status_code = 400
            response._content = b'{"error": "invalid_token"}'
            return
        self.revoke(refresh)

    def revoke(self, refresh: str) -> None:
        """End a grant, as the user can on Google's own page."""
        own = self._own.pop(refresh)
        requests.post(f"{self._url}/oauth2/revoke", data={"token": own}, timeout=60)
        self.tokens = {
            access: token for access, token in self.tokens.items() if token.refresh_token != refresh
        }

    def expire(self) -> None:
        """End all access tokens that are out."""
        self.tokens.clear()

    def token(self, headers: dict) -> Token | None:
        """The token that a request carries, if it is any good."""
        return carried(headers, self.tokens, self._clock())
