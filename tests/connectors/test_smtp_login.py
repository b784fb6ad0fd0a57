# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Logging in to a server that sends, and what keeps from it."""

import pytest
from peers.scripted_smtp import ScriptedSmtp
from smtp_peers import failure, said, send, tokens

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import AuthenticationFailed, SettingsError
from mail_contact_sync.connectors.smtp.login import xoauth2_login


@pytest.mark.parametrize(
    ("offered", "reason"),
    [
        (b"250 HELP\r\n", reasons.LOGIN_NOT_OFFERED),
        (b"250 STARTTLS\r\n", reasons.ENCRYPTION_REQUIRED),
        (b"250 AUTH XOAUTH2 OAUTHBEARER\r\n", reasons.PASSWORD_LOGIN_DISABLED),
        (b"250 AUTH CRAM-MD5\r\n", reasons.LOGIN_NOT_OFFERED),
    ],
)
def test_no_way_to_log_in_with_a_password(offered, reason):
    with ScriptedSmtp({"EHLO": b"250-x\r\n" + offered}) as peer:
        error = failure(peer)
        assert said(peer, "AUTH", "MAIL") == []
    assert isinstance(error, SettingsError) and error.reason == reason


def test_who_has_no_name_does_not_log_in():
    with ScriptedSmtp({"EHLO": b"250 x\r\n"}) as peer:
        send(peer, user="", password="")
        assert said(peer, "AUTH") == [] and len(peer.messages) == 1


@pytest.mark.parametrize("password", ["a\0b", "a\r\nRSET", "a\nb"])
def test_a_password_of_control_characters_is_not_said(password):
    with ScriptedSmtp() as peer:
        error = failure(peer, password=password)
        assert said(peer, "AUTH") == []
    assert isinstance(error, AuthenticationFailed)


def test_a_server_that_keeps_asking():
    ehlo = b"250-x\r\n250 AUTH LOGIN\r\n"
    with ScriptedSmtp({"EHLO": ehlo, "AUTH": b"334 eA==\r\n", "+": b"334 eA==\r\n"}) as peer:
        failure(peer)
        assert len(peer.commands) < 8 and peer.messages == []


XOAUTH2 = {
    "EHLO": b"250-x\r\n250 AUTH XOAUTH2\r\n",
    "AUTH": b"334 eyJzdGF0dXMiOiI0MDAifQ==\r\n",
    "+": b"535 5.7.8 s3cret-old and s3cret-new not accepted\r\n",
}


def test_a_refused_token_is_asked_why_and_not_passed_on():
    with ScriptedSmtp(XOAUTH2) as peer:
        error = failure(peer, login=xoauth2_login(tokens("s3cret-old", "s3cret-new")))
        assert [each.partition(" ")[0] for each in peer.commands[1:]] == ["AUTH", "", "AUTH", ""]
    assert isinstance(error, SettingsError) and error.reason == reasons.SMTP_DISABLED
    assert "s3cret" not in f"{error} {error.detail}" and "***" in error.detail


def test_what_a_refused_token_could_not_be_renewed_for_is_told():
    with ScriptedSmtp(XOAUTH2) as peer:
        error = failure(peer, login=xoauth2_login(tokens("s3cret-old")))
    assert isinstance(error, AuthenticationFailed) and error.reason == reasons.GRANT_REVOKED


def test_a_token_that_was_renewed_meanwhile_is_taken():
    answers = {**XOAUTH2, "+": [XOAUTH2["+"], b"235 2.7.0 welcome\r\n"]}
    with ScriptedSmtp(answers) as peer:
        send(peer, login=xoauth2_login(tokens("s3cret-old", "s3cret-new")))
        assert len(peer.messages) == 1
