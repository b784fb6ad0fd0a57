# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Messages come as they are stored, and the mailbox stays as it is."""

import tracemalloc

import pytest
from imap_mailbox import INBOX, SINCE, names, raw, read

from mail_contact_sync.connectors.base import CursorExpired


def refs(connector, folder=INBOX):
    """The refs of all messages by their names."""
    page = connector.changes(folder, None, SINCE, 1000)
    return dict(zip(names(page.envelopes), (each.ref for each in page.envelopes), strict=True))


def test_messages_come_byte_for_byte(mailbox):
    odd = raw(
        "odd", "\r\n".join(["æøå", ")", "* 1 FETCH (UID 9)", "A1 OK done", "{5}", "x" * 5000])
    )
    mailbox.client.append("INBOX", odd)
    mailbox.add("plain")
    with mailbox.connect() as connector:
        by_name = refs(connector)
        fetched = dict(connector.fetch(INBOX, by_name.values()))
    assert fetched == {by_name["odd"]: odd, by_name["plain"]: raw("plain")}


def test_no_more_than_the_limit_is_fetched_of_each(mailbox):
    mailbox.add("m1", "m2")
    with mailbox.connect() as connector:
        fetched = dict(connector.fetch(INBOX, refs(connector).values(), 40))
    assert sorted(fetched.values()) == sorted([raw("m1")[:40], raw("m2")[:40]])


def test_a_message_that_is_gone_is_left_out(mailbox):
    mailbox.add("m1", "m2", "m3")
    with mailbox.connect() as connector:
        by_name = refs(connector)
        mailbox.remove("m2")
        assert dict(connector.fetch(INBOX, by_name.values())).keys() == {
            by_name["m1"],
            by_name["m3"],
        }


def test_a_large_message_comes_whole_and_is_held_in_memory_once(mailbox):
    body = "\r\n".join(["x" * 76] * 400_000)  # 31 MB
    large = raw("large", body)
    mailbox.add("large", body=body)
    with mailbox.connect() as connector:
        wanted = refs(connector).values()
        tracemalloc.start()
        ((_ref, message),) = connector.fetch(INBOX, wanted)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert message == large
    assert peak < 1.1 * len(large)


def test_nothing_in_the_mailbox_changes(mailbox):
    mailbox.add("unseen", "other")
    mailbox.client.select_folder("INBOX")
    mailbox.client.append("INBOX", raw("seen"), (b"\\Seen", b"\\Flagged", b"label"))
    mailbox.client.close_folder()
    # Not yet seen by any client: these stand in "new", and stay there.
    mailbox.dovecot.deliver(raw("delivered"), mailbox.user)
    before = state(mailbox)
    with mailbox.connect() as connector:
        for folder in connector.folders():
            read(connector, folder)
        for _message in connector.fetch(INBOX, refs(connector).values()):
            pass
    assert state(mailbox) == before
    flags = {
        item[b"ENVELOPE"].subject: set(item[b"FLAGS"])
        for item in messages(mailbox, ["FLAGS", "ENVELOPE"])
    }
    assert flags[b"unseen"] == set()
    assert flags[b"seen"] == {b"\\Seen", b"\\Flagged", b"label"}
    assert flags[b"delivered"] == {b"\\Recent"}


def state(mailbox):
    """Names (which hold the flags) and times of the files that messages are in."""
    maildir = mailbox.dovecot.maildir(mailbox.user)
    return {
        (str(path.relative_to(maildir)), path.stat().st_mtime_ns)
        for place in ("cur", "new")
        for path in maildir.rglob(f"{place}/*")
    }


def messages(mailbox, items):
    mailbox.client.select_folder("INBOX", readonly=True)
    return mailbox.client.fetch(mailbox.client.search(), items).values()


def test_only_commands_that_change_nothing_are_sent(proxied, proxy):
    proxied.add("m1", "m2")
    with proxied.connect() as connector:
        for folder in connector.folders():
            read(connector, folder)
        list(connector.fetch(INBOX, refs(connector).values()))
    sent = proxy.sent.upper()
    for changing in (b"SELECT", b"STORE", b"EXPUNGE", b"CLOSE", b" BODY[", b" RFC822 ", b"APPEND"):
        assert changing not in sent
    assert b"EXAMINE" in sent and b"BODY.PEEK[]" in sent


def test_refs_of_another_numbering_are_refused_before_any_message(mailbox):
    mailbox.add("m1")
    with mailbox.connect() as connector:
        ref = refs(connector)["m1"]
        uidvalidity, _, uid = ref.partition(".")
        with pytest.raises(CursorExpired):
            next(connector.fetch(INBOX, [ref, f"{int(uidvalidity) - 1}.{uid}"]))
