# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A TCP proxy on loopback that breaks connections where it is told to."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable

_CHUNK = 1 << 16


class TcpProxy:
    """Forwards what comes in at ``port`` to the loopback port ``target``, and back.

    A context manager.  ``cut_after`` is how many bytes a client may still receive
    before the line is cut, over all connections, and ``cut_after_sent`` how many
    it may still send; None for no end.  ``received`` counts what clients have
    received, ``sent`` holds what they have sent.
    ``rewrite`` changes each piece on its way to the client.
    """

    def __init__(self, target: int, rewrite: Callable[[bytes], bytes] | None = None):
        self.target = target
        self.rewrite = rewrite
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self.cut_after: int | None = None
        self.cut_after_sent: int | None = None
        self.received = 0
        self.sent = b""

    def __enter__(self) -> "TcpProxy":
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(self, *exc_info: object) -> None:
        # Closing alone would not wake the thread that waits in accept.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.break_off()
        for thread in self._threads:
            thread.join()

    def break_off(self) -> None:
        """Cut all connections, as when a cable is drawn."""
        with self._lock:
            for end in self._sockets:
                # Reset instead of an orderly end; wakes whoever waits for data.
                with contextlib.suppress(OSError):
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    end.shutdown(socket.SHUT_RDWR)

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                client.close()
                continue
            with self._lock:
                self._sockets |= {client, server}
            self._start(self._forward, client, server, self._outgoing)
            self._start(self._forward, server, client, self._incoming)

    def _forward(
        self, source: socket.socket, sink: socket.socket, allowed: Callable[[bytes], bytes]
    ) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(_CHUNK):
                piece = allowed(data)
                sink.sendall(piece)
                if self._is_cut():
                    break
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        with self._lock:
            self._sockets.discard(source)
        source.close()

    def _is_cut(self) -> bool:
        with self._lock:
            return 0 in (self.cut_after, self.cut_after_sent)

    def _outgoing(self, data: bytes) -> bytes:
        with self._lock:
            if self.cut_after_sent is not None:
                data = data[: self.cut_after_sent]
                self.cut_after_sent -= len(data)
            self.sent += data
        return data

    def _incoming(self, data: bytes) -> bytes:
        if self.rewrite:
            data = self.rewrite(data)
        with self._lock:
            if self.cut_after is not None:
                data = data[: self.cut_after]
                self.cut_after -= len(data)
            self.received += len(data)
        return data
