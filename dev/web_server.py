# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A web server on a port of loopback, all of whose answers one function gives."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

#: Status, headers, content.  With a status of 0 the line breaks instead; with a Content-Length
#: beyond the content it breaks after that.
Answer = tuple[int, dict[str, str], bytes]


@contextmanager
def serving(
    answer: Callable[[str, str, dict[str, str], bytes], Answer], crashed: Callable[[str], object]
) -> Iterator[str]:
    """Yields the address, without a slash at its end.

    ``answer`` is given the verb, the path with its query, the headers by their names in lower
    case, and the body.  ``crashed`` is told what it raises, and the client is hung up on.
    """
    server = _Server(("127.0.0.1", 0), _Handler)
    server.answer, server.crashed = answer, crashed
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    answer: Callable[[str, str, dict[str, str], bytes], Answer]
    crashed: Callable[[str], object]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            status, named, content = self.server.answer(self.command, self.path, headers, body)
        except Exception as failure:
            self.server.crashed(f"{self.command} {self.path}: {failure!r}")
            raise
        if status == 0:
            self.close_connection = True
            self.connection.close()
            return
        named = {"Content-Length": str(len(content)), **named}
        if int(named["Content-Length"]) > len(content):
            self.close_connection = True
        self.send_response(status)
        for name, value in named.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

    def log_message(self, *_arguments: object) -> None:
        pass
