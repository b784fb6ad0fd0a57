# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whoever is on the other end, and whatever comes in time from there: it has an end."""

import ssl
import threading

import pytest
from peers.dripping import SEARCHING, dripping

from mail_contact_sync.connectors.base import CutOff, Server
from mail_contact_sync.connectors.exchange.http import Http
from mail_contact_sync.connectors.imap import ImapConnector
from mail_contact_sync.connectors.net.deadline import all_within
from mail_contact_sync.connectors.net.web import Web


def cut_off(ask) -> bool:
    """Whether ``ask`` ends because the time for all of it is up, rather than never."""
    ended = []

    def asking():
        try:
            with all_within(0.5):
                ended.append(ask())
        except Exception as error:
            ended.append(error)

    waiting = threading.Thread(target=asking, daemon=True)
    waiting.start()
    waiting.join(30)
    return [type(each) for each in ended] == [CutOff]


def test_imap_that_is_still_searching():
    def ask():
        with ImapConnector(Server("127.0.0.1", port, "none", "anna", "pass")) as connector:
            connector.folders()

    with dripping(*SEARCHING) as port:
        assert cut_off(ask)


ANSWERS = {
    "status": (b"HTTP", b" "),
    "header": (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    "header-line": (b"HTTP/1.1 200 OK\r\nX: ", b"y"),
    "body": (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"x"),
    "chunks": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    # Cut off, these look whole.
    "no-length": (b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
    "closing": (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", b"x"),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_a_web_api_that_is_still_answering(answer):
    with dripping(*answer) as port:
        assert cut_off(lambda: Web().send("GET", f"http://127.0.0.1:{port}/", limit=10**9))


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_exchange_that_is_still_answering(answer):
    def ask():
        http = Http(f"http://127.0.0.1:{port}/", "anna", "pass", ssl.create_default_context())
        return http.send(b"", {})

    with dripping(*answer) as port:
        assert cut_off(ask)
