# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which hosts may be connected to on behalf of a user."""

import socket
import ssl
from dataclasses import replace
from ipaddress import ip_address
from time import monotonic

import dns.name
import dns.resolver
import pytest
from dnslib import RCODE
from small_internet import MAIL, OTHER

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import ConnectorError, SettingsError, TemporaryError
from mail_contact_sync.connectors.net.deadline import Deadline
from mail_contact_sync.connectors.net.dns_records import host_name
from mail_contact_sync.connectors.net.fence import (
    MAIL_PORTS,
    Fence,
    default_context,
    is_public,
)

INTERNAL = {
    "private": ("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12::1"),
    "loopback": ("127.0.0.1", "127.255.255.254", "::1"),
    "link-local": ("169.254.169.254", "169.254.0.1", "fe80::1", "fe80::1%eth0"),
    "multicast": ("224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1"),
    "reserved": ("240.0.0.1", "255.255.255.255", "192.0.0.1", "192.0.0.171", "4000::1"),
    "unspecified": ("0.0.0.0", "0.1.2.3", "::"),
    "carrier": ("100.64.0.1", "100.127.255.255"),
    "benchmarks": ("198.18.0.1", "198.19.255.255", "2001:2::1"),
    "examples": ("192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"),
    "tunnels": ("192.88.99.1", "2001::1", "64:ff9b:1::a00:1", "fec0::1", "5f00::1"),
    "mapped": ("::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254"),
    "compatible": ("::10.0.0.1", "::127.0.0.1"),
    "translated": ("64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254"),
    "6to4": ("2002:a00:1::1", "2002:7f00:1::", "2002:a9fe:a9fe::1"),
    "scoped": ("2606:4700::1%eth0",),
}
PUBLIC = (
    *("1.1.1.1", "100.63.255.255", "100.128.0.1", "172.15.255.255", "172.32.0.1", "192.0.1.1"),
    *("198.17.255.255", "198.20.0.1", "223.255.255.255", "2606:4700::1", "2a00:1450::1"),
    *("::ffff:1.1.1.1", "64:ff9b::1.1.1.1", "2002:101:101::1"),
)


def refusal(fence: Fence, host: str, port: int = 993) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        fence.mail_addresses(host, port)
    return caught.value


# Addresses -----------------------------------------------------------------------


@pytest.mark.parametrize("address", [one for kind in INTERNAL.values() for one in kind])
def test_what_is_not_on_the_public_internet_is_refused(address):
    assert not is_public(address)
    error = refusal(Fence(), address)
    assert isinstance(error, SettingsError) and error.reason == reasons.HOST_NOT_ALLOWED


@pytest.mark.parametrize("address", PUBLIC)
def test_the_public_internet_is_open(address):
    assert is_public(address)
    assert [*map(ip_address, Fence().mail_addresses(address, 993))] == [ip_address(address)]


@pytest.mark.parametrize(
    "address", [one for kind in INTERNAL.values() for one in kind if "%" not in one]
)
def test_names_are_judged_by_their_addresses(internet, address):
    internet.name(address, "mail.x.example")
    assert refusal(internet.fence(), "mail.x.example").reason == reasons.HOST_NOT_ALLOWED
    allowed = internet.fence(allow_internal=True).mail_addresses("mail.x.example", 993)
    assert len(allowed) == 1


def test_the_addresses_of_a_name_are_all_given_the_old_kind_first(internet):
    internet.name("2606:4700::1", "mail.x.example")
    internet.name(MAIL, "mail.x.example")
    internet.name(OTHER, "mail.x.example")
    found = internet.fence().mail_addresses("MAIL.x.example.", 993)
    assert {*found[:2]} == {MAIL, OTHER} and found[2:] == ("2606:4700::1",)


@pytest.mark.parametrize("internal", ["10.0.0.1", "::1", "64:ff9b::10.0.0.1"])
def test_one_internal_address_spoils_the_name(internet, internal):
    internet.name(MAIL, "mail.x.example")
    internet.name(internal, "mail.x.example")
    assert refusal(internet.fence(), "mail.x.example").reason == reasons.HOST_NOT_ALLOWED


