# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Reaching an Exchange server: whom is trusted, and where it is."""

import socket
import ssl

import pytest
import requests
from exchange_double import ANNA, failure, office
from imapclient import SocketTimeout

from dev.certificate import write_self_signed
from dev.ews import server as ews
from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import SettingsError, TemporaryError
from mail_contact_sync.connectors.exchange import ExchangeConnector
from mail_contact_sync.connectors.exchange.settings import ExchangeServer, service_url, ssl_context
from mail_contact_sync.connectors.net.fence import Fence


@pytest.fixture
def mailbox():
    with office() as mailbox:
        yield mailbox


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    write_self_signed(folder / "certificate.pem", folder / "key.pem")
    return folder / "certificate.pem", folder / "key.pem"


# Encryption ---------------------------------------------------------------------------


def test_a_private_authority_is_trusted_by_its_certificate(keys):
    for ways in (ews.BOTH, [ews.BASIC]):
        with office(certificate=keys[0], key=keys[1]) as mailbox:
            mailbox.server.ways = ways
            with mailbox.connect(certificates=keys[0].read_text()) as connector:
                assert connector.check()


def test_one_connector_trusts_what_another_does_not(keys, monkeypatch):
    with (
        office(certificate=keys[0], key=keys[1]) as mailbox,
        mailbox.connect(certificates=keys[0].read_text()),
    ):
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(mailbox.server.url, timeout=5)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(keys[0]))
        error = failure(mailbox.connect())
        assert type(error) is SettingsError and error.reason == reasons.CERTIFICATE


def test_no_other_authorities_are_trusted_than_those_of_system_and_settings(keys):
    with office(certificate=keys[0], key=keys[1]) as mailbox:
        with mailbox.connect(certificates=keys[0].read_text()) as connector:
            adapter = connector._mailbox._http._session.get_adapter(mailbox.server.url)
        stats = ssl_context(keys[0].read_text()).cert_store_stats()
        assert adapter._context.cert_store_stats() == stats


def test_nobody_gets_the_password_without_a_good_certificate(keys):
    with office(certificate=keys[0], key=keys[1]) as mailbox:
        failure(mailbox.connect())
        assert mailbox.server.refused == 0 and not mailbox.server.requests


def test_a_certificate_for_another_name_is_refused(keys):
    with office(certificate=keys[0], key=keys[1]) as mailbox:
        url = mailbox.server.url.replace("localhost", "127.0.0.2")
        error = failure(mailbox.connect(server=url, certificates=keys[0].read_text()))
        # The double listens on 127.0.0.1 alone, so look at what would be asked of it.
        assert error.reason in (reasons.CERTIFICATE, reasons.CONNECTION_REFUSED)
    context = ssl_context(keys[0].read_text())
    assert context.check_hostname and context.verify_mode is ssl.CERT_REQUIRED


@pytest.mark.parametrize("text", ["no certificate", "-----BEGIN CERTIFICATE-----\nx\n", "ö"])
def test_a_certificate_field_that_holds_none_is_said_so(mailbox, text):
    error = failure(mailbox.connect(certificates=text))
    assert type(error) is SettingsError and error.reason == reasons.CERTIFICATE_UNREADABLE


def test_a_server_that_speaks_no_tls_is_told_from_one_that_is_away(mailbox):
    url = mailbox.server.url.replace("http:", "https:")
    error = failure(mailbox.connect(server=url))
    assert type(error) is SettingsError and error.reason == reasons.TLS


def test_a_fence_is_not_climbed(keys):
    with office(certificate=keys[0], key=keys[1]) as mailbox:
        trusting = {"certificates": keys[0].read_text()}
        error = failure(mailbox.connect(fence=Fence(), **trusting))
        assert type(error) is SettingsError and error.reason == reasons.PORT_NOT_ALLOWED
        error = failure(mailbox.connect(fence=Fence(), server="127.0.0.1", **trusting))
        assert type(error) is SettingsError and error.reason == reasons.HOST_NOT_ALLOWED
        error = failure(mailbox.connect(fence=Fence(), server="http://127.0.0.1:80"))
        assert type(error) is SettingsError and error.reason == reasons.HOST_NOT_ALLOWED
        inside = Fence(allow_internal=True)
        with mailbox.connect(fence=inside, **trusting) as connector:
            assert connector.check()
        with office() as plain, plain.connect(fence=inside) as connector:
            assert connector.check()


