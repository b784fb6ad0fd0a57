# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""OAuth 2.0 (RFC 6749): what Google's and Microsoft's consent have in common.

The words of errors are those of RFC 6749, sections 4.1.2.1 and 5.2, and of the two
providers.  An error's description is never passed on: providers quote in it what was sent.
"""

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from .. import reasons
from ..base import AuthenticationFailed, ConnectorError, SettingsError, TemporaryError

#: How long before its end from which on an access token counts as used up.
MARGIN = timedelta(seconds=60)
#: What is believed of its life, and taken for it where nothing is said.
LONGEST_LIFE = timedelta(days=1)
USUAL_LIFE = timedelta(hours=1)
#: Bytes that an answer about consent may have.
MAX_ANSWER = 1 << 20


@dataclass(frozen=True, slots=True)
class Client:
    """The app that asks, as registered with the provider.  The secret never shows in a repr.

    ``tenant`` is Microsoft's: the organisation that may sign in; Google has none.
    """

    client_id: str
    client_secret: str = field(default="", repr=False)
    tenant: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a user has consented to.  No token ever shows in a repr.

    ``expires_at`` (aware, UTC) is the end of ``access_token``.  ``subject`` names the user for
    ever, ``address`` is the mailbox's, both as the provider reports them.
    """

    refresh_token: str = field(repr=False)
    access_token: str = field(repr=False)
    expires_at: datetime
    scopes: tuple[str, ...]
    subject: str
    address: str

    def dump(self) -> dict[str, Any]:
        """As a JSON value, tokens and all: to be stored encrypted."""
        return {
            **asdict(self),
            "expires_at": self.expires_at.isoformat(),
            "scopes": list(self.scopes),
        }

    @classmethod
    def load(cls, value: dict[str, Any]) -> "Grant":
        """What ``dump`` gave."""
        expires_at = datetime.fromisoformat(value["expires_at"]).astimezone(timezone.utc)
        return cls(**{**value, "expires_at": expires_at, "scopes": tuple(value["scopes"])})

    def is_fresh(self, now: datetime | None = None) -> bool:
        """Whether the access token is still good for a request."""
        return self.expires_at - MARGIN > (now or datetime.now(timezone.utc))

    def missing(self, scopes: tuple[str, ...]) -> tuple[str, ...]:
        """Which of ``scopes`` were asked for and not given: somebody unticked them."""
        return tuple(scope for scope in scopes if scope not in self.scopes)


def expiry(seconds: Any) -> datetime:
    """When a token that is good for ``seconds`` ends."""
    try:
        lifetime = timedelta(seconds=float(seconds))
    except (TypeError, ValueError, OverflowError):
        lifetime = USUAL_LIFE
    return datetime.now(timezone.utc) + min(lifetime, LONGEST_LIFE)


_ERRORS = {
    # the user
    "access_denied": (AuthenticationFailed, reasons.CONSENT_DENIED),
    "invalid_grant": (AuthenticationFailed, reasons.GRANT_REVOKED),
    "interaction_required": (AuthenticationFailed, reasons.GRANT_REVOKED),
    "login_required": (AuthenticationFailed, reasons.GRANT_REVOKED),
    "consent_required": (AuthenticationFailed, reasons.GRANT_REVOKED),
    # the app's registration
    "invalid_client": (SettingsError, reasons.OAUTH_CLIENT),
    "unauthorized_client": (SettingsError, reasons.OAUTH_CLIENT),
    "deleted_client": (SettingsError, reasons.OAUTH_CLIENT),
    "disabled_client": (SettingsError, reasons.OAUTH_CLIENT),
    "invalid_scope": (SettingsError, reasons.OAUTH_CLIENT),
    "redirect_uri_mismatch": (SettingsError, reasons.OAUTH_CLIENT),
    "unsupported_response_type": (SettingsError, reasons.OAUTH_CLIENT),
    # the organisation's administrator
    "org_internal": (SettingsError, reasons.CONTACT_ADMIN),
    "admin_policy_enforced": (SettingsError, reasons.CONTACT_ADMIN),
    "access_not_configured": (SettingsError, reasons.API_DISABLED),
    # the provider
    "server_error": (TemporaryError, reasons.SERVER_UNAVAILABLE),
    "temporarily_unavailable": (TemporaryError, reasons.SERVER_UNAVAILABLE),
    "rate_limit_exceeded": (TemporaryError, reasons.RATE_LIMIT),
    "slow_down": (TemporaryError, reasons.RATE_LIMIT),
}


def refusal(error: str) -> ConnectorError:
    """The ConnectorError for a provider's ``error``, from a redirect or a token endpoint."""
    kind, reason = _ERRORS.get(error, (TemporaryError, reasons.PROTOCOL_ERROR))
    word = error if error.replace("_", "").isalnum() and error.isascii() else ""
    return kind(reason, word[:60])


def stale_code(error: ConnectorError) -> ConnectorError:
    """``error``, but of a code: one that is refused was used, too old, or another's."""
    if error.reason == reasons.GRANT_REVOKED:
        return AuthenticationFailed(reasons.CONSENT_EXPIRED)
    return error
