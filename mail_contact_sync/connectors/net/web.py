# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Requests to a provider's web API: encrypted, and with a limit on time and size.

For the fixed addresses of a known provider; what a user names goes through ``fence``.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO
from urllib.parse import urlsplit

import requests
from requests import exceptions

from .. import reasons
from ..base import ConnectorError, SettingsError, TemporaryError
from .sockets import is_loopback

#: Seconds to wait for a connection, for each piece of an answer, and for all of it.
CONNECT_TIME = 10
READ_TIME = 30
ANSWER_TIME = 300

_CHUNK = 1 << 16


class TooLarge(TemporaryError):
    """The answer has more bytes than were to be taken."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response; the names of ``headers`` in lower case."""

    status: int
    reason: str
    headers: dict[str, str]
    body: bytes = field(repr=False)


class Web:
    """One or more connections, kept open until ``close``.  Follows no redirect."""

    def __init__(self):
        self._session = requests.Session()
        # Else requests looks for a login in the server account's .netrc, and sends that instead.
        self._session.auth = lambda request: request

    def close(self) -> None:
        self._session.close()

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | str | IO[bytes] | Mapping[str, str] | None = None,
        limit: int,
    ) -> Answer:
        """The answer, of at most ``limit`` bytes, whatever its status.

        A mapping as ``body`` is sent as a form.  Raises TemporaryError where there is no
        answer, TooLarge where it is too long.
        """
        _require_encryption(url)
        try:
            with self._session.request(
                method,
                url,
                headers=headers,
                data=body,
                timeout=(CONNECT_TIME, READ_TIME),
                allow_redirects=False,
                stream=True,
            ) as response:
                content = _read(response, limit)
        except exceptions.RequestException as error:
            # Without its cause, which quotes the URL.
            raise _failure(error) from None
        names = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, response.reason or "", names, content)


def _read(response: requests.Response, limit: int) -> bytes:
    end = time.monotonic() + ANSWER_TIME
    body = bytearray()
    for chunk in response.iter_content(_CHUNK):
        body += chunk
        if len(body) > limit:
            raise TooLarge(reasons.PROTOCOL_ERROR, "answer too long")
        if time.monotonic() > end:
            raise TemporaryError(reasons.CONNECTION_TIMEOUT)
    return bytes(body)


def _failure(error: exceptions.RequestException) -> ConnectorError:
    if isinstance(error, exceptions.Timeout):
        return TemporaryError(reasons.CONNECTION_TIMEOUT)
    if isinstance(error, exceptions.SSLError):
        return TemporaryError(reasons.TLS)
    if isinstance(error, exceptions.ProxyError):
        return TemporaryError(reasons.CONNECTION_FAILED, "proxy")
    if isinstance(error, exceptions.ChunkedEncodingError | exceptions.ContentDecodingError):
        return TemporaryError(reasons.CONNECTION_DROPPED)
    if isinstance(error, exceptions.ConnectionError):
        return TemporaryError(reasons.CONNECTION_FAILED)
    return TemporaryError(reasons.PROTOCOL_ERROR, type(error).__name__)


def _require_encryption(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise SettingsError(reasons.PLAIN_NOT_ALLOWED)
