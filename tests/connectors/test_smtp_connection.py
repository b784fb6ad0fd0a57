# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a server can do to who wants to send, and what is never said to one."""

import socket
import ssl
import threading
from contextlib import suppress
from email import message_from_bytes

import pytest
from imap_mailbox import trusting
from peers.line_server import LineServer
from peers.scripted_imap import ScriptedImap
from peers.scripted_smtp import HANG_UP, SILENCE, ScriptedSmtp
from smtp_peers import ANNA, BEN, CLARA, SOON, failure, letter, said, send, sender_to

from dev.certificate_authority import CertificateAuthority
from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import (
    AuthenticationFailed,
    ConnectorError,
    MessageError,
    RecipientsRefused,
    SentUnknown,
    SettingsError,
    TemporaryError,
    Throttled,
)
from mail_contact_sync.connectors.smtp.connection import MAX_REPLY, Client, Limits

# Connecting --------------------------------------------------------------------------


def test_nothing_is_said_in_the_clear_but_to_this_machine():
    with pytest.raises(SettingsError) as caught, sender_to(25, host="smtp.customer.example"):
        pass
    assert caught.value.reason == reasons.PLAIN_NOT_ALLOWED


def test_a_port_where_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(TemporaryError) as caught, sender_to(port):
        pass
    assert caught.value.reason == reasons.CONNECTION_REFUSED


@pytest.mark.parametrize(
    ("greeting", "kind", "reason"),
    [
        (b"* OK IMAP4rev1 ready\r\n", SettingsError, reasons.NOT_SMTP),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", SettingsError, reasons.NOT_SMTP),
        (b"554 5.7.1 go away\r\n", TemporaryError, reasons.SERVER_REFUSED),
        (b"421 4.3.2 too many connections\r\n", Throttled, reasons.TOO_MANY_CONNECTIONS),
        (b"220-x" * MAX_REPLY, SettingsError, reasons.NOT_SMTP),
        (b"220-x\r\n" * MAX_REPLY, SettingsError, reasons.NOT_SMTP),
        (b"220-x\r\n250 y\r\n", SettingsError, reasons.NOT_SMTP),
        (HANG_UP, TemporaryError, reasons.CONNECTION_FAILED),
        (SILENCE, TemporaryError, reasons.CONNECTION_TIMEOUT),
    ],
)
def test_another_greeting(greeting, kind, reason):
    with ScriptedSmtp({"": greeting}) as peer:
        error = failure(peer, limits=SOON)
        assert peer.commands == []
    assert (type(error), error.reason) == (kind, reason)


def test_a_server_of_another_protocol():
    with ScriptedImap() as imap:
        error = failure(imap)
    assert isinstance(error, SettingsError) and error.reason == reasons.NOT_SMTP


def test_connects_only_where_it_may():
    asked = []

    def nowhere(host, port):
        asked.append((host, port))
        raise SettingsError(reasons.HOST_NOT_ALLOWED)

    with ScriptedSmtp() as peer:
        error = failure(peer, lookup=nowhere)
        assert asked == [("127.0.0.1", peer.port)] and peer.commands == []
    assert error.reason == reasons.HOST_NOT_ALLOWED


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_tls_is_for_the_name_at_the_address_that_was_looked_up(submission, security):
    port = submission.tls_port if security == "tls" else submission.port
    addresses = ["127.0.0.2", "127.0.0.1"]
    options = {
        "lookup": lambda host, port: addresses,
        "ssl_context": trusting(submission.dovecot),
        "user": "user0@ours.example",
    }
    with sender_to(port, security, host="localhost", **options) as sender:
        sender.check()
    with pytest.raises(SettingsError) as caught:
        sender_to(port, security, host="smtp.ours.example", **options).__enter__()
    assert caught.value.reason == reasons.CERTIFICATE


