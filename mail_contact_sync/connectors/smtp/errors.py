# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What goes wrong while sending, in the words of the connector boundary.

By the enhanced status codes of RFC 3463 and RFC 4954, section 6, and by what servers
write: https://support.google.com/a/answer/3726730 for Gmail,
https://learn.microsoft.com/exchange/troubleshoot/send-emails/smtp-submission-improvements
for Exchange Online.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from .. import reasons
from ..base import (
    A_DAYS_SHARE,
    A_MINUTES_SHARE,
    MAX_WAIT,
    AuthenticationFailed,
    ConnectorError,
    MessageError,
    SettingsError,
    TemporaryError,
    Throttled,
)
from ..imap.errors import translate as translate_socket_error

# What was asked when the server refused
GREETING, LOGIN, SENDER, RECIPIENT, MESSAGE = "greeting", "login", "sender", "recipient", "message"

#: Seconds to wait where the server does not say how long: a recipient's, that takes mail from
#: strangers at the second attempt.
GREYLISTING = 300.0


class Reply(NamedTuple):
    """``text`` is on one line, without the code."""

    code: int
    text: str


class Garbled(Exception):
    """What came is no SMTP."""


#: Where, kind, reason, and what servers write; the first that fits is taken.
_TOLD = [
    (set(stages.split()), kind, reason, re.compile(pattern, re.IGNORECASE))
    for stages, kind, reason, pattern in (
        (
            "sender recipient message",
            MessageError,
            reasons.TOO_MANY_RECIPIENTS,
            r"^[45]\.5\.3\b|too many recipients",
        ),
        (
            "sender recipient message",
            Throttled,
            reasons.DAILY_LIMIT,
            r"^5\.4\.5\b|^5\.1\.90\b|daily .*(limit|quota)|(limit|quota|messages).* (per|a) day"
            r"|SubmissionQuotaExceeded",
        ),
        (
            "greeting login sender recipient message",
            Throttled,
            reasons.TOO_MANY_CONNECTIONS,
            r"too many .*(connection|session)|concurrent connection|(connection|thread)s? limit",
        ),
        (
            "sender message",
            MessageError,
            reasons.MESSAGE_TOO_LARGE,
            r"^5\.3\.4\b|^5\.2\.3\b|(message|mail|data).*too (large|big)|too (large|big|much)"
            r"|exceed\w* .*\bsize|\bsize .*exceed",
        ),
        (
            "greeting login sender recipient message",
            Throttled,
            reasons.RATE_LIMIT,
            r"^[45]\.7\.28\b|rate.?limit|throttl|slow down|too (many|fast|quick)|unusual rate"
            r"|(sending|message|mail|hourly) (limit|quota)|exceeded .*(limit|quota)",
        ),
        (
            "login sender",
            SettingsError,
            reasons.ENCRYPTION_REQUIRED,
            r"must issue a? ?starttls|(starttls|tls|ssl|encryption)( is)? (required|needed)",
        ),
        (
            "login",
            SettingsError,
            reasons.SMTP_DISABLED,
            r"SmtpClientAuthentication is disabled|no permission"
            r"|smtp( access| service)? (is )?(disabled|not (enabled|allowed))|enable smtp",
        ),
        (
            "login",
            SettingsError,
            reasons.PASSWORD_LOGIN_DISABLED,
            r"basic ?auth\w* ?(is )?(blocked|disabled)",
        ),
        (
            "login",
            AuthenticationFailed,
            reasons.APP_PASSWORD_NEEDED,
            r"^5\.7\.9 .*password|app(lication)?[- ](specific )?password|authori[sz]ation code",
        ),
        (
            "login",
            AuthenticationFailed,
            reasons.WEB_LOGIN_NEEDED,
            r"^5\.7\.14\b|web ?(browser|login|mail)",
        ),
        (
            "recipient message",
            SettingsError,
            reasons.SEND_DENIED,
            r"^5\.7\.60\b|^5\.2\.252\b|send ?as ?denied|to send as|not owned by user"
            r"|sender( e-?mail)?( address)?:? ?(is )?(rejected|denied|refused|must match|mismatch"
            r"|not (allowed|permitted|authori[sz]ed|owned))",
        ),
    )
]

_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"]+@[^\s<>()\[\],;:\"]+")
#: Google's invitation to sign in names a token behind the question mark.
_QUERY = re.compile(r"\?\S+")
_WAIT = re.compile(r"\b(\d{1,5}) ?(s|sec|second|m|min|minute|h|hour)s?\b", re.IGNORECASE)
_UNITS = {"s": 1, "m": 60, "h": 3600}


