# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What IMAP servers keep back, and answers in other ways than they were asked for."""

import pytest
from imap_mailbox import INBOX, SINCE, connector_of, look, names
from peers.scripted_imap import ScriptedImap

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import Folder, MessageError, TemporaryError, Throttled
from mail_contact_sync.connectors.imap import session as imap_session


def header(uid, name):
    block = f"Message-ID: <{name}@customer.example>\r\n\r\n"
    return (
        f"* {uid} FETCH (UID {uid} RFC822.SIZE 9 "
        f'INTERNALDATE "01-Nov-2026 10:00:00 +0000" BODY[HEADER.FIELDS (X)] {{{len(block)}}}\r\n'
        f"{block})\r\n"
    ).encode()


def body(uid, text):
    return f"* {uid} FETCH (UID {uid} BODY[] {{{len(text)}}}\r\n{text})\r\n".encode()


NO = b"{tag} NO cannot\r\n"
OK = b"{tag} OK done\r\n"


def scripted(fetches, alive=b"* SEARCH 1 2 3\r\n"):
    return ScriptedImap(
        {
            "EXAMINE": b"* OK [UIDVALIDITY 5] x\r\n* OK [UIDNEXT 4] x\r\n{tag} OK x\r\n",
            "UID SEARCH": [b"* SEARCH 1 2 3\r\n" + OK, alive + OK],
            "UID FETCH": fetches,
        }
    )


def look_at(server, limit=10):
    with connector_of(server) as connector:
        return look(connector, limit)


def test_headers_that_are_kept_back_are_reported_and_the_others_returned():
    answers = [NO, header(1, "a") + OK, NO, NO, header(3, "c") + OK, NO]
    with scripted(answers, alive=b"* SEARCH 2\r\n") as server:
        page = look_at(server)
    assert names(page.envelopes) == ["c", "a"]
    assert [(error.ref, error.reason) for error in page.failed] == [
        ("5.2", reasons.MESSAGE_UNREADABLE)
    ]


def test_headers_missing_from_an_answer_are_asked_for_again():
    answers = [header(1, "a") + header(3, "c") + OK, header(2, "b") + OK]
    with scripted(answers, alive=b"* SEARCH 2\r\n") as server:
        page = look_at(server)
    assert names(page.envelopes) == ["c", "b", "a"] and page.failed == ()


def test_headers_that_never_come_are_reported():
    for missing in (b"", b"* 2 FETCH (UID 2 RFC822.SIZE 1 BODY[HEADER.FIELDS (X)] NIL)\r\n"):
        answers = [header(1, "a") + missing + header(3, "c") + OK, missing + OK]
        with scripted(answers, alive=b"* SEARCH 2\r\n") as server:
            page = look_at(server)
        assert names(page.envelopes) == ["c", "a"]
        assert [error.ref for error in page.failed] == ["5.2"]


@pytest.mark.parametrize("answer", [OK, NO])
def test_a_server_that_keeps_all_back_is_at_fault_itself(answer, monkeypatch):
    monkeypatch.setattr(imap_session, "MAX_UNREADABLE", 2)
    found = b"* SEARCH " + b" ".join(b"%d" % uid for uid in range(1, 301)) + b"\r\n"
    with scripted(answer) as server:
        server.answers["UID SEARCH"] = found + OK
        with pytest.raises(TemporaryError):
            look_at(server, limit=300)
        assert sum(command.startswith("UID FETCH") for command in server.commands) < 30


def test_a_server_that_asks_for_a_pause_is_not_asked_for_single_messages():
    with scripted([b"{tag} NO [THROTTLED] slow down\r\n"]) as server:
        with pytest.raises(Throttled):
            look_at(server)
        assert sum(command.startswith("UID FETCH") for command in server.commands) == 1


def test_answers_nobody_asked_for_are_put_to_no_message():
    unasked = (
        b"* 2 FETCH (FLAGS (\\Seen))\r\n"
        b"* 9 FETCH (UID 9 FLAGS ())\r\n"
        b"* 2 FETCH (RFC822.SIZE 9 BODY[HEADER.FIELDS (X)] {2}\r\n\r\n)\r\n"
        b"* 4 EXISTS\r\n"
    )
    answers = [unasked + header(1, "a") + unasked + header(3, "c") + OK]
    with scripted(answers, alive=b"* SEARCH\r\n") as server:
        page = look_at(server)
    assert names(page.envelopes) == ["c", "a"]


