# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is sent arrives: by a real server with a login, in real mailboxes."""

import random
import re
from dataclasses import dataclass

import pytest
from imap_mailbox import INBOX, SINCE, Mailbox, new_mailbox, trusting
from peers.tcp_proxy import TcpProxy
from smtp_peers import PASSWORD, letter, sender_to, tokens

from dev.smtp import SmtpServer
from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import (
    AuthenticationFailed,
    ConnectorError,
    MessageError,
    RecipientsRefused,
    SentUnknown,
    SettingsError,
    TemporaryError,
)
from mail_contact_sync.connectors.smtp.connection import Limits
from mail_contact_sync.connectors.smtp.login import xoauth2_login


@dataclass
class Office:
    """Who writes, to whom, and the server in between."""

    server: SmtpServer
    anna: Mailbox
    ben: Mailbox

    def connect(self, security: str = "none", **options):
        port = self.server.tls_port if security == "tls" else self.server.port
        context = trusting(self.server.dovecot)
        return sender_to(
            options.pop("port", port),
            security,
            options.pop("user", self.anna.user),
            ssl_context=context,
            **options,
        )

    def letter(self, name="m1", **more):
        return letter(name, self.ben.user, sender=self.anna.user, **more)

    def send(self, message, *recipients, **options):
        with self.connect(**options) as sender:
            sender.send(message, self.anna.user, recipients or (self.ben.user,))


@pytest.fixture
def office(dovecot, submission):
    office = Office(submission, new_mailbox(dovecot), new_mailbox(dovecot))
    yield office
    office.anna.client.logout()
    office.ben.client.logout()


def arrived(mailbox) -> list[bytes]:
    """All that is in INBOX, without what its own server wrote above."""
    with mailbox.connect() as connector:
        refs = [each.ref for each in connector.changes(INBOX, None, SINCE, 1000).envelopes]
        found = dict(connector.fetch(INBOX, refs))
    return [found[ref].partition(b"\r\nFrom: ")[2] for ref in reversed(refs)]


def tail(message: bytes) -> bytes:
    return message.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n").partition(b"From: ")[2]


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_a_letter_arrives(office, security):
    office.send(office.letter(), security=security)
    assert arrived(office.ben) == [tail(office.letter())]
    assert office.server.taken[-1][:2] == (office.anna.user, [office.ben.user])


@pytest.mark.parametrize(
    "body",
    [
        ".\n..\n...\n.hidden\nend\n.",
        ".\r\n.\r\nMAIL FROM:<x@y.example>\r\n",
        "no end of line",
        "\n\n\n",
        "x" * 998 + "\n",
        "Grüße, 你好\n",
    ],
)
def test_a_letter_arrives_as_it_was_written(office, body):
    header, _, _ = office.letter().partition(b"\n\n")
    header = header.replace(b"7bit", b"8bit")
    message = header + b"\n\n" + body.encode()
    office.send(message)
    assert arrived(office.ben) == [tail(message if body.endswith("\n") else message + b"\n")]


@pytest.mark.parametrize("end", ["\n.\n", "\r.\r", "\n.\r\n", "\r\n.\r", "\r\n.\n"])
def test_no_second_message_hides_in_the_first(office, end):
    before = len(office.server.taken)
    smuggled = f"one{end}MAIL FROM:<{office.anna.user}>\r\nRCPT TO:<{office.ben.user}>\r\nDATA\r\n"
    header, _, _ = office.letter().partition(b"\n\n")
    office.send(header + b"\n\n" + smuggled.encode() + b"\r\nSubject: two\r\n\r\nhello\r\n")
    assert len(office.server.taken) == before + 1
    assert b"\r\n.\r\nMAIL FROM" in arrived(office.ben)[0]


def test_a_blind_copy_is_blind(dovecot, office):
    carl = new_mailbox(dovecot)
    message = office.letter().replace(b"To: ", b"Bcc: %s,\n x@y.example\nTo: " % carl.user.encode())
    office.send(message, office.ben.user, carl.user)
    for mailbox in (office.ben, carl):
        assert arrived(mailbox) == [tail(office.letter())]
    carl.client.logout()


def test_nobody_gets_it_but_the_recipients(dovecot, office):
    carl = new_mailbox(dovecot)
    office.send(office.letter(), carl.user)
    assert len(arrived(carl)) == 1 and arrived(office.ben) == []
    carl.client.logout()


def test_check_proves_the_login_and_sends_nothing(office):
    before = office.server.logins, len(office.server.taken)
    with office.connect() as sender:
        sender.check()
    assert (office.server.logins, len(office.server.taken)) == (before[0] + 1, before[1])


def test_a_wrong_password(office):
    with pytest.raises(AuthenticationFailed) as caught, office.connect(password="wrong horse"):
        pass
    assert caught.value.reason == reasons.BAD_CREDENTIALS
    assert "horse" not in f"{caught.value} {caught.value.detail}"


def test_any_password_can_log_in(dovecot):
    passwords = ["pass", 'p"a\\s s(%*]{5}', "pässwörd", "密码 кот"]
    users = {f"user{number}@ours.example": each for number, each in enumerate(passwords)}
    with SmtpServer(dovecot, users) as server:
        for user, password in users.items():
            with sender_to(server.port, user=user, password=password) as sender:
                sender.check()


