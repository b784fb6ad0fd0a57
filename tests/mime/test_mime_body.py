# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which parts are the body, and how they read."""

from base64 import b64encode

import pytest
from mime_samples import mail, multipart, names, sound

TEXT = "Content-Type: text/plain\n\ntext\n"
HTML = "Content-Type: text/html\n\n<p>html</p>\n"
BLANK_HTML = "Content-Type: text/html\n\n<html><body>&nbsp;<br></body></html>\n"
PDF = "Content-Type: application/pdf\nContent-Disposition: inline; filename=a.pdf\n\npdf\n"
IMAGE = "Content-Type: image/png\nContent-ID: <i@x>\n\npng\n"
INVITATION = "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n"
FORWARDED = "Content-Type: message/rfc822\n\nSubject: Inner\n\ninner text\n"


def part(content_type: str, body: bytes, *fields: str) -> bytes:
    head = "".join(f"{field}\r\n" for field in (f"Content-Type: {content_type}", *fields))
    return head.encode() + b"\r\n" + body


# -- The right part -----------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "text", "html", "files"),
    [
        (multipart("alternative", TEXT, HTML), "", "<p>html</p>", []),
        (multipart("alternative", HTML, TEXT), "", "<p>html</p>", []),
        (multipart("alternative", TEXT, BLANK_HTML), "text", "", []),
        (multipart("alternative", "\n\n \n", HTML), "", "<p>html</p>", []),
        (multipart("alternative", TEXT, HTML, INVITATION), "", "<p>html</p>", ["invite.ics"]),
        (multipart("alternative", TEXT, INVITATION), "text", "", ["invite.ics"]),
        (multipart("alternative", TEXT, PDF), "text", "", ["a.pdf"]),
        (
            multipart(
                "alternative", TEXT, "Content-Type: text/x-amp-html\n\n<html amp4email>\n", HTML
            ),
            "",
            "<p>html</p>",
            [],
        ),
        (multipart("related", HTML, IMAGE), "", "<p>html</p>", ["image.png"]),
        (multipart("related", IMAGE, HTML), "", "<p>html</p>", ["image.png"]),
        (multipart("related", IMAGE, "Content-ID: <h>\n" + HTML), "", "<p>html</p>", ["image.png"]),
        (
            multipart("related", TEXT, "Content-ID: <r>\n" + HTML, start="<r>"),
            "",
            '<p>html</p>\n\n<div style="white-space: pre-wrap">text</div>',
            [],
        ),
        (
            multipart("related", HTML, "Content-ID: <2>\n" + HTML.replace("html<", "two<")),
            "",
            "<p>html</p>",
            ["text.html"],
        ),
        (multipart("mixed", TEXT, PDF, TEXT), "text\n\ntext", "", ["a.pdf"]),
        (
            multipart("mixed", HTML, PDF, HTML.replace("html<", "two<")),
            "",
            "<p>html</p>\n\n<p>two</p>",
            ["a.pdf"],
        ),
        (
            multipart("mixed", TEXT.replace("\ntext", "\na < b"), HTML),
            "",
            '<div style="white-space: pre-wrap">a &lt; b</div>\n<p>html</p>',
            [],
        ),
        (
            multipart("alternative", TEXT, multipart("mixed", HTML, PDF, HTML)),
            "",
            "<p>html</p>\n\n<p>html</p>",
            ["a.pdf"],
        ),
        (
            multipart(
                "mixed", multipart("alternative", TEXT, multipart("related", HTML, IMAGE)), PDF
            ),
            "",
            "<p>html</p>",
            ["image.png", "a.pdf"],
        ),
        (multipart("mixed", TEXT, FORWARDED), "text", "", ["Inner.eml"]),
        (multipart("mixed", FORWARDED), "", "", ["Inner.eml"]),
        (mail(FORWARDED), "", "", ["Inner.eml"]),
        (
            multipart(
                "mixed",
                TEXT,
                multipart("digest", "\n\nSubject: One\n\n1\n", "\n\nSubject: Two\n\n2\n"),
            ),
            "text",
            "",
            ["One.eml", "Two.eml"],
        ),
        (
            multipart(
                "report",
                TEXT,
                "Content-Type: message/delivery-status\n\nAction: failed\n",
                "Content-Type: text/rfc822-headers\n\nSubject: x\n",
                TEXT,
            ),
            "text",
            "",
            ["delivery-status.txt", "headers.txt", "text.txt"],
        ),
        (
            multipart("signed", TEXT, "Content-Type: application/pgp-signature\n\nsig\n"),
            "text",
            "",
            [],
        ),
        (
            multipart(
                "signed",
                multipart("mixed", TEXT, PDF),
                'Content-Type: application/pkcs7-signature; name="smime.p7s"\n\nsig\n',
            ),
            "text",
            "",
            ["a.pdf"],
        ),
        (
            multipart(
                "encrypted",
                "Content-Type: application/pgp-encrypted\n\nVersion: 1\n",
                "Content-Type: application/octet-stream; name=encrypted.asc\n\n-----BEGIN\n",
            ),
            "",
            "",
            ["attachment.bin", "encrypted.asc"],
        ),
        (
            mail("Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nx\n"),
            "",
            "",
            ["smime.p7m"],
        ),
        (mail(INVITATION), "", "", ["invite.ics"]),
        (multipart("unheard-of", TEXT, PDF), "text", "", ["a.pdf"]),
        (
            multipart("mixed", PDF, "Content-Disposition: attachment\n" + TEXT),
            "",
            "",
            ["a.pdf", "text.txt"],
        ),
        (mail("Content-Disposition: attachment; filename=a.txt\n" + TEXT), "", "", ["a.txt"]),
        (mail("Content-Disposition: inline; filename=a.txt\n" + TEXT), "text", "", []),
        (
            multipart("mixed", TEXT, "Content-Disposition: inline; filename=a.txt\n" + TEXT),
            "text",
            "",
            ["a.txt"],
        ),
        (
            multipart("mixed", TEXT, 'Content-Type: text/plain; name="a.txt"\n\nx\n'),
            "text",
            "",
            ["a.txt"],
        ),
        (multipart("mixed", TEXT, "Content-Type: text/csv\n\na,b\n"), "text", "", ["text.csv"]),
        (mail(""), "", "", []),
        (mail(BLANK_HTML), "", "", []),
    ],
)
def test_body_and_files(raw, text, html, files):
    parsed = sound(raw)
    assert (parsed.text.strip(), parsed.html.strip()) == (text, html)
    assert names(parsed) == files


