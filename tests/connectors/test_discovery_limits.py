# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The answer comes in time, whatever hangs, and nothing inside is reached."""

from threading import Event
from time import monotonic

import pytest
from small_internet import MAIL, OTHER, config_of, drip, hang

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.discovery import discover, finder, known

ANNA = "anna@x.example"
AUTOCONFIG = "autoconfig.x.example/mail/config-v1.1.xml"
#: Seconds that a search is given, and that it may take on a busy machine beyond them.
LIMIT, GRACE = 1.5, 5.0


@pytest.fixture
def internet(internet):
    internet.name(MAIL, "mail.x.example")
    internet.dns.add("x.example. IN MX 10 mail.x.example.")
    return internet


@pytest.fixture
def web(internet):
    return internet.serve("autoconfig.x.example", "ispdb.example")


def search(internet, **options):
    started = monotonic()
    found = internet.discover(ANNA, **{"timeout": LIMIT, **options})
    assert monotonic() - started < LIMIT + GRACE
    return found


def test_a_search_is_given_ten_seconds_and_a_look_fewer():
    assert discover.__kwdefaults__["timeout"] == 10
    assert known.__kwdefaults__["timeout"] < 10


@pytest.mark.parametrize("page", [hang, drip])
def test_a_web_server_that_hangs_leaves_time_for_the_others(internet, web, page):
    web.pages[AUTOCONFIG] = page
    internet.dns.add("_imaps._tcp.x.example. IN SRV 0 0 993 mail.x.example.")
    assert search(internet).source == "srv"


def test_a_data_base_that_hangs_leaves_time_for_the_others(internet, web):
    web.pages["ispdb.example/x.example"] = hang
    internet.imap("imap.x.example", address=OTHER)
    assert search(internet, ispdb="https://ispdb.example").source == "probe"


def test_all_hang(internet, web):
    web.pages[AUTOCONFIG] = web.pages["ispdb.example/x.example"] = hang
    internet.dns.silent |= {"_tcp.x.example", "mail.x.example"}
    internet.name(OTHER, "imap.x.example")
    internet.listen(OTHER, 993, None)
    found = search(internet, ispdb="https://ispdb.example")
    assert (found.source, found.imap.host) == ("guess", "imap.x.example")


def test_a_name_server_that_hangs(internet):
    internet.dns.silent.add("x.example")
    assert search(internet, resolver=internet.dns.resolver(60)).source == "guess"
    assert known(ANNA, resolver=internet.dns.resolver(60), timeout=0.3) is None


def test_service_records_that_hang_leave_time_for_the_look_at_servers(internet):
    internet.dns.silent.add("_tcp.x.example")
    internet.imap("imap.x.example", address=OTHER)
    assert search(internet, resolver=internet.dns.resolver(60)).source == "probe"


@pytest.mark.parametrize("context", [True, False])
def test_one_server_that_hangs_does_not_hide_the_other(internet, context):
    """In the handshake, and in the greeting."""
    server = internet.authority.server_context("imap.x.example") if context else None
    internet.name(OTHER, "imap.x.example")
    internet.listen(OTHER, 993, None, server)
    internet.imap("mail.x.example")
    found = search(internet, timeout=3)
    assert (found.source, found.imap.host) == ("probe", "mail.x.example")


def test_threads_that_cannot_be_stopped_do_not_hold_up_the_answer(internet, monkeypatch):
    gate = Event()
    monkeypatch.setattr(finder, "get", lambda *arguments: gate.wait(30))
    monkeypatch.setattr(finder, "services", lambda *arguments: gate.wait(30))
    monkeypatch.setattr(finder, "mail_exchangers", lambda *arguments: gate.wait(30))
    assert search(internet).source == "guess"
    gate.set()


def test_a_defect_of_one_source_does_not_spoil_the_others(internet, monkeypatch, caplog):
    def broken(*arguments):
        raise ZeroDivisionError(ANNA)

    monkeypatch.setattr(finder, "get", broken)
    internet.dns.add("_imaps._tcp.x.example. IN SRV 0 0 993 mail.x.example.")
    assert search(internet).source == "srv"
    assert "ZeroDivisionError" in caplog.text and ANNA not in caplog.text


# Nothing inside ------------------------------------------------------------------


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "10.0.0.1", "::1"])
def test_no_name_of_the_domain_leads_inside(internet, address):
    names = ("autoconfig", "imap", "smtp")
    web = internet.serve(*(f"{name}.inside.example" for name in names), address=address)
    web.pages["autoconfig.inside.example/mail/config-v1.1.xml"] = config_of("mail.x.example")
    internet.imap("imap.inside.example", address=address)
    internet.dns.add("_imaps._tcp.inside.example. IN SRV 0 0 993 imap.inside.example.")
    found = internet.discover("anna@inside.example")
    assert (found.source, found.reason) == ("guess", reasons.HOST_NOT_ALLOWED)
    assert internet.reached == [] and web.requests == []
    assert internet.discover("anna@inside.example", allow_internal=True).source == "autoconfig"


def test_a_redirect_inside_is_not_followed(internet, web):
    inside = internet.serve("metadata.example", address="169.254.169.254")
    inside.pages["metadata.example/"] = config_of("mail.x.example")
    for target in ("https://metadata.example/", "https://169.254.169.254/", "http://x.example/"):
        web.pages[AUTOCONFIG] = target
        assert internet.discover(ANNA).source == "guess"
    assert inside.requests == []
