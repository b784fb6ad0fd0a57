# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Reaching an Exchange server and logging in: what is tried, trusted, remembered and told."""

import base64
import logging
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from exchange_double import ANNA, PASSWORD, SINCE, failure, office
from imapclient import SocketTimeout

from dev.certificate import write_self_signed
from dev.ews import server as ews
from mail_contact_sync.connectors import exchange_http, reasons
from mail_contact_sync.connectors.base import (
    AuthenticationFailed,
    SettingsError,
    TemporaryError,
    Throttled,
)
from mail_contact_sync.connectors.exchange import ExchangeConnector
from mail_contact_sync.connectors.exchange_settings import (
    Endpoint,
    ExchangeServer,
    service_url,
    ssl_context,
)
from mail_contact_sync.connectors.fence import Fence


@pytest.fixture
def mailbox():
    with office() as mailbox:
        yield mailbox


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    write_self_signed(folder / "certificate.pem", folder / "key.pem")
    return folder / "certificate.pem", folder / "key.pem"


# Logging in -------------------------------------------------------------------------


@pytest.mark.parametrize("login", ["OURS\\anna", "ours\\Anna", ANNA, ""])
@pytest.mark.parametrize("ways", [["NTLM"], [ews.BASIC], ews.NTLM_ONLY, ews.BOTH])
def test_every_way_takes_every_form_of_user_name(mailbox, login, ways):
    mailbox.server.ways = ways
    with mailbox.connect(login=login) as connector:
        assert connector.check().address == ANNA


@pytest.mark.parametrize("ways", [["NTLM"], [ews.BASIC], ews.BOTH])
def test_a_wrong_password_is_said_to_be_wrong(mailbox, ways):
    mailbox.server.ways = ways
    error = failure(mailbox.connect(password="wrong"))
    assert type(error) is AuthenticationFailed and error.reason == reasons.BAD_CREDENTIALS
    assert mailbox.server.refused <= 2


def test_ntlm_goes_first_so_that_the_server_is_not_told_the_password(mailbox):
    with mailbox.connect() as connector:
        assert connector.endpoint.auth == "ntlm"


@pytest.mark.parametrize("auth", ["ntlm", "basic"])
def test_a_way_can_be_forced(mailbox, auth):
    with mailbox.connect(auth=auth) as connector:
        assert connector.endpoint.auth == auth


def test_a_forced_way_is_the_only_one_tried(mailbox):
    failure(mailbox.connect(auth="basic", password="wrong"))
    assert mailbox.server.refused == 1


def test_a_forced_way_that_is_not_offered_is_said_so(mailbox):
    mailbox.server.ways = ["NTLM"]
    error = failure(mailbox.connect(auth="basic"))
    assert type(error) is SettingsError and error.reason == reasons.LOGIN_NOT_OFFERED


@pytest.mark.parametrize("challenge", ["", "garbage"])
def test_where_ntlm_is_broken_basic_is_tried_before_the_password_is_blamed(
    mailbox, monkeypatch, challenge
):
    """Such as by a proxy before the server that spreads one connection over many."""
    told = base64.b64encode(challenge.encode()).decode()

    def broken(login, token):
        return f"NTLM {told}" if told else None

    monkeypatch.setattr("dev.ews.login.Login._ntlm", broken)
    with mailbox.connect() as connector:
        assert connector.endpoint.auth == "basic"


@pytest.mark.parametrize(
    "ways, reason",
    [
        (["Negotiate"], reasons.KERBEROS_ONLY),
        (["Negotiate", 'Bearer authorization_uri="https://login.example"'], reasons.KERBEROS_ONLY),
        (['Bearer client_id="1", trusted="2"'], reasons.PASSWORD_LOGIN_DISABLED),
        (['Digest realm="ntlm, basic"'], reasons.LOGIN_NOT_OFFERED),
        ([], reasons.WRONG_PROTOCOL),
    ],
)
def test_a_server_with_no_login_of_ours_is_told_apart(mailbox, ways, reason):
    mailbox.server.ways = ways
    error = failure(mailbox.connect())
    assert type(error) is SettingsError and error.reason == reason


def test_ways_that_come_in_one_field_are_found(mailbox):
    mailbox.server.ways = ["Negotiate, NTLM, " + ews.BASIC]
    with mailbox.connect(auth="basic") as connector:
        assert connector.check()


def test_what_was_found_out_is_not_asked_for_again(mailbox):
    with mailbox.connect(auth="basic") as connector:
        endpoint = Endpoint.load(connector.endpoint.dump())
    mailbox.server.ways = []  # would be found wanting if anybody asked
    with pytest.raises(SettingsError), mailbox.connect():
        pass
    mailbox.server.ways = [ews.BASIC]
    with mailbox.connect(endpoint=endpoint) as connector:
        assert connector.endpoint == endpoint


