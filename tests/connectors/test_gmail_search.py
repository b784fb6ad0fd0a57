# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The past of a Gmail mailbox: searches, and the headers of what they find."""

import json
from datetime import timedelta
from itertools import pairwise

import pytest
from gmail_peer import CLARA, NOW, SINCE, searched
from imap_mailbox import message_id, names

from dev.google_gmail import Fault
from mail_contact_sync.connectors import gmail_query, gmail_session, reasons
from mail_contact_sync.connectors.base import (
    MessageError,
    SettingsError,
    TemporaryError,
    Throttled,
)
from mail_contact_sync.connectors.gmail import ALL


@pytest.fixture
def connector(gmailbox):
    with gmailbox.connect() as connector:
        yield connector


def written(name, **fields):
    """A message with these header fields alone."""
    lines = [f"{field}: {value}" for field, value in fields.items()]
    return "\r\n".join([*lines, f"Message-ID: {message_id(name)}", "", "Hello", ""]).encode()


# Searching ------------------------------------------------------------------------


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


# Envelopes ------------------------------------------------------------------------


def test_envelopes_hold_what_the_headers_say(gmailbox, connector):
    message = b"\r\n".join(
        (
            b"From: =?utf-8?q?Cl=C3=A1ra?= <Clara@Customer.example>",
            b'To: "Anna, of ours" <anna@ours.example>,',
            b"\tBob <bob@ours.example>",
            b"reply-to: sales@customer.example",
            b"BCC: carl@ours.example",
            b"Subject: secret",
            b"Date: Mon, 2 Mar 2026 10:00:00 +0100",
            b"message-id: <m1@customer.example>",
            b"References: <m0@ours.example>",
            b"List-Id: <news.customer.example>",
            b"X-Other: x",
            b"",
            b"Hello",
        )
    )
    gmailbox.add("m1", message=message, days=2)
    page = connector.envelopes(ALL, searched(connector))
    (envelope,) = page.envelopes
    assert envelope.ref == gmailbox.ids["m1"]
    assert envelope.size == len(message)
    assert envelope.received == NOW - timedelta(days=2)
    assert envelope.sent.isoformat() == "2026-03-02T09:00:00+00:00"
    assert envelope.message_id == "<m1@customer.example>"
    assert envelope.in_reply_to == "<m0@ours.example>"
    assert envelope.sender == CLARA
    assert envelope.addresses == (
        *(CLARA, "sales@customer.example", "anna@ours.example"),
        *("bob@ours.example", "carl@ours.example"),
    )
    assert envelope.bulk and envelope.subject == ""
    assert (page.cursor, page.more, page.failed) == ([], False, ())


def test_only_the_headers_that_are_needed_are_asked_for(gmailbox, connector, google):
    gmailbox.add("m1")
    connector.envelopes(ALL, searched(connector))
    (call,) = google.gmail.calls("messages.get")
    assert call.param("format") == "metadata"
    assert {"From", "Bcc", "List-Id"} < set(call.params["metadataHeaders"])
    # Google adds the beginning of the text if it may.
    assert call.fields.keys() == {"labelIds", "internalDate", "sizeEstimate", "payload"}


def test_a_subject_is_kept_only_where_there_is_no_message_id(gmailbox, connector):
    gmailbox.add(
        "m1", message=b"From: clara@customer.example\r\nSubject: An offer\r\n\r\nHello\r\n"
    )
    gmailbox.add("m2")
    envelopes = connector.envelopes(ALL, searched(connector)).envelopes
    assert {(each.message_id, each.subject) for each in envelopes} == {
        ("", "An offer"),
        (message_id("m2"), ""),
    }


def test_each_message_is_got_once(gmailbox, connector, google):
    gmailbox.add(*(f"m{number}" for number in range(120)))
    refs = searched(connector)
    page = connector.envelopes(ALL, [*refs, *refs[:5]])
    assert sorted(names(page.envelopes)) == sorted(gmailbox.ids)
    assert sorted(gmailbox.got()) == sorted(gmailbox.ids.values())
    assert google.batches == [50, 50, 20]
    assert connector.usage.messages == 120
    assert connector.usage.units == google.gmail.spent(gmailbox.user) == 5 + 120 * 20


