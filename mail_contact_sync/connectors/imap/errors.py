# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What goes wrong on an IMAP connection, in the words of the connector boundary."""

import re
import socket
import ssl
from imaplib import IMAP4

from imapclient.exceptions import CapabilityError, LoginError

from .. import reasons
from ..base import (
    AuthenticationFailed,
    ConnectorError,
    FolderGone,
    SettingsError,
    TemporaryError,
    Throttled,
)


class Refused(TemporaryError):
    """The server said NO to one command; another may well succeed."""


class TokenEnded(TemporaryError):
    """The server ended the session along with the token that had begun it."""


#: Response codes that tell enough (RFC 5530, and WEBALERT, THROTTLED as seen in the wild).
_CODES = {
    "UNAVAILABLE": (TemporaryError, reasons.SERVER_UNAVAILABLE),
    "SERVERBUG": (Refused, reasons.SERVER_REFUSED),
    "INUSE": (TemporaryError, reasons.MAILBOX_LOCKED),
    "LIMIT": (Throttled, reasons.TOO_MANY_CONNECTIONS),
    "THROTTLED": (Throttled, reasons.RATE_LIMIT),
    "OVERQUOTA": (Throttled, reasons.RATE_LIMIT),
    "AUTHORIZATIONFAILED": (AuthenticationFailed, reasons.NOT_AUTHORISED),
    "EXPIRED": (AuthenticationFailed, reasons.PASSWORD_EXPIRED),
    "WEBALERT": (AuthenticationFailed, reasons.WEB_LOGIN_NEEDED),
    "PRIVACYREQUIRED": (SettingsError, reasons.ENCRYPTION_REQUIRED),
    "CONTACTADMIN": (SettingsError, reasons.CONTACT_ADMIN),
    "NONEXISTENT": (FolderGone, reasons.FOLDER_GONE),
    "NOPERM": (FolderGone, reasons.NOT_AUTHORISED),
}

#: What servers write where no such code stands before it.
_PHRASES = [
    (re.compile(pattern, re.IGNORECASE), kind, reason)
    for kind, reason, pattern in (
        # Microsoft's BYE, in answer to whatever was asked for.
        (TokenEnded, reasons.CONNECTION_DROPPED, r"AccessTokenExpired"),
        (
            AuthenticationFailed,
            reasons.APP_PASSWORD_NEEDED,
            r"app(lication)?[- ](specific )?password",
        ),
        (
            SettingsError,
            reasons.IMAP_DISABLED,
            r"not enabled for imap|enable imap|imap( access| service)? (is |has been )?disabled",
        ),
        (
            SettingsError,
            reasons.PASSWORD_LOGIN_DISABLED,
            r"basic ?auth\w* ?(is )?(blocked|disabled)|login (command )?(is )?disabled",
        ),
        (AuthenticationFailed, reasons.WEB_LOGIN_NEEDED, r"web ?(browser|login|mail)"),
        (
            Throttled,
            reasons.TOO_MANY_CONNECTIONS,
            r"(too many|maximum) .*(connection|session|login)|(connection|session)s? limit",
        ),
        (Throttled, reasons.RATE_LIMIT, r"too many|bandwidth|rate limit|throttl"),
        (TemporaryError, reasons.MAILBOX_LOCKED, r"(mailbox|maildrop|folder)\b.*\block"),
        (Refused, reasons.SERVER_REFUSED, r"internal (server )?error"),
        (
            TemporaryError,
            reasons.SERVER_UNAVAILABLE,
            r"temporar|try again|unavailable|not connected|server (is )?(too )?busy|overload"
            r"|shutting down|tim(ed |e-?)out",
        ),
    )
]

_CODE = re.compile(r"\[([\w-]+)")
#: How imaplib and imapclient pass the server's words on.
_SAID = re.compile(
    r"(?:command: \w+ => )?"
    r"(?:\w+ (?P<no>failed: )|\w+ command error: (?P<bad>BAD )\[b.|\* (?P<bye>BYE ))?(?P<text>.*)",
    re.DOTALL,
)
#: imaplib's own words for a lost connection; what it quotes after them may be mail.
_LOST = re.compile(r"(?:command: \w+ => )?(socket error: [^:]+|(unexpected) [a-z ]*response)")


