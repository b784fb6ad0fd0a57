# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an IMAP folder is for: by its attributes, else by its name."""

import unicodedata
from collections.abc import Collection

#: Special-use attributes (RFC 6154), and those of Gmail's older XLIST.
_ATTRIBUTES = {
    "\\inbox": "inbox",
    "\\sent": "sent",
    "\\archive": "archive",
    "\\all": "all",
    "\\allmail": "all",
    "\\junk": "junk",
    "\\spam": "junk",
    "\\trash": "trash",
    "\\drafts": "drafts",
}

#: What mail servers and programs call them in English, German, French, Spanish, Italian,
#: Portuguese, Dutch, Swedish, Polish, Russian, Japanese and Chinese.
_NAMES = {
    "sent": """
        Sent, Sent Mail, Sent-Mail, Sent Items, Sent Messages,
        Gesendet, Gesendete Elemente, Gesendete Objekte, Gesendete Nachrichten,
        Envoyés, Messages envoyés, Éléments envoyés, Courrier envoyé, Objets envoyés,
        Enviados, Elementos enviados, Mensajes enviados, Correo enviado,
        Inviati, Inviata, Posta inviata, Elementi inviati, Messaggi inviati,
        Enviadas, Itens enviados, E-mails enviados, Mensagens enviadas, Correio enviado,
        Verzonden, Verzonden items, Verzonden berichten,
        Skickat, Skickade, Skickade objekt,
        Wysłane, Elementy wysłane,
        Отправленные,
        送信済み, 送信済みメール, 送信済みアイテム, 送信済みトレイ,
        已发送, 已发送邮件, 已发邮件, 寄件備份, 寄件备份""",
    "archive": """
        Archive, Archives, Archiv, Archivo, Archivio, Arquivo, Archief, Arkiv, Archiwum, Архив,
        アーカイブ, 存档, 归档, 封存""",
    "all": """
        All Mail, Alle Nachrichten, Tous les messages, Todos, Todo el correo, Tutti i messaggi,
        Todos os e-mails, Todo o correio, Alle berichten, Alla mail, Wszystkie, Вся почта,
        すべてのメール, 所有邮件, 所有郵件, 全部郵件""",
    "junk": """
        Junk, Spam, Junk E-mail, Junk Email, Junk Mail, Bulk Mail,
        Junk-E-Mail, Spamverdacht, Unerwünscht, Werbung,
        Courrier indésirable, Indésirables, Pourriel,
        Correo no deseado, Correo electrónico no deseado,
        Posta indesiderata, Indesiderata,
        Lixo Eletrônico, Lixo eletrónico, Correio eletrónico não solicitado,
        Ongewenste e-mail, Ongewenst,
        Skräppost,
        Wiadomości-śmieci, Wiadomości śmieci,
        Спам, Нежелательная почта,
        迷惑メール, 垃圾邮件, 垃圾郵件, 垃圾箱""",
    "trash": """
        Trash, Deleted, Deleted Items, Deleted Messages, Bin,
        Papierkorb, Gelöscht, Gelöschte Elemente, Gelöschte Objekte,
        Corbeille, Éléments supprimés, Messages supprimés,
        Papelera, Elementos eliminados, Eliminados,
        Cestino, Posta eliminata, Elementi eliminati,
        Lixeira, Lixo, Itens excluídos, Itens eliminados, Excluídos,
        Prullenbak, Verwijderde items, Verwijderd,
        Papperskorgen, Borttaget, Borttagna objekt,
        Kosz, Elementy usunięte,
        Корзина, Удаленные, Удалённые,
        ゴミ箱, 削除済みアイテム, 已删除, 已删除邮件, 刪除的郵件, 垃圾桶""",
    "drafts": """
        Drafts, Draft, Entwürfe, Brouillons, Borradores, Bozze, Rascunhos, Concepten, Utkast,
        Kopie robocze, Wersje robocze, Robocze, Черновики, 下書き, 草稿, 草稿箱""",
}


def _normalised(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


_ROLES = {
    _normalised(name.strip()): role for role, names in _NAMES.items() for name in names.split(",")
}
#: Folders that others are kept under without being any less special.
_ROOTS = {"inbox", "[gmail]", "[google mail]"}


def role(name: str, delimiter: str, attributes: Collection[str]) -> str | None:
    """The role (base.ROLES) of a folder, or None.

    ``name`` is decoded and whole, with its parents; ``attributes`` are in lower
    case.  The folder of all mail is known by its name on Gmail alone: elsewhere
    one of that name may hold anything.
    """
    for attribute in attributes:
        if attribute in _ATTRIBUTES:
            return _ATTRIBUTES[attribute]
    if name.upper() == "INBOX":
        return "inbox"
    root, _, rest = name.partition(delimiter) if delimiter else ("", "", name)
    below_root = _normalised(root) in _ROOTS
    found = _ROLES.get(_normalised(rest if below_root else name))
    return None if found == "all" and not root.startswith("[") else found
