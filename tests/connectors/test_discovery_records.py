# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Settings from SRV and MX records, from a look at the servers, and for other scripts."""

from collections import Counter
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory

import pytest
from imap_mailbox import running_dovecot
from small_internet import MAIL, OTHER, config_of

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.discovery import known, login_candidates
from mail_contact_sync.connectors.discovery.probe import speaks_imap, submission
from mail_contact_sync.connectors.net.deadline import Deadline
from mail_contact_sync.connectors.net.dns_records import mail_exchangers, services

ANNA = "anna@x.example"


@pytest.fixture
def internet(internet):
    internet.name(MAIL, "mail.x.example", "other.y.example")
    internet.dns.add("x.example. IN MX 10 mail.x.example.")
    return internet


def srv(internet, service, target, port=993, priority=0, weight=0):
    name = f"_{service}._tcp.x.example."
    internet.dns.add(f"{name} IN SRV {priority} {weight} {port} {target}")


# SRV -----------------------------------------------------------------------------


def test_tls_from_the_start_is_preferred(internet):
    srv(internet, "imaps", "mail.x.example.", 993)
    srv(internet, "imap", "mail.x.example.", 143)
    srv(internet, "submissions", "mail.x.example.", 465)
    srv(internet, "submission", "mail.x.example.", 587)
    found = internet.discover(ANNA)
    assert found.source == "srv" and not found.foreign
    assert (found.imap.port, found.imap.security) == (993, "tls")
    assert (found.smtp.port, found.smtp.security) == (465, "tls")
    assert found.imap.logins == (ANNA, "anna")


@pytest.mark.parametrize("denied", [True, False])
def test_starttls_where_there_is_no_other(internet, denied):
    for tls in ("imaps", "submissions"):
        if denied:
            srv(internet, tls, ".", 0)
    srv(internet, "imap", "mail.x.example.", 143)
    srv(internet, "submission", "mail.x.example.", 587)
    found = internet.discover(ANNA)
    assert (found.source, found.imap.port, found.imap.security) == ("srv", 143, "starttls")
    assert (found.smtp.port, found.smtp.security) == (587, "starttls")


def test_a_domain_that_says_it_has_no_imap(internet):
    srv(internet, "imaps", ".", 0)
    srv(internet, "imap", ".", 0)
    found = internet.discover(ANNA)
    assert (found.source, found.reason) == ("guess", reasons.NO_IMAP)


def test_sending_alone_is_no_mailbox(internet):
    srv(internet, "submission", "mail.x.example.", 587)
    assert internet.discover(ANNA).source == "guess"


def test_a_server_of_another_domain_is_told(internet):
    srv(internet, "imaps", "other.y.example.")
    found = internet.discover(ANNA)
    assert (found.source, found.imap.host, found.foreign) == ("srv", "other.y.example", True)


def test_a_known_provider_is_no_stranger(internet):
    internet.name(MAIL, "imap.fastmail.com")
    srv(internet, "imaps", "imap.fastmail.com.")
    found = internet.discover(ANNA)
    assert found.name == "Fastmail" and not found.foreign


@pytest.mark.parametrize("target, port", [("inside.x.example.", 993), ("mail.x.example.", 8080)])
def test_servers_out_of_bounds_are_not_taken(internet, target, port):
    internet.name("192.168.1.1", "inside.x.example")
    srv(internet, "imaps", target, port)
    assert internet.discover(ANNA).source == "guess"


def targets(internet):
    name = "_imaps._tcp.x.example"
    found = services(name, internet.dns.resolver(), Deadline(5))
    return [target.host for target in found]


def test_the_lowest_priority_is_the_first(internet):
    srv(internet, "imaps", "c.x.example.", priority=20, weight=100)
    srv(internet, "imaps", "a.x.example.", priority=5)
    srv(internet, "imaps", "b.x.example.", priority=10, weight=1)
    assert targets(internet) == ["a.x.example", "b.x.example", "c.x.example"]


def test_weights_are_drawn_by_lot(internet):
    srv(internet, "imaps", "heavy.x.example.", weight=90)
    srv(internet, "imaps", "light.x.example.", weight=10)
    srv(internet, "imaps", "never.x.example.", weight=0)
    drawn = Counter(targets(internet)[0] for _ in range(200))
    # Each of these fails once in a thousand million times at most.
    assert drawn["heavy.x.example"] > 140 and drawn["light.x.example"] >= 1


def test_no_records_are_no_denial(internet):
    for name in ("_imaps._tcp.x.example", "_imaps._tcp.gone.example"):
        assert services(name, internet.dns.resolver(), Deadline(5)) is None


# MX ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "exchanger, provider, host",
    [
        ("aspmx.l.google.com.", "google", "imap.gmail.com"),
        ("X-example.mail.protection.Outlook.com.", "microsoft", "outlook.office365.com"),
        ("mx00.kundenserver.de.", "imap", "imap.ionos.de"),
        ("mail.protonmail.ch.", "imap", None),
        ("mx.elsewhere.example.", "", None),
    ],
)
def test_who_takes_in_the_mail(internet, exchanger, provider, host):
    internet.dns.forget("MX")
    internet.dns.add(f"x.example. IN MX 5 {exchanger}\nx.example. IN MX 20 mx.y.example.")
    found = known(ANNA, resolver=internet.dns.resolver())
    assert (found.provider if found else "") == provider
    found = internet.discover(ANNA)
    if provider:
        assert (found.source, found.provider) == ("mx", provider)
        assert (found.imap and found.imap.host) == host
    else:
        assert found.source == "guess"


