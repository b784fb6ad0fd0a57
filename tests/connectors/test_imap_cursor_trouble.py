# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""IMAP: folders that are no more, and mail that moves or goes while a folder is read."""

import pytest
from imap_mailbox import INBOX, PROJECT, SINCE, names, numbered, read

from mail_contact_sync.connectors.base import CursorExpired, FolderGone
from mail_contact_sync.connectors.imap import session as imap_session


@pytest.fixture
def mailbox(any_mailbox):
    return any_mailbox


def test_a_changed_uidvalidity_expires_the_cursor(mailbox, connector):
    mailbox.add(*numbered(1, 2), folder="Project")
    _, cursor = read(connector, PROJECT)
    for uidvalidity in (cursor["uidvalidity"] + 1, cursor["uidvalidity"] - 1):
        with pytest.raises(CursorExpired):
            connector.changes(PROJECT, {**cursor, "uidvalidity": uidvalidity}, SINCE, 10)


def test_a_folder_made_anew_expires_the_cursor_and_the_refs(mailbox, connector):
    mailbox.add("m1", folder="Project")
    page = connector.changes(PROJECT, None, SINCE, 10)
    mailbox.client.delete_folder("Project")
    mailbox.client.create_folder("Project")
    mailbox.add("other", folder="Project")
    with mailbox.connect() as connector:
        with pytest.raises(CursorExpired):
            connector.changes(PROJECT, page.cursor, SINCE, 10)
        with pytest.raises(CursorExpired):
            list(connector.fetch(PROJECT, [page.envelopes[0].ref]))
        assert read(connector, PROJECT)[0] == ["other"]


def test_a_renamed_folder_is_gone(mailbox):
    with mailbox.connect() as connector:
        _, cursor = read(connector, PROJECT)
    mailbox.client.rename_folder("Project", "Venture")
    with mailbox.connect() as connector:
        with pytest.raises(FolderGone):
            connector.changes(PROJECT, cursor, SINCE, 10)
        assert "Venture" in [folder.ref for folder in connector.folders()]


def test_a_deleted_folder_is_gone_and_the_others_are_not(mailbox, connector):
    mailbox.add("m1")
    mailbox.client.delete_folder("Project")
    with pytest.raises(FolderGone):
        connector.changes(PROJECT, None, SINCE, 10)
    with pytest.raises(FolderGone):
        list(connector.fetch(PROJECT, ["1.1"]))
    assert read(connector)[0] == ["m1"]


def test_an_emptied_folder_keeps_its_cursor(mailbox, connector):
    mailbox.add(*numbered(1, 2))
    _, cursor = read(connector)
    mailbox.remove(*numbered(1, 2))
    assert read(connector, cursor=cursor)[0] == []
    mailbox.add("m3")
    assert read(connector, cursor=cursor)[0] == ["m3"]


def test_mail_deleted_between_two_pages_is_left_out(mailbox, connector):
    mailbox.add(*numbered(*range(1, 11)))
    page = connector.changes(INBOX, None, SINCE, 3)
    mailbox.remove(*numbered(2, 3, 9))
    # the next page, 7 to 5, has been asked for already
    assert read(connector, cursor=page.cursor, limit=3)[0] == numbered(7, 6, 5, 4, 1)


def test_mail_deleted_between_search_and_fetch_is_left_out(mailbox, connector, monkeypatch):
    mailbox.add(*numbered(1, 2, 3))
    headers = connector._session.headers

    def headers_late(uids):
        mailbox.remove("m2")
        return headers(uids)

    monkeypatch.setattr(connector._session, "headers", headers_late)
    page = connector.changes(INBOX, None, SINCE, 10)
    assert names(page.envelopes) == numbered(3, 1) and page.failed == ()


def test_a_large_folder_is_searched_in_parts_and_mail_deleted_between_them_hides_no_other(
    mailbox, connector, monkeypatch
):
    monkeypatch.setattr(imap_session, "MAX_SEARCH", 4)
    mailbox.add(*numbered(*range(1, 11)))
    command = connector._connection.command
    deleted = []

    def command_and_delete(*arguments):
        answer = command(*arguments)
        if not deleted:
            deleted.extend(numbered(1, 2))
            mailbox.remove(*deleted)
            # Some servers tell at once, and count anew.
            command("noop")
        return answer

    monkeypatch.setattr(connector._connection, "command", command_and_delete)
    page = connector.changes(INBOX, None, SINCE, 10)
    assert names(page.envelopes) == numbered(*range(10, 2, -1))


@pytest.mark.parametrize("read_first", [INBOX, PROJECT])
def test_mail_moved_between_folders_during_the_scan_is_found(mailbox, connector, read_first):
    mailbox.add(*numbered(*range(1, 7)))
    found = {}
    cursors = {}
    order = [read_first, PROJECT if read_first == INBOX else INBOX]
    for folder in order:
        page = connector.changes(folder, None, SINCE, 3)
        found[folder.ref] = names(page.envelopes)
        cursors[folder.ref] = page.cursor
    mailbox.move(*numbered(1, 2, 6), target="Project")
    for folder in order:
        found[folder.ref] += read(connector, folder, cursors[folder.ref])[0]
    assert {*found["INBOX"], *found["Project"]} == set(numbered(*range(1, 7)))
    assert sorted(found["Project"]) == numbered(1, 2, 6)
    assert len(found["INBOX"]) == len(set(found["INBOX"]))
