# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One HTTP connection to an Exchange server: TLS, login, and answers within bounds.

exchangelib's own way of posting is not taken: it takes the trust in certificates
from an attribute of a class, for the whole process; it keeps connections and
their passwords in a cache of the whole process; it writes the Authorization field
and all mail to its log.  Here each connector has a ``requests.Session``
with an adapter of its own, which holds the one SSL context it trusts by.
"""

import functools
import logging
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeVar

import requests
import requests_ntlm
from imapclient import SocketTimeout

from .. import reasons
from ..base import AuthenticationFailed, ConnectorError, CutOff, SettingsError, TemporaryError
from ..net.deadline import Deadline
from ..net.fence import WEB_PORT, Fence
from ..net.watched_http import WatchedAdapter
from .errors import of_connection, of_status
from .settings import BASIC, NTLM

#: Seconds to wait for a connection, and then for each piece of an answer.
TIMEOUT = SocketTimeout(connect=10, read=60)
#: Seconds after which all connections are cut, whatever is going on.
LIFETIME = 300
#: Bytes that one answer may have, unpacked.
MAX_ANSWER = 256 << 20
MAX_REFUSAL = 1 << 20
_PIECE = 64 << 10
#: What may be connected to inside a fence.
_PORTS = frozenset({WEB_PORT})

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_SCHEME = re.compile(r"(?:^|,)\s*([a-z]+)(?=\s|,|$)(?!\s*=)")
_HEADERS = {"Content-Type": "text/xml; charset=utf-8", "User-Agent": "mail_contact_sync"}

# It writes what a weak password could be guessed from.
logging.getLogger("spnego").setLevel(logging.WARNING)

_Result = TypeVar("_Result")


class Refused(AuthenticationFailed):
    """401 to one way of logging in; another may well succeed."""


class _Adapter(WatchedAdapter):
    """Trusts by one SSL context and nothing else, and stays inside a fence, if there is one."""

    def __init__(
        self, context: ssl.SSLContext, fence: Fence | None, seconds: float, deadline: Deadline
    ):
        def open_inside(host, port):
            return fence.open(host, port, _PORTS, Deadline(seconds))

        self._context = context
        inside = open_inside if fence else None
        super().__init__(deadline, inside, pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args, **options):
        return super().init_poolmanager(*args, ssl_context=self._context, **options)

    def send(self, request, **options):
        response = super().send(request, **options)
        # Here, since the library's NTLM reads refusals on its own.
        most = MAX_REFUSAL if response.status_code == 401 else MAX_ANSWER
        response.iter_content = functools.partial(_bounded, response.iter_content, most)
        return response

    def cert_verify(self, conn, url, verify, cert):
        # requests would add its own authorities to the context.
        conn.cert_reqs, conn.ca_certs = "CERT_REQUIRED", None


class Answer(NamedTuple):
    """``offers`` are the ways to log in that came along, in lower case."""

    status: int
    content: bytes
    offers: frozenset[str]
    retry_after: str | None
    location: str


class Http:
    """Posts to one URL as one user; one request at a time.

    ``auth`` is "basic", "ntlm" or, before ``use``, nothing.
    """

    def __init__(
        self,
        url: str,
        user: str,
        password: str,
        context: ssl.SSLContext,
        timeout: SocketTimeout = TIMEOUT,
        fence: Fence | None = None,
    ):
        self.url = url
        self._user, self._password = user, password
        self._timeout = timeout
        self._deadline = Deadline(LIFETIME)
        self._adapter = functools.partial(_Adapter, context, fence, timeout.connect, self._deadline)
        self._session = self._new_session(None)
        self._known = False  # whether this login has ever been accepted
        self.auth = ""

    def close(self) -> None:
        self._session.close()

    def _new_session(self, auth: requests.auth.AuthBase | None) -> requests.Session:
        session = requests.Session()
        # No proxy, no .netrc and no certificates by way of the environment.
        session.trust_env = False
        session.headers.update(_HEADERS)
        session.mount("https://", self._adapter())
        session.mount("http://", self._adapter())
        session.auth = auth
        return session

    def log_in(self, first: Callable[[], _Result], forced: str, remembered: str) -> _Result:
        """The result of ``first``, a request, by a way of logging in that the server accepts.

        NTLM goes before Basic: it does not tell the server the password.  A
        refusal counts only when there is no other way left, since a proxy or a
        policy may break either of them while the password is right.
        """
        for auth in self._ways(forced, remembered):
            self.use(auth)
            try:
                return first()
            except Refused as error:
                refused = error
        if refused.reason == reasons.LOGIN_NOT_OFFERED:
            raise SettingsError(refused.reason, refused.detail)
        raise AuthenticationFailed(refused.reason, refused.detail)

    def _ways(self, forced: str, remembered: str) -> Iterator[str]:
        if remembered and forced in ("", remembered):
            yield remembered
        self.use("")
        for auth in choices(self.send(b"", {}), forced):
            if auth != remembered:
                yield auth

    def use(self, auth: str) -> None:
        """Log in this way from now on, or not at all, on a new connection."""
        self._session.close()
        user = self._user
        if not auth:
            self._session = self._new_session(None)
        elif auth == NTLM:
            # An empty domain has the server look for the whole name, with its "@".
            user = user if "\\" in user else f"\\{user}"
            self._session = self._new_session(requests_ntlm.HttpNtlmAuth(user, self._password))
        else:
            # requests would encode what is not ASCII in Latin-1; Exchange reads UTF-8.
            name, password = user.encode(), self._password.encode()
            self._session = self._new_session(requests.auth.HTTPBasicAuth(name, password))
        self.auth, self._known = auth, False

    def post(self, body: bytes, headers: Mapping[str, str]) -> bytes:
        """The answer to ``body``, be it a result or a SOAP fault."""
        answer = self.send(body, headers)
        if answer.status == 401 and self._known:
            # Servers answer so, too, when they have no time or lost the connection.
            self.use(self.auth)
            answer = self.send(body, headers)
        if answer.status == 401:
            raise Refused(reasons.BAD_CREDENTIALS, "HTTP 401")
        if answer.status == 200 or (answer.status == 500 and answer.content.lstrip()[:1] == b"<"):
            self._known = True
            return answer.content
        raise of_status(answer.status, answer.retry_after, connecting=not self._known)

    def send(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """One request, however it is answered.  Never follows a redirect."""
        try:
            answer = self._send(body, headers)
        except ConnectorError:
            raise
        except requests.exceptions.InvalidURL:
            raise SettingsError(reasons.HOST_UNKNOWN) from None
        except Exception as error:
            if self._deadline.is_over():
                raise CutOff from None
            if isinstance(error, OSError) and not isinstance(error, PermissionError):
                # All that requests raises.
                raise of_connection(error, connecting=not self._known) from None
            # The libraries met what they were not made for; of NTLM that is no challenge.
            if self.auth == NTLM and not self._known:
                raise Refused(reasons.LOGIN_NOT_OFFERED, "NTLM") from None
            raise TemporaryError(reasons.PROTOCOL_ERROR, type(error).__name__) from None
        if self._deadline.is_over():  # half an answer may look like a whole one
            raise CutOff
        return answer

    def _send(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        response = self._session.post(
            self.url,
            data=body,
            headers=dict(headers),
            timeout=(self._timeout.connect, self._timeout.read),
            allow_redirects=False,
            stream=True,
        )
        with response:
            return Answer(
                response.status_code,
                b"".join(response.iter_content(_PIECE)),
                _offers(response.raw.headers.getlist("WWW-Authenticate")),
                response.headers.get("Retry-After"),
                response.headers.get("Location", ""),
            )


def _bounded(
    iter_content: Callable[..., Iterator[bytes]], most: int, *arguments, **options
) -> Iterator[bytes]:
    for piece in iter_content(*arguments, **options):
        most -= len(piece)
        if most < 0:
            raise TemporaryError(reasons.PROTOCOL_ERROR, "answer too long")
        yield piece


def _offers(fields: list[str]) -> frozenset[str]:
    """The schemes of WWW-Authenticate fields (RFC 9110, section 11.6.1)."""
    return frozenset(
        scheme for field in fields for scheme in _SCHEME.findall(_QUOTED.sub("", field).lower())
    )


def choices(answer: Answer, forced: str = "") -> list[str]:
    """The ways to log in, best first, that a server offers to who has not yet.

    Raises what an answer other than 401 stands for, and SettingsError where none
    of its ways is one of ours.
    """
    if answer.status != 401:
        raise of_status(answer.status, answer.retry_after, connecting=True)
    if forced and forced not in answer.offers:
        raise SettingsError(reasons.LOGIN_NOT_OFFERED, forced)
    ways = [auth for auth in (NTLM, BASIC) if auth in answer.offers and forced in ("", auth)]
    if not ways:
        raise SettingsError(_why_none(answer.offers), " ".join(sorted(answer.offers)))
    return ways


def _why_none(offers: frozenset[str]) -> str:
    if offers & {"negotiate", "kerberos"}:
        return reasons.KERBEROS_ONLY
    if "bearer" in offers:
        return reasons.PASSWORD_LOGIN_DISABLED
    return reasons.LOGIN_NOT_OFFERED if offers else reasons.WRONG_PROTOCOL
