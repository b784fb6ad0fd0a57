# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The double on a port of loopback."""

import ssl
import sys
import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from lxml import etree

from . import autodiscover, operations, schema, soap, store
from .login import Login, Passwords
from .store import Directory, User

BASIC = 'Basic realm="ews, double"'
#: What a real server offers by default, and with Basic switched on.
NTLM_ONLY = ["Negotiate", "NTLM"]
BOTH = ["Negotiate", "NTLM", BASIC]

REFUSAL = b"401"  # and whatever else a server may have to say about it
EWS, AUTODISCOVER = "/ews/exchange.asmx", "/autodiscover/autodiscover.svc"


@dataclass
class Answer:
    """What goes over the wire instead of the right thing."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Request:
    operation: str
    xml: bytes
    user: str
    headers: dict[str, str]


class EwsServer:
    """A context manager.  With ``certificate`` (and key) in PEM it speaks HTTPS.

    ``requests`` records every operation that a logged-in user asked for,
    ``complaints`` what Microsoft's schema has against requests and answers.
    """

    def __init__(
        self, directory: Directory, certificate: Path | None = None, key: Path | None = None
    ):
        self.directory = directory
        self.ways = list(BOTH)
        self.requests: list[Request] = []
        self.complaints: list[str] = []
        self.crashes: list[str] = []  # of the double itself
        self.refused = 0  # logins
        self.redirects: dict[str, tuple[str, str]] = {}
        self.discovery_answer: Answer | None = None  # to all Autodiscover, instead of the right one
        self.version = "Exchange2016"
        self.oldest = ""  # the only RequestServerVersion it takes, where set
        self.version_fault = "ErrorInvalidServerVersion"  # to the others
        self._faults: deque[tuple[str, Callable[[etree._Element], Answer | None]]] = deque()
        self._passwords = Passwords(directory)
        self._server = _Server(self, certificate, key)
        self._scheme = "https" if certificate else "http"

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    @property
    def url(self) -> str:
        return f"{self._scheme}://localhost:{self.port}/EWS/Exchange.asmx"

    def __enter__(self) -> "EwsServer":
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._passwords.close()

    @property
    def counts(self) -> Counter:
        return Counter(request.operation for request in self.requests)

    # Faults on demand, each for the next request of an operation ("*" for any) -------

    def answer_once(self, operation: str, status: int, body: bytes = b"", **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._once(operation, lambda request: Answer(status, body, named))

    def fault_once(self, operation: str, code: str, back_off: int | None = None) -> None:
        """A SOAP fault, with HTTP 500; ``back_off`` in milliseconds."""
        body = soap.envelope(soap.fault(code, back_off), self.version)
        self._once(operation, lambda request: Answer(500, body))

    def error_once(self, operation: str, code: str, back_off: int | None = None) -> None:
        """All response messages of an operation are this error."""

        def answer(request: etree._Element) -> Answer:
            name = request.tag.partition("}")[2]
            items = [soap.el("m:Items")] if name in ("GetItem", "CreateItem") else []
            message = soap.error(name, code, *items, back_off=back_off)
            return self._told(soap.response(name, message))

        self._once(operation, answer)

    def meanwhile(self, operation: str, act: Callable[[], object]) -> None:
        """``act`` right before the next such operation is carried out."""

        def answer(request: etree._Element) -> None:
            act()

        self._once(operation, answer)

    def _once(self, operation: str, answer: Callable[[etree._Element], Answer | None]) -> None:
        self._faults.append((operation, answer))

    # Answering ------------------------------------------------------------------------

    def respond(self, user: User, body: bytes, headers: dict[str, str]) -> Answer:
        envelope = etree.fromstring(body)
        request = envelope.find("s:Body", soap.NS)[0]
        name = request.tag.partition("}")[2]
        self.requests.append(Request(name, body, user.address, headers))
        spoken = envelope.find("s:Header/t:RequestServerVersion", soap.NS)
        if self.oldest and (spoken is None or spoken.get("Version") != self.oldest):
            fault = soap.fault(self.version_fault)
            return Answer(500, soap.envelope(fault, self.version))
        for number, (operation, fault) in enumerate(self._faults):
            if operation in (name, "*"):
                del self._faults[number]
                if instead := fault(request):
                    return instead
                break
        names = {found.get("Id") for found in request.iter(f"{{{soap.T}}}DistinguishedFolderId")}
        if self.oldest.startswith("Exchange2010") and names & store.SINCE_2013:
            fault = soap.fault("ErrorSchemaValidation")
            return Answer(500, soap.envelope(fault, self.version))
        if complaint := schema.complaint(request):
            self.complaints.append(f"request {name}: {complaint}")
            fault = soap.fault("ErrorSchemaValidation")
            return Answer(500, soap.envelope(fault, self.version))
        content = operations.answer(self.directory, user, request)
        if content is None:
            return Answer(500, soap.envelope(soap.fault("ErrorInvalidRequest"), self.version))
        return self._told(content)

    def _told(self, content: etree._Element) -> Answer:
        if complaint := schema.complaint(content):
            self.complaints.append(f"answer {content.tag.partition('}')[2]}: {complaint}")
        return Answer(200, soap.envelope(content, self.version))

    def discover(self, body: bytes) -> Answer:
        self.requests.append(Request("GetUserSettings", body, "", {}))
        if self.discovery_answer:
            return self.discovery_answer
        request = etree.fromstring(body)
        return Answer(200, autodiscover.answer(self.directory, request, self.url, self.redirects))

    def change_passwords(self) -> None:
        """Take the users' passwords as they are now in the directory."""
        self._passwords.write(self.directory)

    def void_states(self) -> None:
        """Every SyncState given so far is invalid from now on, as after a repaired mailbox."""
        with self.directory.lock:
            self.directory.era += 1

    def login(self) -> Login:
        return Login(self.directory, self._passwords)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, ews: EwsServer, certificate: Path | None, key: Path | None):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.ews = ews
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            self.socket = context.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False
            )

    def handle_error(self, request: object, client_address: object) -> None:
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):  # clients that go away, or trust us not, are no news
            self.ews.crashes.append("".join(traceback.format_exception(error)))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self._login = self.server.ews.login()

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        ews = self.server.ews
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.lower()
        if path not in (EWS, AUTODISCOVER):
            return self._send(Answer(404))
        user = self._login.user(self.headers.get("Authorization", ""), ews.ways)
        if isinstance(user, str):
            return self._refuse([user])
        if user is None:
            ews.refused += "Authorization" in self.headers
            return self._refuse(ews.ways)
        if path == AUTODISCOVER:
            return self._send(ews.discover(body))
        return self._send(ews.respond(user, body, dict(self.headers)))

    def _refuse(self, ways: Iterable[str]) -> None:
        self._send(Answer(401, REFUSAL), ways)

    def _send(self, answer: Answer, ways: Iterable[str] = ()) -> None:
        self.send_response(answer.status)
        for way in ways:
            self.send_header("WWW-Authenticate", way)
        headers = {"Content-Type": "text/xml; charset=utf-8", **answer.headers}
        headers.setdefault("Content-Length", str(len(answer.body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)
        if headers.get("Connection") == "close" or int(headers["Content-Length"]) > len(
            answer.body
        ):
            self.close_connection = True
