# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A mailbox on an Exchange server, by password: in a browser, over HTTPS, by NTLM."""

from contextlib import contextmanager
from functools import partial
from itertools import count

import pytest
from playwright.sync_api import expect

from dev.demo_exchange import ExchangePeer
from dev.names import NameServer

from .connecting import BrowserMailbox
from .office import PASSWORD

_numbers = count(1)
DOMAIN, SERVER = "exchange.ours.example", "mail.exchange.ours.example"
USERS = [f"user{number}@{DOMAIN}" for number in range(20)]

#: What the domain name system tells of the domain.  Nobody listens at its port 443.
ZONE = f"""
{DOMAIN}. 60 IN A 127.0.0.1
autodiscover.{DOMAIN}. 60 IN A 127.0.0.1
{SERVER}. 60 IN A 127.0.0.1
"""
POINTER = f"_autodiscover._tcp.{DOMAIN}. 60 IN SRV 0 0 {{port}} {SERVER}."


@pytest.fixture(scope="session")
def peer(sandbox, office):
    with ExchangePeer(sandbox, USERS, PASSWORD, [SERVER]) as peer:
        peer.set_up(office.user("admin"))
        yield peer
        assert peer.server.crashes == []
        assert peer.server.complaints == []


class ExchangeMailbox(BrowserMailbox):
    """A mailbox on Exchange, and a customer who writes to it."""

    service = "Exchange"

    def __init__(self, peer, office, page):
        super().__init__(office, page, USERS[next(_numbers)])
        self.peer = peer

    def put(self, message, received, to):
        self.peer.directory.add(to, message, received)

    def fill_in(self, *left_out, **more):
        entered = {**self.peer.entered(self.address), **more}
        self.open_dialog()
        self.shot("dialog")
        self.dialog.get_by_label("User Name").fill(entered["login"])
        self.dialog.get_by_label("Password").fill(PASSWORD)
        self.dialog.get_by_label("Server", exact=True).fill(entered["exchange_server"])
        self.dialog.get_by_label("More Settings").click()
        if "mailbox" in entered:
            self.dialog.get_by_label("Another Mailbox").fill(entered["mailbox"])
        if "certificates" not in left_out:
            self.dialog.get_by_label("Certificate").fill(entered["certificates"])
        self.shot("dialog-more")

    def go(self):
        self.dialog.get_by_role("button", name="Add mailbox").click()

    def connect(self):
        self.fill_in()
        self.go()
        self.wait_until_it_is_read()


@pytest.fixture
def mailbox(peer, office, log_in):
    mailbox = ExchangeMailbox(peer, office, log_in("anna"))
    yield mailbox
    mailbox.forget()


def test_address_and_password_are_all_it_takes(mailbox):
    mailbox.add("Past")
    mailbox.add("Private", sender="friend@elsewhere.example")
    mailbox.connect()
    mailbox.shot("account")
    assert mailbox.posted() == ["Past"]
    requests = len(mailbox.peer.server.requests)
    mailbox.add("New")
    mailbox.sync()
    assert mailbox.posted() == ["New", "Past"]
    asked = [request.operation for request in mailbox.peer.server.requests[requests:]]
    assert "ConvertId" not in asked and "ResolveNames" not in asked


@contextmanager
def asking(office, zone):
    """Odoo asks a name server that knows this."""
    parameters = partial(office.user("admin").call, "ir.config_parameter")
    name = "mail_contact_sync.name_server"
    before = parameters("get_param", name)
    with NameServer(zone) as names:
        parameters("set_param", name, f"127.0.0.1:{names.port}")
        try:
            yield
        finally:
            parameters("set_param", name, before)


def test_the_server_is_found_by_autodiscover(mailbox, office, peer):
    mailbox.add("Past")
    with asking(office, ZONE + POINTER.format(port=peer.server.port)):
        requests = len(peer.server.requests)
        mailbox.fill_in(exchange_server="")
        mailbox.go()
        mailbox.wait_until_it_is_read()
        office.rest()
    assert mailbox.posted() == ["Past"]
    asked = [request.operation for request in peer.server.requests[requests:]]
    assert asked[0] == "GetUserSettings" and asked.count("GetUserSettings") == 1
    found = "SELECT host, endpoint->>'url' FROM mail_sync_account WHERE id = %s"
    assert office.sql(found, mailbox.account) == [(None, peer.server.url)]


