# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Microsoft 365 on a port of loopback: consent by the emulator, Graph's mail by the double."""

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from ..emulator import Emulator
from .consent import PATHS, Answer, Consent, seed
from .service import ROOT, Graph
from .store import GraphMailbox


class Microsoft:
    """A context manager: ``url`` answers from then on.  To be entered from the main thread.

    There is a mailbox for each of ``users``; ``redirects`` are the redirect URIs of the client.
    ``consent``, ``graph`` and ``mailboxes`` have the knobs.  ``crashes`` is what went wrong in
    the double itself.
    """

    def __init__(
        self,
        folder: Path,
        packages: Path,
        users: list[str],
        redirects: list[str],
        clock: Callable[[], float] = time.time,
    ):
        self._stack = ExitStack()
        self._emulator = Emulator(folder, packages, "microsoft", seed(users, redirects))
        self.consent = Consent(self._emulator.url, clock)
        self.mailboxes = {user: GraphMailbox(user) for user in users}
        self.graph = Graph(self.consent, self.mailboxes)
        self.crashes: list[str] = []

    def __enter__(self) -> "Microsoft":
        self._stack.enter_context(self._emulator)
        server = _Server(("127.0.0.1", 0), _Handler)
        server.microsoft = self
        self.url = f"http://127.0.0.1:{server.server_port}"
        self.graph.root = self.url + ROOT
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        self._stack.callback(thread.join)
        self._stack.callback(server.server_close)
        self._stack.callback(server.shutdown)
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stack.close()

    @property
    def endpoints(self) -> dict[str, str]:
        """Arguments of ``oauth_microsoft.Endpoints``."""
        return {"api": self.graph.root, "stand_in": self.url}

    def answer(self, verb: str, target: str, headers: dict, body: bytes) -> Answer:
        answering = self.consent if target.startswith(PATHS) else self.graph
        return answering.answer(verb, target, headers, body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    microsoft: Microsoft


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        microsoft = self.server.microsoft
        try:
            status, named, content = microsoft.answer(self.command, self.path, headers, body)
        except Exception as failure:
            microsoft.crashes.append(f"{self.command} {self.path}: {failure!r}")
            raise
        if status == 0:  # the line breaks
            self.close_connection = True
            self.connection.close()
            return
        self.send_response(status)
        for name, value in named.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_DELETE = _answer

    def log_message(self, *_arguments: object) -> None:
        pass
