# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Graph: which folders hold mail and what they are for; and whose mailbox it is."""

import pytest
from graph_peer import FOLDER, FOLDERS, Graphbox
from imap_mailbox import SINCE

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import TemporaryError, Throttled


def listed(box):
    with box.connect() as connector:
        return {folder.name: folder for folder in connector.folders()}


def test_roles_go_by_well_known_names_not_by_what_folders_are_called(box):
    box.mailbox.add_folder("Inbox")
    box.mailbox.add_folder("Sent Items")
    roles = {name: folder.role for name, folder in listed(box).items()}
    assert roles == {
        "Posteingang": "inbox",
        "Gesendete Elemente": "sent",
        "Archiv": "archive",
        "Entwürfe": "drafts",
        "Gelöschte Elemente": "trash",
        "Junk-E-Mail": "junk",
        "Inbox": None,
        "Sent Items": None,
    }


def test_folders_in_folders_have_the_names_of_all(box):
    box.mailbox.add_folder("Projects", "inbox")
    box.mailbox.add_folder("Bridge", "Projects")
    folders = listed(box)
    assert folders["Posteingang/Projects/Bridge"].role is None
    assert folders["Posteingang/Projects"].ref == box.folder("Projects").ref


def test_what_lies_in_the_trash_is_trash(box):
    box.mailbox.add_folder("Old", "deleteditems")
    box.mailbox.add_folder("Older", "Old")
    folders = listed(box)
    assert folders["Gelöschte Elemente/Old/Older"].role == "trash"


def test_chats_the_outbox_and_hidden_folders_hold_no_mail(box):
    box.mailbox.add_folder("Team Chat", "conversationhistory")
    box.mailbox.add_folder("Secret", hidden=True)
    names = " ".join(listed(box))
    for name in ("Postausgang", "Aufgezeichnete", "Team Chat", "Secret", "Informationsspeicher"):
        assert name not in names


def test_a_search_folder_holds_no_mail_of_its_own(box):
    box.mailbox.add_folder("Unread", search=True)
    assert "Unread" not in listed(box)


def test_a_mailbox_without_an_archive(box):
    box.mailbox.remove_folder("archive")
    folders = listed(box)
    assert "Archiv" not in folders and folders["Posteingang"].role == "inbox"


def test_many_folders_cost_no_more_requests(box):
    for number in range(150):
        box.mailbox.add_folder(f"Customer {number}", "inbox")
    assert len(listed(box)) == 150 + 6
    assert box.graph.counts[FOLDERS] == 1 and box.graph.batches == [10]


def test_what_was_too_much_at_once_of_a_batch_is_asked_for_again(box):
    box.graph.batched_at_once = 4
    assert listed(box)["Archiv"].role == "archive"
    assert box.graph.batches == [10, 4, 2]


def test_a_batch_of_which_nothing_comes_is_not_asked_for_again(box):
    box.graph.batched_at_once = 0
    with pytest.raises(Throttled):
        listed(box)
    assert box.graph.batches == [10]


def test_a_pause_that_is_asked_for_twice_within_a_batch(box):
    def throttle():
        box.graph.fail_next(FOLDER, 429, "ApplicationThrottled", Retry_After="12")

    throttle()
    for _ in range(8):
        box.graph.meanwhile(FOLDER, lambda: None)
    box.graph.meanwhile(FOLDER, throttle)
    with pytest.raises(Throttled) as caught:
        listed(box)
    assert caught.value.retry_after == 12 and box.graph.batches == [10, 1]


@pytest.mark.parametrize("body", [b'{"value": []}', b'{"value": [{"displayName": "x"}]}', b"[]"])
def test_a_list_that_is_none(box, body):
    box.graph.answer_next(FOLDERS, 200, body)
    with pytest.raises(TemporaryError) as caught:
        listed(box)
    assert caught.value.reason == reasons.PROTOCOL_ERROR


# A mailbox of somebody else's -------------------------------------------------------


@pytest.fixture
def shared(microsoft):
    owner = Graphbox(microsoft)
    box = Graphbox(microsoft, shared=owner.user, sending=True)
    box.mailbox.readers.add(box.user)
    return box


def test_a_shared_mailbox_is_opened_by_its_address(shared):
    shared.add("theirs")
    with shared.connect() as connector:
        assert connector.check().address == shared.shared != shared.user
        page = connector.changes(shared.folder(), None, SINCE, 10)
        ((ref, message),) = connector.fetch(shared.folder(), [page.envelopes[0].ref])
    assert ref == shared.ids["theirs"] and b"theirs" in message
    assert set(shared.graph.counts) == {
        "users/mailFolders",
        "users/mailFolders/messages/delta",
        "users/mailFolders/messages/$value",
    }


def test_sending_as_a_shared_mailbox_goes_out_of_that(shared):
    message = f"From: {shared.shared}\r\nTo: clara@customer.example\r\n\r\nHi\r\n".encode()
    with shared.connect() as connector:
        connector.send(message, shared.shared, ["clara@customer.example"])
    assert shared.graph.mail.sent[-1][0] == shared.shared
