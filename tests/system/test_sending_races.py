# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is done to a mailbox, and to who has it, while a mail of hers is on its way out.

It is sent once or not at all, by her, and its message says which.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from peers.scripted_smtp import ScriptedSmtp

from dev.rpc import Client, RpcError

from .held import held_account
from .office import PASSWORD, Office
from .writer import Writer

REFUSED, LATER = b"550 5.7.1 not you\r\n", b"451 4.7.1 later\r\n"


class HeldSmtp(ScriptedSmtp):
    """Says that it has taken a message as soon as ``go_on`` is set; ``taking`` is set meanwhile."""

    def __init__(self, **options):
        super().__init__(**options)
        self.taking, self.go_on = Event(), Event()

    def _say(self, client, name):
        if name == ".":
            self.taking.set()
            assert self.go_on.wait(60)
        return super()._say(client, name)


@pytest.fixture(scope="module")
def manager(office):
    """Mia, who hands over the mailboxes of others."""
    office.hire(("mia", "Mia", "mia@ours.example"))
    admin = office.user("admin")
    name = ("mail_contact_sync", "group_mail_sync_manager")
    _model, group = admin.call("ir.model.data", "check_object_reference", *name)
    admin.call("res.users", "write", [user(office, "mia")], {"group_ids": [(4, group)]})
    return office.user("mia")


@pytest.fixture
def write_by(office, new_mailbox, addresses):
    """``write_by(smtp)`` is somebody who writes by that server."""
    return lambda server: Writer(office, new_mailbox(), next(addresses), server.port)


def first(answer: bytes) -> dict[str, list[bytes]]:
    """The server says so the first time, and then takes what comes."""
    return {"MAIL": [answer, b"250 2.1.0 ok\r\n"]}


def user(office: Office, login: str) -> int:
    [[found]] = office.sql("SELECT id FROM res_users WHERE login = %s", login)
    return found


def dialog(client: Client, model: str, action: str, **values) -> None:
    client.call(model, action, [client.call(model, "create", values)])


# What may happen to a mailbox --------------------------------------------------------


def pause(writer: Writer, _manager: Client) -> None:
    writer.office.user("anna").call("mail.sync.account", "action_pause", [writer.mailbox.account])


def remove(writer: Writer, _manager: Client, mails: str = "keep") -> None:
    account, writer.mailbox.account = writer.mailbox.account, None
    anna = writer.office.user("anna")
    dialog(anna, "mail.sync.remove", "action_remove", account_id=account, mails=mails)
    gone = "SELECT 1 WHERE NOT EXISTS (SELECT FROM mail_sync_account WHERE id = %s)"
    writer.office.wait_for(gone, account)


def remove_with_mails(writer: Writer, manager: Client) -> None:
    remove(writer, manager, "remove")


def delete(writer: Writer, _manager: Client) -> None:
    account, writer.mailbox.account = writer.mailbox.account, None
    writer.office.user("anna").call("mail.sync.account", "unlink", [account])


def hand_over(writer: Writer, manager: Client) -> None:
    """And let the new owner connect it."""
    account, ben = writer.mailbox.account, user(writer.office, "ben")
    writer.mailbox.login = "ben"
    model = "mail.sync.hand.over"
    dialog(manager, model, "action_hand_over", account_id=account, user_id=ben)
    ben = writer.office.user("ben")
    ben.call("mail.sync.account", "write", [account], {"password": PASSWORD})
    ben.call("mail.sync.account", "action_connect", [account])


def archive(writer: Writer, _manager: Client) -> None:
    admin = writer.office.user("admin")
    admin.call("res.users", "write", [user(writer.office, "anna")], {"active": False})


# While it is taken ---------------------------------------------------------------------


def write_while(writer: Writer, server: HeldSmtp, act: Callable[[int], object]) -> int:
    """Write, and do something when the server has the message and we do not know it yet."""
    with ThreadPoolExecutor() as pool:
        writing = pool.submit(writer.write)
        assert server.taking.wait(60)
        [(message,)] = writer.office.sql(
            "SELECT id FROM mail_message WHERE sync_sender_id = %s", writer.mailbox.account
        )
        try:
            act(message)
        finally:
            server.go_on.set()
        assert writing.result(60) == message
    return message


