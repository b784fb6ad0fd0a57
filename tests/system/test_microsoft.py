# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Signing in with Microsoft, as people do it, and what becomes of it, by Graph and by IMAP."""

from urllib.parse import parse_qs, urlsplit

import pytest
from imapclient import IMAPClient
from peers.token_end import TokenEnd
from playwright.sync_api import expect

from dev import outlook
from dev.demo_microsoft import MicrosoftImapPeer
from dev.graph import CLIENT_ID, CLIENT_SECRET

from .microsoft import USERS, GraphMailbox, OutlookMailbox

DELTA = "me/mailFolders/messages/delta"


@pytest.fixture(scope="session")
def peer(sandbox, office, chromium):
    # The browser's fixture lifts a limit of memory that Node.js cannot live with, either.
    with MicrosoftImapPeer(sandbox, dict.fromkeys(USERS), office.odoo.url) as peer:
        peer.set_up(office.user("admin"))
        yield peer
        assert not peer.microsoft.graph.violations
        assert not peer.microsoft.crashes


@pytest.fixture(params=[GraphMailbox, OutlookMailbox], ids=["graph", "imap"])
def mailbox(request, peer, office, log_in):
    mailbox = request.param(peer, office, log_in("anna"))
    yield mailbox
    mailbox.forget()


@pytest.fixture
def graphbox(peer, office, log_in):
    mailbox = GraphMailbox(peer, office, log_in("anna"))
    yield mailbox
    mailbox.forget()


@pytest.fixture
def outlookbox(peer, office, log_in):
    mailbox = OutlookMailbox(peer, office, log_in("anna"))
    yield mailbox
    mailbox.forget()


def test_consent_on_microsofts_page_is_all_it_takes(mailbox):
    mailbox.add("Past")
    mailbox.add("Private", sender="friend@elsewhere.example")
    mailbox.connect()
    mailbox.shot(f"account-{mailbox.way}")
    assert mailbox.posted() == ["Past"]
    mailbox.add("New")
    mailbox.sync()
    assert mailbox.posted() == ["New", "Past"]


def test_a_token_that_has_ended_is_renewed_once_and_kept(mailbox):
    mailbox.connect()
    secret, refreshes = mailbox.secret(), mailbox.refreshes
    # What the account keeps still looks fresh: the server alone knows.
    mailbox.peer.microsoft.consent.expire()
    mailbox.add("New")
    mailbox.sync()
    assert mailbox.posted() == ["New"]
    assert mailbox.refreshes == refreshes + 1
    assert mailbox.secret() != secret
    mailbox.add("Newer")
    mailbox.sync()
    assert mailbox.posted() == ["New", "Newer"]
    assert mailbox.refreshes == refreshes + 1


def test_a_token_ends_in_the_middle_of_reading(graphbox):
    microsoft = graphbox.peer.microsoft
    for subject in ("One", "Two", "Three"):
        graphbox.add(subject)
    refreshes = graphbox.refreshes
    microsoft.graph.meanwhile(DELTA, microsoft.consent.expire)
    graphbox.connect()
    graphbox.office.rest()
    assert graphbox.posted() == ["One", "Three", "Two"]
    assert graphbox.refreshes == refreshes + 1


@pytest.mark.parametrize("marker", [b"HEADER.FIELDS", b"BODY[] "], ids=["scan", "delivery"])
def test_a_token_ends_in_the_middle_of_reading_by_imap(outlookbox, marker):
    for subject in ("One", "Two", "Three"):
        outlookbox.add(subject)
    refreshes = outlookbox.refreshes
    end = TokenEnd(marker, outlookbox.peer.microsoft.consent.expire)
    with outlookbox.behind(end):
        outlookbox.connect()
        outlookbox.office.rest()
    assert end.happened
    assert outlookbox.posted() == ["One", "Three", "Two"]
    assert outlookbox.refreshes == refreshes + 1
    assert not outlookbox.office.sql(
        "SELECT FROM mail_sync_account WHERE failing_since IS NOT NULL"
    )


def test_a_permission_withdrawn_at_microsoft_and_given_again(mailbox):
    mailbox.connect()
    mailbox.revoke()
    mailbox.peer.microsoft.consent.expire()
    mailbox.add("Meanwhile")
    mailbox.office.sync_now("anna", mailbox.account)
    page = mailbox.page
    expect(page.get_by_text("Microsoft no longer lets Odoo read this mailbox")).to_be_visible()
    mailbox.shot("revoked")
    page.get_by_role("button", name="Reconnect").first.click()
    mailbox.shot("reconnect")
    mailbox.leave()
    mailbox.consent()
    mailbox.wait_until_it_is_read()
    mailbox.office.rest()
    assert mailbox.posted() == ["Meanwhile"]


def test_who_signs_in_as_somebody_else_is_told(graphbox):
    graphbox.connect()
    secret = graphbox.secret()
    graphbox.page.goto(f"/odoo/mailboxes/{graphbox.account}")
    graphbox.revoke()
    graphbox.peer.microsoft.consent.expire()
    graphbox.office.sync_now("anna", graphbox.account)
    graphbox.page.get_by_role("button", name="Reconnect").first.click()
    graphbox.leave()
    graphbox.consent(USERS[0])
    alert = graphbox.page.get_by_role("alert")
    expect(alert).to_contain_text(f"as {USERS[0]}, but this mailbox is {graphbox.address}")
    assert graphbox.secret() == secret


