# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Header blocks to envelopes: never an error, never an address that is not there."""

import re
from datetime import datetime, timezone
from email.utils import format_datetime, getaddresses
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail_contact_sync.connectors.headers import MAX_ADDRESSES, addresses, envelope, parse_date


def block(**fields):
    """A header block; underscores stand for hyphens, a list for a repeated field."""
    lines = [
        f"{name.replace('_', '-')}: {value}"
        for name, values in fields.items()
        for value in (values if isinstance(values, list) else [values])
    ]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")


def read(raw=b"", **fields):
    return envelope("1.1", 10, None, raw or block(**fields))


@pytest.mark.parametrize(
    "value",
    [
        "(" * 200_000,
        "(a" * 100_000 + ")" * 100_000,
        '"' * 200_000,
        '"' + '\\"' * 100_000,
        "<" * 200_000,
        '<"' * 100_000,
        "=?" * 100_000,
        "=?a?q?" * 40_000,
        "[" * 200_000,
        "a" * 200_000 + "@",
        "a@" * 100_000,
        " " * 200_000 + "a",
        "a @ " * 50_000,
        "a@b . " * 40_000,
        ":" * 200_000,
        "<" + " " * 200_000,
        "(" + '\\"' * 100_000,
        '(\\")' * 50_000,
        '\\"(' * 70_000,
        'name\\"(' * 30_000,
        ">\\(," * 50_000,
        "<".join(['"\\"'] * 50_000),
        '<\\"' * 70_000,
        '<"' + '\\"' * 100_000,
        '<["]' * 50_000,
        "=?a?q? " * 30_000,
        "=?a?b?x?=" * 25_000,
        "@ " * 100_000,
        ". " * 100_000,
        "\t" * 200_000,
        "a" + " " * 200_000,
    ],
)
def test_hostile_values_take_no_time(value):
    """Each would take hours, and the test with them, were it read in more than linear time."""
    read(From=value, To=value, References=value, Message_ID=value, Date=value)


def test_the_number_and_length_of_addresses_is_limited():
    many = ", ".join(f"a{number}@b.example" for number in range(5000))
    found = read(From="first@b.example", To=many)
    assert len(found.addresses) == MAX_ADDRESSES and found.addresses[0] == "first@b.example"
    assert addresses("a" * 400 + "@b.example, c@d.example") == ["c@d.example"]


def test_an_envelope_names_everybody_once():
    found = read(
        From="Anna <anna@ours.example>",
        Sender="robot@ours.example",
        Reply_To="anna@ours.example",
        To="Clara <clara@customer.example>, ben@ours.example",
        Cc="BEN@OURS.EXAMPLE",
        Bcc="dora@other.example",
    )
    assert found.sender == "anna@ours.example"
    assert found.addresses == (
        "anna@ours.example",
        "clara@customer.example",
        "ben@ours.example",
        "dora@other.example",
    )


def test_repeated_fields_all_count_and_the_first_sender_is_the_sender():
    found = read(From=["a@b.example", "c@d.example"], To=["e@f.example", "g@h.example"])
    assert found.sender == "a@b.example"
    assert set(found.addresses) == {"a@b.example", "c@d.example", "e@f.example", "g@h.example"}


def test_folded_fields_are_read_whole():
    found = read(b"To: a@b.example,\r\n\tc@d.example\r\n \r\n , e@f.example\r\nFROM\t: x@y.example")
    assert found.addresses == ("x@y.example", "a@b.example", "c@d.example", "e@f.example")


def test_lines_that_are_no_fields_are_passed_over():
    found = read(b"From a@b.example Mon\r\nnonsense\r\n: x\r\nTo: c@d.example\r\n")
    assert found.addresses == ("c@d.example",)


def test_raw_bytes_in_names_do_no_harm():
    for name in ("Jürgen".encode("latin-1"), "王小明".encode("gbk"), "山田".encode("shift-jis")):
        found = read(b'From: "' + name + b'" <a@b.example>\r\nTo: c\0@d.example\r\n')
        assert found.addresses == ("a@b.example", "c@d.example")


def test_an_empty_header():
    found = read(b"\r\n")
    assert found.addresses == () and found.sender == "" and found.message_id == ""
    assert found.sent is None and found.received == datetime(1970, 1, 1, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<a@b.example>", "<a@b.example>"),
        (" \t<a@b.example> (comment)", "<a@b.example>"),
        ("\n <a@\n b.example>", "<a@b.example>"),
        ("<a b@c>", "<ab@c>"),
        ("<>", ""),
        ("", ""),
    ],
)
def test_message_ids(value, expected):
    assert read(Message_ID=value).message_id == expected


