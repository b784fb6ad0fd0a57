# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An Internet on loopback: its name server gives public addresses, which lead to our servers.

The fence is the real one, and checks what the name server says; only the connection to
an address that it let through ends at a server on loopback, or nowhere.
"""

import socket
from contextlib import ExitStack
from ipaddress import ip_address
from pathlib import Path

from peers.dns_server import DnsServer
from peers.https_server import HttpsServer
from peers.line_server import LineServer

from dev.certificate_authority import CertificateAuthority
from mail_contact_sync.connectors.discovery import Found, discover
from mail_contact_sync.connectors.net.fence import Fence

#: Addresses of the real Internet, so that the fence lets them through.  Nothing is ever
#: sent there: ``SmallInternet.connect`` knows no way out.
WEB, MAIL, OTHER = "185.199.108.1", "185.199.108.2", "185.199.108.3"

PLAIN_XML = b"""<?xml version="1.0"?>
<clientConfig version="1.1"><emailProvider id="x">
%s
</emailProvider></clientConfig>"""


def server_xml(
    kind: str,
    host: str,
    port: int,
    security: str = "SSL",
    *,
    login="",
    ways=("password-cleartext",),
) -> bytes:
    tag = "outgoingServer" if kind == "smtp" else "incomingServer"
    methods = "".join(f"<authentication>{way}</authentication>" for way in ways)
    return (
        f'<{tag} type="{kind}"><hostname>{host}</hostname><port>{port}</port>'
        f"<socketType>{security}</socketType>"
        f"<username>{login or '%EMAILADDRESS%'}</username>{methods}</{tag}>"
    ).encode()


def config(*servers: bytes) -> bytes:
    return PLAIN_XML % b"\n".join(servers)


def config_of(host: str) -> bytes:
    return config(server_xml("imap", host, 993), server_xml("smtp", host, 465))


# Pages that take their time


def hang(handler):
    handler.stopped.wait(30)


def drip(handler):
    handler.send_response(200)
    handler.end_headers()
    while not handler.stopped.wait(0.05):
        handler.wfile.write(b"x")


class SmallInternet:
    """``dns``, ``web`` (at WEB:443, and where else ``routes`` say) and what ``listen`` adds.

    ``routes`` leads from address and port to a port on loopback; ``reached`` holds the
    addresses and ports that were let through the fence and connected to.
    """

    def __init__(self, folder: Path):
        self.authority = CertificateAuthority(folder)
        self.routes: dict[tuple[str, int], int] = {}
        self.reached: list[tuple[str, int]] = []

    def __enter__(self) -> "SmallInternet":
        self._stack = ExitStack()
        self.dns = self._stack.enter_context(DnsServer())
        self.trust = self.authority.client_context()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stack.close()

    def serve(self, *names: str, address: str = WEB) -> HttpsServer:
        """A web server that goes by ``names``, all of which lead to ``address``."""
        web = self._stack.enter_context(HttpsServer(self.authority.server_context(*names)))
        self.routes[address, 443] = web.port
        self.name(address, *names)
        return web

    def listen(self, address: str, port: int, *arguments, **options) -> LineServer:
        server = self._stack.enter_context(LineServer(*arguments, **options))
        self.routes[address, port] = server.port
        return server

    def imap(self, *names: str, address: str = MAIL) -> LineServer:
        """An IMAP server with TLS and a certificate for ``names``, which lead there."""
        self.name(address, *names)
        context = self.authority.server_context(*names)
        return self.listen(address, 993, b"* OK ready\r\n", context)

    def name(self, address: str, *names: str) -> None:
        kind = "AAAA" if ":" in address else "A"
        address = ip_address(address).exploded  # dnslib reads no mixed notation
        self.dns.add("\n".join(f"{name}. IN {kind} {address}" for name in names))

    def connect(self, address: str, port: int, timeout: float) -> socket.socket:
        self.reached.append((address, port))
        if (address, port) not in self.routes:
            raise ConnectionRefusedError
        return socket.create_connection(("127.0.0.1", self.routes[address, port]), timeout)

    def fence(self, **options) -> Fence:
        lifetime = options.pop("lifetime", 4.0)
        return Fence(
            resolver=self.dns.resolver(lifetime),
            ssl_context=self.trust,
            connect=self.connect,
            **options,
        )

    def discover(self, address: str, **options) -> Found:
        options = {"ispdb": None, "resolver": self.dns.resolver(), **options}
        return discover(address, ssl_context=self.trust, connect=self.connect, **options)
