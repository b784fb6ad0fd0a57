# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Signing in with Google, as people do it: in a browser, on a consent page of its own."""

from itertools import count
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from playwright.sync_api import expect

from dev.demo_google import GooglePeer
from dev.google_proxy import CLIENT_ID, CLIENT_SECRET

from .consent import ConsentMailbox

_numbers = count(1)
USERS = [f"user{number}@mail.ours.example" for number in range(20)]


@pytest.fixture(scope="session")
def google(sandbox, office, chromium):
    # The browser's fixture lifts a limit of memory that Node.js cannot live with, either.
    with GooglePeer(sandbox, {user: [] for user in USERS}, office.odoo.url) as peer:
        peer.set_up(office.user("admin"))
        yield peer.google
        assert not peer.google.gmail.violations


class Gmailbox(ConsentMailbox):
    """A mailbox at Google, and a customer who writes to it."""

    service, button = "Google", "Continue with Google"

    def __init__(self, google, office, page):
        super().__init__(office, page, USERS[next(_numbers)], google.url)
        self.google, self.mailbox = google, google.mailboxes[self.address]

    def put(self, message, received, to):
        self.mailbox.add(message, received)

    def subject(self):
        """The lasting name of whoever has consented last."""
        tokens = self.google.consent.tokens
        [*_, access] = [each for each, token in tokens.items() if token.user == self.address]
        url, headers = self.google.endpoints["userinfo"], {"Authorization": f"Bearer {access}"}
        return requests.get(url, headers=headers, timeout=60).json()["sub"]


@pytest.fixture
def gmailbox(google, office, log_in):
    gmailbox = Gmailbox(google, office, log_in("anna"))
    yield gmailbox
    gmailbox.forget()


def test_consent_on_googles_page_is_all_it_takes(gmailbox):
    gmailbox.add("Past", days=30)
    gmailbox.add("Private", sender="friend@elsewhere.example")
    gmailbox.connect()
    gmailbox.shot("account")
    assert gmailbox.posted() == ["Past"]
    gmailbox.add("New")
    gmailbox.sync()
    assert gmailbox.posted() == ["New", "Past"]


def test_deny_comes_back_with_words_and_the_way_to_try_again(gmailbox):
    gmailbox.add("Past")
    gmailbox.begin()
    # The peer's page has no such button; this is where Google's leads.
    [state] = parse_qs(urlsplit(gmailbox.page.url).query)["state"]
    back = f"{gmailbox.office.odoo.url}/mail_contact_sync/google/redirect"
    gmailbox.page.goto(f"{back}?error=access_denied&state={state}")
    gmailbox.shot("failed")
    expect(gmailbox.page.get_by_role("alert")).to_contain_text("You did not allow Odoo")
    gmailbox.page.get_by_role("link", name="Try again").click()
    gmailbox.consent()
    gmailbox.wait_until_it_is_read()
    assert gmailbox.posted() == ["Past"]


def test_a_permission_withdrawn_at_google_and_given_again(gmailbox, google, office):
    gmailbox.connect()
    [refresh] = [
        refresh
        for refresh, (user, _) in google.consent._granted.items()
        if user == gmailbox.address
    ]
    google.consent.revoke(refresh)
    gmailbox.add("Meanwhile")
    office.sync_now("anna", gmailbox.account)
    page = gmailbox.page
    expect(page.get_by_text("Google no longer lets Odoo read this mailbox")).to_be_visible()
    gmailbox.shot("revoked")
    page.get_by_role("button", name="Reconnect").click()
    gmailbox.shot("reconnect")
    gmailbox.leave()
    gmailbox.consent()
    gmailbox.wait_until_it_is_read()
    office.rest()
    assert gmailbox.posted() == ["Meanwhile"]


def test_removing_gives_the_permission_back(gmailbox, google, office):
    gmailbox.connect()
    account, gmailbox.account = gmailbox.account, None
    dialog = office.user("anna").call("mail.sync.remove", "create", [{"account_id": account}])
    office.user("anna").call("mail.sync.remove", "action_remove", dialog)
    assert gmailbox.address not in {token.user for token in google.consent.tokens.values()}
    gone = "SELECT 1 WHERE NOT EXISTS (SELECT FROM mail_sync_account WHERE id = %s)"
    office.wait_for(gone, account)


def test_the_settings_show_no_secret(gmailbox, log_in):
    page = log_in("admin")
    page.goto("/odoo/settings")
    page.locator("#mail_sync_google").scroll_into_view_if_needed()
    assert CLIENT_SECRET not in page.content()
    expect(page.get_by_label("Client ID")).to_have_value(CLIENT_ID)
    gmailbox.page, own = page, gmailbox.page
    gmailbox.shot("settings")
    gmailbox.page = own


def test_who_logs_in_to_odoo_with_google_is_offered_that_mailbox(gmailbox, google, office):
    """With Odoo's own auth_oauth, which is not there before."""
    admin, page = office.user("admin"), gmailbox.page
    [module] = admin.call("ir.module.module", "search", [("name", "=", "auth_oauth")])
    admin.call("ir.module.module", "button_immediate_install", [module])
    [provider] = admin.call("auth.oauth.provider", "search", [("name", "=", "Google OAuth2")])
    [anna] = admin.call("res.users", "search", [("login", "=", "anna")])
    [before] = admin.call("res.users", "read", [anna], ["email"])
    link = {"oauth_provider_id": provider, "oauth_uid": "somebody else", "email": gmailbox.address}
    try:
        admin.call("res.users", "write", [anna], link)
        page.goto("/odoo/mailboxes")
        gmailbox.shot("offer-list")
        page.locator(".o_user_menu button").click()
        page.get_by_role("menuitem", name="Preferences").click()
        page.get_by_role("tab", name="Mailboxes").click()
        gmailbox.shot("offer")
        page.get_by_role("button", name=f"Enable E-mail Sync for {gmailbox.address}").click()
        gmailbox.shot("offer-dialog")
        gmailbox.leave()
        gmailbox.consent()
        refused = page.get_by_role("alert")
        expect(refused).to_contain_text("you log in to Odoo with another account of Google")
        gmailbox.shot("offer-refused")
        admin.call("res.users", "write", [anna], {"oauth_uid": gmailbox.subject()})
        page.get_by_role("link", name="Try again").click()
        gmailbox.consent()
        gmailbox.wait_until_it_is_read()
    finally:
        unlink = {"oauth_provider_id": False, "oauth_uid": False, "email": before["email"]}
        admin.call("res.users", "write", [anna], unlink)
