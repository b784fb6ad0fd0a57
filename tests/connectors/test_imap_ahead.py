# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""While we deal with a page, the server works on the next."""

import pytest
from imap_mailbox import INBOX, PROJECT, SINCE, connector_of, names, numbered, read
from peers.scripted_imap import ScriptedImap

from mail_contact_sync.connectors.base import TemporaryError

BLOCK = b"From: a@b.example\r\nMessage-ID: <%d@b>\r\n\r\n"
OK = b"{tag} OK done\r\n"


@pytest.fixture
def connector(mailbox):
    mailbox.client.create_folder("Project")
    with mailbox.connect() as connector:
        yield connector


def answer(*uids: int) -> bytes:
    return b"".join(
        b'* %d FETCH (UID %d RFC822.SIZE 9 INTERNALDATE "01-Nov-2026 10:00:00 +0000" '
        b"BODY[HEADER.FIELDS (X)] {%d}\r\n%b)\r\n" % (uid, uid, len(BLOCK % uid), BLOCK % uid)
        for uid in uids
    )


def scripted(*fetches: bytes) -> ScriptedImap:
    status = b"* 4 EXISTS\r\n* OK [UIDVALIDITY 1] ok\r\n* OK [UIDNEXT 5] ok\r\n"
    return ScriptedImap(
        {
            "EXAMINE": status + OK,
            "UID SEARCH": b"* SEARCH 1 2 3 4\r\n" + OK,
            "UID FETCH": list(fetches),
        }
    )


def pages(connector) -> list[list[str]]:
    found, cursor, more = [], None, True
    while more:
        page = connector.changes(INBOX, cursor, SINCE, 2)
        found.append([envelope.message_id for envelope in page.envelopes])
        cursor, more = page.cursor, page.more
    return found


def fetches(server) -> list[str]:
    return [command for command in server.commands if command.startswith("UID FETCH")]


def test_a_page_is_asked_for_once_and_ahead_of_time():
    with scripted(answer(3, 4) + OK, answer(1, 2) + OK) as server:
        with connector_of(server) as connector:
            first = connector.changes(INBOX, None, SINCE, 2)
            connector._connection.hear()
            assert [fetch.split()[2] for fetch in fetches(server)] == ["3:4", "1:2"]
            second = connector.changes(INBOX, first.cursor, SINCE, 2)
        assert [envelope.message_id for envelope in second.envelopes] == ["<2@b>", "<1@b>"]
        assert len(fetches(server)) == 2


@pytest.mark.parametrize("refusal", [b"{tag} NO later\r\n", b"{tag} BAD what\r\n", OK])
def test_what_was_refused_ahead_is_asked_for_again(refusal):
    server = scripted(answer(3, 4) + OK, refusal, answer(1, 2) + OK)
    with server, connector_of(server) as connector:
        assert pages(connector) == [["<4@b>", "<3@b>"], ["<2@b>", "<1@b>"]]


def test_what_came_ahead_without_some_is_completed():
    with scripted(answer(3, 4) + OK, answer(1) + OK, answer(2) + OK) as server:
        server.answers["UID SEARCH"] = [
            b"* SEARCH 1 2 3 4\r\n" + OK,
            b"* SEARCH 2\r\n" + OK,
        ]
        with connector_of(server) as connector:
            assert pages(connector) == [["<4@b>", "<3@b>"], ["<2@b>", "<1@b>"]]


def test_a_line_that_drops_while_something_is_asked_ahead_is_an_error_of_the_next_command():
    with scripted(answer(3, 4) + OK, b"") as server, connector_of(server) as connector:
        page = connector.changes(INBOX, None, SINCE, 2)
        with pytest.raises(TemporaryError):
            connector.changes(INBOX, page.cursor, SINCE, 2)


def test_what_was_asked_ahead_of_one_folder_is_not_taken_for_anothers(mailbox, connector):
    mailbox.add(*numbered(*range(1, 7)))
    mailbox.add(*numbered(*range(11, 17)), folder="Project")
    cursors = {}
    found = {"INBOX": [], "Project": []}
    for _ in range(3):
        for folder in (INBOX, PROJECT):
            page = connector.changes(folder, cursors.get(folder.ref), SINCE, 2)
            cursors[folder.ref] = page.cursor
            found[folder.ref] += names(page.envelopes)
    assert found == {
        "INBOX": numbered(*range(6, 0, -1)),
        "Project": numbered(*range(16, 10, -1)),
    }


def test_mail_that_arrives_meanwhile_is_found(mailbox, connector):
    mailbox.add(*numbered(*range(1, 7)))
    page = connector.changes(INBOX, None, SINCE, 2)
    mailbox.add("m7")
    found, _cursor = read(connector, cursor=page.cursor, limit=2)
    assert sorted(found) == numbered(1, 2, 3, 4, 7)
