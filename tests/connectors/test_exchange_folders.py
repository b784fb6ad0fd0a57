# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which folders of an Exchange mailbox hold mail, and what they are for."""

import pytest
from exchange_double import ANNA, PASSWORD, office

from dev.ews import User, operations, soap
from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import SettingsError, TemporaryError
from mail_contact_sync.connectors.exchange import session as exchange_session


@pytest.fixture
def mailbox():
    with office() as mailbox:
        yield mailbox


@pytest.fixture
def roles(mailbox):
    """The roles by name."""

    def roles():
        with mailbox.connect() as connector:
            return {folder.name: folder.role for folder in connector.folders()}

    return roles


STANDARD = {
    "Posteingang": "inbox",
    "Gesendete Elemente": "sent",
    "Entwürfe": "drafts",
    "Gelöschte Elemente": "trash",
    "Junk-E-Mail": "junk",
}


def test_roles_go_by_distinguished_ids_whatever_the_names(roles):
    assert roles() == STANDARD


def test_a_folder_named_like_one_with_a_role_has_none(mailbox, roles):
    mailbox.directory.add_folder(ANNA, "Inbox")
    mailbox.directory.add_folder(ANNA, "Sent")
    assert roles() == {**STANDARD, "Inbox": None, "Sent": None}


def test_folders_are_called_by_their_path(mailbox, roles):
    mailbox.directory.add_folder(ANNA, "Kunden", "inbox")
    mailbox.directory.add_folder(ANNA, "Müller & Söhne", "Kunden")
    found = roles()
    assert found["Posteingang/Kunden"] is None
    assert found["Posteingang/Kunden/Müller & Söhne"] is None


@pytest.mark.parametrize(
    "parent, role",
    [("deleteditems", "trash"), ("junkemail", "junk"), ("drafts", "drafts"), ("sentitems", None)],
)
def test_what_lies_below_trash_junk_and_drafts_is_that_too(mailbox, roles, parent, role):
    mailbox.directory.add_folder(ANNA, "One", parent)
    mailbox.directory.add_folder(ANNA, "Two", "One")
    found = {name.rpartition("/")[2]: role for name, role in roles().items()}
    assert (found["One"], found["Two"]) == (role, role)


@pytest.mark.parametrize("kind", ["IPF.Appointment", "IPF.Contact", "IPF.Task"])
def test_calendars_contacts_and_tasks_hold_no_mail(mailbox, roles, kind):
    mailbox.directory.add_folder(ANNA, "Team", kind=kind)
    assert roles() == STANDARD


def test_a_calendar_that_calls_itself_mail_is_a_calendar(mailbox, roles, monkeypatch):
    element = operations.folder_element

    def as_calendar(of, folder, shape):
        made = element(of, folder, shape)
        if folder.name == "Team":
            made.tag = f"{{{soap.T}}}CalendarFolder"
        return made

    monkeypatch.setattr(operations, "folder_element", as_calendar)
    mailbox.directory.add_folder(ANNA, "Team")
    assert roles() == STANDARD


@pytest.mark.parametrize("kind", ["IPF.Note.OutlookHomepage", "IPF.Files", "IPF.Configuration"])
def test_feeds_and_the_like_hold_no_mail(mailbox, roles, kind):
    mailbox.directory.add_folder(ANNA, "Feed", kind=kind)
    assert roles() == STANDARD


@pytest.mark.parametrize("kind", ["IPF.Note", "ipf.note", "IPF.Imap", None])
def test_other_classes_of_mail_are_mail(mailbox, roles, kind):
    mailbox.directory.add_folder(ANNA, "Project", kind=kind)
    assert "Project" in roles()


def test_mail_below_a_calendar_is_found(mailbox, roles):
    mailbox.directory.add_folder(ANNA, "Protocols", "calendar")
    assert roles()["Kalender/Protocols"] is None


@pytest.mark.parametrize("parent", ["outbox", "syncissues", "conflicts", "conversationhistory"])
def test_nothing_below_outbox_and_sync_issues_is_the_users_mail(mailbox, roles, parent):
    mailbox.directory.add_folder(ANNA, "Lower", parent)
    assert roles() == STANDARD


def test_hidden_folders_are_left_out(mailbox, roles):
    mailbox.directory.add_folder(ANNA, "Cache", hidden=True)
    assert roles() == STANDARD


def test_folders_of_many_pages_are_all_found(mailbox, roles, monkeypatch):
    monkeypatch.setattr(exchange_session, "MAX_FOUND", 3)
    for number in range(10):
        mailbox.directory.add_folder(ANNA, f"Project {number}")
    assert len(roles()) == len(STANDARD) + 10
    assert mailbox.server.counts["FindFolder"] > 3


def test_special_folders_that_are_not_there_are_not_missed(mailbox, roles):
    mailbox.directory.remove_folder(ANNA, "conversationhistory")
    mailbox.directory.remove_folder(ANNA, "junkemail")
    assert set(roles()) == set(STANDARD) - {"Junk-E-Mail"}


def test_a_failed_search_is_no_mailbox_without_folders(mailbox):
    with mailbox.connect() as connector:
        mailbox.server.error_once("FindFolder", "ErrorMailboxStoreUnavailable")
        with pytest.raises(TemporaryError):
            connector.folders()


def test_a_mailbox_without_an_inbox_to_be_seen_is_none_to_be_read():
    with office(User(ANNA, PASSWORD, "OURS\\anna")) as mailbox:
        mailbox.directory.remove_folder(ANNA, "inbox")
        with pytest.raises(SettingsError) as caught, mailbox.connect():
            pass
        assert caught.value.reason == reasons.NOT_AUTHORISED
