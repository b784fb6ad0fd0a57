# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where the server may connect to because a user said so.

Whoever may type a host name, or publish one for the domain of an address, could
otherwise have this machine talk to what only it can reach: the database beside it,
a router, the metadata service of a cloud.  Three rules keep that out.

- Only addresses of the public Internet.  A name that has any other beside is
  refused altogether: nobody's mail server is half inside.
- The address that was checked is the one connected to.  A second look-up could give
  another (DNS rebinding), so there is none.
- Only the ports of mailboxes, so that nobody's other services are tried out from here.
"""

import ipaddress
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from .. import reasons
from ..base import ConnectorError, SettingsError, TemporaryError
from .deadline import Deadline
from .dns_records import Resolver, addresses, host_name
from .sockets import default_context

#: IMAP with STARTTLS and TLS, submission with TLS and STARTTLS (RFC 8314, sections 3.2
#: and 3.3).  Not 25: between servers, mail comes in there from anybody, without a login.
MAIL_PORTS = frozenset({143, 993, 465, 587})
WEB_PORT = 443
#: Seconds for looking a host up where the caller sets no limit.
LOOKUP_TIME = 10.0

#: Opens a TCP connection to an IP address and port within some seconds.
Connect = Callable[[str, int, float], socket.socket]

# Written out, as what Python's ``is_global`` covers differs between its releases.
# The lists are IANA's special-purpose address registries (RFC 6890) and multicast.
_CLOSED_IPV4 = [
    IPv4Network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    )
]
#: All that has been given out for use on the Internet …
_OPEN_IPV6 = IPv6Network("2000::/3")
#: … but for protocols (Teredo among them) and documentation.
_CLOSED_IPV6 = [IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "3fff::/20")]
#: Stands for an IPv4 address: in its last four octets (RFC 4291, section 2.5.5.2;
#: RFC 6052, section 2.1), or in those after the first two (RFC 3056, section 2).
_LAST_OCTETS = [IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96")]
_6TO4 = IPv6Network("2002::/16")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public Internet."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, IPv6Address):
        embedded = _embedded(ip)
        if embedded is None:
            closed = any(ip in network for network in _CLOSED_IPV6)
            return ip in _OPEN_IPV6 and not closed and not ip.scope_id
        ip = embedded
    return not any(ip in network for network in _CLOSED_IPV4)


def _embedded(ip: IPv6Address) -> IPv4Address | None:
    if any(ip in network for network in _LAST_OCTETS):
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    if ip in _6TO4:
        return IPv4Address(int(ip) >> 80 & 0xFFFFFFFF)
    return None


def connect_socket(address: str, port: int, timeout: float) -> socket.socket:
    """A TCP connection to an IP address; the one place where one is opened."""
    return socket.create_connection((address, port), timeout)


@dataclass(frozen=True, slots=True)
class Fence:
    """What may be reached, and how.

    ``allow_internal`` opens it: for an administrator whose mail server stands in the
    same network.  ``connect`` is for tests, whose servers are all on loopback: it is
    given the address that was found, checked and allowed.
    """

    allow_internal: bool = False
    resolver: Resolver = field(default_factory=Resolver)
    ssl_context: ssl.SSLContext | None = None
    connect: Connect = connect_socket

    def mail_addresses(
        self, host: str, port: int, deadline: Deadline | None = None
    ) -> tuple[str, ...]:
        """The IP addresses at which a mail server may be connected to.

        Connect to one of these, not to the name.  Raises SettingsError (host-not-allowed,
        port-not-allowed, host-unknown) or TemporaryError (host-lookup-failed).
        """
        return self.addresses(host, port, MAIL_PORTS, deadline)

    def addresses(
        self, host: str, port: int, ports: frozenset[int], deadline: Deadline | None = None
    ) -> tuple[str, ...]:
        """The IP addresses of ``host``, all of them allowed, as is ``port`` by ``ports``."""
        if not self.allow_internal and port not in ports:
            raise SettingsError(reasons.PORT_NOT_ALLOWED, str(port))
        found = self._look_up(host, deadline or Deadline(LOOKUP_TIME))
        if not self.allow_internal and not all(map(is_public, found)):
            # Which address it was is for nobody outside to learn.
            raise SettingsError(reasons.HOST_NOT_ALLOWED, host)
        return found

    def _look_up(self, host: str, deadline: Deadline) -> tuple[str, ...]:
        with suppress(ValueError):
            return (str(ipaddress.ip_address(host.strip().strip("[]"))),)
        try:
            return addresses(host_name(host), self.resolver, deadline)
        except ValueError:
            raise SettingsError(reasons.HOST_UNKNOWN) from None
        except TimeoutError:
            raise TemporaryError(reasons.HOST_LOOKUP_FAILED) from None
        except ConnectorError:
            if not self.allow_internal:
                raise
            return _look_up_locally(host)

    def open_tls(
        self, host: str, port: int, ports: frozenset[int], deadline: Deadline
    ) -> ssl.SSLSocket:
        """A TLS connection to ``host``, whose certificate has been verified.

        Raises SettingsError or TemporaryError, with the reason.
        """
        return self.secure(self.open(host, port, ports, deadline), host, deadline)

    def open(
        self, host: str, port: int, ports: frozenset[int], deadline: Deadline
    ) -> socket.socket:
        """A connection to ``host`` in the clear."""
        found = self.addresses(host, port, ports, deadline)
        failure: Exception = TimeoutError()
        for number, address in enumerate(found):
            with suppress(TimeoutError):
                # None of the addresses may use up the time of the others.
                share = deadline.left() / (len(found) - number)
                try:
                    return self.connect(address, port, share)
                except OSError as error:
                    failure = error
        raise _unreachable(failure)

    def secure(self, plain: socket.socket, host: str, deadline: Deadline) -> ssl.SSLSocket:
        """TLS on an open connection, which is closed where that fails."""
        context = self.ssl_context or default_context()
        try:
            plain.settimeout(deadline.left())
            # The timeout is one for the whole handshake.
            return context.wrap_socket(plain, server_hostname=host)
        except ssl.SSLCertVerificationError as error:
            plain.close()
            raise SettingsError(reasons.CERTIFICATE, error.verify_message) from None
        except (OSError, ValueError) as error:
            plain.close()
            raise _unreachable(error) from None


def _look_up_locally(host: str) -> tuple[str, ...]:
    """As the system does, which knows names that are in no name server."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, ValueError):
        raise SettingsError(reasons.HOST_UNKNOWN) from None
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


def _unreachable(error: Exception) -> ConnectorError:
    if isinstance(error, TimeoutError):
        return TemporaryError(reasons.CONNECTION_TIMEOUT)
    if isinstance(error, ConnectionRefusedError):
        return TemporaryError(reasons.CONNECTION_REFUSED)
    if isinstance(error, ssl.SSLError):
        return SettingsError(reasons.TLS, error.reason or "")
    return TemporaryError(reasons.CONNECTION_FAILED)