def test_the_parent_is_in_in_reply_to_or_else_the_last_reference():
    references = "<first@x>\r\n <last@x>"
    assert read(In_Reply_To="Your mail <a@x> <b@x>", References=references).in_reply_to == "<a@x>"
    assert read(In_Reply_To="your mail", References=references).in_reply_to == "<last@x>"
    assert read(References=references).in_reply_to == "<last@x>"
    assert read().in_reply_to == ""


@pytest.mark.parametrize(
    ("fields", "bulk"),
    [
        ({}, False),
        ({"List_Id": "<list.example>"}, True),
        ({"Precedence": "Bulk"}, True),
        ({"Precedence": "list"}, True),
        ({"Precedence": "junk"}, True),
        ({"Precedence": "first-class"}, False),
        ({"Auto_Submitted": "no"}, False),
        ({"Auto_Submitted": "No (really)"}, False),
        ({"Auto_Submitted": "auto-generated"}, True),
        ({"Auto_Submitted": "Auto-Replied; owner-email=a@b"}, True),
    ],
)
def test_list_and_automatic_mail_is_told(fields, bulk):
    assert read(**fields).bulk is bulk


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mon, 2 Mar 2026 10:00:00 +0100", "2026-03-02T09:00:00"),
        ("2 Mar 26 10:00:00 EST", "2026-03-02T15:00:00"),
        ("Mon, 2 Mar 2026 10:00:00 -0000", "2026-03-02T10:00:00"),
        ("Mon, 2 Mar 2026 10:00 +0100 (CET)", "2026-03-02T09:00:00"),
        (" 2-Mar-2026 10:00:00 +0530", "2026-03-02T04:30:00"),
        ("12-Mar-2026 10:00:00 -0200", "2026-03-12T12:00:00"),
        ("Mon, 31 Feb 2026 10:00:00 +0100", None),
        ("Mon, 2 Mar 2026 10:00:00 +9999", None),
        ("Mon, 2 Mar 1926 10:00:00 +0000", None),
        ("Mon, 2 Mar 9999 23:59:59 -2300", None),
        ("Mon, 2 Mar 99999999999 10:00:00 +0000", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates(text, expected):
    found = parse_date(text)
    assert (found and found.isoformat()) == (expected and f"{expected}+00:00")


@given(
    st.datetimes(
        datetime(1971, 1, 1),
        datetime(2099, 1, 1),
        timezones=st.timezones(no_cache=True),
        allow_imaginary=False,
    )
)
def test_dates_as_the_standard_library_writes_them(date):
    date = date.replace(microsecond=0)
    if date.utcoffset().total_seconds() % 60 == 0:
        assert parse_date(format_datetime(date)) == date.astimezone(timezone.utc)


def test_the_date_of_the_header_stands_in_for_that_of_the_server():
    found = read(Date="Mon, 2 Mar 2026 10:00:00 +0100")
    assert found.received == found.sent == datetime(2026, 3, 2, 9, tzinfo=timezone.utc)


@given(st.binary(max_size=300), st.text(max_size=80))
def test_no_header_is_an_error(raw, text):
    read(raw)
    fields = ("From", "To", "Date", "Message_ID", "References", "Auto_Submitted", "Precedence")
    read(**dict.fromkeys(fields, text.encode("utf-8", "ignore").decode()))
    for name in fields:
        read(name.replace("_", "-").encode() + b": " + raw)


def without_comments_and_space(text):
    for _nesting in range(3):
        text = re.sub(r"\((?:[^()\\]|\\.)*\)", "", text)
    return re.sub(r"\s", "", text)


def corpus():
    yield from (Path(__file__).parents[1] / "mime/corpus").rglob("*.eml")
    tests = find_spec("test.test_email") if find_spec("test") else None
    for folder in tests.submodule_search_locations if tests else ():
        yield from Path(folder, "data").glob("msg_*.txt")


@pytest.mark.parametrize("path", sorted(corpus()), ids=lambda path: path.name)
def test_mail_of_real_life(path):
    """All its addresses are read that the standard library reads, but for those nobody wrote."""
    head = re.split(rb"\r?\n\r?\n", path.read_bytes(), maxsplit=1)[0]
    found = read(head)
    text = head.decode("utf-8", "surrogateescape").lower()
    written = without_comments_and_space(text)
    assert all(address in written or "=?" in text for address in found.addresses)
    fields = re.findall(r"(?mi)^(?:from|reply-to|to|cc|bcc):((?:.*(?:\n[ \t].*)*))", text)
    ordinary = {
        address
        for _name, address in getaddresses(fields)
        if re.fullmatch(r"[\w.+-]+@[\w.-]*\w", address, re.ASCII)
        and f" {address}" in text
        and f" {address} <" not in text
    }
    assert ordinary <= set(found.addresses)
