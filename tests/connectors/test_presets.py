# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The table of big providers, and who is found in it."""

from urllib.parse import urlsplit

import pytest

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.discovery import presets
from mail_contact_sync.connectors.discovery import settings as mail_settings
from mail_contact_sync.connectors.discovery.preset_table import PRESETS
from mail_contact_sync.connectors.discovery.settings import Address
from mail_contact_sync.connectors.net.dns_records import host_name
from mail_contact_sync.connectors.net.fence import MAIL_PORTS

ADVICE = {
    "",
    mail_settings.APP_PASSWORD,
    mail_settings.APP_PASSWORD_WITH_2FA,
    mail_settings.ENABLE_IMAP,
    mail_settings.SIGN_IN,
    mail_settings.SIGN_IN_OR_APP_PASSWORD,
    mail_settings.NOT_POSSIBLE,
}

every = pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)


@every
def test_an_entry_is_well_formed(preset):
    assert preset.provider in ("imap", "google", "microsoft")
    assert preset.advice in ADVICE
    assert preset.domains or preset.exchangers
    for name in (*preset.domains.split(), *preset.exchangers.split()):
        assert name == host_name(name) and "." in name
    if preset.help_url:
        assert urlsplit(preset.help_url).scheme == "https"
    assert {*preset.login.split(), *preset.smtp_login.split()} <= {"address", "local"}


@every
def test_an_entry_makes_settings(preset):
    found = presets.settings(preset, Address.parse("anna@x.example"))
    if preset.advice == mail_settings.NOT_POSSIBLE:
        assert found.imap is found.smtp is None and found.reason == reasons.NO_IMAP
        return
    for server, tls in ((found.imap, 993), (found.smtp, 465)):
        assert server.host == host_name(server.host)
        assert server.port in MAIL_PORTS
        assert server.security == ("tls" if server.port == tls else "starttls")
        assert server.logins
    assert found.imap.port in (993, 143) and found.smtp.port in (465, 587)


@pytest.mark.parametrize("column", ["domains", "exchangers"])
def test_nothing_stands_twice(column):
    names = [name for preset in PRESETS for name in getattr(preset, column).split()]
    assert len(names) == len({*names})


@pytest.mark.parametrize(
    "domain, name",
    [
        ("gmail.com", "Gmail"),
        ("outlook.com", "Outlook.com"),
        ("hotmail.co.uk", "Outlook.com"),
        ("live.fr", "Outlook.com"),
        ("gmx.de", "GMX"),
        ("gmx.com", "GMX international"),
        ("protonmail.com", "Proton"),
        ("zoho.eu", "Zoho (eu)"),
        ("126.com", "NetEase"),
    ],
)
def test_by_domain(domain, name):
    assert presets.by_domain(domain).name == name


@pytest.mark.parametrize("domain", ["example.com", "x.gmail.com", "notgmail.com", "com", ""])
def test_other_domains_are_nobodys(domain):
    assert presets.by_domain(domain) is None


@pytest.mark.parametrize(
    "host, name",
    [
        ("aspmx.l.google.com", "Gmail"),
        ("alt4.aspmx.l.google.com", "Gmail"),
        ("smtp.google.com", "Gmail"),
        ("aspmx2.googlemail.com", "Gmail"),
        ("x-example.mail.protection.outlook.com", "Microsoft 365"),
        ("x-example.j-v1.mx.microsoft", "Microsoft 365"),
        ("hotmail-com.olc.protection.outlook.com", "Outlook.com"),
        ("mx00.kundenserver.de", "IONOS (de)"),
        ("mx01.ionos.co.uk", "IONOS (co.uk)"),
        ("smtpin.rzone.de", "Strato"),
        ("mxext1.mailbox.org", "mailbox.org"),
        ("in1-smtp.messagingengine.com", "Fastmail"),
        ("mx.zoho.eu", "Zoho for business (eu)"),
        ("mx1.mail.ovh.net", "OVHcloud"),
        ("mx.pec.aruba.it", "Aruba PEC"),
        ("mx.aruba.it", "Aruba"),
        ("mailstore1.secureserver.net", "GoDaddy"),
        ("mx1.hostinger.com", "Hostinger"),
        ("mail.protonmail.ch", "Proton"),
    ],
)
def test_by_exchanger(host, name):
    assert presets.by_exchanger((host,)).name == name


@pytest.mark.parametrize("host", ["mx.example.com", "notgoogle.com", "google.com.evil.example"])
def test_other_exchangers_are_nobodys(host):
    assert presets.by_exchanger((host,)) is None


def test_the_preferred_exchanger_decides():
    hosts = ("mx.example.com", "mx00.ionos.de", "aspmx.l.google.com")
    assert presets.by_exchanger(hosts).name == "IONOS (de)"
    assert presets.by_exchanger(()) is None


def test_by_server():
    assert presets.by_server("imap.gmail.com").provider == "google"
    assert presets.by_server("outlook.office365.com").provider == "microsoft"
    assert presets.by_server("imap.x.example") is None


def test_user_names_are_tried_in_the_providers_order():
    anna = Address.parse("anna@icloud.com")
    found = presets.settings(presets.by_domain("icloud.com"), anna)
    assert found.imap.logins == ("anna", "anna@icloud.com")
    assert found.smtp.logins == ("anna@icloud.com",)
