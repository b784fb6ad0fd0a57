# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Connecting, logging in, and what a server can do to a connection."""

import random
import socket
import threading
import time
from contextlib import suppress
from dataclasses import replace

import pytest
from imap_mailbox import (
    INBOX,
    PASSWORD,
    SINCE,
    connector_of,
    failure,
    look,
    raw,
    read,
    running_dovecot,
    trusting,
)
from imapclient import SocketTimeout
from peers.scripted_imap import HANG_UP, SILENCE, ScriptedImap

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import (
    AuthenticationFailed,
    ConnectorError,
    FolderGone,
    Mailbox,
    Server,
    SettingsError,
    TemporaryError,
    Throttled,
)
from mail_contact_sync.connectors.imap import ImapConnector
from mail_contact_sync.connectors.imap import connection as imap_connection

SOON = SocketTimeout(connect=0.3, read=0.3)


# Security ------------------------------------------------------------------------


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_encrypted_connections(mailbox, security):
    mailbox.add("m1")
    port = mailbox.dovecot.tls_port if security == "tls" else mailbox.dovecot.port
    mailbox.server = replace(mailbox.server, security=security, port=port)
    with mailbox.connect(ssl_context=trusting(mailbox.dovecot)) as connector:
        assert read(connector)[0] == ["m1"]


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_nobody_vouches_for_is_refused_before_the_password(proxied, proxy, security):
    if security == "tls":
        proxy.target = proxied.dovecot.tls_port
    proxied.server = replace(proxied.server, security=security)
    error = failure(proxied.connect())
    assert isinstance(error, SettingsError) and error.reason == reasons.CERTIFICATE
    assert b"LOGIN" not in proxy.sent


def test_a_certificate_for_another_name_is_refused(mailbox):
    server = replace(
        mailbox.server, host="127.0.0.2", port=mailbox.dovecot.tls_port, security="tls"
    )
    with socket.create_server(("127.0.0.2", 0)) as listener:
        server = replace(server, port=listener.getsockname()[1])
        relay = threading.Thread(target=_relay_once, args=(listener, mailbox.dovecot.tls_port))
        relay.start()
        error = failure(ImapConnector(server, ssl_context=trusting(mailbox.dovecot)))
        relay.join()
    assert isinstance(error, SettingsError) and error.reason == reasons.CERTIFICATE


def _relay_once(listener, port):
    client, _ = listener.accept()
    with client, socket.create_connection(("127.0.0.1", port)) as server:
        server.sendall(client.recv(65536))
        client.sendall(server.recv(65536))
        client.recv(65536)


@pytest.mark.parametrize("host", ["imap.example.com", "192.0.2.1", "localhost.example.com"])
def test_no_word_in_the_clear_but_to_this_machine(host):
    error = failure(ImapConnector(Server(host, 143, "none", "anna", "pass")))
    assert isinstance(error, SettingsError) and error.reason == reasons.PLAIN_NOT_ALLOWED


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "127.0.0.1"])
def test_this_machine_may_be_spoken_to_in_the_clear(mailbox, host):
    mailbox.server = replace(mailbox.server, host=host)
    with mailbox.connect() as connector:
        assert connector.folders()


def test_starttls_that_is_not_offered():
    with ScriptedImap() as server:
        error = failure(connector_of(server, "starttls"))
        assert not any(command.startswith("LOGIN") for command in server.commands)
    assert isinstance(error, SettingsError) and error.reason == reasons.TLS


def test_starttls_that_is_refused():
    answers = {
        "CAPABILITY": b"* CAPABILITY IMAP4rev1 STARTTLS\r\n{tag} OK done\r\n",
        "STARTTLS": b"{tag} NO not now\r\n",
    }
    with ScriptedImap(answers) as server:
        error = failure(connector_of(server, "starttls"))
    assert isinstance(error, SettingsError) and error.reason == reasons.TLS


def test_a_greeting_cannot_talk_starttls_away():
    with ScriptedImap(greeting=b"* PREAUTH hello\r\n") as server:
        error = failure(connector_of(server, "starttls"))
    assert isinstance(error, SettingsError) and error.reason == reasons.TLS