def test_an_alias_leads_no_further_than_the_name_itself(internet):
    internet.name("127.0.0.1", "inside.x.example")
    internet.dns.add("mail.x.example. IN CNAME inside.x.example.")
    assert refusal(internet.fence(), "mail.x.example").reason == reasons.HOST_NOT_ALLOWED


def test_the_refusal_does_not_tell_the_address(internet):
    internet.name("10.11.12.13", "mail.x.example")
    assert "10.11.12.13" not in str(refusal(internet.fence(), "mail.x.example"))


@pytest.mark.parametrize("host", ["127.1", "0x7f000001", "2130706433", "0177.0.0.1", "localhost"])
def test_other_ways_to_write_loopback_are_names_that_nobody_knows(internet, host):
    assert refusal(internet.fence(), host).reason == reasons.HOST_UNKNOWN


@pytest.mark.parametrize("host", ["", ".", "a b", "a..b", "-a.example", "a" * 64, "a:b", "a/b"])
def test_what_is_no_host_name_is_unknown(internet, host):
    error = refusal(internet.fence(), host)
    assert isinstance(error, SettingsError) and error.reason == reasons.HOST_UNKNOWN
    assert internet.dns.asked == []


def test_a_name_of_another_script_is_looked_up_in_a_labels(internet):
    internet.name(MAIL, "xn--mller-kva.example")
    assert internet.fence().mail_addresses("Müller.example", 993) == (MAIL,)
    assert host_name("Müller.example") == "xn--mller-kva.example"


# Ports ---------------------------------------------------------------------------


@pytest.mark.parametrize("port", sorted(MAIL_PORTS))
def test_mailboxes_ports_are_open(port):
    assert Fence().mail_addresses("1.1.1.1", port) == ("1.1.1.1",)


@pytest.mark.parametrize("port", [0, 22, 25, 80, 443, 5432, 6379, 8069, 2525])
def test_other_ports_are_not(internet, port):
    internet.name(MAIL, "mail.x.example")
    assert refusal(internet.fence(), "mail.x.example", port).reason == reasons.PORT_NOT_ALLOWED
    assert internet.dns.asked == []
    allowed = internet.fence(allow_internal=True)
    assert allowed.mail_addresses("mail.x.example", port) == (MAIL,)


# The name server -----------------------------------------------------------------


def test_a_name_server_that_says_nothing_is_no_wrong_host(internet):
    internet.dns.silent.add("x.example")
    error = refusal(internet.fence(lifetime=0.2), "mail.x.example")
    assert isinstance(error, TemporaryError) and error.reason == reasons.HOST_LOOKUP_FAILED


def test_a_name_server_is_not_waited_for_beyond_the_callers_time(internet):
    internet.dns.silent.add("x.example")
    started = monotonic()
    with pytest.raises(TemporaryError) as caught:
        internet.fence(lifetime=20).mail_addresses("mail.x.example", 993, Deadline(0.2))
    assert caught.value.reason == reasons.HOST_LOOKUP_FAILED
    assert monotonic() - started < 10


def test_a_broken_name_server_is_no_wrong_host(internet):
    internet.dns.broken.add("x.example")
    error = refusal(internet.fence(), "mail.x.example")
    assert isinstance(error, TemporaryError) and error.reason == reasons.HOST_LOOKUP_FAILED


@pytest.mark.parametrize("code", [RCODE.SERVFAIL, RCODE.NXDOMAIN, RCODE.NOTIMP])
def test_name_servers_that_know_only_the_old_addresses(internet, code):
    internet.name(MAIL, "mail.x.example")
    internet.dns.codes["AAAA"] = code
    assert internet.fence().mail_addresses("mail.x.example", 993) == (MAIL,)


def test_names_are_looked_up_as_they_stand(internet, monkeypatch):
    reset = dns.resolver.Resolver.reset

    def reset_with_search(self):
        reset(self)
        self.search = [dns.name.from_text("search.example")]
        self.use_search_by_default = True

    monkeypatch.setattr(dns.resolver.Resolver, "reset", reset_with_search)
    refusal(internet.fence(), "mail")
    assert {name for name, _ in internet.dns.asked} == {"mail"}


