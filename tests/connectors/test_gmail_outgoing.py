# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whatever a message's header is like, Gmail is told of the recipients and nobody else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail_contact_sync.connectors import headers
from mail_contact_sync.connectors.base import MessageError
from mail_contact_sync.connectors.outgoing import with_recipients

ADDRESSES = [f"{name}@x.example" for name in "abcdef"]
some = st.lists(st.sampled_from(ADDRESSES), max_size=4)
fields = st.lists(
    st.tuples(
        st.sampled_from(["To", "Cc", "Bcc", "BCC", "bcc ", "Subject", "X-Bcc", "Reply-To"]), some
    ),
    max_size=6,
)


@given(
    fields,
    st.sets(st.sampled_from(ADDRESSES)),
    st.sampled_from([b"\n", b"\r\n"]),
    st.sampled_from([b", ", b",\n ", b",\n\t"]),
    st.binary(max_size=40),
)
def test_exactly_the_recipients_are_named_and_the_rest_stays(
    pairs, recipients, newline, comma, body
):
    lines = [
        name.encode() + b": " + comma.replace(b"\n", newline).join(map(str.encode, addresses))
        for name, addresses in pairs
    ]
    message = newline.join([b"From: me@x.example", *lines]) + newline * 2 + body
    try:
        changed = with_recipients(message, recipients)
    except MessageError:
        named = {each for name, addresses in pairs if name in ("To", "Cc") for each in addresses}
        assert not recipients or not named <= recipients
        return
    assert changed.endswith(newline * 2 + body)
    assert named_in(changed, "to", "cc", "bcc") == recipients
    assert not named_in(changed, "to", "cc") & named_in(changed, "bcc")
    assert without_bcc(changed) == without_bcc(message)


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_what_names_its_recipients_stays_as_it_is(newline):
    lines = [b"From: me@x.example", b"To: a@x.example", b"Cc: B@x.example", b""]
    # What is forwarded may look like a header, and is none.
    message = newline.join([*lines, b"To: c@x.example", b"Bcc: d@x.example", b""])
    assert with_recipients(message, ["b@x.example", "a@x.example"]) == message


def named_in(message, *names):
    values = headers.fields(head(message))
    return {
        address
        for name in names
        for value in values.get(name, ())
        for address in headers.addresses(value)
    }


def head(message):
    return message.replace(b"\r\n", b"\n").partition(b"\n\n")[0]


def without_bcc(message):
    """The header's lines, folded ones with those that they belong to."""
    text = head(message).replace(b"\n ", b"\0").replace(b"\n\t", b"\1")
    return [line for line in text.split(b"\n") if line.partition(b":")[0].strip().lower() != b"bcc"]
