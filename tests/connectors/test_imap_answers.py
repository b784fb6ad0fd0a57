# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""IMAP answers, as imaplib keeps them."""

from itertools import pairwise
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imapclient.exceptions import ProtocolError

from mail_contact_sync.connectors.imap import answers as imap_answers
from mail_contact_sync.connectors.imap.answers import (
    fetch_answers,
    list_answers,
    search_answers,
    sequence_set,
    status_answers,
)

_items = st.permutations(
    [b"UID %d", b"RFC822.SIZE %d", b'INTERNALDATE "14-Jun-2026 13:53:33 +0000"']
)


@given(
    st.lists(
        st.tuples(
            _items,
            st.integers(1, 2**32 - 1),
            st.integers(0, 2**40),
            st.binary(max_size=40),
            st.booleans(),
        ),
        max_size=5,
    )
)
def test_the_fast_way_reads_what_the_thorough_way_reads(messages):
    records = []
    for items, uid, size, literal, lower in messages:
        values = {b"UID %d": uid, b"RFC822.SIZE %d": size}
        text = b" ".join(item % values[item] if item in values else item for item in items)
        text = text.lower() if lower else text
        text = b"1 (" + text + b" BODY[HEADER.FIELDS (FROM TO)] {%d}" % len(literal)
        records += [(text, literal), b")"]
    with patch.object(imap_answers, "_items", side_effect=AssertionError("not ordinary")):
        fast = fetch_answers(records)
    with patch.object(imap_answers, "_ordinary_items", return_value=None):
        assert fetch_answers(records) == fast
    assert len(fast) == len({uid for _, uid, *_ in messages})


@pytest.mark.parametrize(
    "text",
    [
        b"1 (UID 5 UID 6 RFC822.SIZE 7 BODY[HEADER.FIELDS (A)] {1}",
        b'1 (UID 5 RFC822.SIZE 7 INTERNALDATE "a\\"b" BODY[HEADER.FIELDS (A)] {1}',
        b"1 (UID 5 RFC822.SIZE 7 INTERNALDATE NIL BODY[HEADER.FIELDS (A)] {1}",
        b'1 (UID 5 RFC822.SIZE 7 INTERNALDATE "" FLAGS () BODY[HEADER.FIELDS (A)] {1}',
    ],
)
def test_what_is_not_ordinary_is_read_thoroughly(text):
    assert imap_answers._ordinary_items([(text, b"x"), b")"]) is None


def test_a_keyword_that_looks_like_a_uid_is_none():
    records = [(b"1 (FLAGS (UID 9) UID 5 BODY[] {1}", b"x"), b")"]
    assert fetch_answers(records)[5][b"BODY"] == b"x"


def test_an_answer_without_uid_is_put_to_no_message():
    assert fetch_answers([b"5 (FLAGS ())", (b"7 (BODY[] {1}", b"x"), b")"]) == {}


def test_an_answer_in_pieces_is_put_together():
    records = [b"3 (UID 5 RFC822.SIZE 7)", (b"3 (UID 5 BODY[] {1}", b"x"), b")"]
    assert fetch_answers(records)[5] == {b"UID": 5, b"RFC822.SIZE": 7, b"BODY": b"x"}


def test_no_answer_at_all():
    assert fetch_answers([None]) == {}
    assert list(list_answers([None])) == list(status_answers([None])) == []
    assert list(search_answers([None])) == list(search_answers([b""])) == []


def test_a_literal_cut_short_is_an_error():
    with pytest.raises(ProtocolError):
        fetch_answers([(b"1 (UID 5 BODY[] {9}", b"x"), b")"])


def test_searches_of_several_lines_are_one():
    assert list(search_answers([b"5 3", b"", b"4 3"])) == [3, 4, 5]


def test_status():
    records = [b'"a b" (UIDNEXT 5 uidvalidity 7)', (b"{1}", b"x"), b" (MESSAGES 1)"]
    assert list(status_answers(records)) == [
        ("a b", {b"UIDNEXT": 5, b"UIDVALIDITY": 7}),
        ("x", {b"MESSAGES": 1}),
    ]


def test_list_with_what_extensions_add():
    records = [b'(\\HasChildren) "." "x" ("CHILDINFO" ("SUBSCRIBED"))', b"() NIL y"]
    assert list(list_answers(records)) == [
        (frozenset({"\\haschildren"}), ".", "x"),
        (frozenset(), "", "y"),
    ]


@given(st.sets(st.integers(1, 60)))
def test_sequence_sets(uids):
    text = sequence_set(sorted(uids))
    parts = [list(map(int, part.split(":"))) for part in text.split(",") if part]
    assert {uid for part in parts for uid in range(part[0], part[-1] + 1)} == uids
    assert all(len(part) == 1 or part[0] < part[1] for part in parts)
    assert all(one[-1] + 1 < other[0] for one, other in pairwise(parts))
