# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Contacts that are merged or deleted."""

from collections import Counter

import pytest

from .mailbox import body


@pytest.fixture
def other(office, mailbox):
    """A second customer: there is a mail from each of the two, and one to both."""
    address = f"other.{mailbox.customer_address}"
    [other] = office.add_contacts([{"name": "Oscar", "email": address}])
    mailbox.append("hers")
    mailbox.append("his", sender=address)
    mailbox.append("theirs", to=f"{mailbox.address}, {address}")
    return other


def merge(office, target: int, source: int) -> None:
    admin = office.user("admin")
    wizard = "base.partner.merge.automatic.wizard"
    values = {"partner_ids": [(6, 0, [source, target])], "dst_partner_id": target}
    [merging] = admin.call(wizard, "create", [values])
    admin.call(wizard, "action_merge", [merging])


def test_merged_contacts_hold_each_mail_once(office, mailbox, other):
    mailbox.read()
    merge(office, mailbox.customer, other)
    assert mailbox.posted() == Counter(["hers", "his", "theirs"])
    assert mailbox.ledger() == {("posted", None): 3}
    mailbox.deliver("new")
    mailbox.sync()
    assert mailbox.posted() == Counter(["hers", "his", "theirs", "new"])


def test_contacts_merged_while_their_mail_is_fetched_hold_it_once(
    office, mailbox, other, interrupted
):
    marker = body("theirs").encode()
    mailbox.connect(interrupted(marker, lambda: merge(office, mailbox.customer, other)).port)
    office.rest()
    mailbox.sync()
    assert mailbox.posted() == Counter(["hers", "his", "theirs"])


def test_mail_that_waits_for_a_contact_goes_to_whom_it_is_merged_with(
    office, mailbox, other, interrupted
):
    mailbox.client.create_folder("Alpha")
    mailbox.move("his", source="INBOX", target="Alpha")
    marker = body("theirs").encode()
    mailbox.connect(interrupted(marker, lambda: merge(office, mailbox.customer, other)).port)
    office.rest()
    assert mailbox.posted() == Counter(["hers", "his", "theirs"])


def test_mail_that_waits_reaches_its_other_contact_when_one_changes_its_address(
    office, mailbox, other, interrupted
):
    def change():
        values = {"email": "elsewhere@customer.example"}
        office.user("anna").call("res.partner", "write", [other], values)

    mailbox.client.create_folder("Alpha")
    mailbox.move("theirs", source="INBOX", target="Alpha")
    mailbox.connect(interrupted(body("hers").encode(), change).port)
    office.rest()
    assert mailbox.posted() == Counter(["hers", "theirs"])


def test_sync_goes_on_when_a_contact_is_deleted(office, mailbox, other):
    mailbox.read()
    office.user("admin").call("res.partner", "unlink", [other])
    mailbox.deliver("new")
    mailbox.sync()
    assert mailbox.posted() == Counter(["hers", "theirs", "new"])


def test_sync_goes_on_when_a_contact_is_deleted_while_its_mail_is_fetched(
    office, mailbox, other, interrupted
):
    def delete():
        office.user("admin").call("res.partner", "unlink", [other])

    mailbox.connect(interrupted(body("theirs").encode(), delete).port)
    office.rest()
    assert mailbox.posted() == Counter(["hers", "theirs"])
