# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Signing in with Google, as people do it: in a browser, on a consent page of its own."""

import os
from datetime import datetime, timedelta, timezone
from itertools import count
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from dev.demo_google import google as peer
from dev.demo_google import set_up
from dev.google_proxy import CLIENT_ID, CLIENT_SECRET

_numbers = count(1)
USERS = [f"user{number}@mail.ours.example" for number in range(20)]


@pytest.fixture(scope="session")
def google(sandbox, office, chromium):
    # The browser's fixture lifts a limit of memory that Node.js cannot live with, either.
    with peer(sandbox, {user: [] for user in USERS}, office.odoo.url) as google:
        set_up(office.user("admin"), google, office.odoo.url)
        yield google
        assert not google.gmail.violations


class Gmailbox:
    """A mailbox at Google, and a customer who writes to it."""

    def __init__(self, google, office, page):
        self.google, self.office, self.page = google, office, page
        self.address = USERS[next(_numbers)]
        self.mailbox = google.mailboxes[self.address]
        self.customer_address = f"customer.of.{self.address}"
        [self.customer] = office.add_contacts([{"name": "Clara", "email": self.customer_address}])
        self.account = None

    def add(self, *subjects, days=1.0, sender=""):
        received = datetime.now(timezone.utc) - timedelta(days=days)
        for subject in subjects:
            lines = (
                f"From: {sender or self.customer_address}",
                f"To: {self.address}",
                f"Subject: {subject}",
                f"Date: {received:%a, %d %b %Y %H:%M:%S +0000}",
                f"Message-ID: <{subject}.{self.address}>",
                "",
                subject,
            )
            self.mailbox.add("\r\n".join(lines).encode(), received)

    @property
    def dialog(self):
        return self.page.get_by_role("dialog")

    def begin(self):
        self.page.goto("/odoo/mailboxes")
        self.page.get_by_role("button", name="Add mailbox").first.click()
        self.dialog.get_by_label("E-mail Address").fill(self.address)
        self.dialog.get_by_text("Google", exact=True).click()
        self.shot("dialog")
        self.leave()

    def leave(self):
        self.dialog.get_by_role("button", name="Continue with Google").click()
        self.page.wait_for_url(f"{self.google.url}/**")
        self.shot("consent")

    def consent(self, address=""):
        self.page.get_by_role("button", name=address or self.address).click()

    def posted(self):
        rows = self.office.sql(
            """SELECT subject FROM mail_message
               WHERE model = 'res.partner' AND res_id = %s AND sync_access IS NOT NULL""",
            self.customer,
        )
        return sorted(subject for (subject,) in rows)

    def connect(self):
        self.begin()
        self.consent()
        self.wait_until_it_is_read()

    def wait_until_it_is_read(self):
        expect(self.page.get_by_text("Up to date")).to_be_visible()
        [[self.account]] = self.office.sql("SELECT max(id) FROM mail_sync_account")

    def sync(self):
        self.office.sync_now("anna", self.account)
        self.office.rest()

    def shot(self, name):
        if folder := os.environ.get("MAIL_CONTACT_SYNC_SCREENSHOTS"):
            self.page.wait_for_timeout(600)
            self.page.screenshot(path=f"{folder}/google-{name}.png")


@pytest.fixture
def gmailbox(google, office, log_in):
    gmailbox = Gmailbox(google, office, log_in("anna"))
    yield gmailbox
    if gmailbox.account:
        office.user("anna").call("mail.sync.account", "unlink", [gmailbox.account])


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