def test_what_is_gone_or_no_mail_any_more_is_left_out(gmailbox, connector):
    gmailbox.add("m1", "deleted", "SPAM", "TRASH", "DRAFT")
    refs = searched(connector)
    gmailbox.mailbox.delete(gmailbox.ids["deleted"])
    for label in ("SPAM", "TRASH", "DRAFT"):
        gmailbox.mailbox.label(gmailbox.ids[label], add=(label,))
    page = connector.envelopes(ALL, refs)
    assert names(page.envelopes) == ["m1"]
    assert (page.cursor, page.failed) == ([], ())
    assert connector.envelopes(ALL, [gmailbox.ids["deleted"]]).envelopes == ()


def test_one_part_of_a_batch_that_fails_harms_no_other(gmailbox, connector, google):
    gmailbox.add("m1", "m2", "m3")
    refs = searched(connector)
    google.gmail.faults.append(Fault("messages.get", 500, "backendError", gmailbox.ids["m2"]))
    page = connector.envelopes(ALL, refs)
    assert sorted(names(page.envelopes)) == ["m1", "m3"]
    assert [(each.ref, each.reason) for each in page.failed] == [
        (gmailbox.ids["m2"], reasons.MESSAGE_UNREADABLE)
    ]
    assert page.cursor == []


def test_all_parts_that_fail_while_google_is_well_are_their_own_fault(gmailbox, connector, google):
    gmailbox.add("m1")
    google.gmail.faults.append(Fault("messages.get", 500, "backendError"))
    page = connector.envelopes(ALL, searched(connector))
    assert [each.ref for each in page.failed] == [gmailbox.ids["m1"]]


@pytest.mark.parametrize("number", [1, 3])
def test_all_parts_that_fail_while_google_is_unwell_are_not(gmailbox, connector, google, number):
    gmailbox.add(*(f"m{each}" for each in range(number)))
    google.gmail.faults.append(Fault("messages.get", 500, "backendError", times=number))
    google.gmail.faults.append(Fault("getProfile", 500, "backendError"))
    with pytest.raises(TemporaryError) as caught:
        connector.envelopes(ALL, searched(connector))
    assert not isinstance(caught.value, MessageError)


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b'{"payload": {"headers": 5}}', b'{"payload": {"headers": [{}]}}']
)
def test_a_message_that_google_describes_badly_is_reported(gmailbox, connector, google, body):
    gmailbox.add("m1", "m2", "m3")
    refs = searched(connector)
    google.gmail.faults.append(Fault("messages.get", 200, "", gmailbox.ids["m2"], body=body))
    page = connector.envelopes(ALL, refs)
    assert sorted(names(page.envelopes)) == ["m1", "m3"]
    assert [each.ref for each in page.failed] == [gmailbox.ids["m2"]]


def test_batches_become_smaller_where_they_are_too_much_at_once(gmailbox, connector, google):
    gmailbox.add(*(f"m{number}" for number in range(60)))
    google.at_once = 10
    page = connector.envelopes(ALL, searched(connector))
    assert len(page.envelopes) == 60 and page.cursor == []
    assert max(google.batches) == google.batches[0] == 50
    assert google.batches[-1] <= 12


def test_a_batch_without_one_answer_is_not_asked_again(gmailbox, connector, google):
    gmailbox.add("m1", "m2")
    google.at_once = 0
    with pytest.raises(Throttled) as caught:
        connector.envelopes(ALL, searched(connector))
    assert caught.value.reason == reasons.RATE_LIMIT
    assert google.batches == [2]


def test_a_missing_scope_ends_all(gmailbox, connector, google):
    gmailbox.add("m1", "m2")
    refs = searched(connector)
    google.gmail.faults.append(Fault("messages.get", 403, "insufficientPermissions"))
    with pytest.raises(SettingsError) as caught:
        connector.envelopes(ALL, refs)
    assert caught.value.reason == reasons.SCOPE_MISSING
    assert caught.value.detail.endswith("gmail.readonly")


