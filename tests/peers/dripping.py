# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A server that never ends, and is never silent for long."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

#: By IMAP, whatever it was asked.
SEARCHING = (b"* PREAUTH [CAPABILITY IMAP4rev1] hello\r\n", b"* OK still searching\r\n")


@contextmanager
def dripping(first: bytes, drop: bytes) -> Iterator[int]:
    """The port of a server that says ``first``, and then ``drop`` again and again."""

    def drip(client):
        with client, suppress(OSError):
            client.sendall(first)
            while True:
                client.sendall(drop)
                time.sleep(0.1)

    def accept():
        with suppress(OSError):
            while True:
                client, _address = listener.accept()
                threading.Thread(target=drip, args=(client,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]