def test_tls_to_a_port_that_speaks_plain(mailbox):
    mailbox.server = replace(mailbox.server, security="tls")
    error = failure(mailbox.connect())
    assert isinstance(error, SettingsError) and error.reason == reasons.TLS


# Reaching the server -------------------------------------------------------------


def test_a_host_that_does_not_exist():
    for host in ("imap.invalid", "a..b", "x" * 70 + ".example"):
        error = failure(ImapConnector(Server(host, 993, "tls", "anna", "pass")))
        assert error.reason in (reasons.HOST_UNKNOWN, reasons.HOST_LOOKUP_FAILED)


def test_nobody_at_the_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = failure(ImapConnector(Server("127.0.0.1", port, "none", "anna", "pass")))
    assert isinstance(error, TemporaryError) and error.reason == reasons.CONNECTION_REFUSED


@pytest.mark.parametrize("security", ["none", "tls", "starttls"])
def test_a_server_that_accepts_and_never_answers(security):
    with ScriptedImap(greeting=SILENCE) as server:
        error = failure(connector_of(server, security, timeout=SOON))
    assert isinstance(error, TemporaryError) and error.reason == reasons.CONNECTION_TIMEOUT


@pytest.mark.parametrize("command", ["CAPABILITY", "LOGIN", "EXAMINE", "UID SEARCH"])
def test_a_server_that_falls_silent(command):
    with ScriptedImap({command: SILENCE}) as server:
        error = failure(connector_of(server, timeout=SOON))
    assert isinstance(error, TemporaryError) and error.reason == reasons.CONNECTION_TIMEOUT


@pytest.mark.parametrize("drop", [b"* OK wait\r\n", b"x"])
def test_a_server_that_goes_on_for_ever(monkeypatch, drop):
    monkeypatch.setattr(imap_connection, "LIFETIME", 1.0)

    def drip(listener):
        client, _address = listener.accept()
        with client, suppress(OSError):
            while True:
                client.sendall(drop)
                time.sleep(0.1)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=drip, args=(listener,), daemon=True).start()
        port = listener.getsockname()[1]
        server = Server("127.0.0.1", port, "none", "anna", "pass")
        ended = []
        connector = ImapConnector(server, timeout=SOON)
        waiting = threading.Thread(target=lambda: ended.append(failure(connector)), daemon=True)
        waiting.start()
        waiting.join(10)
    assert isinstance(ended[0], TemporaryError | SettingsError)


@pytest.mark.parametrize("command", ["CAPABILITY", "LOGIN", "EXAMINE", "UID SEARCH"])
def test_a_server_that_hangs_up(command):
    with ScriptedImap({command: HANG_UP}) as server:
        error = failure(connector_of(server))
    assert isinstance(error, TemporaryError) and error.reason == reasons.CONNECTION_DROPPED


@pytest.mark.parametrize(
    "greeting", [b"220 mail.example.com ESMTP\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n"]
)
def test_a_server_of_another_protocol(greeting):
    with ScriptedImap(greeting=greeting) as server:
        error = failure(connector_of(server))
    assert isinstance(error, SettingsError) and error.reason == reasons.WRONG_PROTOCOL


def test_a_server_that_is_busy_says_bye():
    for greeting, kind, reason in (
        (b"* BYE Too many connections from your host\r\n", Throttled, reasons.TOO_MANY_CONNECTIONS),
        (b"* BYE shutting down\r\n", TemporaryError, reasons.SERVER_UNAVAILABLE),
    ):
        with ScriptedImap(greeting=greeting) as server:
            error = failure(connector_of(server))
        assert type(error) is kind and error.reason == reason


# Logging in ----------------------------------------------------------------------


def test_check_tells_whose_mailbox_it_is(mailbox):
    with mailbox.connect() as connector:
        assert connector.check() == Mailbox(mailbox.user)


