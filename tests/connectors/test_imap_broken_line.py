# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an IMAP server can do to work that has begun: refuse, talk nonsense, break off."""

import random

import pytest
from imap_mailbox import INBOX, SINCE, SOON, connector_of, failure, look, raw, read
from imapclient import SocketTimeout
from peers.scripted_imap import SILENCE, ScriptedImap

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import (
    ConnectorError,
    FolderGone,
    SettingsError,
    TemporaryError,
)
from mail_contact_sync.connectors.imap import connection as imap_connection

# During work -----------------------------------------------------------------------


def test_a_connection_that_failed_is_never_used_again():
    with ScriptedImap({"UID SEARCH": SILENCE}) as server, connector_of(server, timeout=SOON) as it:
        with pytest.raises(TemporaryError):
            look(it)
        commands = len(server.commands)
        with pytest.raises(TemporaryError) as caught:
            it.folders()
        assert caught.value.reason == reasons.CONNECTION_DROPPED
        assert len(server.commands) == commands


def test_a_connection_that_was_told_no_goes_on():
    answers = {"EXAMINE": [b"{tag} NO [NONEXISTENT] no such folder\r\n", b"{tag} NO [INUSE] x\r\n"]}
    with ScriptedImap(answers) as server, connector_of(server) as connector:
        with pytest.raises(FolderGone):
            look(connector)
        with pytest.raises(TemporaryError):
            look(connector)
        assert connector.folders()


def test_a_folder_that_cannot_be_opened_but_is_listed_is_not_gone():
    with ScriptedImap({"EXAMINE": b"{tag} NO cannot\r\n"}) as server:
        error = failure(connector_of(server))
    assert isinstance(error, TemporaryError) and error.reason == reasons.SERVER_REFUSED


def test_a_folder_that_cannot_be_opened_and_is_not_listed_is_gone():
    answers = {"EXAMINE": b"{tag} NO cannot\r\n", "LIST": b"{tag} OK done\r\n"}
    with ScriptedImap(answers) as server:
        assert isinstance(failure(connector_of(server)), FolderGone)


def test_a_server_without_uids():
    with ScriptedImap({"EXAMINE": b"* 0 EXISTS\r\n{tag} OK done\r\n"}) as server:
        error = failure(connector_of(server))
    assert isinstance(error, SettingsError) and error.reason == reasons.UIDS_UNSUPPORTED


def test_bye_in_the_middle_of_work():
    with ScriptedImap({"UID SEARCH": b"* BYE [UNAVAILABLE] going down\r\n"}) as server:
        error = failure(connector_of(server))
    assert isinstance(error, TemporaryError) and error.reason == reasons.SERVER_UNAVAILABLE


@pytest.mark.parametrize(
    "nonsense",
    [
        b"* SEARCH one two\r\n{tag} OK done\r\n",
        b"* SEARCH 99999999999999999999\r\n{tag} OK done\r\n",
        b"* SEARCH -1\r\n{tag} OK done\r\n",
        b"\r\n",
        b"\x00\xff\xfe\r\n",
        b"* 1 FETCH " + b"(" * 5000 + b"\r\n{tag} OK done\r\n",
        b"{tag} OK \xff\r\n{tag} OK done\r\n",
        b"{tag} WHAT done\r\n",
        b"* OK [UIDNEXT x] y\r\n{tag} BAD\r\n",
    ],
)
@pytest.mark.parametrize(
    "command", ["CAPABILITY", "LOGIN", "LIST", "EXAMINE", "UID SEARCH", "UID FETCH"]
)
def test_nonsense_is_an_error_of_ours_or_nothing_at_all(command, nonsense):
    answers = {"UID SEARCH": b"* SEARCH 1\r\n{tag} OK done\r\n", command: nonsense}

    def use(connector):
        connector.folders()
        look(connector)
        list(connector.fetch(INBOX, ["1.1"]))

    with ScriptedImap(answers) as server:
        try:
            with connector_of(server, timeout=SOON) as connector:
                use(connector)
        except ConnectorError as error:
            assert error.reason in vars(reasons).values()


def test_an_answer_without_end_is_cut_off(monkeypatch):
    monkeypatch.setattr(imap_connection, "MAX_ANSWER", 100_000)
    for endless in (
        b"* OK still there\r\n" * 10_000,
        b"* SEARCH" + b" 1" * 100_000 + b"\r\n",
        b"* 1 FETCH (UID 1 BODY[] {99999999999}\r\n" + b"x" * 200_000,
    ):
        with ScriptedImap({"UID SEARCH": endless}) as server:
            error = failure(connector_of(server))
        assert isinstance(error, TemporaryError)
        assert error.reason in (reasons.PROTOCOL_ERROR, reasons.CONNECTION_DROPPED)


def test_the_errors_of_a_connection_do_not_show_mail():
    secret = b"Subject: our secret merger\r\n"
    for answer in (secret, b"* 1 FETCH (UID 1 BODY[X] {999}\r\n" + secret, b"* SEARCH 1 " + secret):
        with ScriptedImap({"UID SEARCH": answer}) as server:
            error = failure(connector_of(server, timeout=SOON))
        assert "merger" not in f"{error} {error.detail} {error.__cause__}"


# A line that breaks ------------------------------------------------------------------


def test_a_line_cut_at_any_byte_loses_and_doubles_nothing(proxied, proxy):
    expected = [f"m{number}" for number in range(60)]
    proxied.add(*expected, body="a line of text\r\n" * 20)
    proxied.add("large", body="x" * 70 + "\r\n" * 20_000)
    expected = sorted([*expected, "large"])

    state = {"cursor": None, "found": {}, "fetched": {}, "done": False}

    def work():
        """One run, as whoever drives a connector does it: a page counts once it is stored."""
        with proxied.connect(timeout=SocketTimeout(5, 5)) as connector:
            connector.folders()
            while not state["done"]:
                page = connector.changes(INBOX, state["cursor"], SINCE, 13)
                for envelope in page.envelopes:
                    assert envelope.ref not in state["found"]
                    state["found"][envelope.ref] = envelope.message_id[1:].partition("@")[0]
                state["cursor"], state["done"] = page.cursor, not page.more
            waiting = [ref for ref in state["found"] if ref not in state["fetched"]]
            for start in range(0, len(waiting), 20):
                for ref, message in connector.fetch(INBOX, waiting[start : start + 20]):
                    state["fetched"][ref] = message

    proxy.cut_after = None
    whole = proxy.received
    work()
    whole = proxy.received - whole
    state.update(cursor=None, found={}, fetched={}, done=False)
    chance = random.Random(20261123)
    cuts = 0
    for _ in range(30):
        proxy.cut_after = chance.randrange(1, whole // 4)
        try:
            work()
        except TemporaryError:
            cuts += 1
    proxy.cut_after = None
    work()
    assert cuts > 20
    assert sorted(state["found"].values()) == expected
    assert state["fetched"].keys() == state["found"].keys()
    for ref, name in state["found"].items():
        if name != "large":
            assert state["fetched"][ref] == raw(name, "a line of text\r\n" * 20)


def test_a_server_that_ends_in_the_middle(proxied, proxy):
    proxied.add("m1", "m2")
    with proxied.connect() as connector:
        page = connector.changes(INBOX, None, SINCE, 1)
        proxy.break_off()
        with pytest.raises(TemporaryError):
            connector.changes(INBOX, page.cursor, SINCE, 1)
    with proxied.connect() as connector:
        assert read(connector, cursor=page.cursor)[0] == ["m1"]
