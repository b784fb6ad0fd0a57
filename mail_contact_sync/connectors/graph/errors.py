# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What goes wrong with Microsoft Graph, in the words of the connector boundary.

https://learn.microsoft.com/graph/errors: what is meant stands in the codes, the innermost being
the most exact.  The message beside them names people, and is never passed on.
"""

import json
import re
from typing import Any

from .. import reasons
from ..base import (
    A_MINUTES_SHARE,
    AuthenticationFailed,
    ConnectorError,
    CursorExpired,
    SettingsError,
    TemporaryError,
    Throttled,
)
from ..net.retry import retry_after
from ..net.web import Answer

_EXPIRED = {"syncstatenotfound", "resyncrequired", "syncstateinvalid"}
_EXPIRED |= {"errorinvalidsyncstatedata", "resyncapplydifferences", "resyncuploaddifferences"}
_NO_MAILBOX = {"mailboxnotenabledforrestapi", "mailboxnotsupportedforrestapi"}
_NO_MAILBOX |= {"mailboxnothostedonline", "mailboxnothostedinexchangeonline", "extensionerror"}
_UNKNOWN = {"errorinvaliduser", "errornonexistentmailbox", "resourcenotfound"}
_UNKNOWN |= {"request_resourcenotfound"}
_MOVING = {"errormailboxmoveinprogress", "errormailboxstoreunavailable"}
_PAUSE = {"applicationthrottled", "mailboxconcurrency", "activitylimitreached"}
_PAUSE |= {"throttledrequest", "toomanyrequests", "errorserverbusy", "errorexceededconnectioncount"}
#: 509 is for bandwidth; 503 and 504 come of load, and mostly say how long to wait.
_PAUSES = {429, 503, 504, 509}


class NotFound(TemporaryError):
    """There is no such thing, or none any more."""


class BadRequest(TemporaryError):
    """Graph does not take what was asked for."""


class GatewayTimeout(Throttled):
    """It was too much for one answer: Graph says nothing of waiting."""


def translate(answer: Answer, *, scope: str, shared: bool = False) -> ConnectorError:
    """The error that an answer tells of.

    ``scope`` is what the call needs; ``shared`` says that the mailbox is somebody else's.
    """
    found = codes(answer.body)
    told = " ".join([str(answer.status), *found])[:100]
    words = {code.lower() for code in found}
    wait = retry_after(answer.headers)
    if answer.status == 410 or words & _EXPIRED:
        return CursorExpired(reasons.SYNC_STATE_INVALID, told)
    if words & _NO_MAILBOX:
        return SettingsError(reasons.MAILBOX_DISABLED, told)
    if words & _UNKNOWN:
        return SettingsError(reasons.MAILBOX_UNKNOWN, told)
    if words & _MOVING:
        return TemporaryError(reasons.MAILBOX_MOVING, told, wait)
    if answer.status in _PAUSES or words & _PAUSE:
        kind = GatewayTimeout if answer.status == 504 and wait is None else Throttled
        return kind(reasons.RATE_LIMIT, told, wait or A_MINUTES_SHARE)
    if answer.status == 401:
        return _unauthorised(answer, told)
    if answer.status == 403:
        return _forbidden(told, scope, shared)
    if answer.status == 404:
        return NotFound(reasons.PROTOCOL_ERROR, told)
    if answer.status >= 500:
        return TemporaryError(reasons.SERVER_UNAVAILABLE, told, wait)
    kind = BadRequest if answer.status == 400 else TemporaryError
    return kind(reasons.PROTOCOL_ERROR, told)


def _unauthorised(answer: Answer, told: str) -> ConnectorError:
    # https://learn.microsoft.com/entra/identity-platform/app-resilience-continuous-access-evaluation
    if "insufficient_claims" in answer.headers.get("www-authenticate", ""):
        return AuthenticationFailed(reasons.SECOND_FACTOR, told)
    return AuthenticationFailed(reasons.GRANT_REVOKED, told)


def _forbidden(told: str, scope: str, shared: bool) -> ConnectorError:
    # One code for both: the app may not, the user may not.  In her own mailbox a user may.
    if shared:
        return SettingsError(reasons.NOT_AUTHORISED, told)
    return SettingsError(reasons.SCOPE_MISSING, scope)


def codes(body: bytes) -> list[str]:
    """The codes of an error, from the outermost in."""
    found: list[str] = []
    error = _member(_json(body), "error")
    while isinstance(error, dict) and len(found) < 10:
        code = error.get("code")
        if isinstance(code, str) and re.fullmatch(r"[\w.-]{1,60}", code):
            found.append(code)
        error = error.get("innererror") or error.get("innerError")
    return found


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
