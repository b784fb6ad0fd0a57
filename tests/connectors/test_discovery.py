# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which source wins, who learns what, and what is made of it."""

import pytest
from small_internet import MAIL, OTHER, config, config_of, server_xml

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import Server
from mail_contact_sync.connectors.discovery import discover, login_candidates
from mail_contact_sync.connectors.discovery.settings import Endpoint

ANNA = "Anna@x.example"
LOGINS = ("Anna@x.example", "Anna")
AUTOCONFIG = "autoconfig.x.example/mail/config-v1.1.xml"
WELL_KNOWN = "x.example/.well-known/autoconfig/mail/config-v1.1.xml"
LISTED = "ispdb.example/v1.1/x.example"
ISPDB = "https://ispdb.example/v1.1/"


@pytest.fixture
def internet(internet):
    internet.name(MAIL, "one.x.example", "two.x.example", "three.x.example", "four.x.example")
    return internet


@pytest.fixture
def web(internet):
    return internet.serve("autoconfig.x.example", "x.example", "ispdb.example")


def everywhere(internet, web):
    """Each source says something else."""
    web.pages[AUTOCONFIG] = config_of("one.x.example")
    web.pages[WELL_KNOWN] = config_of("two.x.example")
    web.pages[LISTED] = config_of("three.x.example")
    internet.dns.add("_imaps._tcp.x.example. IN SRV 0 0 993 four.x.example.")
    internet.dns.add("x.example. IN MX 10 mx00.ionos.de.")
    internet.imap("imap.x.example", address=OTHER)


def silence(internet, web, what):
    """Let one of them say nothing."""
    web.pages.pop(what, None)
    if what in ("SRV", "MX"):
        internet.dns.forget(what)
    elif what == "probe":
        internet.routes.pop((OTHER, 993))


SOURCES = [
    (AUTOCONFIG, "autoconfig", "one.x.example"),
    (WELL_KNOWN, "autoconfig", "two.x.example"),
    (LISTED, "ispdb", "three.x.example"),
    ("SRV", "srv", "four.x.example"),
    ("MX", "mx", "imap.ionos.de"),
    ("probe", "probe", "imap.x.example"),
    (None, "guess", "imap.x.example"),
]


@pytest.mark.parametrize("number", range(len(SOURCES)))
def test_the_first_that_knows_wins(internet, web, number):
    everywhere(internet, web)
    for what, *_ in SOURCES[:number]:
        silence(internet, web, what)
    found = internet.discover(ANNA, ispdb=ISPDB)
    assert (found.source, found.imap.host) == SOURCES[number][1:]
    assert found.imap.port == 993 and found.imap.security == "tls"
    assert found.address == ANNA and found.provider == "imap"


def test_a_preset_asks_nobody(internet):
    found = internet.discover("anna@gmx.de")
    assert found.source == "preset" and found.imap.host == "imap.gmx.net"
    assert found.advice and found.app_password_url.startswith("https://hilfe.gmx.net/")
    assert internet.dns.asked == internet.reached == []


@pytest.mark.parametrize(
    "domain, provider", [("gmail.com", "google"), ("hotmail.fr", "microsoft"), ("gmx.at", "imap")]
)
def test_who_signs_in_where(domain, provider):
    assert discover(f"anna@{domain}").provider == provider


def test_a_provider_that_lets_no_program_in():
    found = discover("anna@proton.me")
    assert (found.imap, found.smtp, found.reason) == (None, None, reasons.NO_IMAP)
    assert found.advice == "not-possible" and login_candidates(found) == []


@pytest.mark.parametrize(
    "text",
    [
        *("", "anna", "@x.example", "anna@", "anna@localhost", "a b@x.example", "anna@x..example"),
        *("anna@@x.example", "a@b@x.example", "anna@x.example\0", "x" * 65 + "@x.example"),
        *("anna@" + "x." * 130 + "example", "anna@[127.0.0.1]", "an\nna@x.example", "a@x.example/"),
    ],
)
def test_what_is_no_address(internet, text):
    with pytest.raises(ValueError) as caught:
        internet.discover(text)
    assert str(caught.value) == "no e-mail address"
    assert internet.dns.asked == []


# Who learns what -----------------------------------------------------------------


def test_nobody_learns_more_than_need_be(internet, web):
    imap = internet.imap("imap.x.example", address=OTHER)
    internet.discover(ANNA, ispdb=ISPDB)
    assert dict(web.requests) == {
        "autoconfig.x.example": "/mail/config-v1.1.xml?emailaddress=Anna@x.example",
        "x.example": "/.well-known/autoconfig/mail/config-v1.1.xml",
        "ispdb.example": "/v1.1/x.example",
    }
    assert not any("anna" in name for name, _ in internet.dns.asked)
    assert imap.shaken and imap.lines == []


def test_the_data_base_is_not_asked_where_the_domain_publishes(internet, web):
    everywhere(internet, web)
    internet.discover(ANNA, ispdb=ISPDB)
    assert "ispdb.example" not in dict(web.requests)


