# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Filing what was sent by IMAP: in the right folder, and once, whoever did it before."""

import random

import pytest
from imap_mailbox import SINCE, connector_of, names
from imap_sending import SENT, raw_sent, stands_in, written_by
from imapclient import SocketTimeout
from peers.scripted_imap import ScriptedImap

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import FolderGone, TemporaryError
from mail_contact_sync.connectors.imap import sent as imap_sent
from mail_contact_sync.connectors.imap.connection import Connection, password_login
from mail_contact_sync.connectors.imap.sent import SentFolder
from mail_contact_sync.connectors.imap.session import Session

pytestmark = pytest.mark.usefixtures("no_sleep")


def test_a_server_that_does_not_file_is_waited_for_no_longer(mailbox, ben, monkeypatch):
    pauses = []
    monkeypatch.setattr(imap_sent.time, "sleep", pauses.append)
    with mailbox.connect(files_within=5) as connector:
        assert not connector.file_sent(written_by(mailbox, ben))
    assert sum(pauses) == 5 and len(raw_sent(mailbox)) == 1


def test_filing_again_files_nothing_more(mailbox, ben):
    for number in range(3):
        with mailbox.connect(files_within=0) as connector:
            assert connector.file_sent(written_by(mailbox, ben)) is bool(number)
            assert connector.file_sent(written_by(mailbox, ben))
            assert connector.file_sent(written_by(mailbox, ben, f"other{number}")) is False
    assert sorted(stands_in(mailbox, SENT)) == ["m1", "other0", "other1", "other2"]


def test_a_copy_is_known_under_the_id_that_microsoft_keeps(mailbox, ben):
    original = written_by(mailbox, ben)
    renamed = original.replace(b"Message-ID: ", b"X-Microsoft-Original-Message-ID: ")
    mailbox.client.append("Sent", b"Message-ID: <other@outlook.example>\n" + renamed)
    with mailbox.connect(files_within=0) as connector:
        assert connector.file_sent(original)
    assert len(raw_sent(mailbox)) == 1


def test_another_id_that_contains_it_is_not_it(mailbox, ben):
    mailbox.client.append("Sent", written_by(mailbox, ben, "xm1"))
    mailbox.client.append(
        "Sent", written_by(mailbox, ben, "m2").replace(b"Hello", b"<m1@ours.example>")
    )
    with mailbox.connect(files_within=0) as connector:
        assert not connector.file_sent(written_by(mailbox, ben, "m1"))


def test_what_the_servers_search_does_not_know_yet_is_seen(mailbox, ben, monkeypatch):
    """Its index may come behind: the last messages are looked at themselves."""
    mailbox.client.append("Sent", written_by(mailbox, ben))
    search = Session.search

    def blind(self, *criteria):
        return [] if "HEADER" in criteria else search(self, *criteria)

    monkeypatch.setattr(Session, "search", blind)
    with mailbox.connect(files_within=0) as connector:
        assert connector.file_sent(written_by(mailbox, ben))
    assert len(raw_sent(mailbox)) == 1


def test_a_copy_that_is_not_among_the_last_is_found(mailbox, ben, monkeypatch):
    monkeypatch.setattr(imap_sent, "_LAST", 1)
    for name in ("m1", "m2", "m3"):
        mailbox.client.append("Sent", written_by(mailbox, ben, name))
    with mailbox.connect(files_within=0) as connector:
        assert connector.file_sent(written_by(mailbox, ben))
    assert len(raw_sent(mailbox)) == 3


@pytest.mark.parametrize(
    ("listed", "name"),
    [
        ([r'() "/" Gesendet'], '"Gesendet"'),
        ([r'() "/" "INBOX/Sent Items"'], '"INBOX/Sent Items"'),
        ([r'() "/" Sent', r'(\Sent) "/" "My \"own\""'], r'"My \"own\""'),
        ([r'(\Noselect) "/" Sent', r'() "/" "&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-"'], '"&BB4'),
        ([r'() "/" Project'], None),
    ],
)
def test_sent_goes_by_many_names(mailbox, ben, listed, name):
    answer = "".join(f"* LIST {line}\r\n" for line in listed) + "{tag} OK done\r\n"
    answers = {"LIST": answer.encode(), "APPEND": b"{tag} NO just asking\r\n"}
    with ScriptedImap(answers) as server, connector_of(server, files_within=0) as connector:
        with pytest.raises(FolderGone if name is None else TemporaryError) as caught:
            connector.file_sent(written_by(mailbox, ben))
        appended = [each for each in server.commands if each.startswith("APPEND")]
    if name is None:
        assert caught.value.reason == reasons.NO_SENT_FOLDER and appended == []
    else:
        assert appended[0].startswith(f"APPEND {name}")
        assert r"(\Seen)" in appended[0]


def test_the_folder_that_the_server_says_it_is_comes_before_one_that_is_called_so(mailbox, ben):
    mailbox.client.create_folder("Gesendet")
    with mailbox.connect(files_within=0) as connector:
        connector.file_sent(written_by(mailbox, ben))
    assert stands_in(mailbox, SENT) == ["m1"]


def test_gmail_files_by_itself(mailbox, ben):
    capability = b"* CAPABILITY IMAP4rev1 X-GM-EXT-1\r\n{tag} OK done\r\n"
    with ScriptedImap({"CAPABILITY": capability}) as server, connector_of(server) as connector:
        before = list(server.commands)
        assert connector.file_sent(written_by(mailbox, ben))
        assert server.commands == before


def test_a_line_cut_while_filing_files_once(proxied, proxy, ben):
    """At any byte of what either side says, and then again until it is there."""
    message = written_by(proxied, ben, "whole", body="a line of text\n" * 300)

    def file(name):
        with proxied.connect(files_within=0, timeout=SocketTimeout(5, 5)) as connector:
            connector.file_sent(message.replace(b"<whole@", b"<%s@" % name.encode()))

    file("whole")
    received, sent = proxy.received, len(proxy.sent)
    chance = random.Random(20261123)
    cuts = 0
    for number in range(40):
        for way, whole in (("cut_after", received), ("cut_after_sent", sent)):
            near_the_end = number % 2 and whole - number * 3
            setattr(proxy, way, near_the_end or chance.randrange(1, whole))
            for _ in range(10):
                try:
                    file(f"cut{number}{way}")
                    break
                except TemporaryError:
                    cuts += 1
                    proxy.cut_after = proxy.cut_after_sent = None
            proxy.cut_after = proxy.cut_after_sent = None
    found = stands_in(proxied, SENT)
    assert cuts > 40 and len(found) == len(set(found)) == 81


def test_sync_finds_what_was_filed_between_listing_and_reading(mailbox, ben):
    with mailbox.connect(files_within=0) as connector:
        connector.folders()
        page = connector.changes(SENT, None, SINCE, 10)
        connector.folders()
        connector.file_sent(written_by(mailbox, ben))
        page = connector.changes(SENT, page.cursor, SINCE, 10)
        if not page.envelopes:
            connector.folders()
            page = connector.changes(SENT, page.cursor, SINCE, 10)
    assert names(page.envelopes) == ["m1"]


def test_filing_needs_no_connector_of_its_own(mailbox, ben):
    connection = Connection(mailbox.server, password_login, SocketTimeout(5, 5), None)
    connection.open()
    folder = SentFolder(connection, Session(connection))
    assert not folder.holds(written_by(mailbox, ben))
    assert not folder.file(written_by(mailbox, ben), patience=0)
    assert folder.holds(written_by(mailbox, ben))
    connection.close()