def test_forwarded_message_is_kept_to_the_octet():
    inner = b"Subject: x\r\nX-Odd:  \t a\r\n\r\n\xff\x00--b\r\n.\r\n"
    parsed = sound(multipart("mixed", part("message/rfc822", inner)))
    assert [file.content for file in parsed.attachments] == [inner]


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


# -- Charsets -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "octets", "text"),
    [
        ("utf-8", "ä€".encode(), "ä€"),
        ("utf-8", "Grüße".encode("cp1252"), "Grüße"),  # declared wrongly
        ("iso-8859-1", "Grüße".encode(), "Grüße"),
        ("us-ascii", "Grüße".encode("cp1252"), "Grüße"),
        ("utf-8", "Grüße aus dem Süden, äöü".encode()[:-1], "Grüße aus dem Süden, äö�"),
        ("utf-8", b"\xef\xbb\xbfa", "a"),
        ("utf-16", "aä".encode("utf-16"), "aä"),
        ("utf-16le", "aä".encode("utf-16-le"), "aä"),
        ("iso-2022-jp", "日本".encode("iso2022_jp"), "日本"),
        ("utf-7", b"a+AOQ-", "aä"),
        ("big5", "繁體".encode("big5"), "繁體"),
        ('"utf-8"', "ä".encode(), "ä"),
        ("", "ä".encode(), "ä"),
        ("x" * 300, "ä".encode(), "ä"),
        ("utf-8", b"a\x00b\x0bc\rd\r\ne", "abc\nd\ne"),
    ],
)
def test_charsets_of_text(label, octets, text):
    assert sound(part(f"text/plain; charset={label}", octets)).text == text


@pytest.mark.parametrize(
    ("label", "meta", "codec"),
    [
        ("", '<meta charset="windows-1251">', "cp1251"),
        ("", '<META http-equiv="Content-Type" content="text/html; charset=koi8-r">', "koi8-r"),
        ("us-ascii", '<meta charset="windows-1251">', "cp1251"),
        ("koi8-r", '<meta charset="windows-1251">', "koi8-r"),
        ("utf-8", '<meta charset="windows-1251">', "cp1251"),
        ("x-unknown", '<meta charset="windows-1251">', "cp1251"),
        ("utf-8", '<meta charset="windows-1251">', "utf-8"),
        ("iso-8859-1", '<meta charset="utf-8">', "utf-8"),
        ("", '<meta charset="utf-16">', "utf-8"),
        ("", '<?xml version="1.0" encoding="koi8-r"?>', "koi8-r"),
    ],
)
def test_charsets_of_html(label, meta, codec):
    text = "Привет, мир"
    raw = part(f"text/html; charset={label}", f"<html>{meta}<p>{text}</p>".encode(codec))
    assert text in sound(raw).html


