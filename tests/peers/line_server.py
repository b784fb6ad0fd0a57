# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A mail server on loopback that says its greeting and a few lines, with TLS or STARTTLS."""

import socket
import ssl
from collections.abc import Mapping

from .listener import Listener


class LineServer(Listener):
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
        super().__init__()
        self._greeting, self._context, self._upgrade = greeting, context, upgrade
        self._answers = dict(answers or {})
        self.lines: list[bytes] = []
        self.shaken = 0

    def serve(self, client: socket.socket) -> None:
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
        secured = context.wrap_socket(client, server_side=True, do_handshake_on_connect=False)
        self._sockets.append(secured)
        secured.do_handshake()
        self.shaken += 1
        return secured
