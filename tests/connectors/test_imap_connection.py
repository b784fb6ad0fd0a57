# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whom an IMAP connector connects to, how it is encrypted, and who may answer."""

import socket
import threading
import time
from contextlib import suppress
from dataclasses import replace

import pytest
from imap_mailbox import SOON, connector_of, failure, read, trusting
from peers.scripted_imap import HANG_UP, SILENCE, ScriptedImap

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import Server, SettingsError, TemporaryError, Throttled
from mail_contact_sync.connectors.imap import ImapConnector
from mail_contact_sync.connectors.imap import connection as imap_connection

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
    assert "'127.0.0.2'" in error.detail


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


def test_connects_only_where_it_may(mailbox):
    asked = []

    def nowhere(host, port):
        asked.append((host, port))
        raise SettingsError(reasons.HOST_NOT_ALLOWED)

    error = failure(mailbox.connect(lookup=nowhere))
    assert error.reason == reasons.HOST_NOT_ALLOWED
    assert asked == [(mailbox.server.host, mailbox.server.port)]


def test_connects_to_the_address_that_was_looked_up(mailbox):
    """The certificate has to be for the name, all the same."""
    port = mailbox.dovecot.tls_port
    mailbox.server = replace(mailbox.server, host="mail.ours.example", port=port, security="tls")
    trust = trusting(mailbox.dovecot)

    def lookup(host, port):
        return ["127.0.0.2", "127.0.0.1"]  # nobody is at the first

    error = failure(mailbox.connect(lookup=lookup, ssl_context=trust))
    assert error.reason == reasons.CERTIFICATE and "'mail.ours.example'" in error.detail
    trust.check_hostname = False
    with mailbox.connect(lookup=lookup, ssl_context=trust) as connector:
        assert connector.folders()