def test_inside_names_that_only_the_system_knows_are_found(internet):
    fence = internet.fence(allow_internal=True)
    assert "127.0.0.1" in fence.mail_addresses("localhost", 143)
    assert refusal(fence, "unknown.invalid").reason == reasons.HOST_UNKNOWN


# Connections ---------------------------------------------------------------------


def test_the_address_that_was_checked_is_the_one_connected_to(internet):
    """A second look-up would give another address (DNS rebinding)."""
    internet.imap("mail.x.example")
    internet.dns.successors["mail.x.example"] = ["mail.x.example. 0 IN A 127.0.0.1"]
    with internet.fence().open_tls("mail.x.example", 993, MAIL_PORTS, Deadline(5)) as connection:
        assert connection.recv(100).startswith(b"* OK")
    assert internet.reached == [(MAIL, 993)]
    assert [kind for _, kind in internet.dns.asked].count("A") == 1


def test_the_next_address_is_tried_where_one_does_not_answer(internet):
    internet.imap("mail.x.example")
    internet.name(OTHER, "mail.x.example")
    for _ in range(5):  # name servers turn the order
        internet.fence().open_tls("mail.x.example", 993, MAIL_PORTS, Deadline(5)).close()


def test_no_address_uses_up_the_time_of_the_others(internet):
    for address in (MAIL, OTHER, "2606:4700::1"):
        internet.name(address, "mail.x.example")
    shares = []

    def connect(address, port, timeout):
        shares.append(timeout)
        raise TimeoutError

    fence = replace(internet.fence(), connect=connect)
    with pytest.raises(TemporaryError) as caught:
        fence.open("mail.x.example", 993, MAIL_PORTS, Deadline(60))
    assert caught.value.reason == reasons.CONNECTION_TIMEOUT
    assert [round(60 / share) for share in shares] == [3, 2, 1]


def test_nobody_at_any_address(internet):
    internet.name(OTHER, "mail.x.example")
    with pytest.raises(TemporaryError) as caught:
        internet.fence().open_tls("mail.x.example", 993, MAIL_PORTS, Deadline(5))
    assert caught.value.reason == reasons.CONNECTION_REFUSED


def tls_failure(internet, host="mail.x.example", seconds=5.0):
    with pytest.raises(ConnectorError) as caught:
        internet.fence().open_tls(host, 993, MAIL_PORTS, Deadline(seconds))
    return caught.value.reason


def test_a_certificate_for_another_name_is_refused(internet):
    internet.imap("other.example")
    internet.name(MAIL, "mail.x.example")
    assert tls_failure(internet) == reasons.CERTIFICATE


def test_a_certificate_nobody_vouches_for_is_refused(internet):
    internet.imap("mail.x.example")
    internet.trust = ssl.create_default_context()
    assert tls_failure(internet) == reasons.CERTIFICATE


def test_the_certificates_are_the_systems_where_no_others_are_named():
    assert default_context().verify_mode == ssl.CERT_REQUIRED
    assert default_context().check_hostname


def test_no_tls_there(internet):
    internet.name(MAIL, "mail.x.example")
    internet.listen(MAIL, 993, b"* OK no TLS here\r\n")
    assert tls_failure(internet) == reasons.TLS


def test_a_handshake_that_never_ends_is_cut_off(internet):
    internet.name(MAIL, "mail.x.example")
    internet.listen(MAIL, 993, None)
    assert tls_failure(internet, seconds=0.3) == reasons.CONNECTION_TIMEOUT


def test_without_a_seam_it_is_the_checked_address_that_is_dialled():
    """With the fence open, so that a server of our own can be reached."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        fence = Fence(allow_internal=True)
        with fence.open("127.0.0.1", port, MAIL_PORTS, Deadline(5)) as connection:
            assert connection.getpeername() == ("127.0.0.1", port)