def test_microsoft_takes_no_password(internet):
    internet.dns.forget("MX")
    internet.dns.add("x.example. IN MX 5 x-example.mail.protection.outlook.com.")
    found = internet.discover(ANNA)
    assert found.advice == "sign-in" and login_candidates(found) == []


def test_exchangers_by_preference(internet):
    internet.dns.forget("MX")
    internet.dns.add("x.example. IN MX 20 b.example.\nx.example. IN MX 10 a.example.")
    found = mail_exchangers("x.example", internet.dns.resolver(), Deadline(5))
    assert found == ("a.example", "b.example")


def test_a_domain_without_mail(internet):
    internet.dns.forget("MX")
    internet.dns.add("x.example. IN MX 0 .")
    assert mail_exchangers("x.example", internet.dns.resolver(), Deadline(5)) == ()
    assert known(ANNA, resolver=internet.dns.resolver()) is None


def test_a_quick_look_at_the_presets_asks_nobody(internet):
    for domain, provider in (("gmail.com", "google"), ("live.de", "microsoft"), ("gmx.de", "imap")):
        assert known(f"a@{domain}", resolver=internet.dns.resolver()).provider == provider
    assert internet.dns.asked == []


@pytest.mark.parametrize("text", ["", "anna", "anna@", "anna@x", "anna@gone.example"])
def test_a_quick_look_at_what_is_not_there(internet, text):
    assert known(text, resolver=internet.dns.resolver()) is None


# A look at the servers -----------------------------------------------------------


@pytest.mark.parametrize("name", ["imap.x.example", "mail.x.example", "x.example"])
def test_a_server_under_one_of_the_usual_names(internet, name):
    internet.imap(name, address=OTHER)
    internet.dns.forget("MX")
    found = internet.discover(ANNA)
    assert (found.source, found.imap.host, found.smtp) == ("probe", name, None)


def test_a_real_server_is_recognised(internet):
    with TemporaryDirectory() as name:  # pytest's own can be entered by nobody else
        folder = Path(name)
        folder.chmod(0o755)
        files = [copy(file, folder) for file in internet.authority.issue("imap.x.example")]
        for file in files:
            Path(file).chmod(0o644)
        settings = "ssl_cert = <{}\nssl_key = <{}\n".format(*files)
        with running_dovecot(settings) as dovecot:
            internet.name(OTHER, "imap.x.example")
            internet.routes[OTHER, 993] = dovecot.tls_port
            found = internet.discover(ANNA)
    assert (found.source, found.imap.host) == ("probe", "imap.x.example")


@pytest.mark.parametrize("greeting", [b"* PREAUTH hi\r\n", b"* BYE\r\n", b"220 mail\r\n", b"\r\n"])
def test_what_is_no_mailbox_server(internet, greeting):
    context = internet.authority.server_context("imap.x.example")
    internet.name(OTHER, "imap.x.example")
    internet.listen(OTHER, 993, greeting, context)
    assert not speaks_imap("imap.x.example", internet.fence(), Deadline(5))


def test_a_server_with_anothers_certificate_is_not_taken(internet):
    internet.imap("imap.z.example", address=OTHER)
    internet.name(OTHER, "imap.x.example")
    assert not speaks_imap("imap.x.example", internet.fence(), Deadline(5))
    assert internet.discover(ANNA).source == "guess"


def test_sending_with_tls(internet):
    internet.imap("imap.x.example", address=OTHER)
    internet.name(OTHER, "smtp.x.example")
    internet.listen(OTHER, 465, b"220 hi\r\n", internet.authority.server_context("smtp.x.example"))
    found = internet.discover(ANNA).smtp
    assert (found.host, found.port, found.security) == ("smtp.x.example", 465, "tls")


def starttls(internet, name="smtp.x.example", offers=b"250-x\r\n250 STARTTLS\r\n"):
    internet.name(OTHER, "smtp.x.example")
    answers = {b"EHLO": offers, b"STARTTLS": b"220 go on\r\n"}
    context = internet.authority.server_context(name)
    return internet.listen(OTHER, 587, b"220 hi\r\n", answers=answers, upgrade=context)


def test_sending_with_starttls(internet):
    server = starttls(internet)
    found = submission("smtp.x.example", internet.fence(), Deadline(5))
    assert found == (587, "starttls")
    assert server.lines == [b"EHLO [127.0.0.1]\r\n", b"STARTTLS\r\n"]


@pytest.mark.parametrize(
    "options", [{"name": "smtp.z.example"}, {"offers": b"250 x\r\n"}, {"offers": b"500 no\r\n"}]
)
def test_sending_without_encryption_or_its_name_is_not_taken(internet, options):
    starttls(internet, **options)
    assert submission("smtp.x.example", internet.fence(), Deadline(5)) is None


# Other scripts -------------------------------------------------------------------


def test_a_domain_of_another_script(internet):
    web = internet.serve("autoconfig.xn--mller-kva.example")
    web.pages["autoconfig.xn--mller-kva.example/mail/config-v1.1.xml"] = config_of("mail.x.example")
    found = internet.discover("anna@Müller.example")
    assert found.source == "autoconfig" and found.address == "anna@xn--mller-kva.example"
    assert found.imap.logins == ("anna@xn--mller-kva.example", "anna@müller.example", "anna")
    assert "emailaddress=anna@xn--mller-kva.example" in web.requests[0][1]
    assert not any("ü" in name for name, _ in internet.dns.asked)


def test_a_domain_of_another_script_without_settings(internet):
    found = internet.discover("anna@bücher.example")
    assert found.imap.host == "imap.xn--bcher-kva.example"