# Where the server is --------------------------------------------------------------------


@pytest.mark.parametrize(
    "entered, url",
    [
        ("mail.example.com", "https://mail.example.com/EWS/Exchange.asmx"),
        (" mail.example.com:444/ ", "https://mail.example.com:444/EWS/Exchange.asmx"),
        ("https://mail.example.com", "https://mail.example.com/EWS/Exchange.asmx"),
        ("https://mail.example.com/ews/", "https://mail.example.com/EWS/Exchange.asmx"),
        ("https://x.example/other/ews.asmx?wsdl", "https://x.example/other/ews.asmx"),
        ("http://127.0.0.1:80", "http://127.0.0.1:80/EWS/Exchange.asmx"),
    ],
)
def test_a_host_is_completed_to_the_address_of_its_web_services(entered, url):
    assert service_url(entered) == url


@pytest.mark.parametrize(
    "entered, reason",
    [
        ("http://mail.example.com", reasons.PLAIN_NOT_ALLOWED),
        ("ftp://mail.example.com", reasons.PLAIN_NOT_ALLOWED),
        ("file:///etc/passwd", reasons.HOST_UNKNOWN),
        ("https://user:secret@mail.example.com", reasons.HOST_UNKNOWN),
        ("https://mail.example.com:port", reasons.HOST_UNKNOWN),
        ("two words", reasons.HOST_UNKNOWN),
        ("https://", reasons.HOST_UNKNOWN),
        ("a\nb", reasons.HOST_UNKNOWN),
    ],
)
def test_what_can_be_no_server_is_said_so(entered, reason):
    with pytest.raises(SettingsError) as caught:
        service_url(entered)
    assert caught.value.reason == reason and "secret" not in str(caught.value)


def connector_to(server):
    return ExchangeConnector(ExchangeServer(ANNA, "", "secret", server))


def test_an_unknown_host_is_said_so():
    error = failure(connector_to("nowhere.invalid"))
    assert error.reason in (reasons.HOST_UNKNOWN, reasons.HOST_LOOKUP_FAILED)


def test_a_server_that_is_away_is_tried_again(mailbox):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        error = failure(mailbox.connect(server=url))
    assert type(error) is TemporaryError and error.reason == reasons.CONNECTION_REFUSED


def test_a_server_that_says_nothing_is_not_waited_for_for_ever(mailbox):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        error = failure(mailbox.connect(server=url, timeout=SocketTimeout(1, 0.2)))
    assert type(error) is TemporaryError and error.reason == reasons.CONNECTION_TIMEOUT


def test_a_host_without_exchange_is_said_so(mailbox):
    error = failure(mailbox.connect(server=mailbox.server.url.replace("EWS/Exchange", "x/y")))
    assert type(error) is SettingsError and error.reason == reasons.WRONG_PROTOCOL


def test_a_page_for_people_is_no_exchange(mailbox):
    mailbox.server.answer_once("GetFolder", 200, b"<!DOCTYPE html><html><body>Log in</body></html>")
    error = failure(mailbox.connect())
    assert type(error) is SettingsError and error.reason == reasons.WRONG_PROTOCOL


def test_the_password_follows_no_redirect(mailbox):
    with office() as other:
        mailbox.server.answer_once("GetFolder", 302, Location=other.server.url)
        error = failure(mailbox.connect())
        assert type(error) is SettingsError and error.reason == reasons.WRONG_PROTOCOL
        assert not other.server.requests and not other.server.refused


def test_neither_proxies_nor_passwords_come_from_the_environment(mailbox, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine localhost login x password y\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with mailbox.connect() as connector:
        assert connector.check()
    assert mailbox.server.refused == 0
