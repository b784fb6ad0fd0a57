# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What must land where: the manifest against the headers."""

from datetime import datetime, timezone
from email.utils import getaddresses

import pytest
from demo_reading import (
    COLLEAGUE,
    NOW,
    OWNER,
    ascii_address,
    counted,
    header_addresses,
    parsed,
    readable,
)

from dev.demo_mailbox import generate


def test_expected_is_what_the_headers_say(demo):
    assert demo.expected == counted(demo.messages, demo.contacts)
    late = {contact["name"]: contact["expected"] for contact in demo.late}
    assert late == counted(demo.messages, demo.late)


def test_each_message_names_the_contacts_of_its_headers(demo):
    known = {
        ascii_address(address): address
        for contact in demo.contacts
        for _, address in getaddresses([contact["email"]])
        if address
    }
    for message in demo.messages:
        out = message.folder in ("Drafts", "Junk", "Trash") or "eight months" in message.reason
        found = {known[a] for a in header_addresses(message.raw) if a in known}
        assert set(message.contacts) == (set() if out else found), message
        assert message.contacts or message.reason, message


def test_some_contacts_have_no_mail(demo):
    """One without an address, one without mail, one with old mail, one with junk alone."""
    none = {"Kessler Logistik AG", "Henrik Vestergaard", "Beatrix Lohmann", "Otto Wennemann"}
    assert none <= {name for name, number in demo.expected.items() if not number}


def test_the_colleague_adds_what_the_two_do_not_share(demo, theirs):
    union = counted(demo.messages + theirs.messages, demo.contacts)
    assert demo.expected_with_colleague == union
    assert theirs.expected == counted(theirs.messages, demo.contacts)
    assert union != demo.expected
    assert union["Henrik Vestergaard"] and not demo.expected["Henrik Vestergaard"]
    mine = {message.raw for message in demo.messages}
    shared = [message for message in theirs.messages if message.raw in mine]
    assert len(shared) > 50
    assert all(COLLEAGUE in header_addresses(message.raw) for message in theirs.messages)
    with pytest.raises(ValueError, match="not the colleague"):
        demo.copy_for("somebody@halden.example")


def test_late_contacts_have_nothing_more_at_the_colleague(demo, theirs):
    alone = counted(demo.messages, demo.late)
    assert counted(demo.messages + theirs.messages, demo.late) == alone
    assert min(alone.values()) > 1


def test_private_terms_occur_in_no_contact_mail(demo, theirs):
    for box in (demo, theirs):
        assert len(box.private_terms) > 5
        people = "\n".join(map(str, demo.contacts + demo.late + [OWNER, COLLEAGUE])).lower()
        shown = [readable(m.raw) for m in box.messages if m.contacts or m.late]
        text = "\n".join([people, *shown])
        assert [term for term in box.private_terms if term.lower() in text] == []


def test_private_terms_tell_every_stranger(demo):
    """Each mail that lands nowhere is told by a term, unless it shares its subject."""
    terms = [term.lower() for term in demo.private_terms]
    assert min(map(len, terms)) >= 11
    hidden = [m for m in demo.messages if not m.contacts and not m.late]
    silent = [m for m in hidden if not any(term in readable(m.raw) for term in terms)]
    assert silent == []


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 8, 2, 3, 10, tzinfo=timezone.utc),
        datetime(2024, 2, 29, 23, 59, tzinfo=timezone.utc),
    ],
)
def test_another_now_moves_the_dates_and_nothing_else(demo, now):
    other = generate(*OWNER, now)
    assert other.expected == demo.expected
    assert other.private_terms == demo.private_terms
    assert len(other.messages) == len(demo.messages)
    assert max(message.received for message in other.messages) <= now


def test_any_name_can_be_the_owners():
    name = 'Zoë "Kit" Łukasz, 山田'
    box = generate("kit@halden.example", name, NOW, "Ülkü <ulku@halden.example>")
    assert box.expected == counted(box.messages, box.contacts)
    assert {str(parsed(m.raw)["From"].addresses[0].display_name) for m in box.messages} >= {
        name,
        "Ülkü",
    }
