# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which parts are the body, and which are files."""

import pytest
from mime_samples import mail, multipart, names, part, sound

TEXT = "Content-Type: text/plain\n\ntext\n"
HTML = "Content-Type: text/html\n\n<p>html</p>\n"
BLANK_HTML = "Content-Type: text/html\n\n<html><body>&nbsp;<br></body></html>\n"
PDF = "Content-Type: application/pdf\nContent-Disposition: inline; filename=a.pdf\n\npdf\n"
IMAGE = "Content-Type: image/png\nContent-ID: <i@x>\n\npng\n"
INVITATION = "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n"
FORWARDED = "Content-Type: message/rfc822\n\nSubject: Inner\n\ninner text\n"


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
