# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Logging in to an IMAP server, and what it is never told."""

from dataclasses import replace

import pytest
from imap_mailbox import PASSWORD, connector_of, failure, running_dovecot
from peers.scripted_imap import ScriptedImap

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import AuthenticationFailed, Mailbox, Server, SettingsError
from mail_contact_sync.connectors.imap import ImapConnector

PLAIN_ONLY = b"* CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=PLAIN\r\n{tag} OK done\r\n"


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
