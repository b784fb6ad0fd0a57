# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Logging in to an Exchange server: what is tried, remembered, told, and kept secret."""

import base64
import logging
import subprocess
import sys
from pathlib import Path

import pytest
from exchange_double import ANNA, PASSWORD, SINCE, failure, office

from dev.ews import server as ews
from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import (
    AuthenticationFailed,
    Mailbox,
    SettingsError,
    TemporaryError,
)
from mail_contact_sync.connectors.exchange.settings import Endpoint


@pytest.fixture
def mailbox():
    with office() as mailbox:
        yield mailbox


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


@pytest.mark.parametrize("challenge", [None, "garbage"])
def test_where_ntlm_is_broken_basic_is_tried_before_the_password_is_blamed(
    mailbox, monkeypatch, challenge
):
    """Such as by a proxy before the server that spreads one connection over many."""

    def broken(login, token):
        return challenge and "NTLM " + base64.b64encode(challenge.encode()).decode()

    monkeypatch.setattr("dev.ews.login.Login._ntlm", broken)
    with mailbox.connect() as connector:
        assert connector.endpoint.auth == "basic"
    mailbox.server.ways = ["NTLM"]
    error = failure(mailbox.connect())
    assert type(error) is SettingsError and error.reason == reasons.LOGIN_NOT_OFFERED


@pytest.mark.parametrize(
    "ways, reason",
    [
        (["Negotiate"], reasons.KERBEROS_ONLY),
        (["Negotiate", 'Bearer authorization_uri="https://login.example"'], reasons.KERBEROS_ONLY),
        (['Bearer client_id="1", trusted="2"'], reasons.PASSWORD_LOGIN_DISABLED),
        (['Digest realm="or, ntlm, basic , too"'], reasons.LOGIN_NOT_OFFERED),
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


def test_what_was_found_is_told_unless_it_is_known(mailbox):
    told = []
    with mailbox.connect(found=told.append) as connector:
        assert told == [connector.endpoint]
    with mailbox.connect(endpoint=told[0], found=told.append):
        assert len(told) == 1
    failure(mailbox.connect(password="wrong", found=told.append))
    assert len(told) == 1


def test_a_remembered_way_that_is_refused_leaves_the_others(mailbox):
    mailbox.server.ways = [ews.BASIC]
    with mailbox.connect(endpoint=Endpoint(mailbox.server.url, "ntlm")) as connector:
        assert connector.endpoint.auth == "basic"


def test_a_remembered_way_that_is_refused_is_not_tried_again(mailbox):
    remembered = Endpoint(mailbox.server.url, "ntlm")
    failure(mailbox.connect(endpoint=remembered, password="wrong"))
    assert mailbox.server.refused == 2  # and Basic


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


@pytest.mark.parametrize("address", ["nobody@ours.example", "a.nna@ours.example", "a\0@b"])
def test_a_mailbox_that_does_not_exist_is_said_so(mailbox, address):
    error = failure(mailbox.connect(mailbox=address))
    assert type(error) is SettingsError and error.reason == reasons.MAILBOX_UNKNOWN


def test_the_directory_tells_the_other_addresses(mailbox):
    with mailbox.connect() as connector:
        assert connector.check().aliases == ("a.nna@ours.example",)


def test_another_of_a_similar_address_is_not_taken_for_the_mailbox(mailbox, monkeypatch):
    mailbox.server.directory.users[0].aliases = ("ben@ours.example.org", "other@ours.example")
    monkeypatch.setattr("dev.ews.operations._resembles", lambda user, name: user.address == ANNA)
    with mailbox.connect(mailbox="ben@ours.example") as connector:
        assert connector.check() == Mailbox("ben@ours.example")


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
from mail_contact_sync.connectors.exchange.settings import ExchangeServer
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
