# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""From an e-mail address to the settings of its mailbox, without a password.

The sources, of which the first that knows wins:

1. presets of big providers, by the domain (preset_table.py);
2. autoconfig, published by the domain (autoconfig.py);
3. ISPDB, Thunderbird's data base; asked only where the domain publishes nothing;
4. SRV records (RFC 6186, RFC 8314);
5. presets, by the domain's MX records;
6. a look whether a mail server answers under the usual names (probe.py).

Who learns what: the domain's own ``autoconfig`` host the address, the ISPDB and the name
servers the domain, mail servers nothing.
"""

import logging
import ssl
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotDone
from contextlib import suppress
from threading import Thread

from .. import reasons
from ..base import ConnectorError, Server, SettingsError, TemporaryError
from ..net.deadline import Deadline
from ..net.dns_records import Resolver, mail_exchangers, services
from ..net.fence import Connect, Fence, connect_socket
from ..net.fenced_http import get
from . import autoconfig, presets, probe
from .autoconfig import ISPDB
from .preset_table import Preset
from .settings import Address, Endpoint, Found, Settings

#: Seconds that ``discover`` and ``known`` take at most.
TIMEOUT = 10.0
QUICK_TIMEOUT = 3.0

_OUT_OF_BOUNDS = {reasons.HOST_NOT_ALLOWED, reasons.PORT_NOT_ALLOWED}

_logger = logging.getLogger(__name__)

#: By when each has to have answered, as parts of the whole time: one that hangs must
#: leave time for the others.
_AUTOCONFIG_BY = 0.5
_ISPDB_BY = 0.75
_SERVICES_BY = 0.85
_PROBE_BY = 0.7
_SUBMISSION_TIME = 0.2
#: Seconds to wait for what only adds to an answer.
_MX_GRACE = 1.0


def login_candidates(found: Found) -> list[Server]:
    """The logins to try in turn, with no password yet.  Empty where the user must sign in.

    Where ``found.foreign`` is set, the user is to confirm the host first.
    """
    if not (server := found.imap) or found.provider == "microsoft":
        return []
    return [Server(server.host, server.port, server.security, login) for login in server.logins]


def discover(
    address: str,
    *,
    resolver: Resolver | None = None,
    ispdb: str | None = ISPDB,
    allow_internal: bool = False,
    timeout: float = TIMEOUT,
    ssl_context: ssl.SSLContext | None = None,
    connect: Connect = connect_socket,
) -> Found:
    """The settings for ``address``, in at most ``timeout`` seconds.

    Always gives an answer, a guess if nothing else.  Raises ValueError for what is no
    e-mail address.  ``ispdb`` is a base URL, None for not to ask there.
    """
    parsed = Address.parse(address)
    if preset := presets.by_domain(parsed.domain):
        return _of_preset(preset, parsed, "preset")
    fence = Fence(allow_internal, resolver or Resolver(), ssl_context, connect)
    return _Search(parsed, fence, ispdb, timeout).run()


def known(
    address: str, *, resolver: Resolver | None = None, timeout: float = QUICK_TIMEOUT
) -> Found | None:
    """What presets and MX records tell of a mailbox; None where they know nothing of it."""
    try:
        parsed = Address.parse(address)
    except ValueError:
        return None
    if preset := presets.by_domain(parsed.domain):
        return _of_preset(preset, parsed, "preset")
    search = _start(mail_exchangers, parsed.domain, resolver or Resolver(), Deadline(timeout))
    with suppress(ConnectorError, NotDone):
        if preset := presets.by_exchanger(search.result(timeout)):
            return _of_preset(preset, parsed, "mx")
    return None


class _Search:
    """One search.  What may take long runs in threads, which are not waited for in the end."""

    def __init__(self, address: Address, fence: Fence, ispdb: str | None, timeout: float):
        self._address = address
        self._fence = fence
        self._ispdb = ispdb
        self._timeout = timeout
        self._deadline = Deadline(timeout)
        self._reason = ""

    def run(self) -> Found:
        published = self._by(_AUTOCONFIG_BY)
        files = [_start(self._autoconfig, url, published) for url in autoconfig.urls(self._address)]
        records = _start(self._services, self._by(_SERVICES_BY))
        self._exchange = _start(self._exchanger)
        answering = _start(self._probe, self._by(_PROBE_BY))
        for file in files:
            if settings := self._wait(file, published):
                return self._found(settings, "autoconfig")
        if self._ispdb and self._domain_exists():
            listed = self._by(_ISPDB_BY - _AUTOCONFIG_BY)
            url = autoconfig.ispdb_url(self._ispdb, self._address)
            if settings := self._wait(_start(self._autoconfig, url, listed), listed):
                return self._found(settings, "ispdb")
        if settings := self._wait(records, self._deadline):
            return self._found(settings, "srv")
        if preset := self._wait(self._exchange, self._deadline):
            return _of_preset(preset, self._address, "mx")
        if settings := self._wait(answering, self._deadline):
            return self._found(settings, "probe")
        return self._guess()

    def _by(self, share: float) -> Deadline:
        return self._deadline.sooner(self._timeout * share)

    def _wait(self, future: Future, deadline: Deadline):
        """The result, or None where there is none in time or it says that there is no IMAP."""
        try:
            result = future.result(deadline.left_or_none())
        except NotDone:
            return None
        except ConnectorError as error:
            # That nothing is published is normal.  That there is no such domain, or that
            # its servers are out of bounds, is what the user has to know.
            no_domain = future is self._exchange and error.reason == reasons.HOST_UNKNOWN
            if no_domain or error.reason in _OUT_OF_BOUNDS:
                self._reason = self._reason or error.reason
            return None
        except Exception as error:  # a defect of one source is no reason to give up on all
            _logger.warning("Looking for mail settings: %s", type(error).__name__)
            return None
        if isinstance(result, Settings) and not result.imap:
            self._reason = self._reason or result.reason
            return None
        return result

    def _domain_exists(self) -> bool:
        """False where the domain is known not to exist: a slip of the pen is nobody's business."""
        self._wait(self._exchange, self._deadline.sooner(_MX_GRACE))
        return self._reason != reasons.HOST_UNKNOWN

    # The sources, each in a thread ---------------------------------------------------

    def _autoconfig(self, url: str, deadline: Deadline) -> Settings:
        settings = autoconfig.parse(get(url, self._fence, deadline), self._address)
        return self._allowed(settings)

    def _services(self, deadline: Deadline) -> Settings | None:
        """RFC 8314, section 5.1: TLS from the start is preferred to STARTTLS."""
        imap, denied = self._service(deadline, ("_imaps", "tls"), ("_imap", "starttls"))
        if imap is None:
            return Settings(None, reason=reasons.NO_IMAP) if denied else None
        smtp, _ = self._service(deadline, ("_submissions", "tls"), ("_submission", "starttls"))
        return self._allowed(Settings(imap, smtp))

    def _service(self, deadline: Deadline, *kinds: tuple[str, str]) -> tuple[Endpoint | None, bool]:
        """The server, and whether the domain says that there is none."""
        denied = False
        for name, security in kinds:
            targets = services(
                f"{name}._tcp.{self._address.domain}", self._fence.resolver, deadline
            )
            if targets:
                host, port = targets[0].host, targets[0].port
                return Endpoint(host, port, security, self._address.logins), False
            denied = denied or targets == ()
        return None, denied

    def _exchanger(self) -> Preset | None:
        hosts = mail_exchangers(self._address.domain, self._fence.resolver, self._deadline)
        return presets.by_exchanger(hosts)

    def _probe(self, deadline: Deadline) -> Settings | None:
        domain, logins = self._address.domain, self._address.logins
        incoming, outgoing = (
            [
                (host, _start(look, host, self._fence, deadline))
                for host in (f"{name}.{domain}", f"mail.{domain}", domain)
            ]
            for name, look in (("imap", probe.speaks_imap), ("smtp", probe.submission))
        )
        for host, answer in incoming:
            if self._wait(answer, deadline):
                imap = Endpoint(host, 993, "tls", logins)
                return Settings(imap, self._probed_submission(outgoing, logins))
        return None

    def _probed_submission(
        self, outgoing: list[tuple[str, Future]], logins: tuple[str, ...]
    ) -> Endpoint | None:
        # One to send by is no reason to lose the one to read from.
        deadline = self._by(_SUBMISSION_TIME)
        for host, answer in outgoing:
            if server := self._wait(answer, deadline):
                return Endpoint(host, *server, logins)
        return None

    def _allowed(self, settings: Settings) -> Settings:
        """Without the servers that we may not connect to, or that do not exist."""
        if settings.imap:
            self._check(settings.imap)
        with suppress(SettingsError):
            if settings.smtp:
                self._check(settings.smtp)
            return settings
        return Settings(settings.imap, None, settings.reason)

    def _check(self, server: Endpoint) -> None:
        with suppress(TemporaryError):  # which says nothing about the settings
            self._fence.mail_addresses(server.host, server.port, self._deadline)

    # The answer ----------------------------------------------------------------------

    def _found(self, settings: Settings, source: str) -> Found:
        host = settings.imap.host
        domain = self._address.domain
        preset = presets.by_server(host) or Preset("")
        exchange = self._wait(self._exchange, self._deadline.sooner(_MX_GRACE)) or preset
        if preset.imap and exchange.imap == preset.imap:
            preset = exchange  # Microsoft has one server for two services
        return Found(
            str(self._address),
            preset.provider,
            source,
            settings.imap,
            settings.smtp,
            name=preset.name,
            advice=preset.advice,
            app_password_url=preset.help_url,
            mx_provider=exchange.provider if exchange.provider != preset.provider else "",
            foreign=source == "srv" and not preset.name and not f".{host}".endswith(f".{domain}"),
        )

    def _guess(self) -> Found:
        domain, logins = self._address.domain, self._address.logins
        return Found(
            str(self._address),
            "imap",
            "guess",
            Endpoint(f"imap.{domain}", 993, "tls", logins),
            Endpoint(f"smtp.{domain}", 465, "tls", logins),
            reason=self._reason or reasons.NO_SETTINGS,
        )


def _of_preset(preset: Preset, address: Address, source: str) -> Found:
    settings = presets.settings(preset, address)
    return Found(
        str(address),
        preset.provider,
        source,
        settings.imap,
        settings.smtp,
        name=preset.name,
        advice=preset.advice,
        app_password_url=preset.help_url,
        reason=settings.reason,
    )


def _start(work: Callable, *arguments: object) -> Future:
    """Run in a thread that keeps nobody from going on, or from going home."""
    future: Future = Future()

    def run() -> None:
        try:
            future.set_result(work(*arguments))
        except BaseException as error:
            future.set_exception(error)

    Thread(target=run, daemon=True, name=f"discovery {work.__name__}").start()
    return future
