# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One IMAP connection: connect, log in, one command at a time."""

import socket
import ssl
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from imaplib import IMAP4
from typing import Any

from imapclient import IMAPClient, SocketTimeout

from .. import reasons
from ..base import (
    AuthenticationFailed,
    ConnectorError,
    CutOff,
    Server,
    SettingsError,
    TemporaryError,
)
from ..net.deadline import Deadline
from ..net.sockets import Lookup, Watchdog, default_context, is_loopback
from .errors import Refused, is_refusal, translate

#: Seconds to wait for a connection, and then for each piece of an answer.
TIMEOUT = SocketTimeout(connect=10, read=30)
#: Seconds after which a connection is cut, whatever is going on.
LIFETIME = 600.0
#: Bytes that the answer to one command may have.
MAX_ANSWER = 256 << 20

#: Logs a connected client in.
Login = Callable[[IMAPClient, Server], Any]


def password_login(client: IMAPClient, server: Server) -> None:
    """LOGIN, or SASL PLAIN (RFC 4616) where only that will do: it takes a round trip more."""
    capabilities = client.capabilities()
    credentials = server.login + server.password
    if not credentials.isprintable():
        raise AuthenticationFailed(reasons.BAD_CREDENTIALS, "control character")
    if credentials.isascii() and b"LOGINDISABLED" not in capabilities:
        # imaplib quotes the password alone.
        login = server.login.replace("\\", "\\\\").replace('"', '\\"')
        client.login(f'"{login}"', server.password)
    elif b"AUTH=PLAIN" in capabilities:
        client.plain_login(server.login, server.password)
    elif b"LOGINDISABLED" in capabilities:
        encrypted = server.security != "none"
        raise SettingsError(
            reasons.PASSWORD_LOGIN_DISABLED if encrypted else reasons.ENCRYPTION_REQUIRED
        )
    else:
        raise AuthenticationFailed(reasons.BAD_CREDENTIALS, "not ASCII")


class _Client(IMAPClient):
    """Connects to the addresses that a ``Lookup`` gives, TLS being for the host's name."""

    def __init__(
        self,
        host: str,
        port: int,
        lookup: Lookup,
        opened: Callable[[socket.socket], None],
        **options: Any,
    ):
        self._lookup = lookup
        self._opened = opened
        super().__init__(host, port, **options)

    def _create_IMAP4(self) -> IMAP4:
        return _Imap4(self.host, self.port, self._open_socket)

    def _open_socket(self) -> socket.socket:
        failure: OSError = OSError("no address")
        for address in self._lookup(self.host, self.port):
            try:
                seconds = Deadline(self._timeout.connect).left()
                plain = socket.create_connection((address, self.port), seconds)
            except OSError as error:
                failure = error
                continue
            self._opened(plain)
            if not self.ssl:
                return plain
            return self.ssl_context.wrap_socket(plain, server_hostname=self.host)
        raise failure


class _Imap4(IMAP4):
    def __init__(self, host: str, port: int, open_socket: Callable[[], socket.socket]):
        self._open_socket = open_socket
        super().__init__(host, port)

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        return self._open_socket()


class Ahead:
    """The answer to a UID FETCH that the server works on while we do something else."""

    def __init__(self, imap: IMAP4, arguments: Sequence[str]):
        #: the untagged answers once they are there; stays None where the server refused
        self.records: list[Any] | None = None
        self._tag = imap._command("UID", "FETCH", *arguments)

    def hear(self, imap: IMAP4) -> None:
        try:
            status, answers = imap._command_complete("UID", self._tag)
        except IMAP4.abort:
            raise
        except IMAP4.error:
            return
        if status == "OK":
            self.records = imap._untagged_response(status, answers, "FETCH")[1]


