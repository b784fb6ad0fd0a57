# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Microsoft's consent as the emulator has it, and what it lacks: tokens that end and take their
grant along, and all the ways in which Microsoft says no.
"""

import json
import time
from collections import deque
from collections.abc import Callable
from urllib.parse import parse_qsl

import requests

from ..bearer import Token, carried
from ..web_server import Answer

#: Paths that the emulator answers.
PATHS = ("/oauth2/", "/.well-known/", "/discovery/", "/oidc/", "/_emulate/")
CLIENT_ID = "11111111-2222-3333-4444-555555555555"
CLIENT_SECRET = "open~secret"


def seed(users: list[str], redirects: list[str]) -> dict:
    """What the emulator begins with.  It takes tokens that it does not know for its first
    user's, who is nobody."""
    client = {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "name": "Contact sync",
        "redirect_uris": redirects,
    }
    people = [{"email": user, "name": user.partition("@")[0]} for user in users]
    nobody = {"email": "nobody@invalid.test", "name": "Nobody"}
    return {"microsoft": {"users": [nobody, *people], "oauth_clients": [client]}}


class Consent:
    """Stands before the emulator at ``url``.

    ``lifetime`` is the seconds of access tokens.  ``refreshes`` counts what was asked for with a
    refresh token, ``forms`` holds all that came to the token endpoint.
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.time):
        self._url = url
        self._clock = clock
        self.tokens: dict[str, Token] = {}
        self.lifetime = 3600
        self.refreshes = 0
        self.forms: list[dict[str, str]] = []
        self._refusals: deque[Answer] = deque()

    def refuse_next(self, error: str, *numbers: int, status: int = 400, **headers: str) -> None:
        """Answer the next request for a token with an error, as Microsoft spells it."""
        quoted = f"AADSTS{numbers[0]}: anna@ours.example sent hunter2." if numbers else "No."
        body = {
            "error": error,
            "error_description": f"{quoted} Trace ID: 1 Correlation ID: 2",
            "error_codes": list(numbers),
            "timestamp": "2026-11-23 10:00:00Z",
        }
        self._refusals.append((status, headers, json.dumps(body).encode()))

    def answer_next(self, status: int, body: bytes, **headers: str) -> None:
        """Answer the next request for a token with anything."""
        self._refusals.append((status, headers, body))

    def answer(self, verb: str, target: str, headers: dict, body: bytes) -> Answer:
        """The emulator's answer, with our part in it."""
        if target == "/oauth2/v2.0/token":
            self.forms.append(dict(parse_qsl(body.decode())))
            self.refreshes += self.forms[-1].get("grant_type") == "refresh_token"
            if self._refusals:
                return self._refusals.popleft()
        response = requests.request(
            verb,
            self._url + target,
            headers={k: v for k, v in headers.items() if k in ("authorization", "content-type")},
            data=body,
            allow_redirects=False,
            timeout=60,
        )
        passed = {
            name: value
            for name, value in response.headers.items()
            if name.lower() in ("content-type", "location")
        }
        content = response.content
        if target == "/oauth2/v2.0/token" and response.ok:
            content = self._issue(response.json())
        return response.status_code, passed, content

    def _issue(self, value: dict) -> bytes:
        access = value["access_token"]
        self.tokens[access] = Token(
            self._user(access),
            frozenset(value["scope"].split()),
            self._clock() + self.lifetime,
            value["refresh_token"],
        )
        return json.dumps({**value, "expires_in": self.lifetime}).encode()

    def _user(self, access: str) -> str:
        headers = {"Authorization": f"Bearer {access}"}
        answer = requests.get(f"{self._url}/oidc/userinfo", headers=headers, timeout=60)
        return answer.json()["email"]

    def revoke(self, user: str) -> None:
        """End all grants of a user, as she or an administrator can."""
        for access, token in list(self.tokens.items()):
            if token.user == user:
                form = {"token": token.refresh_token}
                requests.post(f"{self._url}/oauth2/v2.0/revoke", data=form, timeout=60)
                del self.tokens[access]

    def expire(self) -> None:
        """End all access tokens that are out; their refresh tokens stay good."""
        self.tokens = {
            access: Token(token.user, token.scopes, 0, token.refresh_token)
            for access, token in self.tokens.items()
        }

    def token(self, headers: dict) -> Token | None:
        """The token that a request carries, if it is any good."""
        return carried(headers, self.tokens, self._clock())
