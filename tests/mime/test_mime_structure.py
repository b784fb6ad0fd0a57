# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Structure that is broken, and how what stands in it is encoded."""

from base64 import b64encode

import pytest
from mime_samples import mail, part, sound

# -- Structure that is broken -------------------------------------------------


def parts_of(raw: bytes) -> str:
    return sound(raw).text.replace("\n", "|")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("--x\n\na\n--x\n\nb\n--x--\nepilogue", "a|b"),
        ("--x\n\na\n--x\n\nb", "a|b"),
        ("--x  \n\na\n--x--  \n", "a"),
        ("--x\na\n--x--", "a"),  # no empty line
        ("--x\nContent-Type: text/plain\na\n--x--", "a"),
        ("--x\n--x\n\na\n--x--", "a"),
        ("--x\na\n\nb: c\n--x--", "a||b: c"),
        ("--x\n\na\n--xy\nb\n--x--", "a|--xy|b"),
        ("--x\n\na\n --x\nb\n--x--", "a| --x|b"),
        ("no delimiter", "no delimiter"),
        ("--y\nContent-Type: text/plain\n\na\n--y\nContent-Type: text/plain\n\nb\n--y--", "a|b"),
    ],
)
def test_delimiters(body, text):
    raw = mail("Content-Type: multipart/mixed; boundary=x\n\n" + body)
    assert parts_of(raw) == text
    assert parts_of(raw.replace(b"\r\n", b"\n")) == text


@pytest.mark.parametrize(
    "content_type",
    [
        'multipart/mixed; boundary="x y"',
        "multipart/mixed; boundary=x y",
        'multipart/mixed; boundary="x y "',
        'MULTIPART/Mixed ; BOUNDARY = "x y" ; type=a',
        'multipart/mixed; boundary*0="x"; boundary*1=" y"',
        'multipart/mixed;\n boundary="x y"',
        "multipart/mixed",
        "multipart/mixed; boundary=",
        "multipart/mixed; boundary=other",
    ],
)
def test_boundaries(content_type):
    raw = mail(f"Content-Type: {content_type}\n\n--x y\nContent-Type: text/plain\n\na\n--x y--\n")
    assert parts_of(raw) == "a"


def test_boundary_that_begins_another():
    inner = "Content-Type: multipart/alternative; boundary=xx\n\n--xx\n\na\n--xx\n\nb\n--xx--\n"
    raw = mail(f"Content-Type: multipart/mixed; boundary=x\n\n--x\n{inner}\n--x\n\nc\n--x--\n")
    assert parts_of(raw) == "b|c"


@pytest.mark.parametrize(
    ("content_type", "html"),
    [("text/html:", True), ("text/html,", True), ("text", False), ("", False), ("html", False)],
)
def test_content_types(content_type, html):
    assert bool(sound(mail(f"Content-Type: {content_type}\n\n<p>a</p>\n")).html) == html


# -- Transfer encodings -------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "body", "text"),
    [
        ("base64", b64encode(b"abc"), "abc"),
        ("BASE64 ", b"YWJj\r\nZGVm\r\n", "abcdef"),
        ("base64;", b"YW*J\x00j", "abc"),
        ("base64", b"YWI=\r\nY2Q=\r\n", "abcd"),  # encoded piece by piece
        ("base64", b"YWI=\r\n-- \r\nlist footer", "ab"),
        ("base64", b"YWJjZ", "abc"),
        ("base64", b"YWJjZA", "abcd"),
        ("base64", b"", ""),
        ("quoted-printable", b"a=C3=A4=\r\nb=20\r\n", "aäb \n"),
        ("quoted-printable", b"100 =; a=zz=", "100 =; a=zz"),
        ("Quoted-Printable", b"a=c3=a4", "aä"),
        ("8bits", "ä".encode(), "ä"),
        ("7-bit", "ä".encode(), "ä"),
        ("", "ä".encode(), "ä"),
        ("unheard-of", "ä".encode(), "ä"),
        ("x-uuencode", b"begin 644 a.txt\r\n#86)C\r\n`\r\nend\r\n", "abc"),
        ("x-uuencode", b"#86)C--\r\n", "abc"),
    ],
)
def test_transfer_encodings(encoding, body, text):
    raw = part("text/plain; charset=utf-8", body, f"Content-Transfer-Encoding: {encoding}")
    assert sound(raw).text == text
