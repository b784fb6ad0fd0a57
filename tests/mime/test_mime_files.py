# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Attachments: their names, and which of them the HTML shows."""

import pytest
from mime_samples import mail, multipart, names, sound

TEXT = "\n\ntext\n"


def name_of(disposition: bytes = b"", content_type: bytes = b"application/pdf") -> str:
    entity = b"Content-Type: %b\r\nContent-Disposition: %b\r\n\r\nx" % (content_type, disposition)
    (name,) = names(sound(multipart("mixed", TEXT, entity)))
    return name


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        (b'attachment; filename="a b.pdf"', "a b.pdf"),
        (b"attachment; filename=a b.pdf", "a b.pdf"),
        (b"attachment;\r\n\tfilename=a.pdf", "a.pdf"),
        (b"attachment filename=a.pdf", "a.pdf"),
        (b"filename=a.pdf", "a.pdf"),
        (b"; filename=a.pdf", "a.pdf"),
        (b'attachment; FILENAME="a.pdf";', "a.pdf"),
        (b'attachment; filename="a;b=c.pdf"', "a;b=c.pdf"),
        (b'attachment; filename="a \\"b\\".pdf"', 'a "b".pdf'),
        (b'attachment; filename="a.pdf', "a.pdf"),
        (b"attachment; size=1; filename=a.pdf; filename=b.pdf", "a.pdf"),
        (b"attachment; filename*=utf-8''%C3%A4.pdf", "ä.pdf"),
        (b"attachment; filename*=UTF-8'de'%C3%A4.pdf; filename=a.pdf", "ä.pdf"),
        (b"attachment; filename=a.pdf; filename*=utf-8''%C3%A4.pdf", "ä.pdf"),
        (b"attachment; filename*=iso-8859-1''%E4.pdf", "ä.pdf"),
        (b"attachment; filename*=x-unknown''%C3%A4.pdf", "ä.pdf"),
        (b"attachment; filename*=gb2312''%D6%D0.pdf", "中.pdf"),
        (b"attachment; filename*=%C3%A4.pdf", "ä.pdf"),
        (b"attachment; filename*0*=utf-8''%E3%81; filename*1*=%82.pdf", "あ.pdf"),
        (b'attachment; filename*1=".pdf"; filename*0="long"', "long.pdf"),
        (b"attachment; filename*0*=utf-8''%C3%A4; filename*1=%20.pdf", "ä%20.pdf"),
        (b'attachment; filename="=?utf-8?Q?=C3=A4?= =?utf-8?Q?.pdf?="', "ä.pdf"),
        (b"attachment; filename==?utf-8?B?w6QucGRm?=", "ä.pdf"),
        ('attachment; filename="ä.pdf"'.encode(), "ä.pdf"),
        ('attachment; filename="ä.pdf"'.encode("latin-1"), "ä.pdf"),
        (b'attachment; filename="C:\\\\Users\\\\me\\\\a.pdf"', "a.pdf"),
        (b"attachment; filename=../../etc/passwd", "passwd"),
        (b"attachment; filename=/etc/passwd", "passwd"),
        (b"attachment; filename=..", "attachment.pdf"),
        (b"attachment; filename=Offer 3/2024.pdf", "Offer 3_2024.pdf"),
        (b"attachment; filename*=utf-8''a%0D%0Ab%00c.pdf", "a bc.pdf"),
        (b"attachment; filename*=utf-8''exe%E2%80%AEfdp.exe", "exefdp.exe"),
        (b'attachment; filename=""', "attachment.pdf"),
        (b"attachment; filename*1*=x; filename*=y", "attachment.pdf"),
        (b"attachment; filename*" + b"9" * 5000 + b"=x", "attachment.pdf"),
    ],
)
def test_names(disposition, name):
    assert name_of(disposition) == name


def test_a_name_of_content_type():
    assert name_of(content_type=b'application/pdf; name="a.pdf"') == "a.pdf"
    assert name_of(b"attachment", b"application/pdf; name*=utf-8''%C3%A4.pdf") == "ä.pdf"
    assert name_of(b"attachment; filename=b.pdf", b"application/pdf; name=a.pdf") == "b.pdf"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("ä" * 200 + ".pdf", "ä" * 125 + ".pdf"),
        ("x" + "ä" * 200, "x" + "ä" * 127),
        ("a." + "x" * 300, "a." + "x" * 253),
    ],
)
def test_long_names(name, kept):
    assert name_of(f'attachment; filename="{name}"'.encode()) == kept


