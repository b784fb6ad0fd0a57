# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The past of a Gmail mailbox: searches, and the headers of what they find."""

from datetime import timedelta
from itertools import pairwise

import pytest
from gmail_peer import CLARA, searched, written
from imap_mailbox import NOW, SINCE

from dev.google_gmail import Fault
from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import TemporaryError
from mail_contact_sync.connectors.gmail import query as gmail_query


@pytest.fixture
def connector(gmailbox):
    with gmailbox.connect() as connector:
        yield connector


@pytest.mark.parametrize("field", ["From", "To", "Cc", "Bcc"])
def test_mail_is_found_by_any_field_that_names_the_contact(gmailbox, connector, field):
    gmailbox.add("m1", message=written("m1", **{field: f"Clara <{CLARA}>"}))
    gmailbox.add("other", message=written("other", **{field: "Dora <dora@other.example>"}))
    assert searched(connector) == [gmailbox.ids["m1"]]


@pytest.mark.parametrize("label", ["SPAM", "TRASH", "DRAFT", "CHAT"])
def test_what_is_no_mail_is_not_found(gmailbox, connector, label):
    gmailbox.add("m1")
    if label == "CHAT":  # the emulator knows none
        gmailbox.mailbox.index.entries[gmailbox.ids["m1"]].labels = {"CHAT"}
    else:
        gmailbox.mailbox.label(gmailbox.ids["m1"], add=(label,), remove=("INBOX",))
    assert searched(connector) == []


def test_only_mail_from_the_beginning_of_the_window_on_is_found(gmailbox, connector):
    gmailbox.add("before", days=180 + 1 / 86400)
    gmailbox.add("at", days=180)
    gmailbox.add("after", days=179)
    assert searched(connector) == [gmailbox.ids["after"], gmailbox.ids["at"]]


def test_one_query_holds_many_addresses_and_all_are_searched_for(gmailbox, connector, google):
    addresses = [f"person{number}@company{number}.example" for number in range(50)]
    for number in (0, 24, 49):
        gmailbox.add(f"m{number}", message=written(f"m{number}", From=addresses[number]))
    found = searched(connector, *addresses)
    assert sorted(found) == sorted(gmailbox.ids.values())
    queries = [call.param("q") for call in google.gmail.calls("messages.list")]
    assert 4 < len(queries) < 10
    assert all(len(query) <= gmail_query.MAX_QUERY for query in queries)
    assert connector.usage.queries == len(queries) and connector.usage.messages == 0


def test_a_message_with_two_of_the_contacts_comes_once(gmailbox, connector, monkeypatch):
    monkeypatch.setattr(gmail_query, "MAX_QUERY", 10)
    gmailbox.add("m1", message=written("m1", From=CLARA, To="dora@other.example"))
    assert searched(connector, CLARA, "dora@other.example", CLARA) == [gmailbox.ids["m1"]]


@pytest.mark.parametrize(
    "address",
    [
        "o'brien@customer.example",
        "clara+shop@customer.example",
        "clara_c@customer.example",
        "-clara@customer.example",
        '"clara customer"@customer.example',
        "clara{c}@customer.example",
        "in:spam@customer.example",
        "claraß@müller.example",
    ],
)
def test_any_address_can_be_searched_for(gmailbox, connector, address):
    gmailbox.add("m1", message=written("m1", From=f"Clara <{address}>"))
    gmailbox.add("m2", message=written("m2", From="Dora <dora@other.example>"))
    assert searched(connector, address) == [gmailbox.ids["m1"]]


def test_groups_are_as_large_as_a_query_takes():
    addresses = [f"person{number}@company{number}.example" for number in range(100)]
    groups = list(gmail_query.groups(addresses))
    assert [address for group in groups for address in group] == addresses
    for group, following in pairwise(groups):
        assert len(gmail_query.query(group, SINCE)) <= gmail_query.MAX_QUERY
        longer = gmail_query.query([*group, following[0]], SINCE)
        assert len(longer) > gmail_query.MAX_QUERY - 20
    long = "x" * gmail_query.MAX_QUERY + "@customer.example"
    assert list(gmail_query.groups([long, CLARA, long])) == [[long], [CLARA]]


def test_twenty_thousand_messages_are_paged_through_by_their_ids(gmailbox, connector, google):
    held = gmailbox.mailbox.hold(20_000, CLARA, NOW - timedelta(days=1))
    pages = list(connector.search([CLARA], SINCE))
    assert [len(page) for page in pages] == [500] * 40
    assert [ref for page in pages for ref in page] == held[::-1]
    assert gmailbox.got() == []
    assert google.gmail.spent(gmailbox.user) == 40 * 5 == connector.usage.units


def test_a_search_without_a_hit_is_an_empty_page(connector):
    assert list(connector.search([CLARA], SINCE)) == [[]]
    assert list(connector.search([], SINCE)) == []


def test_a_search_that_fails_is_no_empty_page(gmailbox, connector, google):
    gmailbox.add("m1")
    google.gmail.faults.append(Fault("messages.list", 503, "backendError"))
    with pytest.raises(TemporaryError) as caught:
        searched(connector)
    assert caught.value.reason == reasons.SERVER_UNAVAILABLE


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"messages": [{}]}', b'{"messages": 5}'])
def test_an_answer_that_is_none_is_no_empty_page(gmailbox, connector, google, body):
    google.gmail.faults.append(Fault("messages.list", 200, "", body=body))
    with pytest.raises(TemporaryError) as caught:
        searched(connector)
    assert caught.value.reason == reasons.PROTOCOL_ERROR