def test_a_token_instead_of_a_password(office):
    def connect(*granted):
        login = xoauth2_login(tokens(*granted))
        return office.connect(user="user0@ours.example", password="", login=login)

    for granted in (["fresh token"], ["stale one", "fresh token"]):
        with connect(*granted) as sender:
            sender.check()
    with pytest.raises(SettingsError) as caught, connect("stale one", "stale two"):
        pass
    assert caught.value.reason == reasons.SMTP_DISABLED and "stale" not in str(caught.value)


def test_one_unknown_recipient_and_nobody_gets_it(office):
    with pytest.raises(RecipientsRefused) as caught:
        office.send(office.letter(), office.ben.user, "nobody@ours.example", "no2@ours.example")
    error = caught.value
    assert error.reason == reasons.RECIPIENT_REFUSED
    assert list(error.refused) == ["nobody@ours.example", "no2@ours.example"]
    assert "User unknown" in error.refused["nobody@ours.example"]
    assert "nobody" not in f"{error} {error.detail} {error!r}" and "5.1.1" in error.detail
    assert arrived(office.ben) == []


def test_after_a_refusal_the_next_letter_goes(office):
    with office.connect() as sender:
        for recipients in ([office.ben.user, "nobody@ours.example"], ["no2@ours.example"]):
            with pytest.raises(RecipientsRefused):
                sender.send(office.letter(), office.anna.user, recipients)
        with pytest.raises(SettingsError):
            sender.send(office.letter(), office.ben.user, [office.ben.user])
        sender.send(office.letter("m2"), office.anna.user, [office.ben.user])
        sender.send(office.letter("m3"), office.anna.user, [office.ben.user])
    assert arrived(office.ben) == [tail(office.letter("m2")), tail(office.letter("m3"))]


def test_a_sender_that_is_somebody_else(office):
    with office.connect() as sender, pytest.raises(SettingsError) as caught:
        sender.send(office.letter(), office.ben.user, [office.ben.user])
    assert caught.value.reason == reasons.SEND_DENIED and office.ben.user not in str(caught.value)


def test_what_is_too_large_is_not_even_begun(dovecot, office):
    users = {office.anna.user: PASSWORD, office.ben.user: PASSWORD}
    with SmtpServer(dovecot, users, size=2000) as server, TcpProxy(server.port) as proxy:
        with pytest.raises(MessageError) as caught:
            office.send(office.letter(body="x\n" * 1000), port=proxy.port)
        assert b"MAIL" not in proxy.sent
        office.send(office.letter(body="x\n" * 100), port=proxy.port)
    assert caught.value.reason == reasons.MESSAGE_TOO_LARGE
    assert len(arrived(office.ben)) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_nobody_vouches_for_is_refused_before_the_password(office, security):
    port = office.server.tls_port if security == "tls" else office.server.port
    before = office.server.logins
    with TcpProxy(port) as proxy:
        sender = sender_to(proxy.port, security, office.anna.user)
        with pytest.raises(SettingsError) as caught, sender:
            pass
        assert caught.value.reason == reasons.CERTIFICATE and b"AUTH" not in proxy.sent
    assert office.server.logins == before


def test_a_line_cut_anywhere_sends_once_or_not_at_all_and_says_which(office):
    """By either side, at any byte: of the commands, the message, its end, and the answers."""
    body = "a line of text\n" * 200
    with TcpProxy(office.server.port) as proxy:
        office.send(office.letter("whole", body=body), port=proxy.port)
        received, sent = proxy.received, len(proxy.sent)
        chance = random.Random(20261123)
        end = proxy.sent.index(b"\r\n.\r\n")
        answers = len(b"250 2.0.0 Ok: queued\r\n221 Bye\r\n")
        cuts = [("cut_after", chance.randrange(1, received)) for _ in range(10)]
        cuts += [("cut_after", received - each) for each in range(answers - 6, answers + 3)]
        cuts += [("cut_after_sent", chance.randrange(1, sent)) for _ in range(15)]
        cuts += [("cut_after_sent", end + each) for each in range(0, 7)]
        outcomes = {"sent": [], "unknown": [], "not": []}
        for number, (way, place) in enumerate(cuts):
            setattr(proxy, way, place)
            name = f"cut{number}"
            try:
                office.send(office.letter(name, body=body), port=proxy.port, limits=Limits(whole=9))
                outcomes["sent"].append(name)
            except SentUnknown as error:
                assert error.reason == reasons.SENT_UNKNOWN
                outcomes["unknown"].append(name)
            except ConnectorError as error:
                assert isinstance(error, TemporaryError)
                outcomes["not"].append(name)
            proxy.cut_after = proxy.cut_after_sent = None
    ids = [re.search(rb"Message-ID: <(\w+)@", letter)[1].decode() for letter in arrived(office.ben)]
    assert len(ids) == len(set(ids)), "sent twice"
    assert {"whole", *outcomes["sent"]} <= set(ids), "sent, it says"
    assert set(ids).isdisjoint(outcomes["not"]), "not sent, it says"
    assert len(outcomes["not"]) > 5
    assert set(outcomes["unknown"]) & set(ids), "the answer alone was cut off"
