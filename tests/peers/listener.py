# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A port of loopback where each client is served by a thread of its own."""

import contextlib
import socket
import threading


class Listener:
    """A context manager: ``port`` is listened at from then on.

    ``serve`` is called for each client, in a thread of its own; an error of the line ends that
    connection alone.  At the end of the context nobody is connected and no thread is left.
    """

    def __init__(self) -> None:
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        _end(self._listener)
        self._accepting.join()  # nobody comes any more
        for client in self._sockets:
            _end(client)
        for thread in self._threads:
            thread.join()

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
            self.serve(client)

    def serve(self, client: socket.socket) -> None:
        raise NotImplementedError


def _end(end: socket.socket) -> None:
    # Closing alone would not wake the thread that waits on it.
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


def next_answer(answer):
    """``answer`` itself, or of a list the first, which is taken out of it unless it is the last."""
    if isinstance(answer, list):
        return answer.pop(0) if len(answer) > 1 else answer[0]
    return answer
