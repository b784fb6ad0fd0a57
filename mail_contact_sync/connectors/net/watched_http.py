# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""HTTP connections for ``requests`` that are cut off at the end of their time."""

import socket
from collections.abc import Callable
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from .deadline import Deadline
from .sockets import Watchdog

#: Opens a TCP connection to a host and port.
Open = Callable[[str, int], socket.socket]


class _Watched:
    """Of a connection of urllib3's: ``deadline`` and ``open_socket`` are its pool's."""

    deadline: Deadline
    open_socket: Open | None = None
    _watchdog: Watchdog | None = None
    _is_answering = False

    def _new_conn(self) -> socket.socket:
        opened = self.open_socket(self.host, self.port) if self.open_socket else super()._new_conn()
        self._unwatch()
        self._watchdog = Watchdog(opened, self.deadline)
        return opened

    def getresponse(self, *arguments: Any, **options: Any) -> Any:
        # Where the server closes after this answer, so does http.client before it is read.
        self._is_answering = True
        try:
            return super().getresponse(*arguments, **options)
        finally:
            self._is_answering = False

    def close(self) -> None:
        if not self._is_answering:
            self._unwatch()
        return super().close()

    def _unwatch(self) -> None:
        if self._watchdog:
            self._watchdog.end()
        self._watchdog = None


class WatchedAdapter(HTTPAdapter):
    """Whatever an answer does, it has ended by ``deadline``, if by being cut off.

    Half an answer may look like a whole one then, so whoever asks has to look at the clock.
    """

    def __init__(self, deadline: Deadline, open_socket: Open | None = None, **options: Any):
        self._pools = {
            "http": _pool(HTTPConnectionPool, HTTPConnection, deadline, open_socket),
            "https": _pool(HTTPSConnectionPool, HTTPSConnection, deadline, open_socket),
        }
        super().__init__(**options)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        result = super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools
        return result

    def proxy_manager_for(self, proxy: str, **options: Any) -> PoolManager:
        manager = super().proxy_manager_for(proxy, **options)
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = self._pools
        return manager


def _pool(base: type, connection: type, deadline: Deadline, open_socket: Open | None) -> type:
    class Connection(_Watched, connection):
        pass

    class Pool(base):
        ConnectionCls = Connection

    Connection.deadline = deadline
    Connection.open_socket = open_socket and staticmethod(open_socket)
    return Pool
