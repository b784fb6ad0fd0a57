# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whom a sender connects to, and how it is encrypted."""

import socket
import ssl

import pytest
from imap_mailbox import trusting
from peers.line_server import LineServer
from peers.scripted_imap import ScriptedImap
from peers.scripted_smtp import HANG_UP, SILENCE, ScriptedSmtp
from smtp_peers import SOON, failure, said, sender_to

from dev.certificate_authority import CertificateAuthority
from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import (
    ConnectorError,
    SettingsError,
    TemporaryError,
    Throttled,
)
from mail_contact_sync.connectors.smtp.connection import MAX_REPLY


def test_nothing_is_said_in_the_clear_but_to_this_machine():
    with pytest.raises(SettingsError) as caught, sender_to(25, host="smtp.customer.example"):
        pass
    assert caught.value.reason == reasons.PLAIN_NOT_ALLOWED


def test_a_port_where_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(TemporaryError) as caught, sender_to(port):
        pass
    assert caught.value.reason == reasons.CONNECTION_REFUSED


@pytest.mark.parametrize(
    ("greeting", "kind", "reason"),
    [
        (b"* OK IMAP4rev1 ready\r\n", SettingsError, reasons.NOT_SMTP),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", SettingsError, reasons.NOT_SMTP),
        (b"554 5.7.1 go away\r\n", TemporaryError, reasons.SERVER_REFUSED),
        (b"421 4.3.2 too many connections\r\n", Throttled, reasons.TOO_MANY_CONNECTIONS),
        (b"220-x" * MAX_REPLY, SettingsError, reasons.NOT_SMTP),
        (b"220-x\r\n" * MAX_REPLY, SettingsError, reasons.NOT_SMTP),
        (b"220-x\r\n250 y\r\n", SettingsError, reasons.NOT_SMTP),
        (HANG_UP, TemporaryError, reasons.CONNECTION_FAILED),
        (SILENCE, TemporaryError, reasons.CONNECTION_TIMEOUT),
    ],
)
def test_another_greeting(greeting, kind, reason):
    with ScriptedSmtp({"": greeting}) as peer:
        error = failure(peer, limits=SOON)
        assert peer.commands == []
    assert (type(error), error.reason) == (kind, reason)


def test_a_server_of_another_protocol():
    with ScriptedImap() as imap:
        error = failure(imap)
    assert isinstance(error, SettingsError) and error.reason == reasons.NOT_SMTP


def test_connects_only_where_it_may():
    asked = []

    def nowhere(host, port):
        asked.append((host, port))
        raise SettingsError(reasons.HOST_NOT_ALLOWED)

    with ScriptedSmtp() as peer:
        error = failure(peer, lookup=nowhere)
        assert asked == [("127.0.0.1", peer.port)] and peer.commands == []
    assert error.reason == reasons.HOST_NOT_ALLOWED


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_tls_is_for_the_name_at_the_address_that_was_looked_up(submission, security):
    port = submission.tls_port if security == "tls" else submission.port
    addresses = ["127.0.0.2", "127.0.0.1"]
    options = {
        "lookup": lambda host, port: addresses,
        "ssl_context": trusting(submission.dovecot),
        "user": "user0@ours.example",
    }
    with sender_to(port, security, host="localhost", **options) as sender:
        sender.check()
    with pytest.raises(SettingsError) as caught:
        sender_to(port, security, host="smtp.customer.example", **options).__enter__()
    assert caught.value.reason == reasons.CERTIFICATE


def test_without_starttls_nothing_goes_on():
    for ehlo in (b"250 x\r\n", b"250 AUTH PLAIN\r\n"):
        with ScriptedSmtp({"EHLO": ehlo}) as peer:
            error = failure(peer, security="starttls")
            assert said(peer, "AUTH", "MAIL") == []
        assert isinstance(error, SettingsError) and error.reason == reasons.TLS


def test_starttls_that_is_out_of_order():
    answers = {"EHLO": b"250-x\r\n250 STARTTLS\r\n", "STARTTLS": b"454 4.3.0 not now\r\n"}
    with ScriptedSmtp(answers) as peer:
        error = failure(peer, security="starttls")
        assert said(peer, "AUTH", "MAIL") == []
    assert isinstance(error, TemporaryError) and error.reason == reasons.SERVER_UNAVAILABLE


def test_what_is_slipped_in_before_the_encryption_counts_for_nothing(tmp_path):
    """CVE-2011-0411, the other way round."""
    authority = CertificateAuthority(tmp_path)
    answers = {
        b"EHLO": b"250-x\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n",
        b"STARTTLS": b"220 go\r\n250-x\r\n250 AUTH PLAIN\r\n",
    }
    context = authority.server_context("localhost")
    with LineServer(b"220 x\r\n", answers=answers, upgrade=context) as server:
        sender = sender_to(
            server.port, "starttls", host="localhost", ssl_context=authority.client_context()
        )
        with pytest.raises(SettingsError) as caught, sender:
            pass
        assert caught.value.reason == reasons.NOT_SMTP
        assert [line.split()[0] for line in server.lines] == [b"EHLO", b"STARTTLS"]
        assert server.shaken == 0


def test_what_was_offered_before_the_encryption_is_asked_for_anew(tmp_path):
    authority = CertificateAuthority(tmp_path)
    answers = {b"EHLO": b"250-x\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n", b"STARTTLS": b"220 go\r\n"}
    context = authority.server_context("localhost")
    with LineServer(b"220 x\r\n", answers=answers, upgrade=context) as server:
        sender = sender_to(
            server.port, "starttls", host="localhost", ssl_context=authority.client_context()
        )
        with pytest.raises(ConnectorError), sender:
            pass
        words = [line.split()[0] for line in server.lines]
        assert server.shaken == 1 and words == [b"EHLO", b"STARTTLS", b"EHLO", b"AUTH"]


def test_a_server_without_tls_at_its_port():
    with ScriptedSmtp() as peer:
        error = failure(peer, security="tls", ssl_context=ssl.create_default_context())
    assert isinstance(error, SettingsError) and error.reason == reasons.TLS
