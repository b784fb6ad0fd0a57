# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Header fields to Unicode."""

from base64 import b64encode
from datetime import datetime, timezone

import pytest
from mime_samples import mail, sound


def header(name: str, value: bytes, content_type: bytes = b"text/plain"):
    return sound(
        b"%b: %b\r\nContent-Type: %b\r\n\r\nbody\r\n" % (name.encode(), value, content_type)
    )


def word(text: str, codec: str, label: str) -> bytes:
    return b"=?%b?B?%b?=" % (label.encode(), b64encode(text.encode(codec)))


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("UTF-8", "utf-8", "Größe 😀"),
        ("utf8", "utf-8", "Größe"),
        ("ISO-8859-1", "latin-1", "Größe"),
        ("iso-8859-1", "cp1252", "Preis: 5 € – „gut“"),
        ("us-ascii", "cp1252", "naïve"),
        ("windows-1251", "cp1251", "Привет"),
        ("cp-850", "cp850", "Größe"),
        ("koi8-r", "koi8-r", "Привет"),
        ("gb2312", "gb18030", "中文朱镕基"),
        ("big5", "big5", "繁體中文"),
        ("ks_c_5601-1987", "cp949", "한국어 뷁"),
        ("euc-kr", "cp949", "뷁"),
        ("shift_jis", "cp932", "①髙橋"),
        ("x-sjis", "cp932", "日本語"),
        ("iso-2022-jp", "iso2022_jp", "日本語"),
        ("iso-2022-jp", "iso2022_jp_ext", "ｶﾅ"),
        ("utf-7", "utf-7", "Größe"),
        ("unicode-1-1-utf-7", "utf-7", "Größe"),
        ("utf-16", "utf-16", "Größe"),
        ("iso-8859-8-i", "iso8859-8", "שלום"),
        ("windows-874", "cp874", "สวัสดี"),
        ("ISO-8859-15*de", "iso8859-15", "5 €"),
        ("x-unknown", "utf-8", "Größe"),
        ("unknown-8bit", "cp1252", "Größe"),
        ("hex", "utf-8", "Größe"),
        ("undefined", "utf-8", "Größe"),
        ("idna", "utf-8", "Größe"),
        ("unicode-escape", "utf-8", r"a\x41"),
        ("utf-16", "ascii", "no UTF-16 at all"),
    ],
)
def test_charsets(label, codec, text):
    assert header("Subject", b"a " + word(text, codec, label)).subject == f"a {text}"


def test_company_sign_of_japanese_outlook():
    octets = b"\x1b$B\x2d\x6a;3ED\x1b(B"  # row 13 is not in JIS X 0208
    value = b"=?iso-2022-jp?B?%b?=" % b64encode(octets)
    assert header("Subject", value).subject == "㈱山田"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"=?utf-8?Q?a_b=C3=A4?=", "a bä"),
        (b"=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        (b"=?utf-8?q?a?=\r\n =?utf-8?q?b?=", "ab"),
        (b"=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c"),
        (b"=?utf-8?Q?=E3=81?= =?UTF-8?B?gg==?=", "あ"),  # cut within a character
        (b"=?utf-8?B?44G=?==?utf-8?B?gnc=?=", "あw"),  # no blank, odd padding
        (b"=?iso-8859-1?q?=E4?= =?utf-8?q?=C3=A4?=", "ää"),
        (b"=?utf-8?Q?Really??=", "Really?"),
        (b"=?utf-8?Q?with blank?=", "with blank"),
        (b"pre=?utf-8?q?=C3=A4?=post", "preäpost"),
        (b"=?utf-8?B?w6Q?=", "ä"),  # padding left out
        (b"=?utf-8?X?what?=", "=?utf-8?X?what?="),
        (b"=?utf-8?q?open", "=?utf-8?q?open"),
        (b"=?utf-8?q??=", ""),
        (b"folded\r\n\tline", "folded line"),
        (b"folded\r\n line", "folded line"),
        (b"two  blanks", "two  blanks"),
        ("Grüße".encode(), "Grüße"),
        ("Grüße".encode("latin-1"), "Grüße"),
        (b"=?utf-8?q?=0D=0ABcc:_x=40y.z=00?=", "Bcc: x@y.z"),
        (b"nul\x00 bell\x07", "nul bell"),
        (b"=?utf-7?q?+2AA-?=x", "x"),  # half a surrogate pair
    ],
)
def test_subject(value, text):
    assert header("Subject", value).subject == text


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Pay \u202egpj.exe", "Pay gpj.exe"),
        ("\u202a\u202b\u202cPay\u202d", "Pay"),
        ("a\u2067b", "ab"),
        ("a\u2069b", "ab"),
        ("\u2066a\u2068b\u2069", "a\u2068b\u2069"),
        ("\u2069a\u2067b\u2069", "a\u2067b\u2069"),
        # As Hebrew and Arabic need it
        ("\u200fשלום (Odoo)\u200f!", "\u200fשלום (Odoo)\u200f!"),
        ("\u061cעד \u2068Odoo 19\u2069", "\u061cעד \u2068Odoo 19\u2069"),
    ],
)
def test_a_subject_and_a_name_read_as_they_are_written(written, shown):
    assert header("Subject", written.encode()).subject == shown
    assert header("To", f'"{written}" <a@x.example>'.encode()).to == f'"{shown}" <a@x.example>'


