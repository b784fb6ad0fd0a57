# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which folders there are, and how little it takes to find nothing new in them."""

import re

import pytest
from imap_mailbox import SINCE, connector_of, new_mailbox, read, running_dovecot
from peers.scripted_imap import ScriptedImap
from peers.tcp_proxy import TcpProxy

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import Folder, FolderGone, TemporaryError


def roles(connector):
    return {folder.name: folder.role for folder in connector.folders()}


@pytest.fixture(scope="module")
def prefixed_dovecot():
    namespace = "namespace inbox {\n  prefix = INBOX.\n  separator = .\n}\n"
    with running_dovecot(namespace) as dovecot:
        yield dovecot


def test_special_use_attributes_tell_the_roles(mailbox):
    with mailbox.connect() as connector:
        assert roles(connector) == {
            "INBOX": "inbox",
            "Sent": "sent",
            "Archive": "archive",
            "Junk": "junk",
            "Trash": "trash",
            "Drafts": "drafts",
        }


def test_special_use_is_known_without_extensions(bare_dovecot):
    mailbox = new_mailbox(bare_dovecot)
    with mailbox.connect() as connector:
        assert roles(connector)["Junk"] == "junk"


def test_names_of_other_scripts_are_read_and_their_folders_opened(mailbox):
    for name in ("Entwürfe", "送信済み", "Kunden & Partner", 'Zitat "A"', "Noël/Ünter"):
        mailbox.client.create_folder(name)
        mailbox.add(f"in-{name.encode().hex()}", folder=name)
    with mailbox.connect() as connector:
        folders = {folder.name: folder for folder in connector.folders()}
        assert folders["Entwürfe"].role == "drafts"
        assert folders["送信済み"].role == "sent"
        for name in ("Entwürfe", "送信済み", "Kunden & Partner", 'Zitat "A"', "Noël/Ünter"):
            assert read(connector, folders[name])[0] == [f"in-{name.encode().hex()}"]


def test_a_folder_that_only_holds_folders_is_left_out(mailbox):
    mailbox.client.create_folder("Customers/Clara")
    with mailbox.connect() as connector:
        assert "Customers/Clara" in roles(connector)
        assert "Customers" not in roles(connector)


def test_folders_below_inbox_have_their_roles(prefixed_dovecot):
    mailbox = new_mailbox(prefixed_dovecot)
    mailbox.client.create_folder("INBOX.Gesendete Elemente")
    mailbox.client.create_folder("INBOX.Project")
    mailbox.add("m1", folder="INBOX.Project")
    with mailbox.connect() as connector:
        found = roles(connector)
        assert found["INBOX"] == "inbox"
        assert found["INBOX.Sent"] == found["INBOX.Gesendete Elemente"] == "sent"
        assert found["INBOX.Project"] is None
        assert read(connector, Folder("INBOX.Project", "INBOX.Project"))[0] == ["m1"]


def test_a_pass_that_finds_nothing_takes_five_commands(proxied, proxy):
    cursors = {}
    proxied.client.create_folder("Project")
    proxied.add("old", folder="Archive", days=400)
    proxied.add("gone", folder="Trash")
    proxied.remove("gone", folder="Trash")
    with proxied.connect() as connector:
        for folder in connector.folders():
            proxied.add("m1", folder="INBOX")
            _, cursors[folder.ref] = read(connector, folder)
        proxied.add("gone", folder="Project")
        proxied.remove("gone", folder="Project")
        project = Folder("Project", "Project")
        _, cursors["Project"] = read(connector, project, cursors["Project"])
    proxy.sent = b""
    with proxied.connect() as connector:
        folders = connector.folders()
        assert len(folders) == 7
        for folder in folders:
            page = connector.changes(folder, cursors[folder.ref], SINCE, 10)
            assert page.cursor == cursors[folder.ref] and not page.envelopes
    commands = re.findall(rb"^\w+ (\w+)", proxy.sent, re.MULTILINE)
    assert commands == [b"CAPABILITY", b"LOGIN", b"ID", b"LIST", b"LOGOUT"]


def test_without_list_status_a_folder_without_news_takes_one_command(bare_dovecot):
    with TcpProxy(bare_dovecot.port) as proxy:
        mailbox = new_mailbox(bare_dovecot, proxy.port)
        mailbox.add("m1")
        with mailbox.connect() as connector:
            (folder,) = (each for each in connector.folders() if each.role == "inbox")
            _, cursor = read(connector, folder)
            connector.folders()
            proxy.sent = b""
            assert connector.changes(folder, cursor, SINCE, 10).cursor == cursor
            assert re.findall(rb"^\w+ (\w+)", proxy.sent, re.MULTILINE) == [b"EXAMINE"]


def scripted_folders(lines, capabilities=""):
    answers = {
        "CAPABILITY": f"* CAPABILITY IMAP4rev1 {capabilities}\r\n{{tag}} OK done\r\n".encode(),
        "LIST": lines.encode() + b"{tag} OK done\r\n",
    }
    with ScriptedImap(answers) as server, connector_of(server) as connector:
        return connector.folders()


def test_folders_that_cannot_be_opened_are_left_out_in_any_case():
    folders = scripted_folders(
        '* LIST (\\NoSelect) "/" a\r\n* LIST (\\nonexistent) "/" b\r\n* LIST () "/" c\r\n'
    )
    assert [folder.ref for folder in folders] == ["c"]


def test_names_come_as_atoms_strings_numbers_and_literals():
    folders = scripted_folders(
        '* LIST () "/" INBOX\r\n* LIST () NIL 2026\r\n* LIST () "/" "a b"\r\n'
        '* LIST (\\sENT) "/" {7}\r\nab"c(\\d\r\n'
    )
    assert [(folder.ref, folder.role) for folder in folders] == [
        ("INBOX", "inbox"),
        ("2026", None),
        ("a b", None),
        ('ab"c(\\d', "sent"),
    ]


def test_gmail_shows_all_mail_as_such_in_every_language():
    folders = scripted_folders(
        '* LIST (\\HasNoChildren) "/" "INBOX"\r\n'
        '* LIST (\\HasChildren \\Noselect) "/" "[Gmail]"\r\n'
        '* LIST (\\All \\HasNoChildren) "/" "[Gmail]/Alle Nachrichten"\r\n'
        '* LIST (\\Flagged \\HasNoChildren) "/" "[Gmail]/Markiert"\r\n'
        '* LIST (\\HasNoChildren \\Important) "/" "[Gmail]/Wichtig"\r\n',
        "X-GM-EXT-1",
    )
    assert [folder.role for folder in folders] == ["inbox", "all", None, None]


def test_a_name_that_is_no_utf_7_is_shown_as_it_is():
    (folder,) = scripted_folders('* LIST () "/" "R&D"\r\n')
    assert folder == Folder("R&D", "R&D")


def test_a_name_of_raw_bytes_is_a_folder_that_cannot_be_opened():
    answers = {"LIST": '* LIST () "/" "Entwürfe"\r\n{tag} OK done\r\n'.encode()}
    with ScriptedImap(answers) as server, connector_of(server) as connector:
        (folder,) = connector.folders()
        with pytest.raises(FolderGone):
            connector.changes(folder, None, SINCE, 10)


def test_no_folders_at_all_is_a_failure():
    with pytest.raises(TemporaryError) as caught:
        scripted_folders("")
    assert caught.value.reason == reasons.PROTOCOL_ERROR
