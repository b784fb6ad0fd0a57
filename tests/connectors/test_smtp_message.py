# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a message looks like on the line."""

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import MessageError
from mail_contact_sync.connectors.smtp.message import leaving, quotes, stuffed, transportable

_TEXT = st.lists(st.sampled_from([b"a", b".", b"\r", b"\n", b"\r\n", b" ", b":", b"bcc:"])).map(
    b"".join
)


@given(_TEXT)
def test_every_line_ends_in_crlf_and_no_line_ends_the_message(message):
    line = stuffed(leaving(message))
    assert line == b"" or line.endswith(b"\r\n")
    assert b"\r" not in line.replace(b"\r\n", b"") and b"\n" not in line.replace(b"\r\n", b"")
    assert b"\r\n.\r\n" not in b"\r\n" + line
    undone = re.sub(rb"(?m)^\.", b"", line)  # as a server does it (RFC 5321, section 4.5.2)
    assert undone == leaving(message)


@given(_TEXT)
def test_a_body_is_left_alone(body):
    whole = leaving(b"Subject: x\n\n" + body)
    expected = re.sub(rb"\r\n|\r|\n", b"\r\n", body)
    assert whole in (b"Subject: x\r\n\r\n" + expected, b"Subject: x\r\n\r\n" + expected + b"\r\n")


@pytest.mark.parametrize(
    "field",
    [
        b"Bcc: a@b.example\n",
        b"bCC : a@b.example,\n c@d.example,\n\te@f.example\n",
        b"Bcc:\n a@b.example\n",
        b"Resent-Bcc: a@b.example\n",
        b"Bcc: a@b.example\nBcc: c@d.example\n",
    ],
)
@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"])
def test_bcc_stays_here_wherever_it_stands(field, newline):
    other = [b"From: a@b.example\n", b"Subject: Bcc: x\n bcc: y\n", b"To: c@d.example\n"]
    for place in range(4):
        fields = [*other[:place], field, *other[place:]]
        for rest in (b"\nBcc: in the text\n", b""):
            message = (b"".join(fields) + rest).replace(b"\n", newline)
            expected = (b"".join(other) + rest).replace(b"\n", b"\r\n")
            assert leaving(message) == expected


def test_what_any_server_takes_is_left_byte_for_byte():
    message = b"Subject: x\r\n\r\nGr\xc3\xbc\xc3\x9fe\r\n" + b"x" * 998 + b"\r\n"
    assert transportable(message, eight_bit=True) is message
    plain = b"Subject: x\r\n\r\nhello\r\n"
    assert transportable(plain, eight_bit=False) is plain


def _mixed() -> bytes:
    inner = EmailMessage(policy=SMTP)
    inner["Subject"] = "inner"
    inner.set_content("Grüße von innen\r\n", cte="8bit")
    message = EmailMessage(policy=SMTP)
    message["Subject"], message["Message-ID"] = "A " * 60 + "long one", "<m1@ours.example>"
    message["X-Odd"] = "kept as it is"
    message.set_content("Grüße\r\n", cte="8bit")
    message.add_alternative("<p>Grüße</p>" + "x" * 2000, subtype="html", cte="8bit")
    message.add_attachment(b"\x00\xff\r\n", maintype="image", subtype="png", filename="ä.png")
    message.add_attachment(inner)
    return message.as_bytes()


def _parts(message: bytes) -> list[tuple[str, object]]:
    return [
        (part.get_content_type(), part.get_content())
        for part in message_from_bytes(message, policy=SMTP).walk()
        if not part.is_multipart()
    ]


@pytest.mark.parametrize("eight_bit", [True, False])
def test_parts_that_cannot_go_as_they_are_mean_the_same_afterwards(eight_bit):
    message = _mixed()
    assert not message.isascii()
    encoded = transportable(message, eight_bit)
    assert encoded.isascii() or eight_bit
    assert max(map(len, encoded.split(b"\r\n"))) <= 998
    assert b"\n" not in encoded.replace(b"\r\n", b"")
    assert _parts(encoded) == _parts(message)
    assert encoded.partition(b"Content-")[0] == message.partition(b"Content-")[0]
    if not eight_bit:
        assert not re.search(rb"(?i)encoding: (8bit|binary)", encoded)


def test_a_part_that_names_no_encoding_names_one_afterwards():
    message = b"From: <a@x.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    encoded = transportable(message + "Grüße\r\n".encode(), eight_bit=False)
    mail = message_from_bytes(encoded, policy=SMTP)
    assert mail["Content-Transfer-Encoding"] == "base64"
    assert mail.get_content().strip() == "Grüße"


def test_a_part_that_can_go_as_it_is_does():
    head = b'From: <a@x.example>\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    plain = b"--b\r\nContent-Type: text/plain\r\n\r\nPlain words\r\n"
    long = b"--b\r\nContent-Type: text/plain\r\n\r\n" + b"x" * 2000 + b"\r\n--b--\r\n"
    encoded = transportable(head + plain + long, eight_bit=False)
    assert plain in encoded and long not in encoded


def test_what_is_signed_is_not_touched():
    message = (
        b'Content-Type: multipart/signed; boundary="b"\r\n\r\n--b\r\n\r\nGr\xc3\xbc\xc3\x9fe\r\n'
        b"--b\r\nContent-Type: application/pgp-signature\r\n\r\nx\r\n--b--\r\n"
    )
    assert transportable(message, eight_bit=True) is message
    with pytest.raises(MessageError) as caught:
        transportable(message, eight_bit=False)
    assert caught.value.reason == reasons.SEND_REFUSED


def test_octets_outside_of_all_parts_are_refused():
    message = (
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n\xff\r\n--b\r\n\r\nx\r\n--b--\r\n'
    )
    with pytest.raises(MessageError):
        transportable(message, eight_bit=False)


def test_what_quotes_a_message_is_known():
    message = b"Subject: our merger\r\n\r\nGr\xc3\xbc\xc3\x9fe, Anna\r\n\r\n"
    assert quotes("spam: our merger", message) and quotes("bad: Grüße, Anna!", message)
    assert not quotes("5.7.1 rejected", message)
