# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where the Exchange server of an address is: SOAP Autodiscover.

Microsoft's Autodiscover is followed as far as a password can be entrusted to it.
It goes to the host of the address's own domain and to its ``autodiscover.``, whose
certificates prove that they belong to it, and from there wherever these, asked
with the password, point to.  A pointer that nobody vouches for, as in DNS or plain HTTP,
is followed within the domain only; any other host is named for a person to confirm
(by entering it), as Microsoft demands, too.  exchangelib's own discovery follows
them all, and keeps what it found in a file that all users of the host share.
"""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from exchangelib.services import GetUserSettings
from lxml import etree

from .. import reasons
from ..base import ConnectorError, SettingsError, TemporaryError
from ..net.deadline import Deadline
from ..net.dns_records import Resolver, host_name, services
from ..net.fence import WEB_PORT
from .http import Http
from .settings import ExchangeServer, checked
from .soap import Posting, Soap

MAX_REDIRECTS = 5
_PATH = "/autodiscover/autodiscover.svc"
_A = "{http://schemas.microsoft.com/exchange/2010/Autodiscover}"
_SETTINGS = ("external_ews_url", "internal_ews_url")

#: A connection, not logged in, to a URL.
Connect = Callable[[str], Http]


class _GetUserSettings(Posting, GetUserSettings):
    """exchangelib's, but for the parser of answers and the look at a version not known yet."""

    supported_from = None


def discover(server: ExchangeServer, connect: Connect, resolver: Resolver) -> str:
    """The URL of Exchange.asmx for the mailbox of ``server``.

    Raises AuthenticationFailed where a host that is the right one refuses the
    password; SettingsError where none is found; TemporaryError where it could
    not be told.
    """
    _, at, domain = server.address.rpartition("@")
    try:
        domain = host_name(domain if at else "")
    except ValueError:
        raise SettingsError(reasons.AUTODISCOVER_FAILED) from None
    unsure: ConnectorError | None = None
    for url in _candidates(domain, resolver):
        try:
            return _ask(url, server, connect)
        except _Told as error:
            raise error.answer from None
        except TemporaryError as error:
            # No such server is the ordinary case; one that has no time is another.
            if error.reason not in (reasons.CONNECTION_REFUSED, reasons.CONNECTION_TIMEOUT):
                unsure = unsure or error
        except SettingsError as error:
            # Many a website answers at the domain's own name, with another's certificate.
            if error.reason in (reasons.KERBEROS_ONLY, reasons.LOGIN_NOT_OFFERED):
                raise
    raise unsure or SettingsError(reasons.AUTODISCOVER_FAILED)


class _Told(Exception):
    """The right server answered, and that there is no such mailbox."""

    def __init__(self, answer: ConnectorError):
        super().__init__()
        self.answer = answer


def _candidates(domain: str, resolver: Resolver) -> Iterator[str]:
    yield f"https://autodiscover.{domain}{_PATH}"
    yield f"https://{domain}{_PATH}"
    targets = services(f"_autodiscover._tcp.{domain}", resolver, Deadline(resolver.lifetime))
    for target in (targets or ())[:1]:
        if not target.host.endswith(f".{domain}"):
            raise SettingsError(reasons.AUTODISCOVER_ELSEWHERE, target.host)
        if target.host != f"autodiscover.{domain}":
            port = "" if target.port == WEB_PORT else f":{target.port}"
            yield f"https://{target.host}{port}{_PATH}"


def _ask(url: str, server: ExchangeServer, connect: Connect) -> str:
    """Ask one server, and those it refers to."""
    address = server.target
    for _ in range(MAX_REDIRECTS):
        answer = _answer(connect(checked(url)), server, address)
        code = _text(answer, "ErrorCode")
        target = _text(answer, "RedirectTarget")
        if code == "RedirectUrl":
            url = target
        elif code == "RedirectAddress" and "@" in target:
            address = target
            url = f"https://autodiscover.{target.rpartition('@')[2]}{_PATH}"
        elif code == "NoError":
            return _web_services(answer)
        else:
            raise _Told(SettingsError(reasons.MAILBOX_UNKNOWN, code[:80]))
    raise SettingsError(reasons.AUTODISCOVER_FAILED, "too many redirects")


def _answer(http: Http, server: ExchangeServer, address: str) -> etree._Element:
    soap = Soap(http, address)
    try:
        return http.log_in(lambda: _user_settings(soap, address), server.auth, "")
    finally:
        http.close()


def _user_settings(soap: Soap, address: str) -> etree._Element:
    service = _GetUserSettings(protocol=soap)
    request = service.get_payload(users=[address], settings=_SETTINGS)
    for message in soap.run(service, request):
        for answer in message.iter(f"{_A}UserResponse"):
            return answer
        raise _Told(_failed(message))
    raise TemporaryError(reasons.PROTOCOL_ERROR, "no answer")


def _failed(message: etree._Element) -> ConnectorError:
    code = message.findtext(f"{_A}Response/{_A}ErrorCode", "")
    if code == "ServerBusy":
        return TemporaryError(reasons.SERVER_UNAVAILABLE, code)
    return SettingsError(reasons.AUTODISCOVER_FAILED, code[:80])


def _text(answer: etree._Element, name: str) -> str:
    return (answer.findtext(_A + name) or "").strip()


def _web_services(answer: etree._Element) -> str:
    found = {}
    for setting in answer.iter(f"{_A}UserSetting"):
        found[_text(setting, "Name")] = _text(setting, "Value")
    for name in ("ExternalEwsUrl", "InternalEwsUrl"):
        if urlsplit(found.get(name, "")).hostname:
            return checked(found[name])
    raise _Told(SettingsError(reasons.AUTODISCOVER_FAILED, "no web services"))
