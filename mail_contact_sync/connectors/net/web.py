# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Requests to a provider's web API: encrypted, and with a limit on time and size.

For the fixed addresses of a known provider; what a user names goes through ``fence``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO
from urllib.parse import urlsplit

import requests
from requests import exceptions

from .. import reasons
from ..base import ConnectorError, CutOff, SettingsError, TemporaryError
from .deadline import Deadline
from .sockets import is_loopback
from .watched_http import WatchedAdapter

#: Seconds to wait for a connection, and for each piece of an answer; and after which all
#: connections are cut, whatever is going on.
CONNECT_TIME = 10
READ_TIME = 30
LIFETIME = 300

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
        self._deadline = Deadline(LIFETIME)
        self._session = requests.Session()
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, WatchedAdapter(self._deadline))
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
        answer, TooLarge where it is too long, CutOff where it takes too long.
        """
        _require_encryption(url)
        try:
            with self._session.request(
                method,
                url,
                headers=headers,
                data=body,
                timeout=(self._deadline.sooner(CONNECT_TIME).left(), READ_TIME),
                allow_redirects=False,
                stream=True,
            ) as response:
                content = _read(response, limit)
        except TimeoutError:
            raise CutOff from None
        except exceptions.RequestException as error:
            if self._deadline.is_over():
                raise CutOff from None
            # Without its cause, which quotes the URL.
            raise _failure(error) from None
        if self._deadline.is_over():  # half an answer may look like a whole one
            raise CutOff
        names = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, response.reason or "", names, content)


def _read(response: requests.Response, limit: int) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(_CHUNK):
        body += chunk
        if len(body) > limit:
            raise TooLarge(reasons.PROTOCOL_ERROR, "answer too long")
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