class Connection:
    """From ``open`` to ``close`` or the first failure.

    A connection that failed is never used again: an answer that comes late could
    be taken for that to another command.
    """

    def __init__(
        self,
        server: Server,
        login: Login,
        timeout: SocketTimeout,
        ssl_context: ssl.SSLContext | None,
        lookup: Lookup | None = None,
    ):
        self._server = server
        self._login = login
        self._timeout = timeout
        self._ssl_context = ssl_context
        self._lookup = lookup or (lambda host, port: [host])
        self._client: IMAPClient | None = None
        self._ahead: Ahead | None = None
        self._watchdog: Watchdog | None = None
        self._deadline: Deadline | None = None
        self._allowance = 0
        sasl_plain = b64encode(f"\0{server.login}\0{server.password}".encode()).decode()
        self._secrets = (server.password, sasl_plain) if server.password else ()

    def open(self) -> None:
        """Connect and log in."""
        if self._server.security == "none" and not is_loopback(self._server.host):
            raise SettingsError(reasons.PLAIN_NOT_ALLOWED)
        try:
            with self._translating(connecting=True):
                self._connect()
            self._authenticate()
        except ConnectorError:
            self._drop()
            raise

    def _connect(self) -> None:
        context = self._ssl_context or default_context()
        client = self._client = _Client(
            self._server.host,
            self._server.port,
            self._lookup,
            self._watch,
            ssl=self._server.security == "tls",
            ssl_context=context,
            timeout=self._timeout,
        )
        # Folder names go back to the server as they came.
        client.folder_encode = False
        # imapclient has imaplib write all that is said to a log: twice the time,
        # several times the memory, and somebody's mail in the log.
        client._imap.debug = 0
        self._bound(client._imap)
        # imaplib sends what AUTHENTICATE needs in two pieces, the second of which
        # would wait for the first to be acknowledged: 40 ms.
        client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._server.security == "starttls":
            if self._is_preauthenticated():
                raise SettingsError(reasons.TLS, "PREAUTH")
            client.starttls(context)

    def _authenticate(self) -> None:
        if not self._is_preauthenticated():
            with self.talking() as client:
                self._login(client, self._server)
        if self.offers("ID"):
            # Some, such as 163.com, open no folder for a client without a name (RFC 2971).
            with suppress(Refused), self.talking() as client:
                client.id_({"name": "mail_contact_sync"})

    def _is_preauthenticated(self) -> bool:
        return self._client.welcome.startswith(b"* PREAUTH")

    def close(self) -> None:
        """Log out, if there still is whom to tell."""
        if self._ahead:
            self._drop()  # nobody waits for the answer any more
        if self._client:
            with suppress(ConnectorError), self.talking() as client:
                client.logout()
        self._client = None
        self._unwatch()

    def _drop(self) -> None:
        if self._client:
            with suppress(OSError):
                self._client.shutdown()
        self._client = self._ahead = None
        self._unwatch()

    def _watch(self, plain: socket.socket) -> None:
        self._unwatch()
        self._deadline = Deadline(LIFETIME)
        self._watchdog = Watchdog(plain, self._deadline)

    def _unwatch(self) -> None:
        if self._watchdog:
            self._watchdog.end()
        self._watchdog = None

    @contextmanager
    def talking(self) -> Iterator[IMAPClient]:
        """The client, for one command and what is made of its answer.

        Whatever goes wrong leaves as a ConnectorError.
        """
        if self._client is None:
            raise TemporaryError(reasons.CONNECTION_DROPPED)
        if self._ahead:
            ahead, self._ahead = self._ahead, None
            with self._translating():
                ahead.hear(self._client._imap)
        with self._translating():
            yield self._client

    def fetch_ahead(self, *arguments: str) -> Ahead:
        """Send a UID FETCH.  Its answer is there after the next command, or ``hear``."""
        with self.talking() as client:
            self._ahead = Ahead(client._imap, arguments)
            return self._ahead

    def hear(self) -> None:
        """Wait for the answer to what was sent ahead, if anything was."""
        with self.talking():
            pass

    @contextmanager
    def _translating(self, connecting: bool = False) -> Iterator[None]:
        self._allowance = MAX_ANSWER
        try:
            yield
        except Exception as error:
            cut_off = self._watchdog and self._deadline.is_over()
            if not is_refusal(error):
                self._drop()
            # Without its cause, which may quote a password or somebody's mail.
            if cut_off:
                raise CutOff from None
            raise translate(error, connecting=connecting, secrets=self._secrets) from None
        except BaseException:
            self._drop()
            raise

    def _bound(self, imap: IMAP4) -> None:
        """Let no answer use up the memory, be it one literal or line after line."""
        readline, read = imap.readline, imap.read

        def bounded_readline() -> bytes:
            line = readline()
            self._spend(len(line))
            return line

        def bounded_read(size: int) -> bytes:
            self._spend(size)
            return read(size)

        imap.readline, imap.read = bounded_readline, bounded_read

    def _spend(self, size: int) -> None:
        self._allowance -= size
        if self._allowance < 0:
            raise TemporaryError(reasons.PROTOCOL_ERROR, "answer too long")

    def offers(self, *capabilities: str) -> bool:
        """Whether the server has all of ``capabilities``."""
        with self.talking() as client:
            return all(client.has_capability(capability) for capability in capabilities)

    def command(self, name: str, *arguments: str) -> list[Any]:
        """The untagged answers to a command that imapclient lacks or is slow with."""
        with self.talking() as client:
            status, answers = getattr(client._imap, name)(*arguments)
            if status != "OK":
                raise IMAP4.error(f"{name} failed: {answers[0].decode('utf-8', 'replace')}")
            return answers
