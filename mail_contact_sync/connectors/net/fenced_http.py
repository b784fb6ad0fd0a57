# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A small file from the web, asked for on behalf of a user.

HTTPS only, inside the fence, with a limit on time, size and redirects.  Nothing is
sent but the URL: no cookie, no referrer, no word on which server is asking.
"""

import io
import socket
from http.client import HTTPConnection, HTTPException, HTTPResponse
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from .. import reasons
from ..base import SettingsError, TemporaryError
from .deadline import Deadline
from .dns_records import host_name
from .fence import WEB_PORT, Fence

#: Bytes that a server may send for one request, its headers included.
MAX_ANSWER = 256 << 10
MAX_REDIRECTS = 3

_REDIRECTS = {301, 302, 303, 307, 308}
_PORTS = frozenset({WEB_PORT})
_HEADERS = {"User-Agent": "mail_contact_sync", "Accept": "*/*", "Connection": "close"}


class _Wire(io.RawIOBase):
    """What comes in on a connection, until time or allowance are used up."""

    def __init__(self, connection: socket.socket, deadline: Deadline):
        self._connection = connection
        self._deadline = deadline
        self._allowance = MAX_ANSWER

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        self._connection.settimeout(self._deadline.left())
        count = self._connection.recv_into(buffer)
        self._allowance -= count
        if self._allowance < 0:
            raise SettingsError(reasons.NO_SETTINGS, "answer too long")
        return count


class _Socket:
    """As much of a socket as http.client wants."""

    def __init__(self, connection: socket.socket, deadline: Deadline):
        self._connection = connection
        self._deadline = deadline

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Wire(self._connection, self._deadline))

    def sendall(self, data: bytes) -> None:
        self._connection.settimeout(self._deadline.left())
        self._connection.sendall(data)

    def close(self) -> None:
        pass  # whoever opened the connection closes it


def get(url: str, fence: Fence, deadline: Deadline) -> bytes:
    """The body of what is at ``url``, after redirects, each checked like the first.

    Raises SettingsError where there is nothing or it may not be had (no-settings,
    host-not-allowed, certificate, …), TemporaryError where it might be some other time.
    """
    for _ in range(1 + MAX_REDIRECTS):
        location, body = _get_once(_checked(url), fence, deadline)
        if location is None:
            return body
        try:
            url = urljoin(url, location)
        except ValueError:
            raise SettingsError(reasons.NO_SETTINGS, "no URL") from None
    raise SettingsError(reasons.NO_SETTINGS, "too many redirects")


def _checked(url: str) -> SplitResult:
    """The parts of a URL that may be asked for."""
    try:
        parts = urlsplit(url)
        host_name(parts.hostname or "")
        _ = parts.port  # raises where it is no number
    except ValueError:
        raise SettingsError(reasons.NO_SETTINGS, "no URL") from None
    if parts.scheme != "https":
        raise SettingsError(reasons.ENCRYPTION_REQUIRED, parts.scheme)
    if parts.username is not None:
        raise SettingsError(reasons.NO_SETTINGS, "login in the URL")
    return parts


def _get_once(parts: SplitResult, fence: Fence, deadline: Deadline) -> tuple[str | None, bytes]:
    """Where we are sent to, or what is there."""
    host, port = host_name(parts.hostname), parts.port or WEB_PORT
    with fence.open_tls(host, port, _PORTS, deadline) as connection:
        client = HTTPConnection(host, timeout=deadline.left())
        client.sock = _Socket(connection, deadline)
        try:
            client.request("GET", _target(parts), headers={**_HEADERS, "Host": _at(host, port)})
            return _read(client.getresponse())
        except TimeoutError:
            raise TemporaryError(reasons.CONNECTION_TIMEOUT) from None
        except OSError:
            raise TemporaryError(reasons.CONNECTION_DROPPED) from None
        except (HTTPException, ValueError) as error:
            raise SettingsError(reasons.NO_SETTINGS, type(error).__name__) from None


def _read(answer: HTTPResponse) -> tuple[str | None, bytes]:
    if answer.status in _REDIRECTS:
        return answer.headers["Location"] or "", b""
    if answer.status >= 500:
        raise TemporaryError(reasons.SERVER_UNAVAILABLE, str(answer.status))
    if answer.status != 200:
        raise SettingsError(reasons.NO_SETTINGS, str(answer.status))
    # With a limit, as without one memory for whatever length it claims would be taken first.
    return None, answer.read(MAX_ANSWER)


def _target(parts: SplitResult) -> str:
    target = parts.path or "/"
    if parts.query:
        target += f"?{parts.query}"
    return quote(target, safe="/?#[]@!$&'()*+,;=:%~")


def _at(host: str, port: int) -> str:
    return host if port == WEB_PORT else f"{host}:{port}"