def test_a_wrong_password(mailbox):
    mailbox.server = replace(mailbox.server, password="wrong horse")
    error = failure(mailbox.connect())
    assert isinstance(error, AuthenticationFailed) and error.reason == reasons.BAD_CREDENTIALS
    assert "Authentication failed" in error.detail
    assert "horse" not in f"{error} {error.__cause__} {error.detail}"


def test_any_password_can_log_in():
    passwords = ["pass", 'p"a\\s s(%*]{5}', "pässwörd", "密码 кот"]
    users = {f"user{number}@ours.example": each for number, each in enumerate(passwords)}
    with running_dovecot(users=users) as dovecot:
        for user, password in users.items():
            with ImapConnector(Server("127.0.0.1", dovecot.port, "none", user, password)) as it:
                assert it.folders()


def test_login_with_a_name_that_needs_quotes():
    with ScriptedImap() as server:
        server_ = Server("127.0.0.1", server.port, "none", 'OURS\\anna "a"', "pass")
        with ImapConnector(server_):
            assert server.commands[1] == 'LOGIN "OURS\\\\anna \\"a\\"" "pass"'


def test_sasl_plain_where_login_is_switched_off(proxied, proxy):
    proxy.rewrite = lambda data: data.replace(b"IMAP4rev1", b"IMAP4rev1 LOGINDISABLED")
    with proxied.connect() as connector:
        assert connector.folders()
    assert b"AUTHENTICATE PLAIN" in proxy.sent and b" LOGIN " not in proxy.sent


def test_no_way_to_log_in_with_a_password():
    capability = b"* CAPABILITY IMAP4rev1 LOGINDISABLED STARTTLS\r\n{tag} OK done\r\n"
    with ScriptedImap({"CAPABILITY": capability}) as server:
        error = failure(connector_of(server))
        assert not any("pass" in command for command in server.commands)
    assert isinstance(error, SettingsError) and error.reason == reasons.ENCRYPTION_REQUIRED


@pytest.mark.parametrize("password", ["a\r\nX DELETE INBOX", "a\0b", "a\nb"])
def test_a_password_cannot_smuggle_in_a_command(password):
    with ScriptedImap() as server:
        error = failure(connector_of(server, password=password))
        assert server.commands == ["CAPABILITY"]
    assert isinstance(error, AuthenticationFailed)


def test_another_login_takes_the_place_of_the_password(mailbox):
    def login(client, server):
        client.sasl_login("PLAIN", lambda _challenge: f"\0{server.login}\0{PASSWORD}")

    mailbox.server = replace(mailbox.server, password="")
    with mailbox.connect(login=login) as connector:
        assert connector.folders()


def test_a_server_that_asks_for_a_name_gets_it():
    capability = b"* CAPABILITY IMAP4rev1 ID\r\n{tag} OK done\r\n"
    answers = {"CAPABILITY": capability, "ID": b'* ID ("name" "x")\r\n{tag} OK done\r\n'}
    with ScriptedImap(answers) as server, connector_of(server):
        assert server.commands[-1] == 'ID ("name" "mail_contact_sync")'


def test_a_server_that_refuses_the_name_is_used_all_the_same():
    capability = b"* CAPABILITY IMAP4rev1 ID\r\n{tag} OK done\r\n"
    answers = {"CAPABILITY": capability, "ID": b"{tag} NO who cares\r\n"}
    with ScriptedImap(answers) as server, connector_of(server) as connector:
        assert connector.folders()


def test_a_connection_that_is_logged_in_already():
    with ScriptedImap(greeting=b"* PREAUTH hello\r\n") as server:
        with connector_of(server) as connector:
            assert connector.folders()
        assert not any(command.startswith("LOGIN") for command in server.commands)


PLAIN_ONLY = b"* CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=PLAIN\r\n{tag} OK done\r\n"


def test_a_server_that_repeats_the_password_does_not_get_it_into_an_error():
    for answer in (
        b"{tag} NO [X] pass: no such password\r\n",
        b"{tag} BAD AGFubmEAcGFzcw== pass\r\n",
    ):
        for capability in (PLAIN_ONLY, b"* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n"):
            answers = {"CAPABILITY": capability, "LOGIN": answer, "AUTHENTICATE": answer}
            with ScriptedImap(answers) as server:
                error = failure(connector_of(server))
            assert "***" in error.detail
            assert "pass:" not in str(error) and "AGFubmEAcGFzcw" not in str(error)


