# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What folders are for."""

import pytest

from mail_contact_sync.connectors.base import ROLES
from mail_contact_sync.connectors.folder_roles import role


@pytest.mark.parametrize(
    ("name", "attributes", "expected"),
    [
        ("Whatever", {"\\hasnochildren", "\\sent"}, "sent"),
        ("Whatever", {"\\junk"}, "junk"),
        ("Whatever", {"\\trash"}, "trash"),
        ("Whatever", {"\\drafts"}, "drafts"),
        ("Whatever", {"\\archive"}, "archive"),
        ("Whatever", {"\\all"}, "all"),
        ("Whatever", {"\\allmail"}, "all"),
        ("Whatever", {"\\spam"}, "junk"),
        ("Whatever", {"\\flagged"}, None),
        ("Sent", {"\\trash"}, "trash"),
    ],
)
def test_an_attribute_says_more_than_a_name(name, attributes, expected):
    assert role(name, "/", attributes) == expected


@pytest.mark.parametrize(
    ("expected", "names"),
    [
        (
            "sent",
            "Sent, sent items, Gesendete Elemente, Éléments envoyés, Elementos enviados, "
            "Posta inviata, Itens enviados, Verzonden items, Skickat, Wysłane, Отправленные, "
            "送信済みアイテム, 已发送邮件, 寄件備份",
        ),
        (
            "junk",
            "Junk, SPAM, Junk-E-Mail, Courrier indésirable, Correo no deseado, "
            "Posta indesiderata, Lixo Eletrônico, Ongewenste e-mail, Skräppost, "
            "Wiadomości-śmieci, Спам, 迷惑メール, 垃圾邮件",
        ),
        (
            "trash",
            "Trash, Deleted Items, Papierkorb, Gelöschte Elemente, Corbeille, Papelera, Cestino, "
            "Lixeira, Prullenbak, Kosz, Корзина, ゴミ箱, 已删除邮件",
        ),
        (
            "drafts",
            "Drafts, Entwürfe, Brouillons, Borradores, Bozze, Rascunhos, Concepten, Utkast, "
            "Kopie robocze, Черновики, 下書き, 草稿",
        ),
        ("archive", "Archive, Archiv, Archives, Archivo, Archivio, Архив, アーカイブ, 存档"),
    ],
)
def test_names_in_many_languages(expected, names):
    for name in names.split(", "):
        for variant in (name, name.upper(), name.lower(), f"INBOX.{name}", f"Inbox.{name}"):
            assert role(variant, ".", ()) == expected, variant


def test_accents_may_be_written_in_two_ways():
    assert role("Entwu\u0308rfe", "/", ()) == role("Entw\u00fcrfe", "/", ()) == "drafts"


def test_folders_of_gmail():
    for root in ("[Gmail]", "[Google Mail]"):
        assert role(f"{root}/Alle Nachrichten", "/", ()) == "all"
        assert role(f"{root}/Tous les messages", "/", ()) == "all"
        assert role(f"{root}/Papierkorb", "/", ()) == "trash"


def test_a_folder_of_all_mail_is_known_on_gmail_alone():
    assert role("All Mail", "/", ()) is None
    assert role("INBOX/Todos", "/", ()) is None


def test_the_inbox_in_any_case():
    assert role("INBOX", "/", ()) == role("Inbox", "", ()) == "inbox"


@pytest.mark.parametrize("name", ["Projects/Sent", "Sent/2025", "Sent Clara", "INBOX/a/Sent", ""])
def test_folders_of_the_users_own(name):
    assert role(name, "/", ()) is None


def test_no_other_roles_than_those_of_the_boundary():
    from mail_contact_sync.connectors import folder_roles

    assert {*folder_roles._NAMES, *folder_roles._ATTRIBUTES.values()} <= set(ROLES)
    names = [name for names in folder_roles._NAMES.values() for name in names.split(",")]
    assert len(folder_roles._ROLES) == len(names), "a name stands twice"
