# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""People's browsers."""

import shutil

import pytest
from playwright.sync_api import expect, sync_playwright

from .mailbox import body

PATIENCE = 60_000  # milliseconds; the first page has its scripts bundled
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def chromium():
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
