# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Several workers at once."""

import socket
from collections import Counter
from threading import Barrier, Event

import pytest

from .lanes import Lanes
from .mailbox import body, numbered

MAIL = numbered(*range(30))


@pytest.fixture(scope="module")
def lanes(office):
    """Further workers on the office's database, besides those of its server."""
    with Lanes(office.odoo) as lanes:
        yield lanes


def test_a_worker_passes_on_an_account_that_another_works_on(mailbox, interrupted, lanes):
    at_work, go_on = Event(), Event()

    def wait():
        at_work.set()
        go_on.wait(60)

    mailbox.append(*MAIL)
    mailbox.connect(interrupted(mailbox.message_id(MAIL[0]).encode(), wait).port)
    try:
        assert at_work.wait(60)
        lanes.run()
        assert not mailbox.posted() and not mailbox.ledger()
    finally:
        go_on.set()
    mailbox.office.rest()
    assert mailbox.posted() == Counter(MAIL)


def test_a_server_that_never_answers_delays_no_other_account(office, new_mailbox):
    silent, healthy = new_mailbox("ben"), new_mailbox()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        silent.connect(listener.getsockname()[1])
        listener.settimeout(60)
        connection, _ = listener.accept()
        with connection:
            healthy.append(*MAIL)
            healthy.connect()
            office.wait_for(
                "SELECT 1 FROM mail_sync_account WHERE id = %s AND last_sync IS NOT NULL",
                healthy.account,
            )
            assert healthy.posted() == Counter(MAIL)
            connection.setblocking(False)
            with pytest.raises(BlockingIOError):  # the other worker still waits for an answer
                connection.recv(1)


def test_two_accounts_with_the_same_mail_post_it_once(office, new_mailbox, interrupted):
    """Though two workers have it in their hands at the same moment."""
    hers, his = new_mailbox(), new_mailbox("ben")
    both_fetched = Barrier(2, timeout=60)
    for mailbox in (hers, his):
        for subject in MAIL:
            mailbox.client.append("INBOX", hers.letter(subject))
        mailbox.connect(interrupted(body(MAIL[0]).encode(), both_fetched.wait).port)
    office.rest()
    assert hers.posted() == Counter(MAIL)
    assert hers.ledger() == his.ledger() == {("posted", None): len(MAIL)}
