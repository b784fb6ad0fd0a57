# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What people see of it, in a browser."""

import resource
import shutil

import pytest
from playwright.sync_api import expect, sync_playwright

from .mailbox import body
from .office import PASSWORD

PATIENCE = 60_000  # milliseconds; the first page has its scripts bundled
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def chromium():
    # pytest-odoo's server limits this process, and so its children, to less than chromium reserves
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        yield browser
        browser.close()


@pytest.fixture
def log_in(chromium, office):
    """``log_in("anna")`` is a page in a browser of hers."""
    contexts = []

    def page(login):
        contexts.append(chromium.new_context(base_url=office.odoo.url))
        contexts[-1].set_default_timeout(PATIENCE)
        page = contexts[-1].new_page()
        page.goto("/web/login")
        page.get_by_label("Email").fill(login)
        page.get_by_label("Password").fill(login)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url("**/odoo**")
        return page

    yield page
    for context in contexts:
        context.close()


def open_chatter(page, mailbox):
    page.goto(f"/odoo/contacts/{mailbox.customer}")
    return page


def expect_mails(page, *subjects: str) -> None:
    """Wait until these mails, and no others, stand in the chatter from top to bottom."""
    expect(page.get_by_text("Contact created")).to_be_visible()  # the chatter is there
    mails = page.locator(".o-mail-Message").filter(has_text=body(""))
    expect(mails).to_contain_text([*map(body, subjects)])


def test_anna_connects_her_mailbox_by_the_form(office, mailbox, log_in):
    mailbox.append("An offer")
    page = log_in("anna")
    page.goto("/odoo/contacts")
    page.get_by_role("menuitem", name="Mailboxes").click()
    page.get_by_role("button", name="New").click()
    page.get_by_label("E-mail Address").fill(mailbox.address)
    page.get_by_label("Server").fill("127.0.0.1")
    page.get_by_label("Port").fill(str(office.dovecot.port))
    page.get_by_label("Security").click()
    page.locator(".o_select_menu_item", has_text="None").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_text("Up to date")).to_be_visible()
    [[mailbox.account]] = office.sql("SELECT max(id) FROM mail_sync_account")
    expect_mails(open_chatter(page, mailbox), "An offer")


def test_a_chatter_stands_in_the_order_of_the_dates(mailbox, log_in):
    days = {"third": 3, "first": 1, "fourth": 4, "second": 2}
    for subject, ago in days.items():
        mailbox.append(subject, hours=24 * ago)
    mailbox.read()
    expect_mails(open_chatter(log_in("anna"), mailbox), "first", "second", "third", "fourth")


def test_an_open_chatter_shows_what_arrives(mailbox, log_in):
    """New mail on top, and older mail, come late, in its place."""
    mailbox.append("yesterday's", hours=24)
    mailbox.read()
    page = open_chatter(log_in("anna"), mailbox)
    expect_mails(page, "yesterday's")
    mailbox.deliver("today's")
    mailbox.append("last week's", hours=168)
    mailbox.sync()
    expect_mails(page, "today's", "yesterday's", "last week's")


def test_colleagues_see_what_is_shared_and_only_that(office, mailbox, log_in):
    mailbox.append("An offer")
    mailbox.read()
    hers, his = (open_chatter(log_in(login), mailbox) for login in ("anna", "ben"))
    expect_mails(his, "An offer")
    only_me = {"visibility": "private"}
    office.user("anna").call("mail.sync.account", "write", [mailbox.account], only_me)
    his.reload()
    expect(his.get_by_text("Clara").first).to_be_visible()
    expect_mails(his)
    hers.reload()
    expect_mails(hers, "An offer")