def is_refusal(error: BaseException) -> bool:
    """Whether ``error`` is a tagged NO, after which both sides are still in step."""
    return type(error) is IMAP4.error and bool(_SAID.match(_text(error))["no"])


def translate(
    error: BaseException, *, connecting: bool = False, secrets: tuple[str, ...] = ()
) -> ConnectorError:
    """The ConnectorError for whatever an IMAP connection raises.

    ``connecting`` says that the server has not been heard yet, so that the fault
    may lie in the settings.  ``secrets`` are struck out of the server's words.
    """
    if isinstance(error, ConnectorError):
        return error
    if isinstance(error, CapabilityError):
        return SettingsError(reasons.TLS, str(error))
    if isinstance(error, IMAP4.error):
        login = isinstance(error, LoginError)
        # imapclient makes one error of a refused login and a lost connection.
        cause = error.__context__ if login else error
        text = _text(cause)
        for secret in secrets:
            text = text.replace(secret, "***")
        lost = isinstance(cause, IMAP4.abort)
        return _of_connection(text, connecting) if lost else _of_answer(text, connecting, login)
    if isinstance(error, OSError):
        return _of_socket(error, connecting)
    if connecting and isinstance(error, ValueError | OverflowError):
        return SettingsError(reasons.HOST_UNKNOWN)  # no such name or port can be
    # The parsers met what they were not made for, and may quote somebody's mail.
    return TemporaryError(reasons.PROTOCOL_ERROR, type(error).__name__)


def _text(error: BaseException) -> str:
    text = error.args[0] if error.args else ""
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)


def _of_answer(text: str, connecting: bool, login: bool) -> ConnectorError:
    said = _SAID.match(text)
    if said["bad"]:
        return _told(said["text"], TemporaryError, reasons.PROTOCOL_ERROR)
    if login:
        return _told(said["text"], AuthenticationFailed, reasons.BAD_CREDENTIALS)
    if said["no"]:
        return _told(said["text"], Refused, reasons.SERVER_REFUSED)
    if said["bye"]:
        return _told(said["text"], TemporaryError, reasons.SERVER_UNAVAILABLE)
    if connecting:
        tls = text.startswith("Couldn't establish TLS")
        return SettingsError(reasons.TLS if tls else reasons.WRONG_PROTOCOL)
    return TemporaryError(reasons.PROTOCOL_ERROR)


def _of_connection(text: str, connecting: bool) -> ConnectorError:
    lost = _LOST.match(text)
    if not lost:  # the words of a BYE
        return _told(_SAID.match(text)["text"], TemporaryError, reasons.CONNECTION_DROPPED)
    if lost[2] and connecting:
        return SettingsError(reasons.WRONG_PROTOCOL)
    return TemporaryError(reasons.CONNECTION_DROPPED, lost[1])


def _told(text: str, kind: type[ConnectorError], reason: str) -> ConnectorError:
    """The error that the server's ``text`` tells of, else ``kind`` for ``reason``."""
    code = _CODE.match(text)
    if code and code[1].upper() in _CODES:
        kind, reason = _CODES[code[1].upper()]
    else:
        for pattern, *told in _PHRASES:
            if pattern.search(text):
                kind, reason = told
                break
    return kind(reason, " ".join(text.split())[:300])


def _of_socket(error: OSError, connecting: bool) -> ConnectorError:
    if isinstance(error, socket.gaierror):
        if error.errno == socket.EAI_AGAIN:
            return TemporaryError(reasons.HOST_LOOKUP_FAILED, str(error))
        return SettingsError(reasons.HOST_UNKNOWN, str(error))
    if isinstance(error, ssl.SSLCertVerificationError):
        return SettingsError(reasons.CERTIFICATE, str(error))
    if isinstance(error, TimeoutError):
        return TemporaryError(reasons.CONNECTION_TIMEOUT, str(error))
    if isinstance(error, ConnectionRefusedError):
        return TemporaryError(reasons.CONNECTION_REFUSED, str(error))
    if connecting and isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
        return SettingsError(reasons.TLS, str(error))
    reason = reasons.CONNECTION_FAILED if connecting else reasons.CONNECTION_DROPPED
    return TemporaryError(reason, str(error))