@pytest.mark.parametrize("act", [pause, remove, remove_with_mails, delete, hand_over])
def test_what_is_taken_meanwhile_was_sent(write_by, manager, act):
    with HeldSmtp() as server:
        writer = write_by(server)
        message = write_while(writer, server, lambda _message: act(writer, manager))
        assert (writer.status(message), len(server.messages)) == (("sent", ""), 1)
        if act is not pause:  # a copy in Sent is for who wrote it
            assert writer.mails(message) == []


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (b"554 5.7.1 no\r\n", "refused this e-mail"),
        (b"451 4.3.0 later\r\n", "It was not sent: the mailbox"),
    ],
)
def test_what_is_not_taken_meanwhile_was_not_sent(write_by, manager, answer, text):
    with HeldSmtp(answers={".": answer}) as server:
        writer = write_by(server)
        message = write_while(writer, server, lambda _message: delete(writer, manager))
        status, reason = writer.status(message)
        assert status == "exception" and text in reason
        assert writer.mails(message) == []


def test_a_contact_that_is_deleted_meanwhile_makes_no_trouble(office, write_by):
    """The message goes with it, and nothing else does away with one."""
    with HeldSmtp() as server:
        writer = write_by(server)
        admin = office.user("admin")

        def delete_contact(message: int) -> None:
            with pytest.raises(RpcError, match="stays as it came"):
                admin.call("mail.message", "unlink", [message])
            admin.call("res.partner", "unlink", [writer.contact])

        message = write_while(writer, server, delete_contact)
        assert len(server.messages) == 1
        assert not office.sql("SELECT 1 FROM mail_message WHERE id = %s", message)


def test_who_tries_again_twice_sends_once(office, write_by):
    """The second time while the first is on its way, which looks like one that was interrupted."""
    with HeldSmtp(answers=first(REFUSED)) as server, ThreadPoolExecutor() as pool:
        writer = write_by(server)
        message = writer.write()
        assert writer.status(message)[0] == "exception"
        again = ("mail.message", "action_sync_send_again", [message])
        sending = pool.submit(office.user("anna").call, *again)
        assert server.taking.wait(60)
        second = Client(office.odoo.url, office.database, "anna", "anna")
        try:
            with pytest.raises(RpcError, match="being sent right now"):
                second.call(*again)
            [(mail, _state)] = writer.mails(message)
            with pytest.raises(RpcError, match="being sent right now"):
                office.user("admin").call("mail.mail", "action_retry", [mail])
        finally:
            server.go_on.set()
        sending.result(60)
        writer.queue()
        assert (writer.status(message), len(server.messages)) == (("sent", ""), 1)


# While it waits -------------------------------------------------------------------------


@pytest.mark.parametrize("act", [remove, delete, hand_over, archive])
def test_what_waits_is_not_sent_and_said_so(office, write_by, manager, act):
    with ScriptedSmtp(answers=first(LATER)) as server:
        writer = write_by(server)
        message = writer.write()
        assert writer.status(message) == ("ready", "")
        act(writer, manager)
        try:
            writer.queue()
            status, reason = writer.status(message)
            assert status == "exception" and reason.startswith("It was not sent: ")
            assert server.messages == []
            assert "outgoing" not in dict(writer.mails(message)).values()
        finally:
            if act is archive:
                anna = user(office, "anna")
                office.user("admin").call("res.users", "write", [anna], {"active": True})
                office.forget_sessions()


def test_nobody_tries_again_what_the_owner_before_wrote(office, write_by, manager):
    with ScriptedSmtp(answers=first(REFUSED)) as server:
        writer = write_by(server)
        message = writer.write()
        hand_over(writer, manager)
        for login in ("anna", "ben"):
            with pytest.raises(RpcError, match="mailboxes of your own"):
                office.user(login).call("mail.message", "action_sync_send_again", [message])
        assert server.messages == []


# Who reads it ----------------------------------------------------------------------------


def test_what_is_written_while_the_mailbox_closes_is_closed(office, write_by):
    """The request that closes it began before, and sees nothing of what is written."""
    with ScriptedSmtp() as server, ThreadPoolExecutor() as pool:
        writer = write_by(server)
        office.rest()
        private = {"visibility": "private"}
        other = Client(office.odoo.url, office.database, "anna", "anna")
        with held_account(office, writer.mailbox.account) as account:
            closing = pool.submit(
                other.call, "mail.sync.account", "write", [writer.mailbox.account], private
            )
            account.wait_for_waiting(1)
            writing = pool.submit(writer.write)
            account.wait_for_waiting(2)
        closing.result(60)
        message = writing.result(60)
        assert writer.status(message) == ("sent", "")
        access = "SELECT sync_access FROM mail_message WHERE id = %s"
        assert office.sql(access, message) == [("private",)]
