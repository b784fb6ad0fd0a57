# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a message without Message-ID is known by, in whichever mailbox it is found."""

from base64 import encodebytes
from quopri import encodestring

from mime_samples import multipart, sound

HEAD = "From: Scanner <scan@x.example>\r\nSubject: Scan\r\nDate: {}\r\n"
DATE = "Mon, 1 Jan 2024 10:00:00 +0100"
TEXT = "Grüße\r\nvom Scanner\r\n".encode()


def digest(
    content: bytes = b"scan",
    route: str = "",
    date: str = DATE,
    text: bytes = TEXT,
    encoding: str = "",
) -> str:
    encoded = {"base64": encodebytes, "quoted-printable": encodestring}.get(encoding, bytes)(text)
    letter = f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}"
    scan = b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    parts = multipart("mixed", letter.encode() + b"\r\n\r\n" + encoded, scan + encodebytes(content))
    return sound((route + HEAD.format(date)).encode() + parts).digest


def test_two_mailboxes_one_digest():
    route = (
        "Received: from a.example\r\nDelivered-To: b@x.example\r\nX-Spam: no\r\nReturn-Path: <>\r\n"
    )
    assert digest() == digest(route=route)
    assert len(digest()) == 32


def test_transfer_encoding_and_line_ends_do_not_count():
    plain = digest()
    for encoding in ("base64", "quoted-printable"):
        assert digest(encoding=encoding) == plain
    assert digest(text=TEXT.replace(b"\r\n", b"\n")) == plain
    assert digest(text=TEXT + b"\r\n") == plain


def test_line_ends_of_text_files_do_not_count():
    head = b"Content-Type: text/csv; name=a.csv\r\nContent-Transfer-Encoding: "
    rows = b"a,b\n1,2\n"
    sent = head + b"base64\r\n\r\n" + encodebytes(rows)
    recoded = head + b"7bit\r\n\r\n" + rows.replace(b"\n", b"\r\n")
    assert sound(sent).digest == sound(recoded).digest


def test_a_date_written_otherwise_is_the_same():
    assert digest(date="Mon,  1 Jan 2024 09:00:00 GMT") == digest()


def test_two_scans_of_one_second_differ():
    assert digest(b"scan 1") != digest(b"scan 2")
    assert digest(text=b"other") != digest()
    assert digest(date="Mon, 1 Jan 2024 10:00:01 +0100") != digest()
    assert digest(date="broken") != digest(date="otherwise")


def test_with_message_id_there_is_none():
    assert digest(route="Message-ID: <a@x.example>\r\n") == ""
