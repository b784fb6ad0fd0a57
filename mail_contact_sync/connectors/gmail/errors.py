# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What goes wrong with the Gmail API, in the words of the connector boundary.

https://developers.google.com/workspace/gmail/api/guides/handle-errors
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from .. import reasons
from ..base import (
    A_DAYS_SHARE,
    A_MINUTES_SHARE,
    AuthenticationFailed,
    ConnectorError,
    SettingsError,
    TemporaryError,
    Throttled,
)
from ..net.retry import retry_after

_RATE = {"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED", "concurrentLimit"}
_DAILY = {"dailyLimitExceeded", "quotaExceeded", "dailyLimitExceededUnreg"}
_SCOPE = {"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}
_API_OFF = {"accessNotConfigured", "SERVICE_DISABLED"}


class NotFound(TemporaryError):
    """There is no such thing, or none any more."""


@contextmanager
def understood() -> Iterator[None]:
    """Around what reads an answer: one of another shape than Google describes is none."""
    try:
        yield
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise TemporaryError(reasons.PROTOCOL_ERROR, type(error).__name__) from None


def translate(
    status: int, headers: Mapping[str, str], body: bytes, scope: str = ""
) -> ConnectorError:
    """The error that an answer of the API tells of.  ``scope`` is what the call needs."""
    error = _error(body)
    words = _words(error)
    message = str(error.get("message", ""))
    told = " ".join([str(status), *sorted(words)])[:100]
    wait = retry_after(headers, message)
    if status == 404:
        return NotFound(reasons.PROTOCOL_ERROR, told)
    if status == 401:
        return AuthenticationFailed(reasons.GRANT_REVOKED, told)
    if words & _DAILY:
        return Throttled(reasons.DAILY_LIMIT, told, wait or A_DAYS_SHARE)
    if status == 429 or words & _RATE:
        return Throttled(reasons.RATE_LIMIT, told, wait or A_MINUTES_SHARE)
    if words & _SCOPE:
        return SettingsError(reasons.SCOPE_MISSING, scope)
    if words & _API_OFF:
        return SettingsError(reasons.API_DISABLED, told)
    if "domainPolicy" in words:
        return SettingsError(reasons.CONTACT_ADMIN, told)
    if "service not enabled" in message:
        return SettingsError(reasons.MAILBOX_DISABLED, told)
    if status == 403:
        return SettingsError(reasons.NOT_AUTHORISED, told)
    if status >= 500:
        return TemporaryError(reasons.SERVER_UNAVAILABLE, told, wait)
    return TemporaryError(reasons.PROTOCOL_ERROR, told)


def _error(body: bytes) -> dict[str, Any]:
    try:
        error = json.loads(body)["error"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return {}
    return error if isinstance(error, dict) else {}


def _words(error: dict[str, Any]) -> set[str]:
    """All that the answer gives as a reason; Google does so in two places."""
    entries = [
        entry
        for name in ("errors", "details")
        for entry in (error[name] if isinstance(error.get(name), list) else ())
        if isinstance(entry, dict)
    ]
    words = {entry["reason"] for entry in entries if isinstance(entry.get("reason"), str)}
    return {word for word in words if re.fullmatch(r"\w{1,60}", word)}
