# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Finding the Exchange server of an address, and whom the password is entrusted to."""

from contextlib import ExitStack

import pytest
from exchange_double import ANNA, PASSWORD, failure, office
from imapclient import SocketTimeout

from dev.ews import User
from dev.ews import server as ews
from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import AuthenticationFailed, SettingsError, TemporaryError
from mail_contact_sync.connectors.exchange import discovery as exchange_discovery
from mail_contact_sync.connectors.exchange import mailbox as exchange_mailbox
from mail_contact_sync.connectors.exchange.http import Http
from mail_contact_sync.connectors.exchange.settings import Endpoint
from mail_contact_sync.connectors.net.dns_records import Service

PATH = "/autodiscover/autodiscover.svc"
FIRST, SECOND = "autodiscover.ours.example", "ours.example"


class Internet:
    """Which host name leads to which double; the others do not exist."""

    def __init__(self):
        self.hosts = {}
        self.asked = []
        self.records = []

    def connect(self, url, user, password, context, timeout, fence=None):
        host = url.split("/")[2]
        self.asked.append(host)
        if host.partition(":")[0] == "localhost":
            return Http(url, user, password, context, timeout)
        assert url == f"https://{host}{PATH}"
        port = self.hosts[host].server.port if host in self.hosts else 1
        url = f"http://localhost:{port}{PATH}"
        return Http(url, user, password, context, SocketTimeout(2, 2))

    def services(self, name, resolver, deadline):
        assert name == "_autodiscover._tcp.ours.example" and deadline.left() <= 10
        return tuple(Service(host, port) for host, port in self.records) or None


@pytest.fixture
def internet(monkeypatch):
    internet = Internet()
    monkeypatch.setattr(exchange_mailbox, "Http", internet.connect)
    monkeypatch.setattr(exchange_discovery, "services", internet.services)
    return internet


@pytest.fixture
def doubles():
    with ExitStack() as stack:
        yield lambda *people: stack.enter_context(office(*people))


@pytest.fixture
def mailbox(doubles):
    return doubles()


@pytest.mark.parametrize("host", [FIRST, SECOND])
@pytest.mark.parametrize("ways", [ews.BOTH, ["NTLM"], [ews.BASIC]])
def test_the_server_of_an_address_is_found(internet, mailbox, host, ways):
    internet.hosts[host] = mailbox
    mailbox.server.ways = ways
    with mailbox.connect(server="") as connector:
        assert connector.endpoint.url == mailbox.server.url
        assert connector.check().address == ANNA


def test_a_server_entered_by_hand_is_not_looked_for(internet, mailbox):
    with mailbox.connect():
        pass
    assert internet.asked == [f"localhost:{mailbox.server.port}"]


def test_what_was_found_is_not_looked_for_again(internet, mailbox):
    with mailbox.connect(server="", endpoint=Endpoint(mailbox.server.url, "ntlm")):
        pass
    assert FIRST not in internet.asked


def test_a_mailbox_that_has_moved_is_looked_for_again(internet, mailbox):
    internet.hosts[FIRST] = mailbox
    old = mailbox.server.url.replace("EWS", "old")
    with mailbox.connect(server="", endpoint=Endpoint(old, "ntlm")) as connector:
        assert connector.endpoint.url == mailbox.server.url


def test_the_mailbox_of_another_is_looked_for_at_ones_own_server(internet, mailbox):
    internet.hosts[FIRST] = mailbox
    with mailbox.connect(server="", mailbox="ben@ours.example"):
        pass
    (request,) = [one for one in mailbox.server.requests if one.operation == "GetUserSettings"]
    assert b"ben@ours.example" in request.xml


def test_a_wrong_password_is_told_and_tried_nowhere_else(internet, mailbox, doubles):
    other = doubles()
    internet.hosts |= {FIRST: mailbox, SECOND: other}
    error = failure(mailbox.connect(server="", password="wrong"))
    assert type(error) is AuthenticationFailed
    assert mailbox.server.refused <= 2 and other.server.refused == 0


def test_an_address_unknown_to_the_right_server_is_said_to_be_unknown(internet, mailbox):
    internet.hosts[FIRST] = mailbox
    error = failure(mailbox.connect(server="", address="nobody@ours.example"))
    assert type(error) is SettingsError and error.reason == reasons.MAILBOX_UNKNOWN


def test_no_server_anywhere_is_said_so(internet, mailbox):
    error = failure(mailbox.connect(server=""))
    assert type(error) is SettingsError and error.reason == reasons.AUTODISCOVER_FAILED
    assert internet.asked == [FIRST, SECOND]


