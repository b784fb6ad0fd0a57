# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mail that is meant to exhaust, and mail like none that was ever seen."""

import gc
import tracemalloc
from base64 import encodebytes
from binascii import b2a_uu

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mime_samples import corpus, names, sound

from mail_contact_sync.mime import parse

MAX_DEPTH, MAX_PARTS = 16, 500


def nested(depth: int) -> bytes:
    """A text in ``depth`` multiparts."""
    head = "".join(
        f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(depth)
    )
    return f"Subject: s\r\n{head}\r\ntext\r\n".encode()


def test_depth():
    assert sound(nested(MAX_DEPTH)).text == "text\n"
    parsed = sound(nested(MAX_DEPTH + 1))
    assert not parsed.text
    assert [(file.name, file.mimetype) for file in parsed.attachments] == [
        ("message.eml", "message/rfc822")
    ]
    # The part that was too deep is complete and can be opened by itself.
    assert parse(parsed.attachments[0].content).text == "text\n"


def test_a_bomb_of_nesting():
    parsed = sound(nested(100_000))
    assert parsed.subject == "s" and len(parsed.attachments) == 1


def flat(parts: int) -> bytes:
    return (
        b"Subject: s\r\nContent-Type: multipart/mixed; boundary=x\r\n"
        + b"\r\n--x\r\n\r\ntext" * parts
    )


def test_number_of_parts():
    assert sound(flat(MAX_PARTS)).text.count("text") == MAX_PARTS
    for parts in (MAX_PARTS + 1, 100_000):
        raw = flat(parts)
        parsed = sound(raw)
        assert (parsed.subject, parsed.text, names(parsed)) == ("s", "", ["s.eml"])
        assert parsed.attachments[0].content == raw


def test_number_of_uuencoded_files():
    parsed = sound(b"\r\n" + b"begin 644 a\r\n#86)C\r\nend\r\n" * 1000)
    assert len(parsed.attachments) == 100
    assert parsed.text.count("begin") == 900