@pytest.mark.parametrize(
    ("content_type", "name"),
    [
        ("image/png", "image.png"),
        ("image/jpg", "image.jpg"),
        ("audio/mpeg", "audio.mp3"),
        ("application/pdf", "attachment.pdf"),
        ("application/octet-stream", "attachment.bin"),
        ("application/x-unheard-of", "attachment.bin"),
        ("application/ms-tnef", "winmail.dat"),
        ("text/calendar; method=REQUEST", "invite.ics"),
    ],
)
def test_names_by_type(content_type, name):
    assert name_of(b"attachment", content_type.encode()) == name


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ("", "Grüße_ 1_2.eml"),
        ('; name="forwarded.eml"', "forwarded.eml"),
        ('; name="Re: x"', "Re: x.eml"),
    ],
)
def test_names_of_messages(fields, name):
    inner = "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe/_1/2?=\n\nSubject: no\n"
    raw = multipart("mixed", TEXT, f"Content-Type: message/rfc822{fields}\n\n{inner}")
    assert names(sound(raw)) == [name]
    no_subject = "Content-Type: message/rfc822\n\nFrom: a@x.example\n\nSubject: no\n"
    assert names(sound(multipart("mixed", TEXT, no_subject))) == ["message.eml"]


def test_a_broken_type_with_a_name_is_a_file():
    (file,) = sound(multipart("mixed", TEXT, "Content-Type: pdf; name=a.pdf\n\nx\n")).attachments
    assert (file.name, file.mimetype) == ("a.pdf", "application/octet-stream")


# -- What the HTML shows (RFC 2392, RFC 2557) ---------------------------------


def shown(html: str, *fields: str) -> tuple[str, list[str]]:
    """The HTML, and the cid of each of the images, which have these header fields."""
    images = (f"Content-Type: image/png\n{each}\n\nx\n" for each in fields)
    parsed = sound(multipart("related", f"Content-Type: text/html\n\n{html}", *images))
    return parsed.html, [file.cid for file in parsed.attachments]


@pytest.mark.parametrize(
    "reference",
    [
        'src="cid:a@x"',
        "src='cid:a@x'",
        "src=cid:a@x",
        'src="CID:a@x"',
        'src=" cid:a@x"',
        'src="cid:<a@x>"',
        'src="cid:&lt;a@x&gt;"',
        'src="cid:a%40x"',
        'style="background: url(cid:a@x)"',
        'background="cid:a@x"',
    ],
)
def test_references_by_id(reference):
    html, cids = shown(f"<img {reference}>", "Content-ID: <a@x>", "Content-ID: <b@x>")
    assert cids == ["a@x", ""]
    assert "cid:a@x" in html


def test_ids_written_otherwise():
    assert shown('<img src="cid:a@x">', "Content-Id: a@x")[1] == ["a@x"]
    assert shown('<img src="cid:a@x">', "Content-ID:\n <a@x>")[1] == ["a@x"]
    assert shown('<img src="cid:a@x">', "Content-ID: <a@x>", "Content-ID: <a@x>")[1] == ["a@x"] * 2


def test_an_id_that_needs_quoting_is_replaced():
    html, cids = shown('<img src="cid:a&amp;b%22">', 'Content-ID: <a&b">')
    assert cids == ["part0"] and html == '<img src="cid:part0">'


def test_an_id_cannot_swell_the_body():
    fields = f"Content-ID: <{'x' * 1000}>\nContent-Location: i"
    assert shown("<img src=i>", fields) == ("<img src=cid:part0>", ["part0"])


@pytest.mark.parametrize(
    ("location", "source"),
    [
        ("i.png", "i.png"),
        ("i j.png", "i%20j.png"),
        ("http://x.example/i.png", "http://x.example/i.png"),
        ("file:///C:/i.png", "file:///C:/i.png"),
    ],
)
def test_references_by_location(location, source):
    html, cids = shown(
        f'<img src="{source}"><img src="other.png">', f"Content-Location: {location}"
    )
    assert cids == ["part0"]
    assert html == '<img src="cid:part0"><img src="other.png">'


def test_a_location_goes_before_the_base():
    html, cids = shown(
        '<base href="http://x.example/"><img src="i.png"><img src="j.png">',
        "Content-ID: <a@x>\nContent-Location: i.png",
    )
    assert cids == ["a@x"]
    assert html.endswith('<img src="cid:a@x"><img src="http://x.example/j.png">')


def test_what_is_not_shown_has_no_cid():
    assert shown("<p>cid:a@x</p>", "Content-ID: <a@x>")[1] == [""]
    assert shown('<img src="cid:none@x">', "Content-ID: <>")[1] == [""]
    raw = multipart("mixed", TEXT, "Content-Type: image/png\nContent-ID: <a@x>\n\nx\n")
    assert [file.cid for file in sound(raw).attachments] == [""]


def test_an_image_is_shown_by_html_elsewhere():
    html = 'Content-Type: text/html\n\n<img src="cid:a@x">\n'
    image = "Content-Type: image/png\nContent-ID: <a@x>\nContent-Disposition: attachment\n\nx\n"
    parsed = sound(multipart("mixed", multipart("alternative", TEXT, html), image))
    assert [(file.name, file.cid) for file in parsed.attachments] == [("image.png", "a@x")]


def test_content_is_decoded():
    raw = mail("""
        Content-Type: application/pdf; name=a.pdf
        Content-Transfer-Encoding: base64

        AAEC
        """)
    (file,) = sound(raw).attachments
    assert (file.content, file.mimetype) == (b"\0\1\2", "application/pdf")
