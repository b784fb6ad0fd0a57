# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One connection to a submission server (RFC 6409): connect, log in, one command at a time."""

import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from smtplib import SMTP
from typing import Any

from .. import reasons
from ..base import ConnectorError, SentUnknown, Server, SettingsError, TemporaryError
from ..net.deadline import Deadline
from ..net.sockets import Lookup, default_context, is_loopback
from .errors import GREETING, Garbled, Reply, of_failure, of_reply

#: What we go by (RFC 5321, section 4.1.4).  Our own name or address is nobody's business.
EHLO_NAME = "[127.0.0.1]"
#: Bytes that one answer may have.
MAX_REPLY = 64 << 10
_CHUNK = 64 << 10
#: Of the seconds for the answer to the end of a message, what is kept for it in any case.
_KEPT = 0.5
#: Seconds for taking leave: nothing is lost without.
_LEAVE = 2.0
_REPLY = re.compile(rb"([2-5]\d\d)(?:([ -])(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for connecting to one address, for an answer, for the answer to the end of a
    message, and for all of it: to the end of the login, and then for each message without
    its last answer.
    """

    connect: float = 10.0
    answer: float = 30.0
    accept: float = 60.0
    whole: float = 100.0


class Client(SMTP):
    """smtplib's, on an open socket, with a limit for the time and the length of an answer.

    ``secrets`` is what was said while logging in, to be struck out of the server's words.
    """

    ehlo_msg = "EHLO"  # as everybody says it

    def __init__(self, connected: socket.socket, limits: Limits, deadline: Deadline):
        super().__init__(local_hostname=EHLO_NAME)  # without a host it connects to nobody
        self.sock = connected
        self.patience, self.deadline = limits.answer, deadline
        self.secrets: set[str] = set()
        self._buffer = bytearray()

    def send(self, s: str | bytes) -> None:
        data = memoryview(s.encode() if isinstance(s, str) else s)
        for start in range(0, len(data), _CHUNK):
            self.sock.settimeout(min(self.patience, self.deadline.left()))
            self.sock.sendall(data[start : start + _CHUNK])

    def putcmd(self, cmd: str, args: str = "") -> None:
        self.listen()
        return super().putcmd(cmd, args)

    def listen(self) -> None:
        """See that no answer is there before its question, for which it would be taken.

        The one exception is the server's farewell.
        """
        if self._buffer and not self._buffer.startswith(b"421"):
            raise Garbled

    def getreply(self) -> tuple[int, bytes]:
        lines: list[bytes] = []
        code, more, left = b"", True, MAX_REPLY
        while more:
            line = self._line(left)
            left -= len(line)
            match = _REPLY.fullmatch(line.rstrip(b"\r\n"))
            if not match or code not in (b"", match[1]):
                raise Garbled
            code, more = match[1], match[2] == b"-"
            lines.append((match[3] or b"").strip())
        return int(code), b"\n".join(lines)

    def _line(self, left: int) -> bytes:
        while b"\n" not in self._buffer:
            if len(self._buffer) > left:
                raise Garbled
            self.sock.settimeout(min(self.patience, self.deadline.left()))
            data = self.sock.recv(4096)
            if not data:
                raise ConnectionResetError("closed by the server")
            self._buffer += data
        end = self._buffer.index(b"\n") + 1
        line = bytes(self._buffer[:end])
        del self._buffer[:end]
        return line

    def ask(self, command: str) -> Reply:
        self.putcmd(command)
        return self.reply()

    def reply(self) -> Reply:
        code, text = self.getreply()
        return Reply(code, " ".join(text.decode("utf-8", "replace").split()))

    def encrypt(self, context: ssl.SSLContext, host: str) -> None:
        """TLS from here on.  EHLO has to come next, and makes what was offered in the clear
        forgotten (RFC 3207, section 4.2)."""
        if self._buffer:
            raise Garbled  # somebody on the line slipped it in before the encryption
        self.sock.settimeout(min(self.patience, self.deadline.left()))
        self.sock = context.wrap_socket(self.sock, server_hostname=host)


#: Logs a connected client in.
Login = Callable[[Client, Server], Any]


class Connection:
    """From ``open`` to ``close`` or the first failure, after which it is never used again."""

    def __init__(
        self,
        server: Server,
        login: Login,
        limits: Limits,
        ssl_context: ssl.SSLContext | None,
        lookup: Lookup | None,
    ):
        self._server, self._login, self._limits = server, login, limits
        self._ssl_context = ssl_context
        self._lookup = lookup or (lambda host, port: [host])
        self._client: Client | None = None

    def open(self) -> None:
        """Connect and log in."""
        if self._server.security == "none" and not is_loopback(self._server.host):
            raise SettingsError(reasons.PLAIN_NOT_ALLOWED)
        try:
            with self._translating(connecting=True):
                self._connect(Deadline(self._limits.whole))
            with self.talking() as client:
                self._login(client, self._server)
        except ConnectorError:
            self.drop()
            raise

    def _connect(self, deadline: Deadline) -> None:
        context = self._ssl_context or default_context()
        security, host = self._server.security, self._server.host
        connected = self._open_socket(deadline)
        self._client = client = Client(connected, self._limits, deadline)
        if security == "tls":
            client.encrypt(context, host)
        greeting = client.reply()
        if greeting.code != 220:
            raise of_reply(greeting, GREETING)
        self._introduce(client)
        if security == "starttls":
            if not client.has_extn("starttls"):
                raise SettingsError(reasons.TLS, "STARTTLS is not offered")
            answer = client.ask("STARTTLS")
            if answer.code != 220:
                raise of_reply(answer, GREETING)
            client.encrypt(context, host)
            self._introduce(client)

    def _introduce(self, client: Client) -> None:
        code, _ = client.ehlo()
        if code != 250:
            raise of_reply(Reply(code, ""), GREETING)

    def _open_socket(self, deadline: Deadline) -> socket.socket:
        failure: OSError = OSError("no address")
        for address in self._lookup(self._server.host, self._server.port):
            timeout = min(self._limits.connect, deadline.left())
            try:
                connected = socket.create_connection((address, self._server.port), timeout)
            except OSError as error:
                failure = error
                continue
            # A short line would wait for the one before to be acknowledged: 40 ms.
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connected
        raise failure

    def close(self) -> None:
        """Take leave, if there still is of whom."""
        if self._client:
            self._client.deadline = Deadline(_LEAVE)
            with suppress(Exception):
                self._client.ask("QUIT")
        self.drop()

    def drop(self) -> None:
        """End it without a word."""
        if self._client:
            with suppress(OSError):
                self._client.close()
        self._client = None

    def begin(self) -> None:
        """Set the time for one message."""
        with self.talking() as client:
            client.deadline = Deadline(self._limits.whole, spare=self._limits.accept * _KEPT)

    @contextmanager
    def talking(self) -> Iterator[Client]:
        """The client.  Whatever goes wrong leaves as a ConnectorError."""
        if self._client is None:
            raise TemporaryError(reasons.CONNECTION_DROPPED)
        with self._translating():
            yield self._client

    @contextmanager
    def _translating(self, connecting: bool = False) -> Iterator[None]:
        try:
            yield
        except ConnectorError:
            raise  # for what the server answered: both are still in step
        except Exception as error:
            self.drop()
            # Without its cause, which may quote what was said.
            raise of_failure(error, connecting=connecting) from None
        except BaseException:
            self.drop()
            raise

    def ask(self, stage: str, command: str, *expected: int) -> Reply:
        """The answer to a command, one of ``expected``.  Raises the error for any other."""
        with self.talking() as client:
            answer = client.ask(command)
            if answer.code in expected:
                return answer
            if answer.code < 400:
                raise Garbled
            raise self.refused(answer, stage)

    def refused(self, answer: Reply, stage: str, *, quiet: bool = False) -> ConnectorError:
        """The error for a refusal; after a 421 the server says no more (RFC 5321, 4.2.1)."""
        error = of_reply(answer, stage, self._client.secrets, quiet=quiet)
        if answer.code == 421:
            self.drop()
        return error

    def transmit(self, message: bytes) -> Reply:
        """What the server says to the end of ``message``, its dots stuffed, after DATA.

        Raises SentUnknown where it may have had that end and nothing can be made of what it
        said.  Up to there it has to throw away what it has (RFC 5321, section 4.1.1.4), so
        that any other error tells for certain that nothing was sent.
        """
        with self.talking() as client:
            client.listen()
            client.send(message)
            # What is left of the time is not enough to break off now of all moments.
            client.deadline = Deadline(self._limits.accept)
            client.patience = self._limits.accept
            written = False
            try:
                client.send(b".\r\n")
                written = True
                answer = client.reply()
                if answer.code // 100 == 3:
                    raise Garbled
            except Exception as error:
                if isinstance(error, ConnectionError) and not written:
                    raise  # the system did not even take it
                self.drop()
                raise SentUnknown(reasons.SENT_UNKNOWN, of_failure(error).reason) from None
            client.patience = self._limits.answer
            return answer
