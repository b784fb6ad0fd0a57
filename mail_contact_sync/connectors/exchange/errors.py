# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What goes wrong with Exchange, in the words of the connector boundary.

The codes are those of ResponseCodeType in Microsoft's messages.xsd; exchangelib
names its exceptions after them.
"""

import socket
import ssl
from collections.abc import Iterator

from .. import reasons
from ..base import (
    AuthenticationFailed,
    ConnectorError,
    CursorExpired,
    FolderGone,
    MessageError,
    SettingsError,
    TemporaryError,
    Throttled,
)
from ..imap.errors import translate as translate_socket_error

#: What an item is answered with that is not there any more.
GONE = "ErrorItemNotFound"

_CODES: dict[str, tuple[type[ConnectorError], str]] = {
    code: (kind, reason)
    for kind, reason, codes in (
        (Throttled, reasons.RATE_LIMIT, "ErrorServerBusy ErrorExceededFindCountLimit"),
        (
            Throttled,
            reasons.TOO_MANY_CONNECTIONS,
            "ErrorExceededConnectionCount ErrorTooManyObjectsOpened",
        ),
        (TemporaryError, reasons.MAILBOX_MOVING, "ErrorMailboxMoveInProgress"),
        (
            TemporaryError,
            reasons.SERVER_UNAVAILABLE,
            "ErrorMailboxStoreUnavailable ErrorMailboxFailover ErrorConnectionFailed"
            " ErrorTimeoutExpired ErrorInternalServerError ErrorInternalServerTransientError"
            " ErrorADUnavailable ErrorInsufficientResources ErrorNotEnoughMemory"
            " ErrorBatchProcessingStopped ErrorProxyRequestProcessingFailed",
        ),
        (CursorExpired, reasons.SYNC_STATE_INVALID, "ErrorInvalidSyncStateData"),
        (
            FolderGone,
            reasons.FOLDER_GONE,
            "ErrorFolderNotFound ErrorSyncFolderNotFound ErrorInvalidFolderId",
        ),
        (
            AuthenticationFailed,
            reasons.PASSWORD_EXPIRED,
            "ErrorPasswordExpired ErrorPasswordChangeRequired",
        ),
        (SettingsError, reasons.CONTACT_ADMIN, "ErrorAccountDisabled"),
        (SettingsError, reasons.NOT_AUTHORISED, "ErrorAccessDenied"),
        (
            SettingsError,
            reasons.MAILBOX_UNKNOWN,
            "ErrorNonExistentMailbox ErrorNonPrimarySmtpAddress ErrorMissingEmailAddress"
            " ErrorInvalidSmtpAddress ErrorNameResolutionNoMailbox",
        ),
        (
            SettingsError,
            reasons.SERVER_TOO_OLD,
            "ErrorInvalidServerVersion ErrorInvalidSchemaVersionForMailboxVersion"
            " ErrorIncorrectSchemaVersion",
        ),
        (
            SettingsError,
            reasons.SEND_DENIED,
            "ErrorSendAsDenied ErrorAccountIsSuspended ErrorSubmissionQuotaExceeded",
        ),
        (
            MessageError,
            reasons.SEND_REFUSED,
            "ErrorInvalidRecipients ErrorMessageSizeExceeded ErrorSendMeetingInvitationsRequired"
            " ErrorMimeContentInvalid ErrorMimeContentInvalidBase64String",
        ),
    )
    for code in codes.split()
}
#: What is no fault of the one item that is answered with it.
_NOT_OF_THE_ITEM = {
    code
    for code, (kind, _) in _CODES.items()
    if issubclass(kind, TemporaryError) and code != "ErrorInternalServerError"
}


def of_code(
    code: str, text: str = "", back_off: float | None = None, *, in_folder: bool = False
) -> ConnectorError:
    """The error that a ResponseCode stands for.

    ``back_off`` is the server's, in seconds.  ``in_folder`` says that a folder
    was asked for by its id: one that is gone is an item that is not found.
    """
    if in_folder and code in (GONE, "ErrorInvalidIdMalformed"):
        return FolderGone(reasons.FOLDER_GONE, code)
    if in_folder and code == "ErrorAccessDenied":
        return FolderGone(reasons.NOT_AUTHORISED, code)
    if code not in _CODES:
        # Its text may quote what the answer was about.
        return TemporaryError(reasons.PROTOCOL_ERROR, code[:80])
    kind, reason = _CODES[code]
    detail = f"{code}: {' '.join(text.split())[:300]}" if text else code
    if issubclass(kind, TemporaryError):
        return kind(reason, detail, back_off)
    return kind(reason, detail)


def of_item(code: str, ref: str) -> ConnectorError:
    """The error for one item of many: MessageError, unless it is not the item's fault."""
    if code in _NOT_OF_THE_ITEM:
        return of_code(code)
    return MessageError(reasons.MESSAGE_UNREADABLE, code[:80], ref)