def test_without_starttls_nothing_goes_on():
    for ehlo in (b"250 x\r\n", b"250 AUTH PLAIN\r\n"):
        with ScriptedSmtp({"EHLO": ehlo}) as peer:
            error = failure(peer, security="starttls")
            assert said(peer, "AUTH", "MAIL") == []
        assert isinstance(error, SettingsError) and error.reason == reasons.TLS


def test_starttls_that_is_out_of_order():
    answers = {"EHLO": b"250-x\r\n250 STARTTLS\r\n", "STARTTLS": b"454 4.3.0 not now\r\n"}
    with ScriptedSmtp(answers) as peer:
        error = failure(peer, security="starttls")
        assert said(peer, "AUTH", "MAIL") == []
    assert isinstance(error, TemporaryError) and error.reason == reasons.SERVER_UNAVAILABLE


def test_what_is_slipped_in_before_the_encryption_counts_for_nothing(tmp_path):
    """CVE-2011-0411, the other way round."""
    authority = CertificateAuthority(tmp_path)
    answers = {
        b"EHLO": b"250-x\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n",
        b"STARTTLS": b"220 go\r\n250-x\r\n250 AUTH PLAIN\r\n",
    }
    context = authority.server_context("localhost")
    with LineServer(b"220 x\r\n", answers=answers, upgrade=context) as server:
        sender = sender_to(
            server.port, "starttls", host="localhost", ssl_context=authority.client_context()
        )
        with pytest.raises(SettingsError) as caught, sender:
            pass
        assert caught.value.reason == reasons.NOT_SMTP
        assert [line.split()[0] for line in server.lines] == [b"EHLO", b"STARTTLS"]
        assert server.shaken == 0


def test_what_was_offered_before_the_encryption_is_asked_for_anew(tmp_path):
    authority = CertificateAuthority(tmp_path)
    answers = {b"EHLO": b"250-x\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n", b"STARTTLS": b"220 go\r\n"}
    context = authority.server_context("localhost")
    with LineServer(b"220 x\r\n", answers=answers, upgrade=context) as server:
        sender = sender_to(
            server.port, "starttls", host="localhost", ssl_context=authority.client_context()
        )
        with pytest.raises(ConnectorError), sender:
            pass
        words = [line.split()[0] for line in server.lines]
        assert server.shaken == 1 and words == [b"EHLO", b"STARTTLS", b"EHLO", b"AUTH"]


def test_a_server_without_tls_at_its_port():
    with ScriptedSmtp() as peer:
        error = failure(peer, security="tls", ssl_context=ssl.create_default_context())
    assert isinstance(error, SettingsError) and error.reason == reasons.TLS


# Logging in ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("offered", "reason"),
    [
        (b"250 HELP\r\n", reasons.LOGIN_NOT_OFFERED),
        (b"250 STARTTLS\r\n", reasons.ENCRYPTION_REQUIRED),
        (b"250 AUTH XOAUTH2 OAUTHBEARER\r\n", reasons.PASSWORD_LOGIN_DISABLED),
        (b"250 AUTH CRAM-MD5\r\n", reasons.LOGIN_NOT_OFFERED),
    ],
)
def test_no_way_to_log_in_with_a_password(offered, reason):
    with ScriptedSmtp({"EHLO": b"250-x\r\n" + offered}) as peer:
        error = failure(peer)
        assert said(peer, "AUTH", "MAIL") == []
    assert isinstance(error, SettingsError) and error.reason == reason


def test_who_has_no_name_does_not_log_in():
    with ScriptedSmtp({"EHLO": b"250 x\r\n"}) as peer:
        send(peer, user="", password="")
        assert said(peer, "AUTH") == [] and len(peer.messages) == 1


@pytest.mark.parametrize("password", ["a\0b", "a\r\nRSET", "a\nb"])
def test_a_password_of_control_characters_is_not_said(password):
    with ScriptedSmtp() as peer:
        error = failure(peer, password=password)
        assert said(peer, "AUTH") == []
    assert isinstance(error, AuthenticationFailed)


