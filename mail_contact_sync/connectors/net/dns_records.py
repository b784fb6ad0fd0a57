# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the domain name system says: addresses, mail exchangers, services.

Names are looked up as they stand, never with a search domain added, and never
more than ``MAX_RECORDS`` answers are taken.
"""

import random
import re
from dataclasses import dataclass

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver
import idna

from .. import reasons
from ..base import ConnectorError, SettingsError, TemporaryError
from .deadline import Deadline

#: Records of one answer that are looked at.
MAX_RECORDS = 20

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")


@dataclass(frozen=True, slots=True)
class Resolver:
    """Whom to ask: a name server's IP address, or None for the system's own.

    ``lifetime`` is how many seconds one look-up may take, all its attempts together.
    """

    address: str | None = None
    port: int = 53
    lifetime: float = 4.0


@dataclass(frozen=True, slots=True)
class Service:
    """The target of an SRV record."""

    host: str
    port: int


def host_name(text: str) -> str:
    """``text`` as the domain name system has it: lower case, in A-labels (RFC 5890).

    Raises ValueError for what can be no host name.
    """
    name = text.strip().rstrip(".").lower()
    if not name.isascii():
        name = idna.encode(name, uts46=True).decode()
    if not _HOST.fullmatch(name):
        raise ValueError("no host name")
    return name


def addresses(host: str, resolver: Resolver, deadline: Deadline) -> tuple[str, ...]:
    """The IP addresses of a host, IPv4 first.

    Raises SettingsError where it has none, TemporaryError where that cannot be learned.
    """
    found, failure = [], None
    for kind in ("A", "AAAA"):
        try:
            found += [record.address for record in _records(host, kind, resolver, deadline)]
        except ConnectorError as error:
            # Some name servers fail for AAAA, or deny the name (RFC 4074).
            failure = failure or error
    if not found:
        raise failure or SettingsError(reasons.HOST_UNKNOWN)
    return tuple(found)


def mail_exchangers(domain: str, resolver: Resolver, deadline: Deadline) -> tuple[str, ...]:
    """Where a domain's mail goes (RFC 5321, section 5.1), the preferred one first.

    Empty where it has no MX record, or one that says there is no mail (RFC 7505).
    Raises as ``addresses`` does where there is no such domain.
    """
    records = sorted(
        _records(domain, "MX", resolver, deadline), key=lambda record: record.preference
    )
    hosts = (record.exchange.to_text(omit_final_dot=True).lower() for record in records)
    return tuple(host for host in hosts if host and host != ".")


def services(name: str, resolver: Resolver, deadline: Deadline) -> tuple[Service, ...] | None:
    """The targets of SRV records in the order of RFC 2782; None where there are none.

    Empty where the only target is ".", which says that the service is not offered.
    """
    try:
        records = _records(name, "SRV", resolver, deadline)
    except SettingsError:
        return None
    if not records:
        return None
    targets = (
        Service(record.target.to_text(omit_final_dot=True).lower(), record.port)
        for record in _in_order(records)
    )
    return tuple(target for target in targets if target.host not in ("", "."))


def _in_order(records: list) -> list:
    """By priority, and among equals drawn by lot as their weights say."""
    ordered = []
    for priority in sorted({record.priority for record in records}):
        left = [record for record in records if record.priority == priority]
        while left:
            # With a little for those of weight 0, which may be chosen, if rarely.
            weights = [record.weight or 0.01 for record in left]
            chosen = random.choices(range(len(left)), weights)[0]
            ordered.append(left.pop(chosen))
    return ordered


def _records(name: str, kind: str, resolver: Resolver, deadline: Deadline) -> list:
    """Raises SettingsError where the name does not exist, and no error for no records."""
    try:
        asked = dns.resolver.Resolver(configure=resolver.address is None)
        if resolver.address is not None:
            asked.nameservers = [resolver.address]
            asked.port = resolver.port
        lifetime = min(resolver.lifetime, deadline.left())
        # One lost packet is no reason to wait for the end.
        asked.timeout = min(asked.timeout, lifetime / 2)
        # An absolute name, to which no search domain is added.
        absolute = dns.name.from_text(name)
        answer = asked.resolve(absolute, kind, raise_on_no_answer=False, lifetime=lifetime)
    except dns.resolver.NXDOMAIN:
        raise SettingsError(reasons.HOST_UNKNOWN) from None
    except (dns.exception.DNSException, OSError) as error:
        # The text of a timeout tells which name servers were asked.
        raise TemporaryError(reasons.HOST_LOOKUP_FAILED, type(error).__name__) from None
    if answer.rrset is None:
        return []
    wanted = dns.rdatatype.from_text(kind)
    return [record for record in answer.rrset if record.rdtype == wanted][:MAX_RECORDS]
