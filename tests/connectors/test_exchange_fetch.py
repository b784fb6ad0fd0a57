# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whole messages from Exchange: byte for byte, or cut at a limit, and nothing changes."""

from email import message_from_bytes
from email.policy import default

import pytest
from exchange_double import ANNA, NOW, SINCE, office, read
from exchange_mail import RECEIVED, put

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import MessageError
from mail_contact_sync.connectors.exchange import mailbox as exchange_mailbox


@pytest.fixture
def mailbox():
    with office() as mailbox:
        yield mailbox


def test_messages_come_byte_for_byte(mailbox, connector):
    mailbox.add("m1", "m2", "m3")
    wanted = mailbox.items("m1", "m3")
    fetched = dict(connector.fetch(mailbox.folder(), [item.id for item in wanted]))
    assert fetched == {item.id: item.raw for item in wanted}


def test_nothing_is_asked_for_in_full_that_was_not_wanted(mailbox, connector):
    mailbox.add("m1", "m2")
    read(connector, mailbox.folder())
    assert not any(b"IncludeMimeContent" in request.xml for request in mailbox.server.requests)
    item = mailbox.items("m1")[0]
    list(connector.fetch(mailbox.folder(), [item.id]))
    (asked,) = [one for one in mailbox.server.requests if b"IncludeMimeContent" in one.xml]
    assert item.id.encode() in asked.xml and mailbox.items("m2")[0].id.encode() not in asked.xml


def test_a_message_that_is_gone_is_left_out(mailbox, connector):
    mailbox.add("m1", "m2")
    gone, there = mailbox.items("m1", "m2")
    mailbox.directory.remove(gone)
    assert dict(connector.fetch(mailbox.folder(), [gone.id, there.id])).keys() == {there.id}


def test_a_message_that_goes_while_it_is_fetched_is_left_out(mailbox, connector):
    mailbox.add("m1")
    (item,) = mailbox.items("m1")
    mailbox.server.meanwhile("GetItem", lambda: None)
    mailbox.server.meanwhile("GetItem", lambda: mailbox.directory.remove(item))
    assert dict(connector.fetch(mailbox.folder(), [item.id])) == {}


@pytest.mark.parametrize(
    "how", [{"broken": "ErrorItemCorrupt"}, {"mime_broken": "ErrorMimeContentConversionFailed"}]
)
def test_a_message_that_cannot_be_had_is_named_after_the_others(mailbox, connector, how):
    mailbox.add("m1", **how)
    mailbox.add("m2")
    bad, good = mailbox.items("m1", "m2")
    fetched = connector.fetch(mailbox.folder(), [bad.id, good.id])
    assert next(fetched) == (good.id, good.raw)
    with pytest.raises(MessageError) as caught:
        next(fetched)
    assert caught.value.ref == bad.id and caught.value.reason == reasons.MESSAGE_UNREADABLE


def test_many_messages_come_in_parts_of_bounded_size(mailbox, connector, monkeypatch):
    monkeypatch.setattr(exchange_mailbox, "BATCH_BYTES", 1000)
    for number in range(6):
        mailbox.directory.add(ANNA, b"Subject: %d\r\n\r\n" % number + b"x" * 400, NOW)
    refs = [item.id for item in mailbox.directory.mailboxes[ANNA].items.values()]
    assert len(dict(connector.fetch(mailbox.folder(), refs))) == 6
    assert mailbox.server.counts["GetItem"] == 4  # the sizes, and three times two


def test_no_refs_are_no_request(mailbox, connector):
    mailbox.server.requests.clear()
    assert list(connector.fetch(mailbox.folder(), [])) == []
    assert not mailbox.server.requests


LARGE = (
    "MIME-Version: 1.0",
    'Content-Type: multipart/mixed;\r\n boundary="b"',
    "",
    "--b",
    "Content-Type: text/plain; charset=utf-8",
    "",
    "Dear Änna",
    "--b",
    'Content-Type: application/pdf; name="offer.pdf"',
    'Content-Disposition: attachment; filename="offer.pdf"',
    "",
    "x" * 5000,
    "--b--",
)


@pytest.mark.parametrize("transported", [True, False])
def test_a_message_beyond_the_limit_comes_without_its_attachments(mailbox, connector, transported):
    """Header and text, never the whole: the server cannot cut it."""
    item = put(mailbox, *RECEIVED, *LARGE, transported=transported)
    mailbox.server.requests.clear()
    ((ref, raw),) = connector.fetch(mailbox.folder(), [item.id], 2000)
    assert ref == item.id and len(raw) <= 2000
    assert not any(b"IncludeMimeContent" in request.xml for request in mailbox.server.requests)
    mail = message_from_bytes(raw, policy=default)
    assert mail["Message-ID"] == "<m1@customer.example>" and mail["Subject"] == "Hello"
    assert mail["From"].addresses[0].display_name == "Clara Müller"
    assert mail["Cc"].addresses[0].addr_spec == "dora@third.example"
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().strip() == "Dear Änna"
    assert not list(mail.iter_attachments())


def test_a_short_message_is_cut_at_the_limit_all_the_same(mailbox, connector):
    item = put(mailbox, *RECEIVED, body="ä" * 5000)
    ((_, raw),) = connector.fetch(mailbox.folder(), [item.id], 1000)
    assert len(raw) == 1000


def test_a_message_that_is_longer_than_the_server_says_is_cut(mailbox, connector):
    item = put(mailbox, *RECEIVED, body="x" * 5000, size=10)
    assert dict(connector.fetch(mailbox.folder(), [item.id], 1000)) == {item.id: item.raw[:1000]}


def test_a_message_within_the_limit_comes_whole(mailbox, connector):
    item = put(mailbox, *RECEIVED, *LARGE)
    assert dict(connector.fetch(mailbox.folder(), [item.id], len(item.raw))) == {item.id: item.raw}


def test_without_a_limit_of_the_callers_ours_counts(mailbox, connector):
    item = put(mailbox, *RECEIVED, *LARGE, size=exchange_mailbox.MAX_MESSAGE + 1)
    ((_, raw),) = connector.fetch(mailbox.folder(), [item.id])
    assert b"offer.pdf" not in raw


def test_reading_changes_nothing(mailbox, connector):
    mailbox.add("m1", "m2")
    before = mailbox.state()
    found = connector.changes(mailbox.folder(), None, SINCE, 10).envelopes
    connector.folders(), connector.check()
    list(connector.fetch(mailbox.folder(), [envelope.ref for envelope in found]))
    assert mailbox.state() == before
    asking = {"GetFolder", "FindFolder", "FindItem", "SyncFolderItems", "GetItem", "ResolveNames"}
    assert set(mailbox.server.counts) <= asking
