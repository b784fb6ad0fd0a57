# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What connections have in common, whatever is spoken on them."""

import functools
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

from .deadline import Deadline

#: The IP addresses of a host and port that may be connected to; see fence.py.
Lookup = Callable[[str, int], Sequence[str]]


@functools.cache
def default_context() -> ssl.SSLContext:
    # Reading the system's certificates takes longer than a sync that finds nothing new.
    return ssl.create_default_context()


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


class Watchdog:
    """Cuts a connection off at the end of its life, whoever waits for a word on it: each piece
    may come in time and the answer never.

    Has a descriptor of its own, as TLS takes over that of the socket.
    """

    def __init__(self, connection: socket.socket, deadline: Deadline):
        self._connection = connection.dup()
        self._timer = threading.Timer(deadline.left_or_none(), self._cut)
        self._timer.daemon = True
        self._timer.start()

    def _cut(self) -> None:
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        self._timer.cancel()
        self._connection.close()
