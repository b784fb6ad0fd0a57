# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A mail server on loopback that says its greeting and a few lines, with TLS or STARTTLS."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Mapping


class LineServer:
    """``greeting`` first, None for never a word; then ``answers`` by a line's first word.

    A context manager.  With TLS from the start where there is ``context``; the answer to
    STARTTLS is followed by TLS with ``upgrade``.  ``lines`` holds what clients said, and
    ``shaken`` counts the handshakes that went well.
    """

    def __init__(
        self,
        greeting: bytes | None,
        context: ssl.SSLContext | None = None,
        answers: Mapping[bytes, bytes] | None = None,
        upgrade: ssl.SSLContext | None = None,
    ):
        self._greeting, self._context, self._upgrade = greeting, context, upgrade
        self._answers = dict(answers or {})
        self._sockets: list[socket.socket] = []
        self.lines: list[bytes] = []
        self.shaken = 0

    def __enter__(self) -> "LineServer":
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        for end in (self._listener, *self._sockets):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._sockets.append(client)
            self._threads.append(threading.Thread(target=self._serve, args=(client,), daemon=True))
            self._threads[-1].start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self._context:
                client = self._secured(client, self._context)
            if self._greeting:
                client.sendall(self._greeting)
            while line := client.recv(1000):
                self.lines.append(line)
                if self._greeting is None:
                    continue
                client.sendall(self._answers.get(line.split()[0], b"500 what?\r\n"))
                if line.startswith(b"STARTTLS") and self._upgrade:
                    client = self._secured(client, self._upgrade)

    def _secured(self, client: socket.socket, context: ssl.SSLContext) -> ssl.SSLSocket:
        secured = context.wrap_socket(client, server_side=True)
        self._sockets.append(secured)
        self.shaken += 1
        return secured
