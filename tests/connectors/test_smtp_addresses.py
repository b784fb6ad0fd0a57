# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How addresses are said to a server that sends, and which never are."""

import pytest
from peers.scripted_smtp import ScriptedSmtp
from smtp_peers import ANNA, BEN, CLARA, UTF8, failure, letter, said, send, sender_to

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import MessageError, RecipientsRefused

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
