# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Big providers by their domains, mail exchangers and servers; the data is in preset_table.py."""

import functools

from ..reasons import NO_IMAP
from .preset_table import PRESETS, Preset
from .settings import Address, Endpoint, Settings


def by_domain(domain: str) -> Preset | None:
    """Whose addresses end in ``domain`` (A-labels, lower case)."""
    return _domains().get(domain)


def by_exchanger(hosts: tuple[str, ...]) -> Preset | None:
    """Who takes in the mail, by the hosts of the MX records, the preferred one first."""
    for host in hosts:
        labels = host.split(".")
        for start in range(len(labels)):
            if found := _exchangers().get(".".join(labels[start:])):
                return found
    return None


def by_server(host: str) -> Preset | None:
    """Whose IMAP server ``host`` is."""
    return _servers().get(host)


def settings(preset: Preset, address: Address) -> Settings:
    """The preset's servers for ``address``."""
    if not preset.imap:
        return Settings(None, reason=NO_IMAP)
    return Settings(
        _endpoint(preset.imap, preset.login, address),
        _endpoint(preset.smtp, preset.smtp_login or preset.login, address),
    )


def _endpoint(server: str, login: str, address: Address) -> Endpoint:
    host, _, port = server.partition(":")
    logins = {"address": str(address), "local": address.local_part}
    return Endpoint(
        host,
        int(port),
        "tls" if port in ("993", "465") else "starttls",
        tuple(dict.fromkeys(logins[word] for word in login.split())),
    )


@functools.cache
def _domains() -> dict[str, Preset]:
    return {domain: preset for preset in PRESETS for domain in preset.domains.split()}


@functools.cache
def _exchangers() -> dict[str, Preset]:
    return {suffix: preset for preset in PRESETS for suffix in preset.exchangers.split()}


@functools.cache
def _servers() -> dict[str, Preset]:
    # The first of those that share a server is the one whose own it is.
    return {preset.imap.partition(":")[0]: preset for preset in reversed(PRESETS) if preset.imap}
