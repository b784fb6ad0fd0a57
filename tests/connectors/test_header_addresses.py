# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Addresses in headers: all that are there, never one that is not."""

import re
from email.utils import formataddr, getaddresses

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mail_contact_sync.connectors.headers import MAX_ADDRESS, addresses


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a@b.example", ["a@b.example"]),
        ("Anna <A@B.Example>", ["a@b.example"]),
        ('"Customer, Clara" <c@d.example>, Anna <a@b.example>', ["c@d.example", "a@b.example"]),
        ("J. R. <j@r.example>", ["j@r.example"]),
        ("a@b.example (Anna)", ["a@b.example"]),
        ("(not@this.example) a@b.example", ["a@b.example"]),
        ("a (x (y) \\) z) <a(1)@(2)b.example(3)>", ["a@b.example"]),
        ('a@b.example (5" wide, (x) "y), c@d.example', ["a@b.example", "c@d.example"]),
        ("(" * 20 + ")" * 20 + "a@b.example", ["a@b.example"]),
        ("a@b.example <c@d.example>", ["c@d.example"]),
        ('"a@b.example" <c@d.example>', ["c@d.example"]),
        ('"<a@b.example>" <c@d.example>', ["c@d.example"]),
        ("Group: a@b.example, C <c@d.example>;", ["a@b.example", "c@d.example"]),
        ("One: a@b.example;, Two:;, c@d.example", ["a@b.example", "c@d.example"]),
        ("undisclosed-recipients:;", []),
        ("undisclosed-recipients: ;", []),
        ("a@b.example; c@d.example", ["a@b.example", "c@d.example"]),
        (", ,a@b.example,,", ["a@b.example"]),
        ("<@relay.example,@other.example:a@b.example>", ["a@b.example"]),
        ("a@b  . example", ["a@b.example"]),
        ("<a @ b.example>", ["a@b.example"]),
        ("<a@\n b.example>", ["a@b.example"]),
        ('"a b"@c.example', ['"a b"@c.example']),
        ("a@[192.0.2.1]", ["a@[192.0.2.1]"]),
        ("<a@[IPv6:2001:db8::1]>", ["a@[ipv6:2001:db8::1]"]),
        ("Dörte <dörte@köln.example>", ["dörte@köln.example"]),
        ("=?utf-8?q?J=C3=BCrgen?= <j@x.example>", ["j@x.example"]),
        ("=?utf-8?q?c,_a@b.example,_d?= <j@x.example>", ["j@x.example"]),
        ("=?utf-8?q?<a@b.example>?= <j@x.example>", ["j@x.example"]),
        ("=?utf-8?b?QW5uYSA8YUBiLmV4YW1wbGU+?=", ["a@b.example"]),
        ("'a@b.example'", ["a@b.example"]),
        ("o'brien@b.example", ["o'brien@b.example"]),
        ("root@localhost", ["root@localhost"]),
        # Broken: what is clear is taken, the rest is not.
        ('"Anna <a@b.example>, c@d.example', ["a@b.example", "c@d.example"]),
        ("Smile :( <a@b.example>", ["a@b.example"]),
        ("Smile :) <a@b.example>", ["a@b.example"]),
        ("<a@b.example", []),
        ("<a@b.example> <c@d.example>", ["a@b.example", "c@d.example"]),
        ("Mr. joe@b.example", []),
        ("foo bar@b.example", []),
        ("a@b@c.example", []),
        ("a@b.example)c@d.example", []),
        ("=?utf-8?q?a@b.example?=", ["a@b.example"]),
        ("=?x?q?y?=a@b.example", []),
        ("@b.example", []),
        ("a@", []),
        ("", []),
        # Text in ISO-2022-JP that nobody encoded: its bytes look like syntax.
        ('\x1b$B%"!<%f!<\x1b(B <a@b.example>', ["a@b.example"]),
    ],
)
def test_addresses(value, expected):
    assert addresses(value) == expected


_atoms = st.text("abcdefghijklmnopqrstuvwxyz0123456789!#$%&*+-/^_{|}~", min_size=1, max_size=8)
_dotted = st.lists(_atoms, min_size=1, max_size=3).map(".".join)
_domains = st.lists(
    st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=8), min_size=1, max_size=3
).map(".".join)
_addresses = st.builds("{}@{}".format, _dotted, _domains)
_names = st.one_of(
    st.just(""),
    st.text("abc XYZ.'", max_size=10),
    st.text(st.characters(codec="ascii", exclude_characters="\r\n\0"), max_size=12),
    st.text(max_size=12),
)


@given(st.lists(st.tuples(_names, _addresses), max_size=4))
def test_well_formed_lists_are_read_as_the_standard_library_reads_them(people):
    value = ", ".join(formataddr(person) for person in people)
    expected = [address for _name, address in getaddresses([value]) if address]
    assert expected == [address for _name, address in people]
    assert addresses(value) == expected


_pieces = st.sampled_from(
    [*'"()<>,;:@.\\[] \t\n=?', "a", "b@c.example", "<d@e.example>", "=?utf-8?q?x?=", "é", "\udc80"]
)


@given(st.lists(_pieces, max_size=30).map("".join) | st.text(max_size=60))
@example('"\\')
@example("<" * 50)
def test_no_address_is_made_up(value):
    decoded = value.lower()
    if "=?" in value:
        return
    # Comments and white space may stand between the parts of one address.
    shown = re.sub(r"\s+", "", re.sub(r"\([^()]*\)", "", decoded))
    for address in addresses(value):
        assert re.sub(r"\s+", "", address) in shown or address in decoded
        assert len(address) <= MAX_ADDRESS
        assert address.count("@") >= 1 and not set(address) & set("<>,;\n\r\0")