def test_the_errors_of_a_connection_do_not_show_mail():
    secret = b"Subject: our secret merger\r\n"
    for answer in (secret, b"* 1 FETCH (UID 1 BODY[X] {999}\r\n" + secret, b"* SEARCH 1 " + secret):
        with ScriptedImap({"UID SEARCH": answer}) as server:
            error = failure(connector_of(server, timeout=SOON))
        assert "merger" not in f"{error} {error.detail} {error.__cause__}"


# During work -----------------------------------------------------------------------


def test_a_connection_that_failed_is_never_used_again():
    with ScriptedImap({"UID SEARCH": SILENCE}) as server, connector_of(server, timeout=SOON) as it:
        with pytest.raises(TemporaryError):
            look(it)
        commands = len(server.commands)
        with pytest.raises(TemporaryError) as caught:
            it.folders()
        assert caught.value.reason == reasons.CONNECTION_DROPPED
        assert len(server.commands) == commands


def test_a_connection_that_was_told_no_goes_on():
    answers = {"EXAMINE": [b"{tag} NO [NONEXISTENT] no such folder\r\n", b"{tag} NO [INUSE] x\r\n"]}
    with ScriptedImap(answers) as server, connector_of(server) as connector:
        with pytest.raises(FolderGone):
            look(connector)
        with pytest.raises(TemporaryError):
            look(connector)
        assert connector.folders()


def test_a_folder_that_cannot_be_opened_but_is_listed_is_not_gone():
    with ScriptedImap({"EXAMINE": b"{tag} NO cannot\r\n"}) as server:
        error = failure(connector_of(server))
    assert isinstance(error, TemporaryError) and error.reason == reasons.SERVER_REFUSED


def test_a_folder_that_cannot_be_opened_and_is_not_listed_is_gone():
    answers = {"EXAMINE": b"{tag} NO cannot\r\n", "LIST": b"{tag} OK done\r\n"}
    with ScriptedImap(answers) as server:
        assert isinstance(failure(connector_of(server)), FolderGone)


def test_a_server_without_uids():
    with ScriptedImap({"EXAMINE": b"* 0 EXISTS\r\n{tag} OK done\r\n"}) as server:
        error = failure(connector_of(server))
    assert isinstance(error, SettingsError) and error.reason == reasons.UIDS_UNSUPPORTED


def test_bye_in_the_middle_of_work():
    with ScriptedImap({"UID SEARCH": b"* BYE [UNAVAILABLE] going down\r\n"}) as server:
        error = failure(connector_of(server))
    assert isinstance(error, TemporaryError) and error.reason == reasons.SERVER_UNAVAILABLE


@pytest.mark.parametrize(
    "nonsense",
    [
        b"* SEARCH one two\r\n{tag} OK done\r\n",
        b"* SEARCH 99999999999999999999\r\n{tag} OK done\r\n",
        b"* SEARCH -1\r\n{tag} OK done\r\n",
        b"\r\n",
        b"\x00\xff\xfe\r\n",
        b"* 1 FETCH " + b"(" * 5000 + b"\r\n{tag} OK done\r\n",
        b"{tag} OK \xff\r\n{tag} OK done\r\n",
        b"{tag} WHAT done\r\n",
        b"* OK [UIDNEXT x] y\r\n{tag} BAD\r\n",
    ],
)
@pytest.mark.parametrize(
    "command", ["CAPABILITY", "LOGIN", "LIST", "EXAMINE", "UID SEARCH", "UID FETCH"]
)
def test_nonsense_is_an_error_of_ours_or_nothing_at_all(command, nonsense):
    answers = {"UID SEARCH": b"* SEARCH 1\r\n{tag} OK done\r\n", command: nonsense}

    def use(connector):
        connector.folders()
        look(connector)
        list(connector.fetch(INBOX, ["1.1"]))

    with ScriptedImap(answers) as server:
        try:
            with connector_of(server, timeout=SOON) as connector:
                use(connector)
        except ConnectorError as error:
            assert error.reason in vars(reasons).values()