def test_a_server_that_keeps_asking():
    ehlo = b"250-x\r\n250 AUTH LOGIN\r\n"
    with ScriptedSmtp({"EHLO": ehlo, "AUTH": b"334 eA==\r\n", "+": b"334 eA==\r\n"}) as peer:
        failure(peer)
        assert len(peer.commands) < 8 and peer.messages == []


# What is never said -------------------------------------------------------------------------

_INJECTIONS = [
    f"{BEN}>\r\nRCPT TO:<{CLARA}",
    f"{BEN}\r\nDATA",
    f"{BEN}\n",
    f"\r{BEN}",
    f"{BEN}> SIZE=1",
    f"<{BEN}>",
    f"{BEN}, {CLARA}",
    f"Ben <{BEN}>",
    f"{BEN} ",
    '"a\r\nb"@ours.example',
    '"a b"@ours.example\0',
    "ben@ours.example\x85",
    "ben@ours.example\u2028",
    "ben",
    "@ours.example",
    "ben@",
    "",
    "b" * 320 + "@ours.example",
    "ben@exa mple.example",
    "ben@ex\u200bample..example",
]


@pytest.mark.parametrize("address", _INJECTIONS)
def test_what_is_no_address_is_not_said(address):
    with ScriptedSmtp() as peer, sender_to(peer.port) as sender:
        before = list(peer.commands)
        with pytest.raises(RecipientsRefused) as caught:
            sender.send(letter(), ANNA, [CLARA, address])
        assert caught.value.refused == {address: ""}
        assert caught.value.reason == reasons.ADDRESS_INVALID
        assert not address or address not in str(caught.value)
        with pytest.raises(MessageError) as caught:
            sender.send(letter(), address, [CLARA])
        assert caught.value.reason == reasons.ADDRESS_INVALID
        assert peer.commands == before


def test_nobody_is_no_recipient():
    with ScriptedSmtp() as peer, sender_to(peer.port) as sender:
        with pytest.raises(RecipientsRefused):
            sender.send(letter(), ANNA, [])
        assert said(peer, "MAIL") == []


def test_mass_mail_is_not_begun():
    with ScriptedSmtp() as peer, sender_to(peer.port) as sender:
        sender.send(letter(), ANNA, [f"a{number}@ours.example" for number in range(100)])
        with pytest.raises(MessageError) as caught:
            sender.send(letter(), ANNA, [f"a{number}@ours.example" for number in range(101)])
        assert caught.value.reason == reasons.TOO_MANY_RECIPIENTS
        assert len(said(peer, "MAIL")) == 1 and len(said(peer, "RCPT")) == 100


@pytest.mark.parametrize(
    "address", ["o'neil+a=b@ours.example", '"a b"@ours.example', "A.B@Ours.EXAMPLE"]
)
def test_odd_addresses_are_named_as_they_are(address):
    with ScriptedSmtp() as peer:
        send(peer, None, address)
        assert said(peer, "RCPT") == [f"RCPT TO:<{address}>"]


# Letters beyond ASCII -----------------------------------------------------------------------

UTF8 = b"250-x\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN\r\n"


def test_a_domain_beyond_ascii_is_named_in_a_labels():
    with ScriptedSmtp() as peer:
        send(peer, None, "ben@büro.example")
        assert said(peer, "RCPT") == ["RCPT TO:<ben@xn--bro-hoa.example>"]
        assert "SMTPUTF8" not in said(peer, "MAIL")[0]


def test_a_name_beyond_ascii_where_the_server_takes_it():
    with ScriptedSmtp({"EHLO": UTF8}) as peer:
        send(peer, None, "jürgen@ours.example")
        assert said(peer, "RCPT") == ["RCPT TO:<jürgen@ours.example>"]
        assert said(peer, "MAIL") == [f"MAIL FROM:<{ANNA}> BODY=8BITMIME SMTPUTF8"]


