# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A name server on loopback that answers from a zone file, or not at all."""

import threading

from dnslib import QTYPE, RCODE, DNSRecord
from dnslib.zoneresolver import ZoneResolver

from dev.names import NameServer
from mail_contact_sync.connectors.net.dns_records import Resolver


class DnsServer(NameServer):
    """Answers what ``zone``, in the format of RFC 1035, section 5, says.

    A context manager.  ``add`` appends to the zone.  ``silent`` names, and what is below
    them, get no answer, and ``broken`` ones SERVFAIL; ``codes`` has the same for types.  A
    name with ``successors`` gets those zones in turn from its second A query on, as in a
    rebinding attack.  ``asked`` holds the names and types of all queries.
    """

    def __init__(self, zone: str = ""):
        super().__init__("")
        self._zone = ""
        self.add(zone)
        self.silent: set[str] = set()
        self.broken: set[str] = set()
        self.codes: dict[str, int] = {}
        self.successors: dict[str, list[str]] = {}
        self.asked: list[tuple[str, str]] = []
        self._stopped = threading.Event()

    def add(self, zone: str) -> None:
        self._zone += zone + "\n"
        self._resolver = ZoneResolver("$TTL 5\n" + self._zone)

    def forget(self, kind: str) -> None:
        """Take all records of a kind out of the zone."""
        lines = self._zone.splitlines()
        self._zone = ""
        self.add("\n".join(line for line in lines if f" IN {kind} " not in line))

    def resolver(self, lifetime: float = 4.0) -> Resolver:
        return Resolver("127.0.0.1", self.port, lifetime)

    def __exit__(self, *exc_info: object) -> None:
        self._stopped.set()
        super().__exit__(*exc_info)

    def resolve(self, request: DNSRecord, handler: object) -> DNSRecord:
        name, kind = str(request.q.qname).rstrip(".").lower(), request.q.qtype
        self.asked.append((name, QTYPE[kind]))
        if _covers(self.silent, name):
            self._stopped.wait(60)
        code = RCODE.SERVFAIL if _covers(self.broken, name) else self.codes.get(QTYPE[kind])
        if code is not None:
            reply = request.reply()
            reply.header.rcode = code
            return reply
        answer = self._resolver.resolve(request, handler)
        if any(request.q.qname == other for other, *_ in self._resolver.zone):
            answer.header.rcode = RCODE.NOERROR  # dnslib denies a name that lacks the type
        if any(record.rtype == QTYPE.CNAME for record in answer.rr):
            answer.add_answer(*answer.ar)  # where a client that only asks once looks
        if kind == QTYPE.A and self.successors.get(name):
            self._resolver = ZoneResolver(self.successors[name].pop(0))
        return answer


def _covers(names: set[str], name: str) -> bool:
    return any(name == one or name.endswith(f".{one}") for one in names)