def test_an_answer_without_end_is_cut_off(monkeypatch):
    monkeypatch.setattr(imap_connection, "MAX_ANSWER", 100_000)
    for endless in (
        b"* OK still there\r\n" * 10_000,
        b"* SEARCH" + b" 1" * 100_000 + b"\r\n",
        b"* 1 FETCH (UID 1 BODY[] {99999999999}\r\n" + b"x" * 200_000,
    ):
        with ScriptedImap({"UID SEARCH": endless}) as server:
            error = failure(connector_of(server))
        assert isinstance(error, TemporaryError)
        assert error.reason in (reasons.PROTOCOL_ERROR, reasons.CONNECTION_DROPPED)


# A line that breaks ------------------------------------------------------------------


def test_a_line_cut_at_any_byte_loses_and_doubles_nothing(proxied, proxy):
    expected = [f"m{number}" for number in range(60)]
    proxied.add(*expected, body="a line of text\r\n" * 20)
    proxied.add("large", body="x" * 70 + "\r\n" * 20_000)
    expected = sorted([*expected, "large"])

    state = {"cursor": None, "found": {}, "fetched": {}, "done": False}

    def work():
        """One run, as whoever drives a connector does it: a page counts once it is stored."""
        with proxied.connect(timeout=SocketTimeout(5, 5)) as connector:
            connector.folders()
            while not state["done"]:
                page = connector.changes(INBOX, state["cursor"], SINCE, 13)
                for envelope in page.envelopes:
                    assert envelope.ref not in state["found"]
                    state["found"][envelope.ref] = envelope.message_id[1:].partition("@")[0]
                state["cursor"], state["done"] = page.cursor, not page.more
            waiting = [ref for ref in state["found"] if ref not in state["fetched"]]
            for start in range(0, len(waiting), 20):
                for ref, message in connector.fetch(INBOX, waiting[start : start + 20]):
                    state["fetched"][ref] = message

    proxy.cut_after = None
    whole = proxy.received
    work()
    whole = proxy.received - whole
    state.update(cursor=None, found={}, fetched={}, done=False)
    chance = random.Random(20261123)
    cuts = 0
    for _ in range(30):
        proxy.cut_after = chance.randrange(1, whole // 4)
        try:
            work()
        except TemporaryError:
            cuts += 1
    proxy.cut_after = None
    work()
    assert cuts > 20
    assert sorted(state["found"].values()) == expected
    assert state["fetched"].keys() == state["found"].keys()
    for ref, name in state["found"].items():
        if name != "large":
            assert state["fetched"][ref] == raw(name, "a line of text\r\n" * 20)


def test_a_server_that_ends_in_the_middle(proxied, proxy):
    proxied.add("m1", "m2")
    with proxied.connect() as connector:
        page = connector.changes(INBOX, None, SINCE, 1)
        proxy.break_off()
        with pytest.raises(TemporaryError):
            connector.changes(INBOX, page.cursor, SINCE, 1)
    with proxied.connect() as connector:
        assert read(connector, cursor=page.cursor)[0] == ["m1"]


def test_connects_only_where_it_may(mailbox):
    asked = []

    def nowhere(host, port):
        asked.append((host, port))
        raise SettingsError(reasons.HOST_NOT_ALLOWED)

    error = failure(mailbox.connect(lookup=nowhere))
    assert error.reason == reasons.HOST_NOT_ALLOWED
    assert asked == [(mailbox.server.host, mailbox.server.port)]


def test_connects_to_the_address_that_was_looked_up(mailbox):
    server = replace(mailbox.server, host="mail.ours.example", security="tls")
    mailbox.server = replace(server, port=mailbox.dovecot.tls_port)
    error = failure(mailbox.connect(lookup=lambda host, port: ["127.0.0.2", "127.0.0.1"]))
    assert error.reason == reasons.CERTIFICATE  # which is for another name
