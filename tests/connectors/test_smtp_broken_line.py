# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A line that breaks, or says what is no answer: sent, not sent, or nobody knows."""

import socket
import threading
from contextlib import suppress

import pytest
from peers.scripted_smtp import HANG_UP, SILENCE, ScriptedSmtp
from smtp_peers import ANNA, BEN, SOON, failure, letter, said, send, sender_to

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import (
    MessageError,
    SentUnknown,
    SettingsError,
    TemporaryError,
    Throttled,
)
from mail_contact_sync.connectors.net.deadline import all_within
from mail_contact_sync.connectors.smtp.connection import Client, Limits


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
        peer.take = lambda client, lines: ended.wait(60) and HANG_UP
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
        try:
            with pytest.raises(TemporaryError) as caught:
                sender_to(port, limits=Limits(answer=60, whole=0.5)).__enter__()
        finally:
            ended.set()
            thread.join()
    assert caught.value.reason == reasons.CONNECTION_TIMEOUT


def test_of_the_time_for_all_the_last_answer_keeps_its_share():
    """Who does not get the message away in time has not sent it, and knows."""
    taken, limits = threading.Event(), Limits(accept=4)
    with ScriptedSmtp({"EHLO": b"250-x\r\n250 AUTH PLAIN\r\n"}) as peer:
        peer.take = lambda client, lines: taken.wait(60) and HANG_UP
        message = letter(body="a line of text of some length\n" * 1_000_000)
        with all_within(3) as whole:
            error = failure(peer, message, limits=limits)
            taken.set()
            assert whole.left() > 0
    assert type(error) is TemporaryError and error.reason == reasons.CONNECTION_TIMEOUT


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