def of_reply(
    reply: Reply, stage: str, secrets: Iterable[str] = (), *, quiet: bool = False
) -> ConnectorError:
    """The error for a refusal, ``secrets`` and addresses struck out of the server's words.

    Without its words where ``quiet``.  At the stage RECIPIENT a MessageError with
    ``recipient-refused`` is about that one alone, and its detail does not say which.
    """
    kind, reason = _kind(reply, stage)
    if quiet or reason == reasons.RECIPIENT_REFUSED:
        enhanced = _ENHANCED.match(reply.text)
        words = enhanced[0] if enhanced else ""
    else:
        words = _QUERY.sub("?…", _ADDRESS.sub("…", struck(reply.text, secrets)))[:300]
    detail = f"{reply.code} {words}".strip()
    if issubclass(kind, TemporaryError):
        return kind(reason, detail, _wait(reply, reason))
    return kind(reason, detail)


def struck(text: str, secrets: Iterable[str]) -> str:
    """``text`` with stars for ``secrets``, the longest first: one may be part of another."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def _kind(reply: Reply, stage: str) -> tuple[type[ConnectorError], str]:
    text = _ADDRESS.sub("…", reply.text)  # somebody may be called anything
    for stages, kind, reason, pattern in _TOLD:
        if stage in stages and pattern.search(text):
            # "Not allowed" may be so for the moment alone; that they are too many stays so.
            stays = issubclass(kind, TemporaryError) or reason == reasons.TOO_MANY_RECIPIENTS
            if stays or reply.code >= 500:
                return kind, reason
    if reply.code < 500:
        return _kind_of_a_pause(reply)
    return _kind_of_a_refusal(reply, stage)


def _kind_of_a_pause(reply: Reply) -> tuple[type[ConnectorError], str]:
    if reply.code == 454:  # the login or TLS is out of order (RFC 4954, section 6; RFC 3207)
        return TemporaryError, reasons.SERVER_UNAVAILABLE
    if reply.code in (450, 451, 452) or reply.text.startswith("4.7."):
        return Throttled, reasons.RATE_LIMIT
    if reply.code == 421:
        return Throttled, reasons.SERVER_UNAVAILABLE
    return TemporaryError, reasons.SERVER_UNAVAILABLE


def _kind_of_a_refusal(reply: Reply, stage: str) -> tuple[type[ConnectorError], str]:
    code = reply.code
    if stage == GREETING:
        return TemporaryError, reasons.SERVER_REFUSED
    if code == 504 and stage == LOGIN:
        return SettingsError, reasons.LOGIN_NOT_OFFERED
    if code in (500, 502, 503, 504, 555):
        return TemporaryError, reasons.PROTOCOL_ERROR
    if code == 538 or (code == 530 and stage == LOGIN):  # RFC 4954, section 6; RFC 3207
        return SettingsError, reasons.ENCRYPTION_REQUIRED
    if stage == LOGIN or code == 530:
        return AuthenticationFailed, reasons.BAD_CREDENTIALS
    if stage == RECIPIENT:
        return MessageError, reasons.RECIPIENT_REFUSED
    if code == 552 and not re.match(r"5\.(7|2\.2)\b", reply.text):
        return MessageError, reasons.MESSAGE_TOO_LARGE
    if stage == SENDER and code != 554 and code != 552:
        return SettingsError, reasons.SEND_DENIED
    return MessageError, reasons.SEND_REFUSED


def _wait(reply: Reply, reason: str) -> float | None:
    told = _WAIT.search(reply.text)
    if told:
        return min(max(1.0, float(told[1]) * _UNITS[told[2][0].lower()]), MAX_WAIT)
    if reason == reasons.DAILY_LIMIT:
        return A_DAYS_SHARE
    if reason == reasons.RATE_LIMIT and reply.code in (450, 451):
        return GREYLISTING
    if reason in (reasons.RATE_LIMIT, reasons.TOO_MANY_CONNECTIONS):
        return A_MINUTES_SHARE
    return None


def of_failure(error: Exception, *, connecting: bool = False) -> ConnectorError:
    """The error for whatever else comes of a connection; nothing of what was said is passed on.

    ``connecting`` says that the fault may lie in the settings.
    """
    if isinstance(error, Garbled):
        if connecting:
            return SettingsError(reasons.NOT_SMTP)
        return TemporaryError(reasons.PROTOCOL_ERROR)
    return translate_socket_error(error, connecting=connecting)
