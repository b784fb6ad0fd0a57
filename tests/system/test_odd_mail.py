# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odd mail of real life, each from a contact of its own: posted, or listed with its reason."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

CORPUS = Path(__file__).parents[1] / "mime" / "corpus"
_FROM = re.compile(rb"^From[ \t]*:.*\n(?:[ \t].*\n)*", re.MULTILINE | re.IGNORECASE)


def odd_mails() -> dict[str, bytes]:
    """By file name.  CPython's own are where this Python has them."""
    files = sorted(CORPUS.rglob("*.eml"))
    if tests := find_spec("test.test_email") if find_spec("test") else None:
        for folder in tests.submodule_search_locations:
            files += sorted((Path(folder) / "data").glob("msg_*.txt"))
    return {file.name: file.read_bytes() for file in files}


def sent_by(sender: str, mail: bytes) -> bytes:
    """``mail`` with another From field and nothing else changed."""
    head, blank, body = re.match(rb"(.*?)((?:^|\n)\r?\n|\Z)(.*)", mail, re.DOTALL).groups()
    return b"From: %b\r\n" % sender.encode() + _FROM.sub(b"", head + b"\n")[:-1] + blank + body


@pytest.fixture
def whole_past(office):
    """Mail of any age is synchronised: these are old."""
    set_window = ("ir.config_parameter", "set_param", "mail_contact_sync.window_months")
    office.user("admin").call(*set_window, "600")
    yield
    office.user("admin").call(*set_window, "6")


def test_each_is_posted_or_listed_and_harms_no_other(office, mailbox, whole_past):
    mails = odd_mails()
    assert sum(name.endswith(".eml") for name in mails) > 90
    assert sum(name.endswith(".txt") for name in mails) > 40, "CPython's test data are missing"
    senders = [f"{number}.{mailbox.address}.example" for number in range(len(mails))]
    contacts = office.add_contacts(
        [{"name": name, "email": sender} for name, sender in zip(mails, senders, strict=True)]
    )
    mailbox.deliver("before")
    for sender, mail in zip(senders, mails.values(), strict=True):
        office.dovecot.deliver(sent_by(sender, mail), mailbox.address)
    mailbox.deliver("after")
    mailbox.read()
    assert mailbox.posted() == {"before": 1, "after": 1}
    assert [mailbox.posted(contact).total() for contact in contacts] == [1] * len(contacts)