# -- Forms of text ------------------------------------------------------------


@pytest.mark.parametrize(
    ("delsp", "body", "text"),
    [
        ("no", "one \ntwo\nthree", "one two|three"),
        ("yes", "one \ntwo", "onetwo"),
        ("no", "> a \n> b\n> c", "> a b|> c"),
        ("no", "> a \n>> b", "> a |>> b"),
        ("no", " > not quoted", "> not quoted"),
        ("no", "bye \n-- \nme", "bye |-- |me"),
        ("no", "a \n\nb", "a |b"),
    ],
)
def test_flowed(delsp, body, text):
    raw = part(f"text/plain; format=Flowed; delsp={delsp}", mail(body))
    assert sound(raw).text.replace("\n", "|") == text


def test_enriched():
    body = b"<bold>Now</bold> is\r\nthe <<time>\r\n\r\n\r\n<color><param>red</param>red</color>"
    assert sound(part("text/enriched", body)).text == "Now is the <time>\n\nred"
    assert sound(part("text/richtext", b"a<nl>b<lt>c")).text == "a\nb<c"


def test_uuencoded_files_in_text():
    body = b"see:\r\nbegin 644 a b.txt\r\n#86)C\r\n`\r\nend\r\nbye\r\n"
    parsed = sound(part("text/plain", body))
    assert parsed.text == "see:\nbye\n"
    assert [(file.name, file.content) for file in parsed.attachments] == [("a b.txt", b"abc")]


@pytest.mark.parametrize(
    "text", ["begin 1999 with\n", "begin 644 a\nthe work\nend\n", "begin 644 a\nTHE end\n"]
)
def test_what_only_resembles_a_uuencoded_file(text):
    assert sound(part("text/plain", text.encode())).text == text


def test_no_html_ends_before_the_body_does():
    """libxml2, and so every sanitizer built on it, drops what stands behind ``</html>``."""
    document = part("text/html", b"<html><body><p>a</p></body>\n</HTML >\n<p>disclaimer</p>")
    html = sound(multipart("mixed", document, document)).html
    assert html == "\n".join(["<html><body><p>a</p>\n\n<p>disclaimer</p>"] * 2)


@pytest.mark.parametrize(
    ("link", "resolved"),
    [
        ('href="a.html"', 'href="https://x.example/d/a.html"'),
        ("src='/i.png?a=1&amp;b=2'", "src='https://x.example/i.png?a=1&amp;b=2'"),
        ('href="#top"', 'href="#top"'),
        ('href="mailto:a@x.example"', 'href="mailto:a@x.example"'),
        ('href="//[broken"', 'href="//[broken"'),
        ('href="http://y.example/"', 'href="http://y.example/"'),
    ],
)
def test_base(link, resolved):
    html = f'<base href="https://x.example/d/e.html"><a {link}>a</a>'
    assert f"<a {resolved}>" in sound(part("text/html", html.encode())).html


def test_a_base_cannot_swell_the_body():
    html = f'<base href="https://x.example/{"x" * 1000}/"><a href="a">a</a>'
    assert sound(part("text/html", html.encode())).html == html


def test_large_body_is_cut_and_kept_whole():
    text = b"0123456789abcde\n" * (1 << 17)
    parsed = sound(part("text/plain", text))
    assert parsed.text.encode() == text[: 1 << 20]
    assert [(file.name, file.content) for file in parsed.attachments] == [("text.txt", text)]
    html = b"<p>0123456789</p>\n" * (1 << 17)
    parsed = sound(part("text/html", html))
    assert len(parsed.html) <= 1 << 20 and parsed.html.endswith(("</p>\n", "789"))
    assert [(file.name, file.content) for file in parsed.attachments] == [("text.html", html)]


def test_many_large_bodies_are_cut_together():
    letter = part("text/plain", b"0123456789abcde\n" * (3 << 14))
    parsed = sound(multipart("mixed", letter, letter, letter))
    assert len(parsed.text) <= (1 << 20) + 2
    assert names(parsed) == ["text.txt", "text.txt"]
