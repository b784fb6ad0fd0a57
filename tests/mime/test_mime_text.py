# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How the text of a body reads: its charset, and the forms that text comes in."""

import pytest
from mime_samples import mail, multipart, names, part, sound

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