def test_the_data_base_can_be_switched_off(internet, web):
    everywhere(internet, web)
    silence(internet, web, AUTOCONFIG)
    silence(internet, web, WELL_KNOWN)
    assert internet.discover(ANNA, ispdb=None).source == "srv"
    assert "ispdb.example" not in dict(web.requests)


def test_a_domain_that_does_not_exist_is_nobodys_business(internet, web):
    web.pages["ispdb.example/v1.1/slip.example"] = config_of("one.x.example")
    found = internet.discover("anna@slip.example", ispdb=ISPDB)
    assert (found.source, found.reason) == ("guess", reasons.HOST_UNKNOWN)
    assert web.requests == []


# What is made of it --------------------------------------------------------------


def test_the_logins_to_try(internet, web):
    web.pages[AUTOCONFIG] = config(server_xml("imap", "one.x.example", 993, login="web1"))
    found = internet.discover(ANNA)
    assert login_candidates(found) == [
        Server("one.x.example", 993, "tls", login) for login in ("web1", *LOGINS)
    ]
    assert found.smtp is None


def test_no_password_is_taken_where_none_would_do():
    assert login_candidates(discover("anna@outlook.com")) == []
    assert len(login_candidates(discover("anna@gmail.com"))) == 1


def test_nothing_found_is_a_guess_to_begin_with(internet):
    internet.dns.add("x.example. IN MX 1 mx.x.example.")
    found = internet.discover(ANNA)
    assert (found.source, found.reason) == ("guess", reasons.NO_SETTINGS)
    assert found.imap == Endpoint("imap.x.example", 993, "tls", LOGINS)
    assert found.smtp == Endpoint("smtp.x.example", 465, "tls", LOGINS)


@pytest.mark.parametrize(
    "server, reason",
    [
        (server_xml("pop3", "one.x.example", 995), reasons.POP3_ONLY),
        (
            server_xml("imap", "one.x.example", 993, ways=["OAuth2"]),
            reasons.PASSWORD_LOGIN_DISABLED,
        ),
        (server_xml("imap", "inside.x.example", 993), reasons.HOST_NOT_ALLOWED),
        (server_xml("imap", "one.x.example", 22), reasons.PORT_NOT_ALLOWED),
    ],
)
def test_why_nothing_better_was_found(internet, web, server, reason):
    internet.name("10.0.0.1", "inside.x.example")
    web.pages[AUTOCONFIG] = config(server)
    found = internet.discover(ANNA)
    assert (found.source, found.reason) == ("guess", reason)
    internet.imap("imap.x.example", address=OTHER)
    found = internet.discover(ANNA)
    assert (found.source, found.reason) == ("probe", "")


def test_a_server_to_send_by_that_is_out_of_bounds_is_left_out(internet, web):
    internet.name("10.0.0.1", "inside.x.example")
    web.pages[AUTOCONFIG] = config(
        server_xml("imap", "one.x.example", 993), server_xml("smtp", "inside.x.example", 465)
    )
    found = internet.discover(ANNA)
    assert found.imap.host == "one.x.example" and found.smtp is None


def test_inside_is_fine_where_that_is_allowed(internet, web):
    internet.name("10.0.0.1", "inside.x.example")
    web.pages[AUTOCONFIG] = config(server_xml("imap", "inside.x.example", 1993))
    assert internet.discover(ANNA, allow_internal=True).imap.port == 1993


def test_a_server_that_is_known_brings_its_advice_along(internet, web):
    internet.name(MAIL, "imap.gmail.com")
    web.pages[AUTOCONFIG] = config(server_xml("imap", "imap.gmail.com", 993))
    found = internet.discover(ANNA)
    assert (found.source, found.provider, found.name) == ("autoconfig", "google", "Gmail")
    assert found.advice == "sign-in-or-app-password" and found.mx_provider == ""


def test_mail_that_goes_elsewhere_than_the_settings_say_is_told(internet, web):
    """Web hosts publish settings for all their domains, wherever the mail is."""
    web.pages[AUTOCONFIG] = config_of("one.x.example")
    internet.dns.add("x.example. IN MX 1 aspmx.l.google.com.")
    found = internet.discover(ANNA)
    assert (found.source, found.provider, found.mx_provider) == ("autoconfig", "imap", "google")


def test_the_advice_of_a_provider_elsewhere_is_not_given(internet, web):
    web.pages[AUTOCONFIG] = config_of("one.x.example")
    internet.dns.add("x.example. IN MX 1 mail.protonmail.ch.")
    found = internet.discover(ANNA)
    assert found.imap and found.advice == found.name == ""


def test_one_server_for_two_services_is_told_apart_by_the_mail_exchanger(internet, web):
    internet.name(MAIL, "outlook.office365.com")
    web.pages[AUTOCONFIG] = config_of("outlook.office365.com")
    assert internet.discover(ANNA).name == "Outlook.com"
    internet.dns.add("x.example. IN MX 1 x-example.mail.protection.outlook.com.")
    found = internet.discover(ANNA)
    assert (found.name, found.provider, found.mx_provider) == ("Microsoft 365", "microsoft", "")
