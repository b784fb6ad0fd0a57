# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What each of Exchange's errors means, wherever in an answer it stands."""

import pytest
from exchange_double import broken, failure, office

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import (
    AuthenticationFailed,
    CursorExpired,
    FolderGone,
    SettingsError,
    TemporaryError,
    Throttled,
)
from mail_contact_sync.connectors.exchange.errors import of_code, of_status


@pytest.fixture
def mailbox():
    with office() as mailbox:
        yield mailbox


CODES = [
    ("ErrorServerBusy", Throttled, reasons.RATE_LIMIT),
    ("ErrorExceededConnectionCount", Throttled, reasons.TOO_MANY_CONNECTIONS),
    ("ErrorMailboxMoveInProgress", TemporaryError, reasons.MAILBOX_MOVING),
    ("ErrorMailboxStoreUnavailable", TemporaryError, reasons.SERVER_UNAVAILABLE),
    ("ErrorInternalServerError", TemporaryError, reasons.SERVER_UNAVAILABLE),
    ("ErrorTimeoutExpired", TemporaryError, reasons.SERVER_UNAVAILABLE),
    ("ErrorInvalidSyncStateData", CursorExpired, reasons.SYNC_STATE_INVALID),
    ("ErrorFolderNotFound", FolderGone, reasons.FOLDER_GONE),
    ("ErrorSyncFolderNotFound", FolderGone, reasons.FOLDER_GONE),
    ("ErrorItemNotFound", FolderGone, reasons.FOLDER_GONE),
    ("ErrorAccessDenied", FolderGone, reasons.NOT_AUTHORISED),
    ("ErrorNonExistentMailbox", SettingsError, reasons.MAILBOX_UNKNOWN),
    ("ErrorPasswordExpired", AuthenticationFailed, reasons.PASSWORD_EXPIRED),
    ("ErrorAccountDisabled", SettingsError, reasons.CONTACT_ADMIN),
    ("ErrorSchemaValidation", TemporaryError, reasons.PROTOCOL_ERROR),
    ("ErrorOfNextYear", TemporaryError, reasons.PROTOCOL_ERROR),
]
_IN_SCHEMA = [code for code in CODES if code[0] != "ErrorOfNextYear"]


@pytest.mark.parametrize("code, kind, reason", CODES)
def test_each_fault_has_its_meaning(mailbox, code, kind, reason):
    with mailbox.connect() as connector:
        mailbox.server.fault_once("SyncFolderItems", code)
        error = broken(connector, mailbox.folder())
        assert type(error) is kind and error.reason == reason


@pytest.mark.parametrize("code, kind, reason", _IN_SCHEMA)
def test_each_error_in_an_answer_has_its_meaning(mailbox, code, kind, reason):
    with mailbox.connect() as connector:
        for operation in ("SyncFolderItems", "FindItem"):
            mailbox.server.error_once(operation, code)
            error = broken(connector, mailbox.folder())
            assert type(error) is kind and error.reason == reason


@pytest.mark.parametrize("how", ["fault_once", "error_once"])
def test_a_busy_server_says_how_long_to_wait(mailbox, how):
    with mailbox.connect() as connector:
        getattr(mailbox.server, how)("SyncFolderItems", "ErrorServerBusy", 297_749)
        error = broken(connector, mailbox.folder())
        assert type(error) is Throttled and error.retry_after == 297.749


def test_a_server_too_busy_for_the_items_says_so_too(mailbox):
    mailbox.add("m1")
    with mailbox.connect() as connector:
        mailbox.server.error_once("GetItem", "ErrorServerBusy", 5000)
        error = broken(connector, mailbox.folder())
        assert type(error) is Throttled and error.retry_after == 5


def test_nobody_sleeps_when_the_server_is_busy(mailbox, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda seconds: pytest.fail("slept"))
    with mailbox.connect() as connector:
        mailbox.server.fault_once("SyncFolderItems", "ErrorServerBusy", 10_000)
        assert broken(connector, mailbox.folder()).retry_after == 10


def test_an_access_denied_at_login_is_about_the_mailbox(mailbox):
    mailbox.server.fault_once("GetFolder", "ErrorAccessDenied")
    error = failure(mailbox.connect())
    assert type(error) is SettingsError and error.reason == reasons.NOT_AUTHORISED


def test_after_an_error_the_connection_goes_on(mailbox):
    mailbox.add("m1")
    with mailbox.connect() as connector:
        mailbox.server.fault_once("SyncFolderItems", "ErrorServerBusy")
        broken(connector, mailbox.folder())
        assert connector.folders()


def test_only_where_a_folder_was_asked_for_is_it_a_folder_that_is_gone():
    assert type(of_code("ErrorItemNotFound")) is TemporaryError


def test_the_words_of_an_unknown_error_are_not_repeated():
    assert "secret" not in str(of_code("ErrorOfNextYear", "a secret subject"))


def test_a_long_text_is_cut():
    assert len(of_code("ErrorServerBusy", "x" * 10_000).detail) < 400


def test_a_date_in_retry_after_is_no_number():
    error = of_status(503, "Wed, 21 Oct 2026 07:28:00 GMT", connecting=False)
    assert error.retry_after is None