def test_a_remembered_way_that_is_refused_leaves_the_others(mailbox):
    mailbox.server.ways = [ews.BASIC]
    with mailbox.connect(endpoint=Endpoint(mailbox.server.url, "ntlm")) as connector:
        assert connector.endpoint.auth == "basic"


def test_a_remembered_server_counts_only_while_it_is_the_one_in_the_settings(mailbox):
    old = Endpoint("https://localhost:1/EWS/Exchange.asmx", "basic")
    with mailbox.connect(endpoint=old) as connector:
        assert connector.endpoint.url == mailbox.server.url


@pytest.mark.parametrize("auth", ["basic", "ntlm"])
def test_a_401_in_the_middle_is_tried_once_more_on_a_new_connection(mailbox, auth):
    with mailbox.connect(auth=auth) as connector:
        mailbox.server.answer_once("*", 401, WWW_Authenticate="NTLM", Connection="close")
        assert connector.folders()


@pytest.mark.parametrize("auth", ["basic", "ntlm"])
def test_a_password_changed_in_the_middle_is_noticed(mailbox, auth):
    with mailbox.connect(auth=auth) as connector:
        mailbox.server.directory.users[0].password = "new"
        mailbox.server.change_passwords()
        mailbox.server.answer_once("*", 401, WWW_Authenticate="NTLM", Connection="close")
        with pytest.raises(AuthenticationFailed):
            connector.folders()


# Delegates ----------------------------------------------------------------------------


def test_another_mailbox_can_be_opened_by_who_may(mailbox):
    mailbox.directory.add("ben@ours.example", b"Message-ID: <x@y.example>\r\n\r\n")
    with mailbox.connect(mailbox="ben@ours.example") as connector:
        assert connector.check().address == "ben@ours.example"
        inbox = connector.folders()[0]
        assert inbox.ref == mailbox.folder("inbox", "ben@ours.example").ref
        assert len(connector.changes(inbox, None, SINCE, 10).envelopes) == 1


def test_a_mailbox_that_one_may_not_open_is_said_so(mailbox):
    error = failure(mailbox.connect(mailbox="carol@ours.example"))
    assert type(error) is SettingsError and error.reason == reasons.NOT_AUTHORISED


@pytest.mark.parametrize("address", ["nobody@ours.example", "a.nna@ours.example"])
def test_a_mailbox_that_does_not_exist_is_said_so(mailbox, address):
    error = failure(mailbox.connect(mailbox=address))
    assert type(error) is SettingsError and error.reason == reasons.MAILBOX_UNKNOWN


def test_the_directory_tells_the_other_addresses(mailbox):
    with mailbox.connect() as connector:
        assert connector.check().aliases == ("a.nna@ours.example",)


def test_another_of_a_similar_address_is_not_taken_for_the_mailbox(mailbox):
    mailbox.server.directory.users[0].aliases = ("ben@ours.example.org",)
    with mailbox.connect(mailbox="ben@ours.example") as connector:
        assert connector.check().aliases == ()


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
        with mailbox.connect(fence=Fence(allow_internal=True), **trusting) as connector:
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
    error = failure(connector_to(entered))
    assert type(error) is SettingsError and error.reason == reason


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


# What the server says instead ------------------------------------------------------------


@pytest.mark.parametrize(
    "status, headers, kind, reason, wait",
    [
        (403, {}, SettingsError, reasons.NOT_AUTHORISED, None),
        (403, {"Connection": "close"}, SettingsError, reasons.NOT_AUTHORISED, None),
        (404, {}, SettingsError, reasons.WRONG_PROTOCOL, None),
        (429, {"Retry_After": "30"}, Throttled, reasons.RATE_LIMIT, 30),
        (503, {"Retry_After": "7"}, Throttled, reasons.RATE_LIMIT, 7),
        (503, {}, TemporaryError, reasons.SERVER_UNAVAILABLE, None),
        (500, {}, TemporaryError, reasons.SERVER_UNAVAILABLE, None),
        (502, {"Retry_After": "soon"}, TemporaryError, reasons.SERVER_UNAVAILABLE, None),
    ],
)
def test_each_status_has_its_meaning(mailbox, status, headers, kind, reason, wait):
    with mailbox.connect() as connector:
        mailbox.server.answer_once("*", status, **headers)
        with pytest.raises(kind) as caught:
            connector.folders()
        assert type(caught.value) is kind and caught.value.reason == reason
        assert getattr(caught.value, "retry_after", None) == wait


def test_an_answer_that_breaks_off_is_no_answer(mailbox):
    with mailbox.connect() as connector:
        mailbox.server.answer_once("*", 200, b"<Envelope/>", Content_Length="1000")
        with pytest.raises(TemporaryError) as caught:
            connector.folders()
        assert caught.value.reason == reasons.CONNECTION_DROPPED
        assert connector.folders()


