# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is true of every connector, whatever its provider."""

import json
from datetime import timedelta, timezone

import pytest
from contract_peers import PEERS, changing, named, read, reading
from imap_mailbox import NOW, SINCE, message_id, names, raw

from mail_contact_sync.connectors.base import (
    ROLES,
    AuthenticationFailed,
    CursorExpired,
    TemporaryError,
)

LIMITS = [1, 2, 3, 100]


@pytest.fixture(params=PEERS)
def peer(request):
    return PEERS[request.param](request)


@pytest.fixture
def connector(peer):
    with peer.connect() as connector:
        yield connector


def numbered(*numbers):
    return [f"m{number:02}" for number in numbers]


# Connecting ---------------------------------------------------------------------------


def test_check_tells_whose_mailbox_it_is(peer, connector):
    mailbox = connector.check()
    assert mailbox.address == peer.address and mailbox.address not in mailbox.aliases


def test_a_login_that_is_refused(peer):
    with pytest.raises(AuthenticationFailed) as caught, peer.connect_wrongly() as connector:
        connector.check()
    assert caught.value.reason and caught.value.__cause__ is None


def test_folders_have_refs_names_and_roles(peer, connector):
    folders = connector.folders()
    assert peer.folder in folders
    assert len({folder.ref for folder in folders}) == len(folders)
    assert all(folder.ref and folder.name for folder in folders)
    assert {folder.role for folder in folders} <= {*ROLES, None}
    # Mail in two folders of the same role would be read twice.
    roles = [folder.role for folder in folders if folder.role in ("inbox", "sent", "all")]
    assert len(set(roles)) == len(roles)


def test_a_connector_that_is_closed_or_was_never_opened(peer):
    connector = peer.connect()
    with pytest.raises(TemporaryError):
        connector.changes(peer.folder, None, SINCE, 10)
    with connector:
        connector.folders()
    with pytest.raises(TemporaryError):
        connector.changes(peer.folder, None, SINCE, 10)
    with pytest.raises(TemporaryError):
        list(connector.fetch(peer.folder, ["1.1"]))


def test_a_connector_can_be_opened_again(peer):
    peer.add("m1")
    connector = peer.connect()
    for _ in range(2):
        with connector:
            assert named(reading(connector, peer.folder)) == ["m1"]


# Reading ------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", LIMITS)
def test_nothing_is_lost_or_doubled_across_pages(peer, connector, limit):
    peer.add(*numbered(*range(7)))
    pages = list(reading(connector, peer.folder, limit))
    assert named(pages) == numbered(*range(7))
    assert all(len(page.envelopes) <= limit for page in pages)
    assert not pages[-1].more and not any(page.failed for page in pages)


def test_an_empty_folder(peer, connector):
    (*_, last) = reading(connector, peer.folder)
    assert last.envelopes == () and not last.more
    assert named(changing(connector, peer.folder, last.cursor)) == []


@pytest.mark.parametrize("limit", LIMITS)
def test_new_mail_comes_once_and_what_is_known_does_not(peer, connector, limit):
    peer.add(*numbered(1, 2))
    _, cursor = read(reading(connector, peer.folder))
    assert named(changing(connector, peer.folder, cursor, limit)) == []
    peer.add(*numbered(3, 4, 5))
    envelopes, cursor = read(changing(connector, peer.folder, cursor, limit))
    assert sorted(names(envelopes)) == numbered(3, 4, 5)
    assert named(changing(connector, peer.folder, cursor, limit)) == []


def test_mail_that_comes_while_the_past_is_read_is_not_lost(peer, connector):
    peer.add(*numbered(1, 2, 3, 4))
    found, number = [], 5
    for page in reading(connector, peer.folder, 2):
        found += names(page.envelopes)
        if number < 8:
            peer.add(*numbered(number))
            number += 1
    found += named(changing(connector, peer.folder, page.cursor))
    assert set(found) == set(numbered(*range(1, 8)))


@pytest.mark.parametrize("limit", LIMITS)
def test_a_cursor_is_json_and_good_for_another_connection(peer, limit):
    peer.add(*numbered(1, 2))
    with peer.connect() as connector:
        _, cursor = read(reading(connector, peer.folder))
    found = []
    for number in (3, 4, 5):
        peer.add(*numbered(number))
        with peer.connect() as connector:
            cursor = json.loads(json.dumps(cursor))
            envelopes, cursor = read(changing(connector, peer.folder, cursor, limit))
            found += names(envelopes)
    assert found == numbered(3, 4, 5)