# The units of a minute ------------------------------------------------------------


def test_a_search_stops_before_the_units_run_out_and_goes_on_later(
    gmailbox, connector, google, clock, monkeypatch
):
    monkeypatch.setattr(gmail_query, "MAX_QUERY", 10)
    gmailbox.add("m1", "m2", "m3")
    gmailbox.budget.spend(gmailbox.budget.room() - 10)
    addresses = ["a@other.example", "b@other.example", CLARA, "d@other.example"]
    left, found = list(connector.search_groups(addresses)), []

    def search():
        while left:
            for page in connector.search(left[0], SINCE):
                found.extend(page)
            left.pop(0)

    with pytest.raises(Throttled) as caught:
        search()
    assert caught.value.reason == reasons.PACING
    assert 0 < caught.value.retry_after <= 60
    assert [group[0] for group in left] == addresses[2:] and found == []
    assert len(google.gmail.calls("messages.list")) == 2
    clock.advance(caught.value.retry_after)
    search()
    assert sorted(found) == sorted(gmailbox.ids.values())
    assert len(google.gmail.calls("messages.list")) == 4


def test_envelopes_come_as_far_as_the_units_go_and_the_others_later(
    gmailbox, connector, google, clock
):
    gmailbox.add(*(f"m{number}" for number in range(70)))
    refs = searched(connector)
    gmailbox.budget.spend(gmailbox.budget.room() - 60 * 20 - 19)
    page = connector.envelopes(ALL, refs)
    assert [each.ref for each in page.envelopes] == refs[:60]
    assert page.cursor == refs[60:] and page.more
    with pytest.raises(Throttled) as caught:
        connector.envelopes(ALL, page.cursor)
    assert caught.value.reason == reasons.PACING
    clock.advance(60)
    page = connector.envelopes(ALL, json.loads(json.dumps(page.cursor)))
    assert [each.ref for each in page.envelopes] == refs[60:] and page.cursor == []
    assert sorted(gmailbox.got()) == sorted(refs)


@pytest.mark.parametrize("over_limit", [(429, "rateLimitExceeded"), (403, "userRateLimitExceeded")])
def test_envelopes_that_google_has_no_units_for_come_later(
    gmailbox, connector, google, clock, over_limit
):
    gmailbox.add(*(f"m{number}" for number in range(70)))
    refs = searched(connector)
    google.gmail.limit = google.gmail.spent(gmailbox.user) + 20 * 65
    google.gmail.over_limit = over_limit
    page = connector.envelopes(ALL, refs)
    assert len(page.envelopes) == 65 and sorted(page.cursor) == sorted(refs[65:])
    with pytest.raises(Throttled) as caught:
        connector.envelopes(ALL, page.cursor)
    assert (caught.value.reason, caught.value.retry_after) == (reasons.RATE_LIMIT, 60)
    clock.advance(60)
    assert len(connector.envelopes(ALL, page.cursor).envelopes) == 5


def test_our_own_count_stays_below_that_of_google(gmailbox, connector, google, clock):
    gmailbox.add(*(f"m{number}" for number in range(40)))
    refs = searched(connector)
    spent = []
    for _ in range(60):
        try:
            connector.envelopes(ALL, refs)
        except Throttled as throttled:
            assert throttled.reason == reasons.PACING
            clock.advance(throttled.retry_after)
        spent.append(google.gmail.spent(gmailbox.user))
        clock.advance(1)
    assert 5000 < max(spent) <= 5400
    assert not any(asked.status == 429 for asked in google.gmail.asked)


def test_the_answer_to_a_batch_may_not_fill_the_memory(gmailbox, connector, google, monkeypatch):
    monkeypatch.setattr(gmail_session, "MAX_BATCH", 6000)
    gmailbox.add(*(f"m{number}" for number in range(16)))
    page = connector.envelopes(ALL, searched(connector))
    assert sorted(names(page.envelopes)) == sorted(gmailbox.ids)
    assert google.batches[0] == 16 and google.batches[-1] < 16
