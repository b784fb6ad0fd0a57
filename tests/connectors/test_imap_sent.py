# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Sending from an IMAP mailbox: it arrives, and stands once in Sent, whoever put it there."""

import pytest
from imap_mailbox import INBOX, USERS
from imap_sending import SENT, connect, raw_sent, stands_in, written_by
from imapclient import SEEN
from peers.scripted_smtp import HANG_UP, ScriptedSmtp
from smtp_peers import SOON, sender_to

from dev.smtp import SmtpServer
from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import (
    MessageError,
    NotFiled,
    RecipientsRefused,
    SentUnknown,
    SettingsError,
    TemporaryError,
)
from mail_contact_sync.connectors.imap import sent as imap_sent

pytestmark = pytest.mark.usefixtures("no_sleep")


def test_a_letter_arrives_and_stands_once_in_sent(mailbox, ben, submission):
    message = written_by(mailbox, ben)
    with connect(mailbox, submission) as connector:
        connector.send(message, mailbox.user, [ben.user])
    assert stands_in(ben, INBOX) == ["m1"] and stands_in(mailbox, SENT) == ["m1"]
    [copy] = raw_sent(mailbox)
    assert SEEN in copy[b"FLAGS"]
    assert copy[b"BODY[]"] == message.replace(b"\n", b"\r\n")


def test_the_copy_keeps_the_blind_copies_and_they_stay_blind(mailbox, ben, submission):
    message = written_by(mailbox, ben).replace(b"To: ", b"Bcc: x@y.example\nTo: ")
    with connect(mailbox, submission) as connector:
        connector.send(message, mailbox.user, [ben.user])
    assert b"Bcc: x@y.example" in raw_sent(mailbox)[0][b"BODY[]"]
    assert b"Bcc" not in submission.taken[-1][2]


@pytest.mark.parametrize("files_within", [0, 3, None])
def test_a_server_that_files_by_itself_is_noticed(dovecot, mailbox, ben, files_within):
    with (
        SmtpServer(dovecot, USERS, files=True) as server,
        connect(mailbox, server, files_within=files_within) as connector,
    ):
        connector.send(written_by(mailbox, ben), mailbox.user, [ben.user])
    assert stands_in(mailbox, SENT) == ["m1"]


def test_a_server_that_takes_its_time_to_file_is_waited_for(mailbox, ben, submission, monkeypatch):
    message = written_by(mailbox, ben)
    pauses = []

    def sleep(seconds):
        pauses.append(seconds)
        if len(pauses) == 3:
            mailbox.client.append("Sent", message)

    monkeypatch.setattr(imap_sent.time, "sleep", sleep)
    with connect(mailbox, submission, files_within=5) as connector:
        connector.send(message, mailbox.user, [ben.user])
        assert len(pauses) == 3 and sum(pauses) <= 5
        assert connector.file_sent(message)
    assert len(raw_sent(mailbox)) == 1


def test_what_is_not_sent_is_not_filed(mailbox, ben, submission):
    with connect(mailbox, submission) as connector, pytest.raises(RecipientsRefused):
        connector.send(written_by(mailbox, ben), mailbox.user, [ben.user, "nobody@ours.example"])
    assert raw_sent(mailbox) == [] and stands_in(ben, INBOX) == []


def test_what_cannot_be_filed_once_is_not_sent(mailbox, ben, submission):
    message = written_by(mailbox, ben).replace(b"Message-ID", b"X-ID")
    with connect(mailbox, submission) as connector, pytest.raises(MessageError):
        connector.send(message, mailbox.user, [ben.user])
    assert stands_in(ben, INBOX) == []


def test_without_an_outgoing_server_nothing_is_sent(mailbox, ben):
    with mailbox.connect() as connector, pytest.raises(SettingsError) as caught:
        connector.send(written_by(mailbox, ben), mailbox.user, [ben.user])
    assert caught.value.reason == reasons.NO_SMTP


def test_what_was_sent_and_could_not_be_filed_says_so(proxied, proxy, ben, submission):
    message = written_by(proxied, ben)
    with connect(proxied, submission) as connector:
        proxy.break_off()
        with pytest.raises(NotFiled) as caught:
            connector.send(message, proxied.user, [ben.user])
    assert isinstance(caught.value.cause, TemporaryError)
    assert caught.value.reason == caught.value.cause.reason == reasons.CONNECTION_DROPPED
    assert not isinstance(caught.value, TemporaryError | MessageError)  # it would be sent again
    assert stands_in(ben, INBOX) == ["m1"] and raw_sent(proxied) == []
    with connect(proxied, submission) as connector:
        connector.file_sent(message)
    assert stands_in(ben, INBOX) == ["m1"] and len(raw_sent(proxied)) == 1


def test_a_copy_that_the_server_filed_tells_that_it_was_sent(mailbox, ben):
    message = written_by(mailbox, ben)
    with ScriptedSmtp({".": HANG_UP}) as peer:
        smtp = sender_to(peer.port, limits=SOON)
        with mailbox.connect(smtp=smtp, files_within=2) as connector:
            with pytest.raises(SentUnknown):
                connector.send(message, mailbox.user, [ben.user])
            assert raw_sent(mailbox) == []  # nobody knows whether it was sent
            mailbox.client.append("Sent", message)
            connector.send(message, mailbox.user, [ben.user])
    assert len(raw_sent(mailbox)) == 1


def test_that_nobody_knows_is_not_hidden_by_a_mailbox_that_cannot_be_read(proxied, proxy, ben):
    with ScriptedSmtp({".": HANG_UP}) as peer:
        smtp = sender_to(peer.port, limits=SOON)
        with proxied.connect(smtp=smtp, files_within=0) as connector:
            proxy.break_off()
            with pytest.raises(SentUnknown):
                connector.send(written_by(proxied, ben), proxied.user, [ben.user])


def test_nothing_else_in_the_mailbox_changes(mailbox, ben, submission):
    mailbox.add("m7", "m8")
    mailbox.client.append("Sent", written_by(mailbox, ben, "older"))

    def flags():
        found = {}
        for folder in ("INBOX", "Sent", "Drafts", "Trash"):
            mailbox.client.select_folder(folder, readonly=True)
            for uid, items in mailbox.client.fetch(mailbox.client.search(), ["FLAGS"]).items():
                found[folder, uid] = set(items[b"FLAGS"]) - {b"\\Recent"}
        return found

    before = flags()
    with connect(mailbox, submission, files_within=2) as connector:
        connector.send(written_by(mailbox, ben), mailbox.user, [ben.user])
    after = flags()
    assert {key: after[key] for key in before} == before and len(after) == len(before) + 1