def test_a_name_beyond_ascii_where_the_server_does_not_take_it():
    with ScriptedSmtp() as peer:
        error = failure(peer, None, BEN, "jürgen@ours.example")
        assert said(peer, "MAIL") == []
    assert isinstance(error, MessageError) and error.reason == reasons.ADDRESS_UNSUPPORTED


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


# The size ------------------------------------------------------------------------------------


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


# A line that breaks ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer", [HANG_UP, SILENCE, b"2\r\n", b"nonsense\r\n", b"250-x\r\n251 y\r\n"]
)
@pytest.mark.parametrize("stage", ["EHLO", "AUTH", "MAIL", "RCPT", "DATA"])
def test_before_the_message_whatever_breaks_leaves_it_unsent(stage, answer):
    with ScriptedSmtp({stage: answer}) as peer:
        error = failure(peer, limits=SOON)
        assert peer.messages == []
    assert isinstance(error, TemporaryError | SettingsError)
    assert error.reason in vars(reasons).values()


@pytest.mark.parametrize(
    "answer", [HANG_UP, SILENCE, b"25", b"nonsense\r\n", b"354 more\r\n", b"250-x\r\n"]
)
def test_after_its_end_nobody_can_tell(answer):
    with ScriptedSmtp({".": answer}) as peer:
        error = failure(peer, limits=SOON)
        assert len(peer.messages) == 1
    assert type(error) is SentUnknown and error.reason == reasons.SENT_UNKNOWN
    assert not isinstance(error, TemporaryError)  # which would be tried again


@pytest.mark.parametrize(
    "answer", [b"250 ok\r\n", b"250-ok\r\n250 queued\r\n", b"251 x\r\n", b"250\r\n"]
)
def test_what_the_server_takes_is_sent_even_if_it_hangs_up_then(answer):
    with ScriptedSmtp({".": answer, "QUIT": HANG_UP}) as peer:
        send(peer)
        assert len(peer.messages) == 1


def test_what_the_server_refuses_at_the_end_is_not_sent_and_not_tried_again():
    with ScriptedSmtp({".": b"554 5.7.1 no\r\n"}) as peer, sender_to(peer.port) as sender:
        with pytest.raises(MessageError):
            sender.send(letter(), ANNA, [BEN])
        assert len(said(peer, "DATA")) == 1


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ConnectionResetError(), TemporaryError),
        (BrokenPipeError(), TemporaryError),
        (TimeoutError(), SentUnknown),
        (OSError(), SentUnknown),
        (RuntimeError("time limit of the process"), SentUnknown),
    ],
)
def test_an_end_that_never_left_this_machine_is_no_end(monkeypatch, error, kind):
    whole = Client.send

    def interrupted(self, s):
        if s == b".\r\n":
            raise error
        whole(self, s)

    monkeypatch.setattr(Client, "send", interrupted)
    with ScriptedSmtp() as peer:
        assert type(failure(peer)) is kind
        assert peer.messages == []


def test_a_long_message_that_is_cut_off_is_not_sent():
    ehlo = {"EHLO": b"250-x\r\n250 AUTH PLAIN\r\n"}
    message = letter(body="a line of text of some length\n" * 1_000_000)
    for place in (0, 1, 65_537, 5_000_000):
        with ScriptedSmtp(ehlo, cut_after=place) as peer:
            error = failure(peer, message)
            assert peer.messages == [] and len(said(peer, "DATA")) == 1
        assert type(error) is TemporaryError and error.reason == reasons.CONNECTION_DROPPED


def test_a_server_that_reads_nothing_has_its_time():
    ended = threading.Event()
    with ScriptedSmtp({"EHLO": b"250-x\r\n250 AUTH PLAIN\r\n"}) as peer:
        peer.take = lambda client, lines: ended.wait() and HANG_UP
        message = letter(body="a line of text of some length\n" * 1_000_000)
        error = failure(peer, message, limits=SOON)
        ended.set()
    assert type(error) is TemporaryError and error.reason == reasons.CONNECTION_TIMEOUT


