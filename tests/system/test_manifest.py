# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The demo mailbox: what must land where, and nothing else anywhere."""

from collections import Counter
from datetime import datetime, timezone
from email import message_from_bytes

from imapclient import IMAPClient

from dev.demo_mailbox.message import OFF

from .conftest import ANNA, BEN
from .demo import expected, in_scope, indexed, posted
from .office import PASSWORD


def by_contact(found) -> Counter[str]:
    return Counter(mail.contact for mail in found.elements())


def everything(office) -> list:
    """All messages and all of the ledger, by id."""
    return [
        office.sql(f"SELECT * FROM {table} ORDER BY id")
        for table in ("mail_message", "mail_sync_match", "ir_attachment")
    ]


def test_each_contact_has_the_mail_of_the_manifest(demo):
    assert by_contact(demo.posted) == Counter(demo.mailbox.expected)


def test_each_mail_has_its_subject_date_direction_and_author(demo):
    assert demo.posted == expected(demo.mailbox)


def test_the_ledger_holds_each_posted_mail(demo):
    assert demo.office.sql("SELECT DISTINCT state FROM mail_sync_match") == [("posted",)]
    # A mail that was read in two versions, as it was sent and as it came back, has two rows.
    [[messages]] = demo.office.sql(
        "SELECT count(DISTINCT mail_message_id) FROM mail_sync_match WHERE account_id = %s",
        demo.account,
    )
    assert messages == demo.posted.total()


def test_the_ledger_adds_up_to_what_is_on_the_server(demo):
    fates = ("unmatched", "posted", "waiting", "skipped", "failed", "unreadable")
    fields = ["envelope_count", "since", *(f"{fate}_count" for fate in fates)]
    anna = demo.office.user("anna")
    [account] = anna.call("mail.sync.account", "read", [demo.account], fields)
    since = datetime.fromisoformat(account["since"])
    assert account["envelope_count"] == len(on_the_server(demo, since))
    assert account["envelope_count"] == sum(account[f"{fate}_count"] for fate in fates)
    mails = {(mail.message_id, mail.subject, mail.date) for mail in demo.posted}
    assert account["posted_count"] == len(mails)


def on_the_server(demo, since) -> set[bytes]:
    """The messages of the window in the folders that are synced, each once."""
    found = set()
    with IMAPClient("127.0.0.1", demo.office.dovecot.port, ssl=False, use_uid=True) as client:
        client.plain_login(ANNA, PASSWORD)
        client.normalise_times = False
        listed = client.list_folders()
        folders = {name for flags, _, name in listed if b"\\Noselect" not in flags}
        for folder in folders.difference(OFF):
            client.select_folder(folder, readonly=True)
            items = client.fetch(client.search(), ["INTERNALDATE", "BODY.PEEK[]"])
            for message in items.values():
                received = message[b"INTERNALDATE"].astimezone(timezone.utc).replace(tzinfo=None)
                if received >= since:
                    raw = message[b"BODY[]"]
                    found.add(message_from_bytes(raw)["Message-ID"] or raw)
    return found


def test_another_run_changes_nothing(demo):
    before = everything(demo.office)
    demo.sync()
    assert everything(demo.office) == before


def test_reading_everything_again_changes_nothing(demo):
    before = everything(demo.office)
    demo.office.sql("DELETE FROM mail_sync_envelope")
    demo.office.sql("UPDATE mail_sync_folder SET cursor = NULL, complete = false")
    demo.sync()
    assert indexed(demo.office) >= in_scope(demo.mailbox)
    assert everything(demo.office) == before


def test_a_colleague_with_copies_adds_only_what_is_new(demo):
    demo.office.connect("ben", BEN)
    demo.office.rest()
    assert by_contact(posted(demo.office)) == Counter(demo.mailbox.expected_with_colleague)


def test_a_late_contact_finds_its_past(demo):
    late = {contact["name"]: contact["expected"] for contact in demo.mailbox.late}
    demo.office.add_contacts(demo.mailbox.late)
    demo.office.rest()
    found = by_contact(posted(demo.office))
    assert {name: found[name] for name in late} == late