def test_raw_octets_are_in_the_charset_of_the_text():
    raw = "Привет".encode("koi8-r")
    assert header("Subject", raw, b"text/plain; charset=koi8-r").subject == "Привет"


def test_a_subject_ends_somewhere():
    assert header("Subject", b"x" * 100_000).subject == "x" * 1000


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"joe@x.example", "joe@x.example"),
        (b"<joe@x.example>", "joe@x.example"),
        (b"Joe <Joe@X.example>", '"Joe" <joe@x.example>'),
        (b'"Doe, Joe" <joe@x.example>', '"Doe, Joe" <joe@x.example>'),
        (b'"Joe \\"J\\" Doe" <joe@x.example>', r'"Joe \"J\" Doe" <joe@x.example>'),
        (b"'Joe' <joe@x.example>", '"Joe" <joe@x.example>'),
        (b'"joe@x.example" <joe@x.example>', "joe@x.example"),
        (b'"=?utf-8?q?M=C3=BCller=2C_H=2E?=" <h@x.example>', '"Müller, H." <h@x.example>'),
        (
            b"=?utf-8?q?M=C3=BCller=2C?=\r\n =?utf-8?q?_H?= <h@x.example>",
            '"Müller, H" <h@x.example>',
        ),
        (b"=?utf-8?q?a=40b=2Ec=3E=2C?= <h@x.example>", '"a@b.c>," <h@x.example>'),
        ("Jörg <j@x.example>".encode(), '"Jörg" <j@x.example>'),
        ("Jörg <j@x.example>".encode("latin-1"), '"Jörg" <j@x.example>'),
        (b"B <b@x.example>, a@x.example", '"B" <b@x.example>, a@x.example'),
        (b"b@x.example; a@x.example", "b@x.example, a@x.example"),
        (
            b"Team: A <a@x.example>, b@x.example;, c@x.example",
            '"A" <a@x.example>, b@x.example, c@x.example',
        ),
        (b"undisclosed-recipients:;", ""),
        (b"", ""),
        (b"Joe <>", ""),
        (b'"a b"@x.example', '"a b"@x.example'),
        (b'"\xff"@x.example, "\x01"@x.example, "\r\n "@x.example', ""),
        ("<\x80oss@x.example>".encode(), ""),
        (b"Mr. joe@x.example", ""),  # nobody wrote Mr.joe@x.example
        (b"Joe\r\n <joe@x.example>", '"Joe" <joe@x.example>'),
        (b"=?utf-8?q?J=0AX:_y?= <joe@x.example>", '"J X: y" <joe@x.example>'),
    ],
)
def test_people(value, text):
    assert header("To", value).to == text


def test_a_name_that_looks_like_an_address_is_none():
    parsed = header(
        "To", b'=?utf-8?q?boss=40x=2Eexample?= <a@x.example>, "b@x.example" <c@x.example>'
    )
    assert parsed.addresses == {"a@x.example", "c@x.example"}


def test_the_name_of_many_lines_ends_somewhere():
    assert header("To", b"x" * 5000 + b" <a@x.example>").to == f'"{"x" * 200}" <a@x.example>'


