# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Messages beyond ASCII, and their size: what a server takes is what it offers."""

from email import message_from_bytes

import pytest
from peers.scripted_smtp import ScriptedSmtp
from smtp_peers import ANNA, UTF8, failure, letter, said, send

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import MessageError


def test_a_header_beyond_ascii():
    message = letter().replace(b"Our", "Ünsere".encode())
    with ScriptedSmtp() as peer:
        error = failure(peer, message)
        assert said(peer, "MAIL") == []
    assert isinstance(error, MessageError) and error.reason == reasons.SEND_REFUSED
    with ScriptedSmtp({"EHLO": UTF8}) as peer:
        send(peer, message)
        assert said(peer, "MAIL")[0].endswith(" SMTPUTF8")


@pytest.mark.parametrize("offered", [True, False])
def test_a_body_beyond_ascii(offered):
    message = letter(body="Hello\n").replace(b"Hello", "Grüße".encode())
    extension = b"250-8BITMIME\r\n" if offered else b""
    with ScriptedSmtp({"EHLO": b"250-x\r\n" + extension + b"250 AUTH PLAIN\r\n"}) as peer:
        send(peer, message)
        [arrived] = peer.messages
        assert arrived.isascii() is not offered
        assert said(peer, "MAIL")[0].endswith(" BODY=8BITMIME") is offered
        assert message_from_bytes(arrived).get_payload(decode=True) == "Grüße\r\n".encode()


def test_the_size_that_is_told_is_that_of_what_arrives():
    """With CRLF, without Bcc, and without the dots before dots (RFC 1870, section 3)."""
    message = letter(body=".\n.\nx\n").replace(b"To: ", b"Bcc: x@y.example\nTo: ")
    with ScriptedSmtp() as peer:
        send(peer, message)
        arrived = peer.messages[0].replace(b"\r\n..", b"\r\n.")
        assert b"\r\n..\r\n..\r\nx\r\n" in peer.messages[0]
        assert said(peer, "MAIL") == [f"MAIL FROM:<{ANNA}> SIZE={len(arrived)}"]


@pytest.mark.parametrize(
    ("offered", "fits"),
    [("SIZE", True), ("SIZE 0", True), ("SIZE x", True), ("SIZE 3000", True), ("SIZE 300", False)],
)
def test_a_limit_is_kept(offered, fits):
    with ScriptedSmtp(
        {"EHLO": f"250-{offered}\r\n250-{offered}\r\n250 AUTH PLAIN\r\n".encode()}
    ) as peer:
        if fits:
            send(peer, letter(body="x\n" * 300))
        else:
            error = failure(peer, letter(body="x\n" * 300))
            assert isinstance(error, MessageError) and error.reason == reasons.MESSAGE_TOO_LARGE
            assert said(peer, "MAIL") == []
