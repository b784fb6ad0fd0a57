# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A web server on loopback with pages for many hosts, and with bad manners where asked for."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

#: What a page may be: its body, a redirect's target, a status, or whatever writes an answer.
Page = bytes | str | int | Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers GET; ``stopped`` is set when the server ends, for pages that would go on."""

    protocol_version = "HTTP/1.1"
    stopped: threading.Event
    owner: "HttpsServer"

    def do_GET(self):
        host, path = self.headers["Host"], self.path.partition("?")[0]
        self.owner.requests.append((host, self.path))
        page = self.owner.pages.get(host + path, 404)
        self.close_connection = True
        with contextlib.suppress(OSError):
            if callable(page):
                page(self)
            elif isinstance(page, bytes):
                self.answer(200, page)
            elif isinstance(page, str):
                self.answer(302, b"", Location=page)
            else:
                self.answer(page, b"")

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


class HttpsServer:
    """``pages`` go by host and path; ``requests`` holds the hosts and targets asked for.

    A context manager.
    """

    def __init__(self, context: ssl.SSLContext):
        self._context = context
        self.pages: dict[str, Page] = {}
        self.requests: list[tuple[str, str]] = []
        self._stopped = threading.Event()

    def __enter__(self) -> "HttpsServer":
        attributes = {"owner": self, "stopped": self._stopped}
        handler = type("BoundHandler", (Handler,), attributes)
        self._server = _TlsServer(("127.0.0.1", 0), handler, self._context)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _TlsServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address, handler, context: ssl.SSLContext):
        super().__init__(address, handler)
        self._context = context

    def finish_request(self, request: socket.socket, client_address) -> None:
        # In the connection's own thread: a client that will not shake hands holds up nobody.
        with contextlib.suppress(OSError):
            request.settimeout(30)
            with self._context.wrap_socket(request, server_side=True) as secured:
                super().finish_request(secured, client_address)