@pytest.mark.parametrize("entered", ["{}", "https://{}/EWS/Exchange.asmx"], ids=["host", "URL"])
def test_a_server_that_is_not_found_is_entered_by_hand(mailbox, office, peer, entered):
    mailbox.add("Past")
    with asking(office, ZONE):
        mailbox.fill_in(exchange_server="")
        mailbox.go()
        alert = mailbox.dialog.get_by_role("alert")
        expect(alert).to_contain_text("could not be found. Please enter it")
        mailbox.shot("not-found")
        place = entered.format(f"{SERVER}:{peer.server.port}")
        mailbox.dialog.get_by_label("Server", exact=True).fill(place)
        # The password that was typed goes to no other server.
        mailbox.dialog.get_by_label("Password").fill(PASSWORD)
        mailbox.go()
        mailbox.wait_until_it_is_read()
        office.rest()
    assert mailbox.posted() == ["Past"]
    found = "SELECT endpoint->>'url' FROM mail_sync_account WHERE id = %s"
    url = f"https://{SERVER}:{peer.server.port}/EWS/Exchange.asmx"
    assert office.sql(found, mailbox.account) == [(url,)]


def test_a_private_authority_is_named_and_then_trusted(mailbox):
    mailbox.fill_in("certificates")
    refused = mailbox.peer.server.refused, len(mailbox.peer.server.requests)
    mailbox.go()
    expect(mailbox.dialog.get_by_role("alert")).to_contain_text("cannot be trusted")
    mailbox.shot("refused")
    assert (mailbox.peer.server.refused, len(mailbox.peer.server.requests)) == refused
    mailbox.dialog.get_by_label("Certificate").fill(mailbox.peer.authority.certificate)
    # For another certificate the password is asked for anew.
    mailbox.dialog.get_by_label("Password").fill(PASSWORD)
    mailbox.go()
    mailbox.wait_until_it_is_read()


def test_a_changed_password_stops_it_and_reconnect_mends_it(mailbox, peer):
    mailbox.connect()
    user = peer.directory.user(mailbox.address)
    user.password = "another one"
    peer.server.change_passwords()
    mailbox.add("Meanwhile")
    mailbox.office.sync_now("anna", mailbox.account)
    page = mailbox.page
    expect(page.get_by_text("does not accept this user name and password")).to_be_visible()
    mailbox.shot("stopped")
    page.get_by_role("button", name="Reconnect").first.click()
    mailbox.shot("reconnect")
    mailbox.dialog.get_by_label("Password").fill("another one")
    mailbox.dialog.get_by_role("button", name="Reconnect").click()
    mailbox.wait_until_it_is_read()
    mailbox.office.rest()
    assert mailbox.posted() == ["Meanwhile"]


def test_a_colleagues_mailbox_is_read_by_who_may_open_it(mailbox, peer):
    shared = USERS[-1]
    mailbox.add("To the team", to=shared)
    mailbox.fill_in(mailbox=shared)
    mailbox.go()
    alert = mailbox.dialog.get_by_role("alert")
    expect(alert).to_contain_text(f"You may not open the mailbox {shared}")
    user = peer.directory.user(shared)
    user.delegates = (*user.delegates, mailbox.address)
    mailbox.go()
    mailbox.wait_until_it_is_read()
    mailbox.shot("account-shared")
    assert mailbox.posted() == ["To the team"]


def test_a_busy_server_is_asked_again_later(mailbox, peer):
    mailbox.connect()
    mailbox.add("New")
    peer.server.error_once("SyncFolderItems", "ErrorServerBusy", 200)
    mailbox.office.sync_now("anna", mailbox.account)
    failed = "SELECT failures FROM mail_sync_account WHERE id = %s AND failures > 0"
    mailbox.office.wait_for(failed, mailbox.account)
    assert mailbox.posted() == []
    mailbox.sync()
    assert mailbox.posted() == ["New"]


def test_states_that_are_void_bring_nothing_twice(mailbox, peer):
    mailbox.add("Past")
    mailbox.connect()
    peer.server.void_states()
    mailbox.add("New")
    mailbox.sync()
    assert mailbox.posted() == ["New", "Past"]


def test_inside_servers_are_reached_only_if_that_is_allowed(mailbox, office, peer):
    name = "mail_contact_sync.allow_internal"
    admin = office.user("admin")
    mailbox.fill_in()
    asked = len(peer.server.requests), peer.server.refused
    admin.call("ir.config_parameter", "set_param", name, "False")
    try:
        mailbox.go()
        expect(mailbox.dialog.get_by_role("alert")).to_contain_text("An administrator can allow")
    finally:
        admin.call("ir.config_parameter", "set_param", name, "True")
    assert (len(peer.server.requests), peer.server.refused) == asked
