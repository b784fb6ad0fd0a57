# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Settings that a provider publishes for mail programs: Thunderbird's ``clientConfig``.

The format is described in the Internet draft draft-ietf-mailmaint-autoconfig.  Only
what is safe for a password is taken: IMAP and SMTP, with TLS from the start or by
STARTTLS, and the password as it is (inside TLS).
"""

import re
from collections.abc import Iterator
from urllib.parse import quote

from lxml import etree

from .. import reasons
from ..base import SettingsError
from ..net.dns_records import host_name
from .settings import Address, Endpoint, Settings

#: Thunderbird's data base of providers.
ISPDB = "https://autoconfig.thunderbird.net/v1.1/"

#: Servers of one file that are looked at.
_MAX_SERVERS = 20
_SECURITY = {"SSL": "tls", "STARTTLS": "starttls"}
#: The second is what files of version 1.0 say.
_PASSWORD = {"password-cleartext", "plain"}
_PORT = re.compile(r"[0-9]{1,5}")


def urls(address: Address) -> tuple[str, ...]:
    """Where a domain publishes its settings.

    The address is told only to the host that is there for nothing but this; who runs
    the domain's web site need not be who runs its mail.
    """
    domain = address.domain
    return (
        f"https://autoconfig.{domain}/mail/config-v1.1.xml?emailaddress={quote(str(address), '@')}",
        f"https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml",
    )


def ispdb_url(base: str, address: Address) -> str:
    """The ISPDB learns of the domain alone."""
    return f"{base.rstrip('/')}/{address.domain}"


def parse(document: bytes, address: Address) -> Settings:
    """What a ``clientConfig`` says.  Raises SettingsError (no-settings) where it is none."""
    incoming, outgoing = [], []
    for server in _servers(document):
        (incoming if server["tag"] == "incomingServer" else outgoing).append(server)
    imap = [server for server in incoming if server["type"] == "imap"]
    usable = _best(imap, address, address.logins)
    if usable is None:
        return Settings(None, reason=_why_none(incoming, imap))
    smtp = [server for server in outgoing if server["type"] == "smtp"]
    return Settings(usable, _best(smtp, address, usable.logins))


def _servers(document: bytes) -> Iterator[dict]:
    """Each server with its tag, type, children's texts, and ways to log in."""
    for element in _root(document).iterfind("{*}emailProvider/{*}*"):
        tag = etree.QName(element).localname
        if tag not in ("incomingServer", "outgoingServer"):
            continue
        server = {"tag": tag, "type": element.get("type", "").lower(), "authentication": set()}
        for child in element.iterchildren("{*}*"):
            name, text = etree.QName(child).localname, (child.text or "").strip()
            if name == "authentication":
                server[name].add(text)
            elif name not in server:
                server[name] = text
        yield server


def _root(document: bytes) -> etree._Element:
    try:
        text = document.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = document.decode("latin-1")
    # No settings need a document type, and only there can entities be declared: those
    # that grow without an end, and those that read files or the network.
    if "<!DOCTYPE" in text:
        raise SettingsError(reasons.NO_SETTINGS, "document type")
    parser = etree.XMLParser(
        encoding="utf-8",  # whatever the file says of itself, this is what was just looked at
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        raise SettingsError(reasons.NO_SETTINGS, "no XML") from None
    if etree.QName(root).localname != "clientConfig":
        raise SettingsError(reasons.NO_SETTINGS, "no clientConfig")
    return root


def _best(servers: list[dict], address: Address, logins: tuple[str, ...]) -> Endpoint | None:
    """The first with TLS from the start, else the first with STARTTLS."""
    found = [
        endpoint
        for server in servers[:_MAX_SERVERS]
        if (endpoint := _endpoint(server, address, logins))
    ]
    return min(found, key=lambda endpoint: endpoint.security != "tls", default=None)


def _endpoint(server: dict, address: Address, logins: tuple[str, ...]) -> Endpoint | None:
    security = _SECURITY.get(server.get("socketType", "").upper())
    port = server.get("port", "")
    if not security or not _PASSWORD & server["authentication"] or not _PORT.fullmatch(port):
        return None
    try:
        host = host_name(_filled_in(server.get("hostname", ""), address))
    except ValueError:
        return None
    if not 0 < int(port) < 1 << 16:
        return None
    login = _filled_in(server.get("username", ""), address)
    if login and "%" not in login and login.isprintable():
        logins = tuple(dict.fromkeys((login, *logins)))
    return Endpoint(host, int(port), security, logins)


def _filled_in(text: str, address: Address) -> str:
    for name, value in (
        ("%EMAILADDRESS%", str(address)),
        ("%EMAILLOCALPART%", address.local_part),
        ("%EMAILDOMAIN%", address.domain),
    ):
        text = text.replace(name, value)
    return text


def _why_none(incoming: list[dict], imap: list[dict]) -> str:
    encrypted = [server for server in imap if server.get("socketType", "").upper() in _SECURITY]
    if any("OAuth2" in server["authentication"] for server in encrypted):
        return reasons.PASSWORD_LOGIN_DISABLED
    if imap:
        return reasons.NO_SETTINGS
    if any(server["type"] == "pop3" for server in incoming):
        return reasons.POP3_ONLY
    return reasons.NO_SETTINGS
