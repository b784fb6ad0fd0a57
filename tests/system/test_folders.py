# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whatever becomes of a mailbox and its folders, nothing is lost and nothing doubled."""

from collections import Counter

import pytest

from .mailbox import body, numbered

INBOX = numbered(*range(10))
ALPHA = numbered(*range(10, 20))
ALL = Counter(INBOX + ALPHA)  # each once


@pytest.fixture
def mailbox(mailbox):
    """Ten mails in INBOX, which is read first, and ten older ones in a folder Alpha."""
    mailbox.append(*INBOX)
    mailbox.client.create_folder("Alpha")
    mailbox.append(*ALPHA, folder="Alpha", hours=5)
    return mailbox


@pytest.fixture
def headers(mailbox):
    """A marker: the headers of INBOX are read, of no other folder yet."""
    return mailbox.message_id(INBOX[0]).encode()


@pytest.fixture
def bodies():
    """A marker: all headers are read, and the bodies of INBOX's mail."""
    return body(INBOX[0]).encode()


def recreate(mailbox) -> None:
    """Make Alpha anew: the same numbers come to mean other messages of the same folder."""
    client = mailbox.client
    before = client.select_folder("Alpha")[b"UIDVALIDITY"]
    messages = client.fetch(client.search(), ["BODY.PEEK[]"])
    client.close_folder()
    client.delete_folder("Alpha")
    client.create_folder("Alpha")
    for uid in sorted(messages, reverse=True):
        client.append("Alpha", messages[uid][b"BODY[]"])
    assert client.folder_status("Alpha", "UIDVALIDITY")[b"UIDVALIDITY"] != before


# Between two runs -----------------------------------------------------------------


def test_a_renumbered_folder_is_read_anew(mailbox):
    mailbox.read()
    recreate(mailbox)
    mailbox.append("new", folder="Alpha")
    mailbox.sync()
    assert mailbox.posted() == ALL + Counter(["new"])


def test_a_renamed_folder_is_followed(mailbox):
    mailbox.read()
    mailbox.client.rename_folder("Alpha", "Beta")
    mailbox.append("new", folder="Beta")
    mailbox.sync()
    assert mailbox.posted() == ALL + Counter(["new"])


def test_mail_of_a_deleted_folder_stays_in_the_chatter(mailbox):
    mailbox.read()
    mailbox.client.delete_folder("Alpha")
    mailbox.deliver("new")
    mailbox.sync()
    assert mailbox.posted() == ALL + Counter(["new"])


def test_mail_of_an_emptied_folder_stays_in_the_chatter(mailbox):
    mailbox.read()
    mailbox.remove(*INBOX)
    mailbox.deliver("new")
    mailbox.sync()
    assert mailbox.posted() == ALL + Counter(["new"])


def test_mail_moved_to_another_folder_stands_once(mailbox):
    mailbox.read()
    mailbox.move(*INBOX[:5], source="INBOX", target="Alpha")
    mailbox.move(*ALPHA[:5], source="Alpha", target="INBOX")
    mailbox.sync()
    assert mailbox.posted() == ALL


# In the midst of a run --------------------------------------------------------------


def test_mail_moved_during_the_scan_is_found(mailbox, headers, interrupted):
    """Also what leaves a folder that is still to be read for one that has been read."""

    def move():
        mailbox.move(*INBOX[:5], source="INBOX", target="Alpha")
        mailbox.move(*ALPHA[:5], source="Alpha", target="INBOX")

    mailbox.connect(interrupted(headers, move).port)
    mailbox.office.rest()
    mailbox.sync()
    assert mailbox.posted() == ALL


def test_mail_moved_before_it_is_fetched_is_found(mailbox, bodies, interrupted):
    def move():
        mailbox.move(*ALPHA, source="Alpha", target="INBOX")

    mailbox.connect(interrupted(bodies, move).port)
    mailbox.office.rest()
    mailbox.sync()
    assert mailbox.posted() == ALL


@pytest.mark.parametrize("moment", ["headers", "bodies"])
def test_mail_that_arrives_during_a_run_is_not_missed(mailbox, moment, interrupted, request):
    arriving = numbered(*range(100, 300))
    marker = request.getfixturevalue(moment)
    mailbox.connect(interrupted(marker, lambda: mailbox.deliver(*arriving)).port)
    mailbox.office.rest()
    mailbox.sync()
    assert mailbox.posted() == ALL + Counter(arriving)


@pytest.mark.parametrize("moment", ["headers", "bodies"])
def test_a_folder_renamed_during_a_run_is_found(mailbox, moment, interrupted, request):
    def rename():
        mailbox.client.rename_folder("Alpha", "Beta")

    mailbox.connect(interrupted(request.getfixturevalue(moment), rename).port)
    mailbox.office.rest()
    mailbox.sync()
    assert mailbox.posted() == ALL


def test_mail_that_waits_survives_a_renumbering(mailbox, bodies, interrupted):
    mailbox.connect(interrupted(bodies, lambda: recreate(mailbox)).port)
    mailbox.office.rest()
    assert mailbox.posted() == ALL


def test_mail_that_waits_in_a_deleted_folder_is_taken_from_another(mailbox, bodies, interrupted):
    """Where there is no other, it is listed."""
    mailbox.client.create_folder("Beta")
    mailbox.append(*ALPHA[:4], folder="Beta", hours=5)

    def delete():
        mailbox.client.delete_folder("Alpha")

    mailbox.connect(interrupted(bodies, delete).port)
    mailbox.office.rest()
    assert mailbox.posted() == Counter(INBOX + ALPHA[:4])
    assert mailbox.ledger() == {("posted", None): 14, ("skipped", "message-gone"): 6}


def test_mail_that_waits_in_an_emptied_folder_is_listed(mailbox, bodies, interrupted):
    def empty():
        mailbox.remove(*ALPHA, folder="Alpha")

    mailbox.connect(interrupted(bodies, empty).port)
    mailbox.office.rest()
    assert mailbox.posted() == Counter(INBOX)
    assert mailbox.ledger() == {("posted", None): 10, ("skipped", "message-gone"): 10}
