# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is written here reads as what a person's mail program writes."""

import re
from dataclasses import replace
from datetime import datetime, timezone
from email import message_from_bytes, policy

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mail_contact_sync.mime import parse
from mail_contact_sync.mime.writing import MARK, MAX_REFERENCES, File, Letter, compose

PIXEL = bytes.fromhex("89504e470d0a1a0a")
LETTER = Letter(
    message_id="<m1@ours.example>",
    date=datetime(2026, 5, 4, 9, 30, tzinfo=timezone.utc),
    sender=("Änna, Berg", "anna@ours.example"),
    to=(("Jörg Müller", "joerg@müller.example"), ("", "b@x.example")),
    cc=(("山田", "yamada@x.example"),),
    subject="Angebot für Sie",
    references=("<a@x.example>", "<b@x.example>"),
    html='<p>Grüße <img src="cid:i1"></p>',
    text="Grüße",
    files=(
        File("bild.png", PIXEL, "image/png", "i1"),
        File("größe.pdf", b"%PDF-1.4", "application/pdf"),
    ),
)

#: An encoded word: the library decodes what it is given for a header.
HIDDEN = "=?utf-8?q?a=0D=0AReply-To:_eve=40evil.example=0D=0A=0D=0APay_here?="


def structure(message):
    """As most mail programs build it."""
    if not message.is_multipart():
        return message.get_content_type()
    return message.get_content_subtype(), [structure(part) for part in message.iter_parts()]


def test_it_has_the_structure_of_a_mail_programs():
    message = message_from_bytes(compose(LETTER), policy=policy.default)
    related = ("related", ["text/html", "image/png"])
    text = ("alternative", ["text/plain", related])
    assert structure(message) == ("mixed", [text, "application/pdf"])
    plain = replace(LETTER, files=())
    message = message_from_bytes(compose(plain), policy=policy.default)
    assert structure(message) == ("alternative", ["text/plain", "text/html"])
    message = message_from_bytes(compose(replace(plain, html="")), policy=policy.default)
    assert structure(message) == "text/plain"


@pytest.mark.parametrize(
    "mimetype",
    ["", "pdf", "a/b/c", "text/x y", "multipart/mixed", "message/rfc822", "a/b\r\nTo: x"],
)
def test_a_file_of_an_impossible_type_is_a_file(mimetype):
    letter = replace(LETTER, files=(File("odd", b"Subject: x\r\n\r\ny", mimetype),))
    *_, part = message_from_bytes(compose(letter), policy=policy.default).iter_parts()
    assert part.get_content_type() == "application/octet-stream"
    assert (part.get_filename(), part.get_content()) == ("odd", b"Subject: x\r\n\r\ny")


def test_it_is_read_as_it_was_written():
    mail = parse(compose(LETTER))
    assert mail.message_id == mail.mark == "<m1@ours.example>"
    assert (mail.in_reply_to, mail.references) == ("<b@x.example>", LETTER.references)
    assert mail.date == LETTER.date
    assert mail.sender == '"Änna, Berg" <anna@ours.example>'
    assert mail.to == '"Jörg Müller" <joerg@xn--mller-kva.example>, b@x.example'
    assert mail.cc == '"山田" <yamada@x.example>'
    assert mail.subject == "Angebot für Sie"
    assert "Grüße" in mail.html
    assert [(f.name, f.content, f.mimetype) for f in mail.attachments] == [
        ("bild.png", PIXEL, "image/png"),
        ("größe.pdf", b"%PDF-1.4", "application/pdf"),
    ]


def test_it_has_the_fields_of_a_mail_programs_and_no_more():
    names = {name.lower() for name in message_from_bytes(compose(LETTER))}
    asked = "from to cc subject date message-id in-reply-to references mime-version content-type"
    assert names == {*asked.split(), MARK.lower()}


def test_it_is_fit_for_the_line():
    long = replace(
        LETTER,
        subject="Wörter " * 60,
        text="x" * 5000,
        html="<p>" + "ü" * 5000 + "</p>",
        to=tuple((f"Person Nummer {n}", f"p{n}@x.example") for n in range(100)),
        references=tuple(f"<{'r' * 90}{n}@x.example>" for n in range(100)),
    )
    raw = compose(long)
    assert raw.isascii()
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    mail = parse(raw)
    assert mail.subject == long.subject.strip()
    assert len(mail.references) == MAX_REFERENCES
    assert mail.references[0] == long.references[0] and mail.references[-1] == long.references[-1]
    assert b"=?" not in raw.split(b"References:")[1].split(b"\r\nX-")[0]


NAMES = ("Sabine Müller", "Petra Hofstetter", "", "Berg, Änna", "O'Neil (x)", "山田" * 30, "é")


@pytest.mark.parametrize("field", ["to", "cc"])
@pytest.mark.parametrize("length", range(8, 60, 3))
def test_each_of_several_people_is_read_by_others(field, length):
    """Wherever a line is full."""
    people = tuple(
        (name, f"{'x' * length}{number}@mueller-foerdertechnik.example")
        for number, name in enumerate(NAMES + NAMES[::-1])
    )
    message = message_from_bytes(compose(replace(LETTER, **{field: people})), policy=policy.default)
    assert not message[field].defects
    read = tuple((each.display_name, each.addr_spec) for each in message[field].addresses)
    assert [(name.replace(" ", ""), address) for name, address in read] == [
        (name.replace(" ", ""), address) for name, address in people
    ]


def test_only_the_message_says_its_mime_version():
    parts = message_from_bytes(compose(LETTER)).walk()
    assert ["MIME-Version" in part for part in parts] == [True] + 6 * [False]


@pytest.mark.parametrize(
    "address", ["", "x", "a@b@", "@x.example", "a\r\nBcc: e@x.example", f"{HIDDEN}@x"]
)
def test_what_is_no_address_is_refused(address):
    with pytest.raises(ValueError):
        compose(replace(LETTER, to=(("Eve", address),)))


@pytest.mark.parametrize("text", [HIDDEN, f"Re: {HIDDEN}", f"=?utf-8?q?{HIDDEN}?=", f"={HIDDEN}"])
def test_no_encoded_word_begins_a_field_of_its_own(text):
    letter = replace(
        LETTER,
        sender=(text, "anna@ours.example"),
        to=((text, "b@x.example"),),
        subject=text,
        files=(File(text, b"x", "text/plain"),),
    )
    raw = compose(letter)
    message = message_from_bytes(raw, policy=policy.default)
    assert len(message.keys()) == 11
    assert not any(part["Reply-To"] for part in message.walk())
    [address] = message["To"].addresses
    for shown in (
        message["Subject"],
        address.display_name,
        list(message.walk())[-1].get_filename(),
    ):
        assert "Pay_here" in shown and "\n" not in shown


@example(name="A\x85B", subject="A\x85B", file="A\x85B")
@given(name=st.text(max_size=60), subject=st.text(max_size=200), file=st.text(max_size=60))
def test_no_text_begins_a_field_of_its_own(name, subject, file):
    letter = replace(
        LETTER,
        sender=(name, "anna@ours.example"),
        subject=subject,
        files=(File(file, b"x", "text/plain"),),
    )
    raw = compose(letter)
    message = message_from_bytes(raw, policy=policy.default)
    assert len(message.keys()) == len(set(map(str.lower, message.keys()))) == 11
    assert parse(raw).sender_address == "anna@ours.example"
