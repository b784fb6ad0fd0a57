# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The access tokens of Google and Microsoft as they are imitated here (RFC 6750)."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Token:
    """An access token of ``user``, good until ``expires``."""

    user: str
    scopes: frozenset[str]
    expires: float
    refresh_token: str


def carried(headers: Mapping[str, str], tokens: Mapping[str, Token], now: float) -> Token | None:
    """The one of ``tokens`` that a request carries, if it is any good."""
    scheme, _, access = headers.get("authorization", "").partition(" ")
    token = tokens.get(access) if scheme == "Bearer" else None
    return token if token and token.expires > now else None
