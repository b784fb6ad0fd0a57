# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What servers say when they refuse, and what becomes of it."""

import errno
import socket
import ssl
from imaplib import IMAP4

import pytest
from imap_mailbox import connector_of, failure
from peers.scripted_imap import ScriptedImap

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import (
    AuthenticationFailed,
    FolderGone,
    SettingsError,
    TemporaryError,
    Throttled,
)
from mail_contact_sync.connectors.imap.errors import Refused, translate

AUTHENTICATION, SETTINGS, TEMPORARY = AuthenticationFailed, SettingsError, TemporaryError


@pytest.mark.parametrize(
    ("said", "kind", "reason"),
    [
        # Dovecot, Cyrus, Courier
        ("[AUTHENTICATIONFAILED] Authentication failed.", AUTHENTICATION, "bad-credentials"),
        ("Login failed.", AUTHENTICATION, "bad-credentials"),
        ("LOGIN failed.", AUTHENTICATION, "bad-credentials"),
        ("[UNAVAILABLE] Temporary authentication failure.", TEMPORARY, "server-unavailable"),
        ("Temporary authentication failure", TEMPORARY, "server-unavailable"),
        ("[INUSE] Mailbox in use", TEMPORARY, "mailbox-locked"),
        ("[LIMIT] Too many connections", Throttled, "too-many-connections"),
        ("Maximum number of connections exceeded", Throttled, "too-many-connections"),
        ("[AUTHORIZATIONFAILED] not allowed", AUTHENTICATION, "not-authorised"),
        ("[EXPIRED] password expired", AUTHENTICATION, "password-expired"),
        ("[PRIVACYREQUIRED] Plaintext disallowed", SETTINGS, "encryption-required"),
        ("[CONTACTADMIN] account locked", SETTINGS, "contact-admin"),
        ("[SERVERBUG] Internal error occurred.", Refused, "server-refused"),
        ("[privacyrequired] in lower case", SETTINGS, "encryption-required"),
        # Gmail
        ("[AUTHENTICATIONFAILED] Invalid (Failure)", AUTHENTICATION, "bad-credentials"),
        (
            "[ALERT] Application-specific password required: https://x",
            AUTHENTICATION,
            "app-password-needed",
        ),
        (
            "[ALERT] Please log in via your web browser: https://x (Failure)",
            AUTHENTICATION,
            "web-login-needed",
        ),
        ("[WEBALERT https://x] Web login required.", AUTHENTICATION, "web-login-needed"),
        ("[ALERT] Your account is not enabled for IMAP use.", SETTINGS, "imap-disabled"),
        ("[ALERT] Too many simultaneous connections. (Failure)", Throttled, "too-many-connections"),
        ("[OVERQUOTA] Account exceeded command or bandwidth limits.", Throttled, "rate-limit"),
        ("[ALERT] Account exceeded command or bandwidth limits.", Throttled, "rate-limit"),
        # Exchange, Outlook
        ("AUTHENTICATE failed.", AUTHENTICATION, "bad-credentials"),
        ("LogonDenied-BasicAuthBlocked", SETTINGS, "password-login-disabled"),
        ("Server Unavailable. 15", TEMPORARY, "server-unavailable"),
        # Others
        ("IMAP access is disabled for this account", SETTINGS, "imap-disabled"),
        ("You are yet to enable IMAP for your account.", SETTINGS, "imap-disabled"),
        ("Please use an app password", AUTHENTICATION, "app-password-needed"),
        ("server busy, try again later", TEMPORARY, "server-unavailable"),
    ],
)
def test_a_refused_login(said, kind, reason):
    with ScriptedImap({"LOGIN": f"{{tag}} NO {said}\r\n".encode()}) as server:
        error = failure(connector_of(server, password="very secret"))
    assert (type(error), error.reason) == (kind, reason)
    assert error.detail == said


def test_a_login_that_the_server_does_not_understand_is_not_a_wrong_password():
    with ScriptedImap({"LOGIN": b"{tag} BAD Error in IMAP command\r\n"}) as server:
        error = failure(connector_of(server, password="very secret"))
    assert type(error) is TemporaryError and error.reason == reasons.PROTOCOL_ERROR
    assert error.detail.startswith("Error in IMAP command")


@pytest.mark.parametrize(
    ("said", "kind", "reason"),
    [
        ("[NONEXISTENT] Unknown Mailbox: x", FolderGone, "folder-gone"),
        ("[NOPERM] no", FolderGone, "not-authorised"),
        ("[UNAVAILABLE] later", TemporaryError, "server-unavailable"),
        ("[THROTTLED] slow down", Throttled, "rate-limit"),
        ("mailbox is locked by another process", TemporaryError, "mailbox-locked"),
        ("no idea", Refused, "server-refused"),
    ],
)
def test_a_refused_folder(said, kind, reason):
    with ScriptedImap({"EXAMINE": f"{{tag}} NO {said}\r\n".encode()}) as server:
        error = failure(connector_of(server))
    assert (type(error), error.reason) == (kind, reason)


@pytest.mark.parametrize(
    ("error", "connecting", "kind", "reason"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), True, SettingsError, "host-unknown"),
        (socket.gaierror(socket.EAI_AGAIN, "x"), True, TemporaryError, "host-lookup-failed"),
        (OSError(errno.ENETUNREACH, "x"), True, TemporaryError, "connection-failed"),
        (ConnectionResetError(), True, TemporaryError, "connection-failed"),
        (ConnectionResetError(), False, TemporaryError, "connection-dropped"),
        (TimeoutError("x"), False, TemporaryError, "connection-timeout"),
        (ssl.SSLError(1, "WRONG_VERSION_NUMBER"), True, SettingsError, "tls"),
        (ssl.SSLEOFError(8, "EOF"), True, TemporaryError, "connection-failed"),
        (ssl.SSLError(1, "BAD_RECORD_MAC"), False, TemporaryError, "connection-dropped"),
        (UnicodeError("label too long"), True, SettingsError, "host-unknown"),
        (ValueError("x"), False, TemporaryError, "protocol-error"),
        (RecursionError(), False, TemporaryError, "protocol-error"),
    ],
)
def test_what_python_raises(error, connecting, kind, reason):
    translated = translate(error, connecting=connecting)
    assert (type(translated), translated.reason) == (kind, reason)


@pytest.mark.parametrize(
    "text",
    [
        "socket error: unterminated line: b'Subject: merger'",
        "command: UID => socket error: unterminated line: b'Subject: merger'",
        "unexpected response: b'Subject: merger'",
        "command: UID => unexpected tagged response: b'A1 merger'",
    ],
)
def test_what_imaplib_quotes_of_a_broken_answer_is_not_passed_on(text):
    translated = translate(IMAP4.abort(text))
    assert (type(translated), translated.reason) == (TemporaryError, "connection-dropped")
    assert translated.detail and "merger" not in str(translated)


def test_details_are_one_short_line():
    with ScriptedImap({"LOGIN": b"{tag} NO " + b"very\tlong " * 200 + b"\r\n"}) as server:
        detail = failure(connector_of(server)).detail
    assert len(detail) <= 300 and "\t" not in detail
