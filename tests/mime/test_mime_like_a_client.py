# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is written here is built as Thunderbird builds it."""

from datetime import datetime, timezone
from email import message_from_bytes, policy
from random import Random

import pytest

from dev.demo_mailbox import letter as client
from dev.demo_mailbox.clients.thunderbird import Thunderbird
from dev.demo_mailbox.people import Person
from mail_contact_sync.mime.writing import MARK, File, Letter, compose

PIXEL = bytes.fromhex("89504e470d0a1a0a")
DATE = datetime(2026, 5, 4, 9, 30, tzinfo=timezone.utc)
PICTURE = ("bild.png", "image/png", PIXEL, "part1.a@ours.example")
OFFER = ("größe.pdf", "application/pdf", b"%PDF-1.4", "")
#: What tells of the program alone, and what it says otherwise than is asked for.
THEIRS = {"user-agent", "content-language"}
OURS = {MARK.lower()}


def both(*files):
    """The same message by Thunderbird and by us, as others read it."""
    people = Person("Änna Berg", "anna@ours.example"), Person("Jörg", "joerg@x.example")
    theirs = client.Letter(
        sender=people[0],
        to=people[1:],
        subject="Angebot für Sie",
        text="Grüße\n\n|a|b|",
        date=DATE,
        message_id="<m1@ours.example>",
        files=tuple(client.File(*each) for each in files),
    )
    written = Thunderbird().write(theirs, Random(1))
    ours = Letter(
        message_id=theirs.message_id,
        date=DATE,
        sender=("Änna Berg", "anna@ours.example"),
        to=(("Jörg", "joerg@x.example"),),
        subject=theirs.subject,
        html=written.html,
        text=written.text,
        files=tuple(File(name, content, kind, cid) for name, kind, content, cid in files),
    )
    return [message_from_bytes(raw, policy=policy.default) for raw in (written.raw, compose(ours))]


def shape(part):
    """What is said of a message's parts, in their order."""
    if part.is_multipart():
        parts = [({*map(str.lower, each.keys())}, shape(each)) for each in part.iter_parts()]
        return part.get_content_type(), parts
    return (
        part.get_content_type(),
        part.get_content_charset(),
        part.get_content_disposition(),
        part.get_filename(),
        part["Content-ID"],
    )


@pytest.mark.parametrize("files", [(), (PICTURE,), (OFFER,), (PICTURE, OFFER)])
def test_it_has_the_parts_and_fields_of_thunderbirds(files):
    theirs, ours = both(*files)
    assert shape(ours) == shape(theirs)
    assert {*map(str.lower, ours)} - OURS == {*map(str.lower, theirs)} - THEIRS
    for name in ("From", "To", "Subject", "Date", "Message-ID"):
        assert ours[name] == theirs[name]
    plain = [mail.get_body(("plain",)).get_content().split() for mail in (ours, theirs)]
    assert plain[0] == plain[1]