def test_a_server_that_drips_has_no_more_than_the_whole_time():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ended = threading.Event()

        def drip():
            client, _ = listener.accept()
            with client, suppress(OSError):
                while not ended.wait(0.05):
                    client.sendall(b"220-still starting\r\n")

        thread = threading.Thread(target=drip)
        thread.start()
        port = listener.getsockname()[1]
        with pytest.raises(TemporaryError) as caught:
            sender_to(port, limits=Limits(answer=60, whole=0.5)).__enter__()
        ended.set()
        thread.join()
    assert caught.value.reason == reasons.CONNECTION_TIMEOUT


def test_a_connection_that_failed_is_never_used_again():
    with ScriptedSmtp({".": [HANG_UP, b"250 ok\r\n"]}) as peer:
        with sender_to(peer.port) as sender:
            with pytest.raises(SentUnknown):
                sender.send(letter(), ANNA, [BEN])
            before = list(peer.commands)
            with pytest.raises(TemporaryError) as caught:
                sender.send(letter(), ANNA, [BEN])
            assert caught.value.reason == reasons.CONNECTION_DROPPED
        assert peer.commands == before


@pytest.mark.parametrize("answer", [SILENCE, b"nonsense\r\n", b"250-x\r\n251 y\r\n"])
@pytest.mark.parametrize("stage", ["NOOP", "MAIL", "RCPT"])
def test_a_connection_out_of_step_is_never_used_again(stage, answer):
    """The answer may still come, and would be taken for that to the next command."""
    with ScriptedSmtp({stage: [answer, b"250 ok\r\n"]}) as peer:
        with sender_to(peer.port, limits=SOON) as sender:
            with pytest.raises(TemporaryError):
                sender.check()
                sender.send(letter(), ANNA, [BEN])
            before = list(peer.commands)
            with pytest.raises(TemporaryError) as caught:
                sender.send(letter(), ANNA, [BEN])
            assert caught.value.reason == reasons.CONNECTION_DROPPED
        assert peer.commands == before and peer.commands[-1].startswith(stage)


def test_an_answer_that_nobody_asked_for_is_not_taken_for_another():
    with ScriptedSmtp({"AUTH": b"235 ok\r\n250 ok\r\n"}) as peer:
        error = failure(peer)
        assert peer.messages == [] and said(peer, "RCPT") == []
    assert isinstance(error, TemporaryError) and error.reason == reasons.PROTOCOL_ERROR


def test_that_it_took_the_message_cannot_be_said_before_it_had_it():
    with ScriptedSmtp({"DATA": b"354 go on\r\n250 queued\r\n", ".": HANG_UP}) as peer:
        error = failure(peer)
        assert peer.messages == []
    assert isinstance(error, TemporaryError) and error.reason == reasons.PROTOCOL_ERROR


@pytest.mark.parametrize("stage", ["NOOP", "MAIL", "RCPT", "DATA"])
def test_after_a_farewell_nothing_more_is_said(stage):
    with ScriptedSmtp({stage: b"421 4.4.2 closing\r\n"}) as peer:
        with sender_to(peer.port) as sender, pytest.raises(Throttled):
            sender.check()
            sender.send(letter(), ANNA, [BEN])
        assert peer.commands[-1].startswith(stage)
        assert said(peer, "RSET", "QUIT") == []


def test_a_farewell_that_nobody_asked_for_is_understood():
    with ScriptedSmtp({"AUTH": b"235 ok\r\n421 4.3.2 shutting down\r\n"}) as peer:
        error = failure(peer)
    assert isinstance(error, Throttled) and error.reason == reasons.SERVER_UNAVAILABLE
