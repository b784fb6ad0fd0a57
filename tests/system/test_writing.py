# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mail written in Odoo leaves by a real server, once or not at all, and comes back answered."""

import time
from base64 import b64encode
from contextlib import contextmanager, suppress
from threading import Thread

import pytest
import requests
from peers.scripted_smtp import HANG_UP, SILENCE, ScriptedSmtp

from dev.image import INSTALLED
from dev.smtp import SmtpServer

from .mailbox import Mailbox
from .office import PASSWORD, Office
from .writer import SENDING, Writer


@pytest.fixture
def writer(office, new_mailbox, addresses, smtp):
    writer = Writer(office, new_mailbox(), next(addresses), smtp.port)
    office.rest()
    return writer


@contextmanager
def scripted(writer, **options):
    with ScriptedSmtp(**options) as server:
        writer.leave_by(server.port)
        yield server


def test_what_is_written_on_a_lead_comes_back_answered(office, writer):
    anna = office.user("anna")
    [lead] = anna.call(
        "crm.lead", "create", [{"name": "A bridge", "partner_id": writer.contact, "user_id": False}]
    )
    message = writer.write("crm.lead", lead)
    assert writer.status(message) == ("sent", "")
    [letter] = writer.arrived()
    assert letter["From"].addresses[0].addr_spec == writer.mailbox.address
    assert letter["Reply-To"] is None
    office.rest()
    [copy] = writer.arrived(writer.mailbox.address, "Sent")
    assert copy.as_bytes().split(b"\n\n")[0].count(letter["Message-ID"].encode()) == 2
    answer = writer.answer(letter)
    writer.mailbox.sync()
    writer.mailbox.sync()
    for message_id in (letter["Message-ID"], answer):
        assert writer.in_chatter("crm.lead", lead, message_id) == 1
        assert writer.in_chatter("res.partner", writer.contact, message_id) == 1
    [copy] = writer.arrived(writer.mailbox.address, "Sent")


def test_a_wrong_password_is_said_on_the_message(office, writer, dovecot):
    with SmtpServer(dovecot, {writer.mailbox.address: "another"}) as strict:
        writer.leave_by(strict.port)
        message = writer.write()
        status, reason = writer.status(message)
        assert status == "exception" and "does not accept the user name" in reason
        assert PASSWORD not in reason and PASSWORD not in office.odoo.log.read_text()
        assert strict.taken == []


def test_a_refused_recipient_is_named_and_nobody_gets_anything(office, writer, smtp):
    [stranger] = office.add_contacts([{"name": "Nobody", "email": "nobody@ours.example"}])
    message = writer.write(partner_ids=[writer.contact, stranger])
    rows = office.sql(SENDING, message)
    assert [status for status, _reason in rows] == ["exception"] * 2
    assert all("nobody@ours.example" in reason for _status, reason in rows)
    assert writer.arrived() == []


def test_a_line_that_breaks_before_the_answer_leaves_it_open_and_nobody_sends_again(writer):
    with scripted(writer, answers={".": HANG_UP}) as server:
        message = writer.write()
        status, reason = writer.status(message)
        assert status == "exception" and "nobody knows whether it went out" in reason
        writer.queue()
        assert len(server.messages) == 1


def test_a_line_that_breaks_within_the_message_is_tried_again(writer, smtp):
    # More than the line holds on its way, so that the end was certainly not said.
    file = {"name": "plan.bin", "datas": b64encode(bytes(8 << 20)).decode()}
    [file] = writer.office.user("anna").call("ir.attachment", "create", [file])
    large = {"EHLO": b"250-smtp.example\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN\r\n"}
    with scripted(writer, answers=large, cut_after=40) as server:
        message = writer.write(attachment_ids=[file])
        assert writer.status(message) == ("ready", "")
        assert server.messages == []
    writer.leave_by(smtp.port)
    writer.queue()
    writer.queue()
    assert writer.status(message) == ("sent", "")
    assert len(writer.arrived()) == 1


def test_found_in_sent_it_was_sent_after_all(writer):
    with scripted(writer, answers={".": HANG_UP}) as server:
        message = writer.write()
        [raw] = server.messages
    writer.mailbox.client.append("Sent", raw.replace(b"\r\n..", b"\r\n."))
    writer.mailbox.sync()
    assert writer.status(message) == ("sent", "")


def test_who_is_killed_while_sending_sends_nothing_again(sandbox, dovecot, addresses):
    with (
        Office(sandbox, dovecot, INSTALLED, cron_threads=0) as office,
        ScriptedSmtp({".": SILENCE}) as server,
    ):
        office.hire(("anna", "Anna", "anna@ours.example"))
        writer = Writer(office, Mailbox(office, next(addresses)), next(addresses), server.port)
        _kill_while(office, writer, lambda: server.messages)
        office.odoo.start()
        [(message,)] = office.sql("SELECT id FROM mail_message WHERE sync_sender_id IS NOT NULL")
        status, reason = writer.status(message)
        assert status == "exception" and "nobody knows whether it went out" in reason
        office.sql("UPDATE mail_mail SET scheduled_date = '2020-01-01'")
        office.forget_sessions()
        office.user("admin").call("mail.mail", "process_email_queue")
        assert len(server.messages) == 1


def _kill_while(office: Office, writer: Writer, happens) -> None:
    def write():
        with suppress(requests.ConnectionError):
            writer.write()

    thread = Thread(target=write)
    thread.start()
    deadline = time.monotonic() + 60
    while not happens():
        assert time.monotonic() < deadline, office.odoo.tail()
        time.sleep(0.05)
    office.odoo.kill()
    thread.join()
