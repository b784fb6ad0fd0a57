# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Graph: what it can say instead of an answer, and that no secret gets out."""

import logging
import socket

import pytest
from graph_peer import FOLDER, Graphbox
from imap_mailbox import SINCE
from microsoft_peer import CLIENT

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import (
    AuthenticationFailed,
    ConnectorError,
    SettingsError,
    TemporaryError,
    Throttled,
)
from mail_contact_sync.connectors.graph import GraphConnector
from mail_contact_sync.connectors.graph.http import Session
from mail_contact_sync.connectors.oauth.microsoft import Endpoints


def failure(box) -> ConnectorError:
    with box.connect() as connector, pytest.raises(ConnectorError) as caught:
        connector.check()
    error = caught.value
    told = f"{error!r} {error.detail}"
    # The double's messages name somebody, as Microsoft's do.
    for secret in ("clara", box.user, box.grant.access_token, box.grant.refresh_token):
        assert secret not in told
    assert error.__cause__ is None
    return error


@pytest.mark.parametrize(
    ("status", "code", "inner", "kind", "reason"),
    [
        (403, "ErrorAccessDenied", "", SettingsError, reasons.SCOPE_MISSING),
        (403, "Forbidden", "", SettingsError, reasons.SCOPE_MISSING),
        (404, "MailboxNotEnabledForRESTAPI", "", SettingsError, reasons.MAILBOX_DISABLED),
        (
            403,
            "ErrorAccessDenied",
            "MailboxNotEnabledForRESTAPI",
            SettingsError,
            "mailbox-disabled",
        ),
        (404, "MailboxNotHostedOnline", "", SettingsError, reasons.MAILBOX_DISABLED),
        (404, "ErrorInvalidUser", "", SettingsError, reasons.MAILBOX_UNKNOWN),
        (404, "ResourceNotFound", "", SettingsError, reasons.MAILBOX_UNKNOWN),
        (503, "ErrorMailboxMoveInProgress", "", TemporaryError, reasons.MAILBOX_MOVING),
        (429, "ApplicationThrottled", "", Throttled, reasons.RATE_LIMIT),
        (429, "TooManyRequests", "", Throttled, reasons.RATE_LIMIT),
        (503, "serviceNotAvailable", "", Throttled, reasons.RATE_LIMIT),
        (509, "UnknownError", "", Throttled, reasons.RATE_LIMIT),
        (400, "UnknownError", "MailboxConcurrency", Throttled, reasons.RATE_LIMIT),
        (500, "InternalServerError", "", TemporaryError, reasons.SERVER_UNAVAILABLE),
        (502, "UnknownError", "", TemporaryError, reasons.SERVER_UNAVAILABLE),
        (418, "Teapot", "", TemporaryError, reasons.PROTOCOL_ERROR),
    ],
)
def test_what_graph_can_answer(box, status, code, inner, kind, reason):
    box.graph.fail_next(FOLDER, status, code, inner)
    error = failure(box)
    assert isinstance(error, kind) and error.reason == reason
    assert isinstance(error, Throttled) == (kind is Throttled)


def test_which_scope_is_missing_is_named(box):
    box.graph.fail_next(FOLDER, 403, "ErrorAccessDenied")
    assert failure(box).detail == "Mail.Read"


def test_a_shared_mailbox_that_the_user_may_not_open(microsoft):
    owner = Graphbox(microsoft)
    box = Graphbox(microsoft, shared=owner.user)
    error = failure(box)
    assert type(error) is SettingsError and error.reason == reasons.NOT_AUTHORISED


def test_a_shared_mailbox_that_is_not_there(microsoft):
    box = Graphbox(microsoft, shared=Graphbox(microsoft).user)
    box.shared = "nobody@ours.example"
    assert failure(box).reason == reasons.MAILBOX_UNKNOWN


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), ("", 60), ("soon", 60), ("9" * 12, 60), ("99999999", 86400)],
)
def test_how_long_to_wait(box, header, seconds):
    box.graph.fail_next(FOLDER, 429, "ApplicationThrottled", Retry_After=header)
    assert failure(box).retry_after == seconds


@pytest.mark.parametrize("body", [b"", b"<html>clara", b"[]", b'{"error": "clara"}', b"{" * 9999])
def test_an_error_that_is_none(box, body):
    box.graph.answer_next(FOLDER, 403, body)
    assert failure(box).reason == reasons.SCOPE_MISSING


# Tokens -------------------------------------------------------------------------------


def test_a_token_that_has_ended_is_renewed_once(box):
    box.microsoft.consent.expire()
    box.microsoft.consent.refreshes = 0
    with box.connect() as connector:
        assert connector.check().address == box.user
        connector.folders()
    assert box.microsoft.consent.refreshes == 1
    assert [grant.access_token for grant in box.stored] == [box.grant.access_token]


def test_a_new_token_that_is_refused_is_not_renewed_again(box):
    box.microsoft.consent.refreshes = 0
    for _ in range(2):
        box.graph.fail_next(FOLDER, 401, "InvalidAuthenticationToken")
    error = failure(box)
    assert type(error) is AuthenticationFailed and error.reason == reasons.GRANT_REVOKED
    assert box.microsoft.consent.refreshes == 1


def test_a_grant_that_was_revoked(box):
    box.microsoft.consent.revoke(box.user)
    error = failure(box)
    assert type(error) is AuthenticationFailed and error.reason == reasons.GRANT_REVOKED


def test_a_claim_that_only_another_sign_in_can_bring(box):
    for _ in range(2):
        challenge = 'Bearer realm="", error="insufficient_claims", claims="eyJ"'
        box.graph.fail_next(FOLDER, 401, "InvalidAuthenticationToken", WWW_Authenticate=challenge)
    error = failure(box)
    assert type(error) is AuthenticationFailed and error.reason == reasons.SECOND_FACTOR


# The line -----------------------------------------------------------------------------


def test_a_line_that_breaks(box):
    box.graph.answer_next(FOLDER, 0, b"")
    assert failure(box).reason == reasons.CONNECTION_FAILED


def test_nobody_there(box):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    places = Endpoints(api=f"http://127.0.0.1:{port}/v1.0")
    connector = GraphConnector(CLIENT, box.grant, box._store, endpoints=places)
    with connector, pytest.raises(TemporaryError) as caught:
        connector.check()
    assert caught.value.reason == reasons.CONNECTION_FAILED


def test_no_token_goes_in_the_clear_but_to_this_machine(box):
    places = Endpoints(api="http://graph.microsoft.com/v1.0")
    connector = GraphConnector(CLIENT, box.grant, box._store, endpoints=places)
    with connector, pytest.raises(SettingsError) as caught:
        connector.check()
    assert caught.value.reason == reasons.PLAIN_NOT_ALLOWED


def test_no_token_is_logged(box, caplog):
    caplog.set_level(logging.DEBUG)
    box.add("m1")
    with box.connect() as connector:
        connector.check()
        connector.changes(box.folder(), None, SINCE, 10)
    assert box.grant.access_token not in caplog.text
    assert "clara@customer.example" not in caplog.text


def test_a_path_is_quoted():
    session = Session(None, "https://graph.microsoft.com/v1.0/", "team@ours.example")
    link = session.path("mailFolders", "a/b+c=?", "messages", filter="x ge 1&y")
    assert (
        link
        == "/users/team@ours.example/mailFolders/a%2Fb%2Bc%3D%3F/messages?$filter=x%20ge%201%26y"
    )
    odd = Session(None, "https://graph.microsoft.com/v1.0", "../me?x")
    assert odd.path("sendMail") == "/users/..%2Fme%3Fx/sendMail"