def test_a_page_that_was_not_kept_comes_again(peer, connector):
    _, cursor = read(reading(connector, peer.folder))
    peer.add(*numbered(1, 2))
    assert named(changing(connector, peer.folder, cursor)) == numbered(1, 2)
    assert named(changing(connector, peer.folder, cursor, 1)) == numbered(1, 2)


def test_mail_from_before_the_window_is_left_out(peer, connector):
    peer.add("before", days=182)
    peer.add("inside", days=178)
    assert named(reading(connector, peer.folder)) == ["inside"]


def test_what_was_deleted_is_left_out(peer, connector):
    peer.add(*numbered(1, 2, 3))
    peer.remove(*numbered(2))
    envelopes, cursor = read(reading(connector, peer.folder))
    assert sorted(names(envelopes)) == numbered(1, 3)
    peer.add(*numbered(4, 5))
    peer.remove(*numbered(1, 4))
    assert named(changing(connector, peer.folder, cursor)) == numbered(5)


def test_a_cursor_that_means_nothing_any_more(peer, connector):
    peer.add("m1")
    _, cursor = read(reading(connector, peer.folder))
    peer.void_cursors()
    with pytest.raises(CursorExpired), peer.connect() as another:
        another.changes(peer.folder, cursor, SINCE, 10)


def test_an_envelope_holds_what_the_message_says(peer, connector):
    peer.add("m1", days=2)
    ((envelope,), _) = read(reading(connector, peer.folder))
    assert envelope.message_id == message_id("m1")
    assert envelope.sender == "clara@customer.example"
    assert envelope.addresses == ("clara@customer.example", "anna@ours.example")
    assert envelope.received == NOW - timedelta(days=2)
    assert envelope.received.tzinfo == envelope.sent.tzinfo == timezone.utc
    assert envelope.sent.isoformat() == "2026-03-02T09:00:00+00:00"
    assert envelope.size == pytest.approx(len(raw("m1")), abs=100)
    assert envelope.ref and not envelope.bulk


def test_a_ref_stays_that_messages_own(peer):
    peer.add(*numbered(1, 2))
    known = {}
    for number in (3, 4):
        with peer.connect() as connector:
            for envelope in read(reading(connector, peer.folder))[0]:
                assert known.setdefault(envelope.ref, envelope.message_id) == envelope.message_id
        peer.remove(*numbered(number - 1))
        peer.add(*numbered(number))
    assert len(known) == 3


# Fetching -----------------------------------------------------------------------------


def refs(connector, peer):
    envelopes, _ = read(reading(connector, peer.folder))
    return dict(zip(names(envelopes), (each.ref for each in envelopes), strict=True))


def test_messages_come_byte_for_byte(peer, connector):
    odd = raw("odd", "\r\n".join(["æøå", ".", "From here", ")", "--x--", "", "x" * 5000]))
    odd = odd.replace("æ".encode(), b"\xff")
    peer.add("odd", message=odd)
    peer.add("plain")
    by_name = refs(connector, peer)
    fetched = dict(connector.fetch(peer.folder, by_name.values()))
    assert fetched == {by_name["odd"]: odd, by_name["plain"]: raw("plain")}


def test_no_more_than_the_limit_comes_of_each(peer, connector):
    peer.add("m1", "m2")
    by_name = refs(connector, peer)
    fetched = dict(connector.fetch(peer.folder, by_name.values(), 40))
    assert fetched == {by_name[name]: raw(name)[:40] for name in ("m1", "m2")}


def test_a_message_that_is_gone_is_left_out(peer, connector):
    peer.add("m1", "m2", "m3")
    by_name = refs(connector, peer)
    peer.remove("m2")
    fetched = dict(connector.fetch(peer.folder, by_name.values()))
    assert fetched.keys() == {by_name["m1"], by_name["m3"]}
    assert list(connector.fetch(peer.folder, [by_name["m2"]])) == []


def test_nothing_is_fetched_for_nothing(peer, connector):
    peer.add("m1")
    assert list(connector.fetch(peer.folder, [])) == []


def test_nothing_in_the_mailbox_changes(peer):
    peer.add("m1", "m2", "m3")
    before = peer.state()
    with peer.connect() as connector:
        connector.check()
        connector.folders()
        by_name = refs(connector, peer)
        assert len(list(connector.fetch(peer.folder, by_name.values()))) == 3
        assert len(list(connector.fetch(peer.folder, list(by_name.values())[:1], 10))) == 1
    assert peer.state() == before