def test_an_answer_may_come_in_any_order_case_and_number_of_pieces():
    block = b"{25}\r\nMessage-ID: <a@b.example>"
    answers = [
        b"* 1 FETCH (body[header.fields (x)] %b uid 1 rfc822.size 7)\r\n"
        b"* 2 FETCH (UID 2 RFC822.SIZE 8)\r\n"
        b'* 2 FETCH (UID 2 BODY[HEADER.FIELDS ("X" "Y")] %b)\r\n'
        b"* 3 FETCH (UID 3 FLAGS (a) MODSEQ (5) RFC822.SIZE 9 INTERNALDATE NIL"
        b" BODY[HEADER.FIELDS (X)] %b)\r\n" % (block, block, block) + OK
    ]
    with scripted(answers) as server:
        page = look_at(server)
    assert [(each.ref, each.size) for each in page.envelopes] == [
        ("5.3", 9),
        ("5.2", 8),
        ("5.1", 7),
    ]


def test_an_unreadable_date_keeps_no_message_out():
    answer = header(1, "a").replace(b"01-Nov-2026 10:00:00 +0000", b"99-Xyz-0000 99:99:99 +9999")
    with scripted([answer + OK], alive=b"* SEARCH\r\n") as server:
        assert names(look_at(server).envelopes) == ["a"]


def test_a_search_answered_in_several_lines_is_read_whole():
    answers = {
        "EXAMINE": b"* OK [UIDVALIDITY 5] x\r\n{tag} OK x\r\n",
        "UID SEARCH": b"* SEARCH 1\r\n* SEARCH 3 2\r\n* SEARCH\r\n" + OK,
        "UID FETCH": header(1, "a") + header(2, "b") + header(3, "c") + OK,
    }
    with ScriptedImap(answers) as server:
        assert names(look_at(server).envelopes) == ["c", "b", "a"]


def test_a_failed_search_is_no_empty_folder():
    with ScriptedImap({"UID SEARCH": NO}) as server, pytest.raises(TemporaryError):
        look_at(server)


def test_folders_numbered_alike_are_not_mixed_up():
    answers = {
        "UID SEARCH": [b"* SEARCH 1 2\r\n" + OK, b"* SEARCH 1\r\n" + OK],
        "UID FETCH": [header(2, "a2") + OK, header(1, "a1") + OK, header(1, "b1") + OK],
    }
    other = Folder("Other", "Other")
    with ScriptedImap(answers) as server, connector_of(server) as connector:
        page = connector.changes(INBOX, None, SINCE, 1)
        assert names(connector.changes(other, None, SINCE, 1).envelopes) == ["b1"]
        assert names(connector.changes(INBOX, page.cursor, SINCE, 1).envelopes) == ["a1"]


def test_a_search_asks_for_no_more_than_imaplib_takes():
    def line(first, number):
        uids = " ".join(map(str, range(first, first + number)))
        return f"* SEARCH {uids}\r\n".encode() + OK

    top = 4_294_000_000
    answers = {
        "EXAMINE": b"* 200000 EXISTS\r\n* OK [UIDVALIDITY 5] x\r\n{tag} OK x\r\n",
        "UID SEARCH": [
            line(top - 80_000, 80_000),
            line(top - 160_000, 80_000),
            line(top - 200_000, 40_000),
            b"* SEARCH\r\n" + OK,
        ],
        "UID FETCH": OK,
    }
    with ScriptedImap(answers) as server:
        assert look_at(server).total == 200_000
        searches = [command.split()[2] for command in server.commands if "SEARCH" in command]
    assert searches[:3] == ["120001:*", "40001:120000", "1:40000"]


def test_a_message_kept_back_is_named_after_the_others_have_come():
    answers = [NO, body(1, "one") + OK, NO, NO, body(3, "three") + OK, NO]
    with scripted(answers) as server, connector_of(server) as connector:
        server.answers["UID SEARCH"] = b"* SEARCH 2\r\n" + OK
        fetched = []
        with pytest.raises(MessageError) as caught:
            for ref, message in connector.fetch(INBOX, ["5.1", "5.2", "5.3"]):
                fetched.append((ref, message))
        assert sorted(fetched) == [("5.1", b"one"), ("5.3", b"three")]
        assert caught.value.ref == "5.2"


def test_the_line_of_a_command_stays_short(monkeypatch):
    monkeypatch.setattr(imap_session, "MAX_SET", 3)
    answers = [header(1, "a") + header(3, "c") + OK, header(5, "e") + OK]
    with scripted(answers) as server:
        server.answers["UID SEARCH"] = b"* SEARCH 1 3 5\r\n" + OK
        page = look_at(server)
        fetches = [command.split()[2] for command in server.commands if "FETCH" in command]
    assert names(page.envelopes) == ["e", "c", "a"]
    assert all(len(fetch) <= 3 for fetch in fetches)