@pytest.mark.parametrize(
    "query, text",
    [
        ("error=access_denied", "You did not allow Odoo"),
        ("error=access_denied&error_description=AADSTS65004", "You did not allow Odoo"),
        ("error=invalid_client&error_description=AADSTS90094", "only its administrator"),
        ("error=access_denied&error_description=AADSTS53003", "A security rule"),
    ],
)
def test_what_microsoft_says_comes_back_with_words_and_the_way_to_try_again(graphbox, query, text):
    graphbox.add("Past")
    graphbox.begin()
    # The peer's page has no such button; this is where Microsoft's leads.
    [state] = parse_qs(urlsplit(graphbox.page.url).query)["state"]
    back = f"{graphbox.office.odoo.url}/mail_contact_sync/microsoft/redirect"
    graphbox.page.goto(f"{back}?{query}&state={state}")
    graphbox.shot("failed")
    expect(graphbox.page.get_by_role("alert")).to_contain_text(text)
    graphbox.page.get_by_role("link", name="Try again").click()
    graphbox.consent()
    graphbox.wait_until_it_is_read()
    assert graphbox.posted() == ["Past"]


def test_a_shared_mailbox_is_read_as_its_reader(mailbox):
    if mailbox.way != "graph" and outlook.dialect() == "2.4":
        pytest.skip("this configuration of Dovecot 2.4 opens a mailbox to its own user alone")
    shared = USERS[-1]
    readers = mailbox.peer.microsoft.mailboxes[shared].readers
    mailbox.open_dialog()
    mailbox.dialog.get_by_label("More Settings").click()
    mailbox.dialog.get_by_label("Another Mailbox").fill(shared)
    mailbox.shot("dialog-shared")
    mailbox.leave()
    mailbox.consent()
    alert = mailbox.page.get_by_role("alert")
    expect(alert).to_contain_text(f"You may not open the mailbox {shared}")
    readers.add(mailbox.address)
    own, mailbox.address = mailbox.address, shared
    mailbox.add("To the team")
    mailbox.page.get_by_role("link", name="Try again").click()
    mailbox.consent(own)
    mailbox.wait_until_it_is_read()
    mailbox.shot(f"account-shared-{mailbox.way}")
    assert mailbox.posted() == ["To the team"]
    [row] = mailbox.office.sql(
        "SELECT address, opened_as FROM mail_sync_account WHERE id = %s", mailbox.account
    )
    assert row == (shared, own)


def test_no_password_opens_what_tokens_open(peer):
    # Else the tests by IMAP would show nothing.
    with IMAPClient("127.0.0.1", peer.dovecot.port, ssl=False) as client:
        with pytest.raises(client.Error):
            client.oauth2_login(USERS[0], "no token")
        with pytest.raises(client.Error):
            client.login(USERS[0], "")


def test_removing_forgets_the_permission(graphbox):
    graphbox.connect()
    account, graphbox.account = graphbox.account, None
    anna = graphbox.office.user("anna")
    dialog = anna.call("mail.sync.remove", "create", [{"account_id": account}])
    anna.call("mail.sync.remove", "action_remove", dialog)
    gone = "SELECT 1 WHERE NOT EXISTS (SELECT FROM mail_sync_account WHERE id = %s)"
    graphbox.office.wait_for(gone, account)


def test_what_is_not_set_up_is_said_and_who_can_set_it_up_is_led_there(graphbox, log_in):
    admin = graphbox.office.user("admin")
    name = "mail_contact_sync.microsoft_client_id"
    admin.call("ir.config_parameter", "set_param", name, False)
    try:
        graphbox.page.goto("/odoo/mailboxes")
        graphbox.page.get_by_role("button", name="Add mailbox").first.click()
        graphbox.dialog.get_by_text(graphbox.service, exact=True).click()
        expect(graphbox.dialog.get_by_text("Please ask your administrator")).to_be_visible()
        expect(graphbox.dialog.get_by_role("button", name=graphbox.button)).to_be_hidden()
        expect(graphbox.dialog.get_by_role("button", name="Open the settings")).to_be_hidden()
        graphbox.page = log_in("admin")
        graphbox.open_dialog()
        expect(graphbox.dialog.get_by_text("is not set up yet")).to_be_visible()
        expect(graphbox.dialog.get_by_role("button", name=graphbox.button)).to_be_hidden()
        graphbox.shot("missing")
        graphbox.dialog.get_by_role("button", name="Open the settings").click()
        expect(graphbox.page.locator("#mail_sync_microsoft")).to_be_in_viewport()
    finally:
        admin.call("ir.config_parameter", "set_param", name, CLIENT_ID)


def test_the_settings_show_no_secret(graphbox, log_in):
    graphbox.page = page = log_in("admin")
    page.goto("/odoo/settings")
    page.locator("#mail_sync_microsoft").scroll_into_view_if_needed()
    assert CLIENT_SECRET not in page.content()
    expect(page.get_by_label("Application (Client) ID")).to_have_value(CLIENT_ID)
    graphbox.shot("settings")