def test_a_sender_without_address():
    parsed = header("From", b'"MAILER-DAEMON" <>')
    assert (parsed.sender, parsed.sender_address) == ("MAILER-DAEMON", "")
    assert header("From", b"tim@x.example ann@x.example").sender == ""


def test_two_from_fields():
    parsed = sound(
        mail("""
        From: A <a@x.example>
        From: B <b@x.example>
        To: c@x.example
        To: d@x.example

        """)
    )
    assert (parsed.sender, parsed.sender_address) == ('"A" <a@x.example>', "a@x.example")
    assert parsed.to == "c@x.example, d@x.example"
    assert parsed.addresses == {"a@x.example", "b@x.example", "c@x.example", "d@x.example"}


def test_all_fields_with_addresses():
    parsed = sound(
        mail("""
        From: a@x.example
        Sender: no@x.example
        Reply-To: R <r@x.example>
        To: t@x.example
        Cc: c@x.example
        Bcc: b@x.example

        """)
    )
    assert (parsed.reply_to, parsed.to, parsed.cc) == (
        '"R" <r@x.example>',
        "t@x.example",
        "c@x.example",
    )
    assert parsed.addresses == {f"{name}@x.example" for name in "artcb"}


def test_thousands_of_recipients():
    parsed = header("To", b", ".join(b"a%d@x.example" % n for n in range(5000)))
    assert len(parsed.addresses) == 1000 == parsed.to.count("@")


@pytest.mark.parametrize(
    ("value", "message_id"),
    [
        (b"<a@x.example>", "<a@x.example>"),
        (b"<a@\r\n x.example>", "<a@x.example>"),
        (b"junk <a@x.example> <b@x.example>", "<a@x.example>"),
        (b"a@x.example", "<a@x.example>"),
        (b"no id", ""),
        (b"<>", ""),
        (b"<\xff@x.example>", ""),
        (b"<\x01@x.example>", ""),
        (b"<" + b"x" * 500 + b">", "<" + "x" * 500 + ">"),
        (b"<" + b"x" * 1000 + b">", ""),
        (b"x" * 1000 + b"@x.example", ""),
    ],
)
def test_message_id(value, message_id):
    assert header("Message-ID", value).message_id == message_id


def test_references():
    parsed = header("References", b"<1@a> <2\r\n @a> junk <3@a>")
    assert parsed.references == ("<1@a>", "<2@a>", "<3@a>")
    assert parsed.in_reply_to == "<3@a>"
    many = header("References", b" ".join(b"<%d@a>" % n for n in range(150))).references
    assert many == tuple(f"<{n}@a>" for n in range(50, 150))
    replied = sound(b"In-Reply-To: your mail <0@a>\r\nReferences: <1@a>\r\n\r\n")
    assert replied.in_reply_to == "<0@a>"


@pytest.mark.parametrize(
    ("value", "date"),
    [
        (b"Mon, 1 Jan 2024 10:00:00 +0100", datetime(2024, 1, 1, 9, tzinfo=timezone.utc)),
        (b"1 Jan 24 10:00 GMT", datetime(2024, 1, 1, 10, tzinfo=timezone.utc)),
        (b"Mon, 1 Jan 2024 10:00:00 -0000", datetime(2024, 1, 1, 10, tzinfo=timezone.utc)),
        (b"Mon, 32 Jan 2024 10:00:00 +0100", None),
        (b"yesterday", None),
        (b"", None),
        (b"Mon, 30 Jun 3609 15:33:50 +0600", None),
    ],
)
def test_date(value, date):
    assert header("Date", value).date == date


def test_no_header_at_all():
    parsed = sound(b"Hello,\r\nthis is no header.\r\n")
    assert parsed.text == "Hello,\nthis is no header.\n"
    assert not sound(b"").text


def test_a_line_that_is_no_field_within_the_header():
    parsed = sound(b"Subject: a\r\nnonsense here\r\nFrom: a@x.example\r\n\r\nbody\r\n")
    assert (parsed.subject, parsed.sender, parsed.text) == ("a", "a@x.example", "body\n")


def test_mbox_line():
    assert sound(b"From x@y.z Mon Jan  1 10:00:00 2024\nSubject: a\n\nbody\n").subject == "a"
