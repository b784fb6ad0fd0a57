# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which source wins: each in turn, where those before it have nothing."""

import pytest
from small_internet import MAIL, OTHER, SmallInternet, config_of

ANNA = "Anna@x.example"
LOGINS = ("Anna@x.example", "Anna")
AUTOCONFIG = "autoconfig.x.example/mail/config-v1.1.xml"
WELL_KNOWN = "x.example/.well-known/autoconfig/mail/config-v1.1.xml"
ISPDB = "https://ispdb.example/v1.1/"


@pytest.fixture
def internet(tmp_path):
    with SmallInternet(tmp_path) as internet:
        internet.name(MAIL, "one.x.example", "two.x.example", "three.x.example", "four.x.example")
        yield internet


@pytest.fixture
def web(internet):
    return internet.serve("autoconfig.x.example", "x.example", "ispdb.example")


def everywhere(internet, web):
    """Each source says something else."""
    web.pages[AUTOCONFIG] = config_of("one.x.example")
    web.pages[WELL_KNOWN] = config_of("two.x.example")
    web.pages["ispdb.example/v1.1/x.example"] = config_of("three.x.example")
    internet.dns.add("_imaps._tcp.x.example. IN SRV 0 0 993 four.x.example.")
    internet.dns.add("x.example. IN MX 10 mx00.ionos.de.")
    internet.imap("imap.x.example", address=OTHER)


def nothing(*gone):
    def remove(internet, web):
        for what in gone:
            web.pages.pop(what, None)
        if "srv" in gone:
            internet.dns.silent.add("_tcp.x.example")
        if "mx" in gone:
            internet.dns.forget("MX")
        if "probe" in gone:
            internet.routes.pop((OTHER, 993))

    return remove


SOURCES = [
    (AUTOCONFIG, "autoconfig", "one.x.example"),
    (WELL_KNOWN, "autoconfig", "two.x.example"),
    ("ispdb.example/v1.1/x.example", "ispdb", "three.x.example"),
    ("srv", "srv", "four.x.example"),
    ("mx", "mx", "imap.ionos.de"),
    ("probe", "probe", "imap.x.example"),
    (None, "guess", "imap.x.example"),
]


@pytest.mark.parametrize("number", range(len(SOURCES)), ids=lambda n: SOURCES[n][2])
def test_the_first_that_knows_wins(internet, web, number):
    everywhere(internet, web)
    nothing(*(gone for gone, *_ in SOURCES[:number]))(internet, web)
    found = internet.discover(ANNA, ispdb=ISPDB, resolver=internet.dns.resolver(0.5))
    assert (found.source, found.imap.host) == SOURCES[number][1:]
    assert found.imap.port == 993 and found.imap.security == "tls"
