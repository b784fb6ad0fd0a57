# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is needed to reach a mailbox on an Exchange server."""

import ssl
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

from .. import reasons
from ..base import SettingsError
from ..net.sockets import is_loopback

#: Where Exchange puts its web services below any host.
EWS_PATH = "/EWS/Exchange.asmx"
#: Characters of a certificate field; a chain of three has some 6,000.
MAX_CERTIFICATES = 100_000

BASIC, NTLM = "basic", "ntlm"


@dataclass(frozen=True, slots=True)
class ExchangeServer:
    r"""A mailbox, who opens it, and where.

    ``address`` is the user's e-mail address, ``login`` his user name
    (``DOMAIN\user`` or user@domain; the address where empty).  ``server`` is a
    host or the URL of Exchange.asmx; where empty it is looked up (Autodiscover).
    ``mailbox`` is the primary address of another mailbox that this user may
    open.  ``certificates`` holds further authorities to trust, in PEM.  ``auth``
    forces "basic" or "ntlm"; where empty the server's offer decides.
    """

    address: str
    login: str = ""
    password: str = field(default="", repr=False)
    server: str = ""
    mailbox: str = ""
    certificates: str = field(default="", repr=False)
    auth: str = ""

    @property
    def user(self) -> str:
        return self.login or self.address

    @property
    def target(self) -> str:
        """The address of the mailbox that is read."""
        return self.mailbox or self.address


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What was found out: the URL of Exchange.asmx, and "basic" or "ntlm"."""

    url: str
    auth: str

    @classmethod
    def load(cls, value: Any) -> "Endpoint":
        return cls(value["url"], value["auth"])

    def dump(self) -> dict[str, str]:
        return {"url": self.url, "auth": self.auth}


def service_url(server: str) -> str:
    """The URL of Exchange.asmx for what a person enters: a host or a URL.

    Raises SettingsError for what can be neither, and for HTTP to any host but a
    loopback one.
    """
    server = server.strip()
    parts = _split(server if "://" in server else f"https://{server}")
    path = parts.path if parts.path.strip("/") else EWS_PATH
    if path.rstrip("/").lower() == "/ews":
        path = EWS_PATH
    return parts._replace(path=path).geturl()


def checked(url: str) -> str:
    """``url`` if mail may be fetched from there, else SettingsError."""
    return _split(url).geturl()


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _port = parts.port  # may raise
    except ValueError:
        host = None
    if not host or not url.isprintable() or " " in url or parts.username is not None:
        raise SettingsError(reasons.HOST_UNKNOWN)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise SettingsError(reasons.PLAIN_NOT_ALLOWED)
    return parts._replace(query="", fragment="")


def ssl_context(certificates: str = "") -> ssl.SSLContext:
    """The system's authorities and those in ``certificates`` (PEM), for one connector alone."""
    context = ssl.create_default_context()
    if certificates.strip():
        if len(certificates) > MAX_CERTIFICATES:
            raise SettingsError(reasons.CERTIFICATE_UNREADABLE)
        try:
            context.load_verify_locations(cadata=certificates)
        except (ssl.SSLError, ValueError, TypeError):
            raise SettingsError(reasons.CERTIFICATE_UNREADABLE) from None
    return context
