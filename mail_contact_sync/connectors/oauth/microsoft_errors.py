# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Microsoft's consent has to say when it says no.

Its OAuth words are few and broad; what is meant stands in a number:
https://learn.microsoft.com/entra/identity-platform/reference-error-codes
The text beside it names users and apps, and is never passed on.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from .. import reasons
from ..base import AuthenticationFailed, ConnectorError, SettingsError, TemporaryError, Throttled
from .grant import refusal

_CODES: dict[int, tuple[type[ConnectorError], str]] = {
    # the user's consent
    65001: (AuthenticationFailed, reasons.CONSENT_REQUIRED),
    65004: (AuthenticationFailed, reasons.CONSENT_DENIED),
    # the administrator's
    90093: (SettingsError, reasons.ADMIN_CONSENT),
    90094: (SettingsError, reasons.ADMIN_CONSENT),
    90095: (SettingsError, reasons.ADMIN_CONSENT),  # and has been asked for by the user
    50105: (SettingsError, reasons.ADMIN_CONSENT),  # the app is for some users only
    # signing in: a second factor that the user has, or has to set up
    50072: (AuthenticationFailed, reasons.SECOND_FACTOR),
    50074: (AuthenticationFailed, reasons.SECOND_FACTOR),
    50076: (AuthenticationFailed, reasons.SECOND_FACTOR),
    50078: (AuthenticationFailed, reasons.SECOND_FACTOR),
    50079: (AuthenticationFailed, reasons.SECOND_FACTOR),
    50158: (AuthenticationFailed, reasons.SECOND_FACTOR),
    # rules for devices, places, risks
    50005: (SettingsError, reasons.CONDITIONAL_ACCESS),
    50097: (SettingsError, reasons.CONDITIONAL_ACCESS),
    53000: (SettingsError, reasons.CONDITIONAL_ACCESS),
    53001: (SettingsError, reasons.CONDITIONAL_ACCESS),
    53002: (SettingsError, reasons.CONDITIONAL_ACCESS),
    53003: (SettingsError, reasons.CONDITIONAL_ACCESS),
    53004: (SettingsError, reasons.CONDITIONAL_ACCESS),
    530032: (SettingsError, reasons.CONDITIONAL_ACCESS),
    # whom the app is for
    50020: (SettingsError, reasons.WRONG_TENANT),
    50059: (SettingsError, reasons.WRONG_TENANT),
    50194: (SettingsError, reasons.WRONG_TENANT),
    50128: (SettingsError, reasons.WRONG_TENANT),
    51004: (SettingsError, reasons.WRONG_TENANT),
    90002: (SettingsError, reasons.WRONG_TENANT),
    90072: (SettingsError, reasons.WRONG_TENANT),
    500200: (SettingsError, reasons.WRONG_TENANT),
    700016: (SettingsError, reasons.WRONG_TENANT),
    # its registration
    50011: (SettingsError, reasons.OAUTH_CLIENT),
    70011: (SettingsError, reasons.OAUTH_CLIENT),
    650052: (SettingsError, reasons.OAUTH_CLIENT),
    650053: (SettingsError, reasons.OAUTH_CLIENT),
    650056: (SettingsError, reasons.OAUTH_CLIENT),
    650057: (SettingsError, reasons.OAUTH_CLIENT),
    7000215: (SettingsError, reasons.CLIENT_SECRET),
    7000222: (SettingsError, reasons.CLIENT_SECRET),
    # Microsoft itself
    90033: (TemporaryError, reasons.SERVER_UNAVAILABLE),
    90006: (TemporaryError, reasons.SERVER_UNAVAILABLE),
    50196: (Throttled, reasons.RATE_LIMIT),  # the same was asked for over and over
}

_NUMBER = re.compile(r"AADSTS(\d{4,9})\b")


def redirected(params: Mapping[str, str]) -> ConnectorError:
    """The error of a redirect that brings ``error`` instead of a code."""
    described = params.get("error_description", "")
    return _error(params.get("error", ""), map(int, _NUMBER.findall(described)))


def answered(value: Mapping[str, Any]) -> ConnectorError:
    """The error of a token endpoint's answer."""
    numbers = value.get("error_codes")
    if not isinstance(numbers, list):
        numbers = [int(each) for each in _NUMBER.findall(str(value.get("error_description", "")))]
    word = value.get("error")
    return _error(word if isinstance(word, str) else "", numbers)


def _error(word: str, numbers: Iterable[Any]) -> ConnectorError:
    numbers = [number for number in numbers if isinstance(number, int)]
    for number in numbers:
        if number in _CODES:
            kind, reason = _CODES[number]
            return kind(reason, f"AADSTS{number}")
    error = refusal(word)
    if numbers:
        error = type(error)(error.reason, f"{error.detail} AADSTS{numbers[0]}".strip())
    return error
