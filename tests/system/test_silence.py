# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Nobody notices that a mailbox is synchronised, but who looks into the chatter."""

from .demo import files


def test_the_mailbox_is_left_as_it_is(demo):
    """No flag, name or octet of any message changes."""
    assert len(demo.files_before) == len(demo.mailbox.messages)
    assert files(demo.office, demo.mailbox.owner.email) == demo.files_before


def test_nothing_is_sent_and_nobody_notified(demo):
    assert demo.traffic_after == demo.traffic_before