def is_perhaps_of_an_item(error: TemporaryError) -> bool:
    """Whether one item of many may have brought the whole request down."""
    return error.reason == reasons.PROTOCOL_ERROR or error.detail in (
        "ErrorInternalServerError",
        "HTTP 500",
    )


def of_library(error: Exception, *, in_folder: bool = False) -> ConnectorError:
    """What exchangelib raises; its words may quote an answer and are left out."""
    name = type(error).__name__
    if name.startswith("Error"):
        back_off = getattr(error, "back_off", None)
        return of_code(name, "", back_off, in_folder=in_folder)
    return TemporaryError(reasons.PROTOCOL_ERROR, name)


def of_status(status: int, retry_after: str | None, *, connecting: bool) -> ConnectorError:
    """The error that an HTTP status other than 200 and 401 stands for.

    ``connecting`` says that this server has not answered as Exchange yet.
    """
    detail = f"HTTP {status}"
    seconds = float(retry_after) if retry_after and retry_after.strip().isdecimal() else None
    if status == 429 or (status == 503 and seconds):
        return Throttled(reasons.RATE_LIMIT, detail, seconds)
    if status == 403:
        # EwsEnabled or EwsApplicationAccessPolicy of the mailbox, or a filter before the server.
        return SettingsError(reasons.NOT_AUTHORISED, detail)
    if status == 413:
        return MessageError(reasons.SEND_REFUSED, detail)
    if status >= 500:
        return TemporaryError(reasons.SERVER_UNAVAILABLE, detail, seconds)
    if connecting or status in (404, 405) or 300 <= status < 400:
        return SettingsError(reasons.WRONG_PROTOCOL, detail)
    return TemporaryError(reasons.PROTOCOL_ERROR, detail)


def of_connection(error: BaseException, *, connecting: bool) -> ConnectorError:
    """What requests raises, by the socket's own error somewhere inside."""
    causes = list(_causes(error))
    for kind in (socket.gaierror, ssl.SSLCertVerificationError, ssl.SSLError, TimeoutError):
        for cause in causes:
            if isinstance(cause, kind):
                return translate_socket_error(cause, connecting=connecting)
    if any("Timeout" in type(cause).__name__ for cause in causes):
        return TemporaryError(reasons.CONNECTION_TIMEOUT)
    for cause in causes:
        if isinstance(cause, OSError) and cause.errno is not None:
            return translate_socket_error(cause, connecting=connecting)
    if any(type(cause).__name__ == "BadStatusLine" for cause in causes):
        return SettingsError(reasons.WRONG_PROTOCOL)
    return TemporaryError(
        reasons.CONNECTION_FAILED if connecting else reasons.CONNECTION_DROPPED,
        type(causes[-1]).__name__,
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and all that it wraps, in whichever way requests and urllib3 do so."""
    waiting, seen = [error], set()
    while waiting:
        error = waiting.pop()
        if id(error) in seen:
            continue
        seen.add(id(error))
        yield error
        for inner in (
            error.__cause__,
            error.__context__,
            getattr(error, "reason", None),
            *error.args,
        ):
            if isinstance(inner, BaseException):
                waiting.append(inner)