def test_a_server_that_only_has_no_time_is_tried_again_later(internet, mailbox):
    internet.hosts[FIRST] = mailbox
    mailbox.server.discovery_answer = ews.Answer(503)
    error = failure(mailbox.connect(server=""))
    assert type(error) is TemporaryError and error.reason == reasons.SERVER_UNAVAILABLE


def test_a_website_at_the_domain_is_no_server(internet, mailbox, doubles):
    website = doubles()
    website.server.ways = []
    internet.hosts = {FIRST: website, SECOND: mailbox}
    with mailbox.connect(server="") as connector:
        assert connector.endpoint.url == mailbox.server.url


def test_a_kerberos_only_server_is_said_to_be_one(internet, mailbox):
    internet.hosts[FIRST] = mailbox
    mailbox.server.ways = ["Negotiate"]
    assert failure(mailbox.connect(server="")).reason == reasons.KERBEROS_ONLY


# Where it is pointed to ------------------------------------------------------------------


def test_a_record_within_the_domain_is_followed(internet, mailbox):
    internet.records = [("mail.ours.example", 443), ("elsewhere.example", 443)]
    internet.hosts["mail.ours.example"] = mailbox
    with mailbox.connect(server="") as connector:
        assert connector.endpoint.url == mailbox.server.url


@pytest.mark.parametrize("target", ["mail.hoster.example", "notours.example", "example"])
def test_a_record_that_leads_elsewhere_is_for_a_person_to_confirm(internet, mailbox, target):
    """DNS vouches for nothing: whoever can forge it would be told the password."""
    internet.records = [(target, 443)]
    internet.hosts[target] = mailbox
    error = failure(mailbox.connect(server=""))
    assert type(error) is SettingsError and error.reason == reasons.AUTODISCOVER_ELSEWHERE
    assert error.detail == target
    assert target not in internet.asked


def test_a_record_may_name_another_port(internet, mailbox):
    internet.records = [("mail.ours.example", 444)]
    internet.hosts["mail.ours.example:444"] = mailbox
    with mailbox.connect(server="") as connector:
        assert connector.endpoint.url == mailbox.server.url


def test_the_right_server_may_point_to_another(internet, mailbox, doubles):
    other = doubles()
    internet.hosts = {FIRST: mailbox, "mail.hoster.example": other}
    mailbox.server.redirects[ANNA] = ("RedirectUrl", f"https://mail.hoster.example{PATH}")
    with mailbox.connect(server="") as connector:
        assert connector.endpoint.url == other.server.url


def test_the_right_server_may_point_to_another_address(internet, mailbox, doubles):
    anna = User("anna@hoster.example", PASSWORD, "OURS\\anna")
    other = doubles(anna, User(ANNA, PASSWORD, "OURS\\x"))
    anna.delegates, other.directory.users[1].delegates = (ANNA,), ("anna@hoster.example",)
    internet.hosts = {FIRST: mailbox, "autodiscover.hoster.example": other}
    mailbox.server.redirects[ANNA] = ("RedirectAddress", "anna@hoster.example")
    with mailbox.connect(server="") as connector:
        assert connector.endpoint.url == other.server.url


@pytest.mark.parametrize(
    "target", ["http://mail.hoster.example/x", "file:///etc/passwd", "ldap://x", ""]
)
def test_nobody_is_followed_out_of_https(internet, mailbox, target):
    internet.hosts[FIRST] = mailbox
    mailbox.server.redirects[ANNA] = ("RedirectUrl", target)
    error = failure(mailbox.connect(server=""))
    assert type(error) is SettingsError
    assert internet.asked == [FIRST, SECOND]


def test_a_circle_of_pointers_ends(internet, mailbox):
    internet.hosts[FIRST] = mailbox
    mailbox.server.redirects[ANNA] = ("RedirectUrl", f"https://{FIRST}{PATH}")
    error = failure(mailbox.connect(server=""))
    assert type(error) is SettingsError
    assert len(internet.asked) <= exchange_discovery.MAX_REDIRECTS + 1


@pytest.mark.parametrize("address", ["anna", "", "anna@", "a@b/c", "a@b:1", "a@x@evil.example/"])
def test_what_has_no_domain_is_looked_for_nowhere(internet, mailbox, address):
    error = failure(mailbox.connect(server="", address=address))
    assert type(error) is SettingsError and internet.asked == []