@pytest.mark.parametrize(
    "value",
    [
        b"(",
        b'"',
        b"<",
        b"[",
        b"a:b;",
        b"=?a?b?",
        b"\\",
        b"=?a?q?x?= ",
        b"<a@b> ",
        b"1:1 ",
        b";a=b",
        b"/",
    ],
    ids=repr,
)
@pytest.mark.parametrize("field", ["From", "Subject", "Date", "References", "Content-Type"])
def test_endless_fields(field, value):
    sound(b"%b: %b\r\n\r\nbody\r\n" % (field.encode(), value * (100_000 // len(value))))


@pytest.mark.parametrize("links", ["<a href='a'>x</a>", "<img src='a'>"])
def test_html_does_not_grow_without_end(links):
    """Each of its links is long once it leads somewhere."""
    page = f"<base href='https://x.example/{'a' * 280}/'>" + links * 50_000
    raw = (
        "Content-Type: multipart/related; boundary=x\r\n\r\n"
        f"--x\r\nContent-Type: text/html\r\n\r\n{page}\r\n"
        f"--x\r\nContent-Type: image/png\r\nContent-ID: <{'b' * 200}>\r\n"
        "Content-Location: a\r\n\r\nx\r\n--x--\r\n"
    )
    parsed = sound(raw.encode())
    assert len(raw) < len(parsed.html) < len(raw) + (1 << 20)


def messages_of_20_mb():
    size = 20 << 20
    line = b"0123456789abcdef" * 4 + b"\r\n"
    head = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\ntext\r\n--x\r\n"
    attached = b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return {
        "attachment": head + attached + encodebytes(bytes(size)) + b"--x--\r\n",
        "forwarded": head + b"Content-Type: message/rfc822\r\n\r\n" + line * (size // len(line)),
        "text": b"\r\n" + "Grüße 😀\r\n".encode() * (size // 14),
        "html": b"Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        + b"<p>Gr=C3=BC=C3=9Fe</p>\r\n" * (size // 24),
        "header": b"To: a@x.example\r\n" * (size // 17),
        "uuencoded": b"\r\nbegin 644 a\r\n" + b2a_uu(bytes(45)) * (size // 62) + b"end\r\n",
    }


@pytest.mark.parametrize("raw", messages_of_20_mb().values(), ids=messages_of_20_mb())
def test_memory(raw):
    gc.collect()
    tracemalloc.start()
    try:
        parse(raw)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2 * len(raw)  # beside the message itself


# -- Fuzzing ------------------------------------------------------------------

TOKENS = [
    *(
        b"\r\n",
        b"\n",
        b"\r",
        b"\r\n\r\n",
        b"\0",
        b"\xff",
        b"\xc3",
        b"--",
        b":",
        b";",
        b"=",
        b'"',
        b"<",
    ),
    *(
        b"=?utf-8?b?",
        b"=?iso-2022-jp?B?GyRC?=",
        b"=?utf-7?q?+2AA-?=",
        b"=?",
        b"?=",
        b"*0*=",
        b"''%00",
    ),
    b"Content-Type: multipart/mixed; boundary=x\r\n",
    b'Content-Type: multipart/related; start="<a>"; boundary=x\r\n',
    b"Content-Type: multipart/report; boundary=x\r\n",
    b"Content-Type: message/rfc822\r\n",
    b"Content-Type: text/html; charset=utf-16\r\n",
    b"Content-Type: text/plain; format=flowed; delsp=yes; charset=utf-7\r\n",
    b"Content-Type: text/enriched\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Transfer-Encoding: x-uuencode\r\n",
    b"Content-Disposition: attachment; filename*0*=x'y'%ED%A0%80; filename=\"/\"\r\n",
    b"Content-ID: <a>\r\n",
    b"Content-Location: a\r\n",
    *(b"\r\n--x\r\n", b"\r\n--x--\r\n", b"begin 644 x\r\n", b"\r\nend\r\n"),
    *(b'<img src="cid:a">', b"<img src=a>", b'<base href="http://[">', b"<meta charset=idna>"),
    *(
        b'To: "\xff"@b, <"\n"@c>\r\n',
        b"From: a@b, <c@d>\r\n",
        b"Date: 31 Feb 1900 99:99 +9999\r\n",
        b"Message-ID: <\xff@b>\r\n",
    ),
]
SAMPLES = list(corpus().values())


@st.composite
def mutants(draw) -> bytes:
    """A message of the corpus, cut, spliced with others, and with tokens thrown in."""
    raw = bytearray(draw(st.sampled_from(SAMPLES))[:8000])
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, len(raw)))
        match draw(st.sampled_from(["cut", "splice", "token", "flip", "wrap", "head"])):
            case "cut":
                del raw[at : at + draw(st.integers(1, 400))]
            case "splice":
                other = draw(st.sampled_from(SAMPLES))[:8000]
                start = draw(st.integers(0, len(other)))
                raw[at:at] = other[start : start + draw(st.integers(1, 2000))]
            case "token":
                raw[at:at] = draw(st.sampled_from(TOKENS)) * draw(st.sampled_from([1, 1, 1, 50]))
            case "flip":
                raw[at : at + 1] = draw(st.binary(min_size=1, max_size=4))
            case "wrap":
                raw[:0] = nested(draw(st.integers(1, 20)))[:-8]
            case "head":
                raw[:0] = draw(st.sampled_from(TOKENS))
    return bytes(raw)


@settings(deadline=None)
@given(st.binary(max_size=2000))
def test_any_octets(raw):
    sound(raw)


@settings(deadline=None)
@given(st.lists(st.sampled_from(TOKENS) | st.binary(max_size=20), max_size=40).map(b"".join))
def test_any_tokens(raw):
    sound(raw)


@settings(
    deadline=None, suppress_health_check=[HealthCheck.large_base_example, HealthCheck.too_slow]
)
@given(mutants())
def test_any_mutant(raw):
    sound(raw)
