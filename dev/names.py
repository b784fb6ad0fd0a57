# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A name server on loopback, by which mailboxes on loopback are found like real ones."""

import threading
from collections.abc import Iterable

from dnslib import DNSRecord
from dnslib.server import DNSHandler, DNSServer, UDPServer
from dnslib.zoneresolver import ZoneResolver


class NameServer:
    """Answers what ``zone``, in the format of RFC 1035, section 5, says.  A context manager."""

    def __init__(self, zone: str):
        self._resolver = ZoneResolver(zone)

    def __enter__(self) -> "NameServer":
        self._server = DNSServer(
            self, address="127.0.0.1", port=0, logger=_Mute(), server=_Threaded
        ).server
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def resolve(self, request: DNSRecord, handler: DNSHandler) -> DNSRecord:
        return self._resolver.resolve(request, handler)


class _Threaded(UDPServer):
    daemon_threads = True


class _Mute:
    """dnslib prints whatever it does."""

    def __getattr__(self, name: str):
        return lambda *arguments: None


def mail_zone(domains: Iterable[str], imaps_port: int, submissions_port: int | None = None) -> str:
    """Domains whose mailboxes are on this machine, and say so (RFC 6186, RFC 8314)."""
    lines = []
    for domain in domains:
        lines += [
            f"imap.{domain}. 60 IN A 127.0.0.1",
            f"_imaps._tcp.{domain}. 60 IN SRV 0 1 {imaps_port} imap.{domain}.",
        ]
        if submissions_port:
            lines += [
                f"smtp.{domain}. 60 IN A 127.0.0.1",
                f"_submissions._tcp.{domain}. 60 IN SRV 0 1 {submissions_port} smtp.{domain}.",
            ]
    return "\n".join(lines)