def test_an_answer_without_end_is_cut_off(mailbox, monkeypatch):
    with mailbox.connect() as connector:
        monkeypatch.setattr(exchange_http, "MAX_ANSWER", 1000)
        mailbox.server.answer_once("*", 200, b"x" * 1001)
        with pytest.raises(TemporaryError) as caught:
            connector.folders()
        assert caught.value.reason == reasons.PROTOCOL_ERROR


def test_an_answer_that_drips_is_cut_off(mailbox, monkeypatch):
    with mailbox.connect() as connector:
        monkeypatch.setattr(exchange_http, "MAX_SECONDS", -1)
        with pytest.raises(TemporaryError) as caught:
            connector.folders()
        assert caught.value.reason == reasons.CONNECTION_TIMEOUT


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no XML",
        b"<a>",
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        b"<a/>",
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>',
    ],
)
def test_an_answer_that_is_none_raises(mailbox, body):
    with mailbox.connect() as connector:
        mailbox.server.answer_once("*", 200, body)
        with pytest.raises((TemporaryError, SettingsError)) as caught:
            connector.folders()
        assert caught.value.reason in (reasons.PROTOCOL_ERROR, reasons.WRONG_PROTOCOL)


def test_an_old_server_is_spoken_to_in_its_version(mailbox):
    mailbox.server.oldest = "Exchange2010_SP2"
    mailbox.server.version = "Exchange2010_SP2"
    with mailbox.connect() as connector:
        assert connector.folders()
        _first, second, third = mailbox.server.requests[-3:]
    assert b"Exchange2010_SP2" in second.xml and b"Exchange2010_SP2" in third.xml


def test_a_server_that_is_older_still_is_said_so(mailbox):
    mailbox.server.oldest = "Exchange2007"
    error = failure(mailbox.connect())
    assert type(error) is SettingsError and error.reason == reasons.SERVER_TOO_OLD


# Secrets ----------------------------------------------------------------------------------


def secrets_of(auth):
    pair = f"OURS\\anna:{PASSWORD}".encode()
    return [PASSWORD, base64.b64encode(pair).decode(), "TlRMTVNT", "Hello"]


@pytest.mark.parametrize("auth", ["basic", "ntlm"])
def test_the_log_holds_no_password_and_no_mail(mailbox, caplog, auth):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("exchangelib").setLevel(logging.DEBUG)
    mailbox.add("m1")
    with mailbox.connect(auth=auth) as connector:
        inbox = connector.folders()[0]
        (envelope,) = connector.changes(inbox, None, SINCE, 10).envelopes
        list(connector.fetch(inbox, [envelope.ref]))
        connector.send(b"To: ben@ours.example\r\n\r\nHello", ANNA, ["ben@ours.example"])
        mailbox.server.answer_once("*", 200, b"<a>" + PASSWORD.encode())
        with pytest.raises(TemporaryError) as caught:
            connector.folders()
    failure(mailbox.connect(auth=auth, password="wrong " + PASSWORD))
    assert "customer.example" not in caplog.text
    for secret in secrets_of(auth):
        assert secret not in caplog.text
        assert secret not in f"{caught.value!r}{caught.value.__cause__!r}"


def test_no_repr_holds_the_password(mailbox):
    assert PASSWORD not in repr(mailbox.settings)
    with mailbox.connect() as connector:
        assert PASSWORD not in repr(connector.endpoint)
        assert PASSWORD not in str(connector.endpoint.dump())
        for held in (connector, connector._mailbox, connector._mailbox._http):
            assert PASSWORD not in repr(held)


def test_nothing_is_kept_for_the_process_or_on_the_disk(mailbox, tmp_path, monkeypatch):
    import exchangelib.protocol

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    adapter = exchangelib.protocol.BaseProtocol.HTTP_ADAPTER_CLS
    with mailbox.connect() as connector:
        connector.folders()
        assert exchangelib.protocol.CachingProtocol._protocol_cache == {}
        assert exchangelib.protocol.BaseProtocol.HTTP_ADAPTER_CLS is adapter
    assert list(tmp_path.iterdir()) == []


def test_the_library_is_asked_for_by_name_where_it_is_missing():
    code = """
import sys
sys.path.insert(0, "tests"); import conftest
sys.modules["exchangelib"] = None
from mail_contact_sync.connectors.base import SettingsError
from mail_contact_sync.connectors.exchange import ExchangeConnector
from mail_contact_sync.connectors.exchange_settings import ExchangeServer
try:
    ExchangeConnector(ExchangeServer("anna@ours.example")).__enter__()
except SettingsError as error:
    print(error.reason, error.detail)
"""
    repository = Path(__file__).parents[2]
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == ["library-missing", "exchangelib"]
