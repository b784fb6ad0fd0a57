# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Adding, pausing and removing a mailbox, as people do it: in a browser."""

import re

import pytest
from playwright.sync_api import expect

from .browser import expect_mails, open_chatter
from .office import PASSWORD

#: Whether the text of an element ends within it.
_FITS = """selector => {
    const element = document.querySelector(selector);
    const range = document.createRange();
    range.selectNodeContents(element);
    return range.getBoundingClientRect().right <= element.getBoundingClientRect().right;
}"""


class Mailboxes:
    """Anna's page of mailboxes, and what she does there."""

    def __init__(self, page, office, mailbox):
        self.page, self.office, self.mailbox = page, office, mailbox
        page.goto("/odoo/contacts")
        page.get_by_role("menuitem", name="Mailboxes").click()

    def begin(self, address: str, password: str = PASSWORD) -> None:
        self.page.get_by_role("button", name="Add mailbox").first.click()
        self.dialog.get_by_label("E-mail Address").fill(address)
        self.dialog.get_by_label("Password").fill(password)

    @property
    def dialog(self):
        return self.page.get_by_role("dialog")

    def press(self, name: str) -> None:
        self.dialog.get_by_role("button", name=name, exact=True).click()

    def wait_until_it_is_read(self) -> None:
        expect(self.page.get_by_text("Up to date")).to_be_visible()
        [[self.mailbox.account]] = self.office.sql("SELECT max(id) FROM mail_sync_account")

    def remove(self, *, mails: bool) -> None:
        self.page.goto(f"/odoo/mailboxes/{self.mailbox.account}")
        self.page.get_by_role("button", name="Remove", exact=True).click()
        if mails:
            self.dialog.get_by_text("Remove the e-mails, too").click()
        self.press("Remove mailbox and e-mails" if mails else "Remove mailbox")
        expect(self.dialog).to_have_count(0)
        expect(self.page.get_by_role("button", name="Add mailbox")).to_be_visible()
        expect(self.page.locator(".o_breadcrumb")).not_to_contain_text(self.mailbox.address)
        account, self.mailbox.account = self.mailbox.account, None
        gone = "SELECT 1 WHERE NOT EXISTS (SELECT FROM mail_sync_account WHERE id = %s)"
        self.office.wait_for(gone, account)
        expect(self.page.get_by_text("Being removed")).to_have_count(0)


@pytest.fixture
def mailboxes(office, mailbox, log_in):
    return Mailboxes(log_in("anna"), office, mailbox)


def test_address_and_password_are_all_it_takes(mailboxes, mailbox):
    mailbox.append("An offer")
    mailboxes.begin(mailbox.address)
    mailboxes.press("Add mailbox")
    mailboxes.wait_until_it_is_read()
    expect_mails(open_chatter(mailboxes.page, mailbox), "An offer")


def test_a_wrong_password_and_then_the_right_one(mailboxes, mailbox, office):
    mailbox.append("An offer")
    mailboxes.begin(mailbox.address, "none of the birds")
    mailboxes.press("Add mailbox")
    expect(mailboxes.dialog).to_contain_text("imap.ours.example does not accept this user name")
    mailboxes.dialog.get_by_label("Password").fill(PASSWORD)
    mailboxes.press("Add mailbox")
    mailboxes.wait_until_it_is_read()
    expect_mails(open_chatter(mailboxes.page, mailbox), "An offer")
    log = office.odoo.log.read_text()
    assert PASSWORD not in log and "none of the birds" not in log


def test_the_keyboard_is_enough(mailboxes, mailbox):
    mailbox.append("An offer")
    mailboxes.begin(mailbox.address, "")
    keyboard, dialog = mailboxes.page.keyboard, mailboxes.dialog
    dialog.get_by_label("E-mail Address").focus()
    keyboard.press("Tab")
    keyboard.press("ArrowLeft")
    expect(dialog.get_by_label("User Name")).to_be_visible()
    expect(dialog.get_by_role("radio", name="Exchange")).to_be_checked()
    keyboard.press("ArrowRight")
    expect(dialog.get_by_label("User Name")).to_have_count(0)
    keyboard.press("Tab")
    keyboard.type("none of the birds")
    keyboard.press("Enter")
    expect(dialog).to_contain_text("does not accept this user name")
    expect(dialog.get_by_label("Password")).to_be_focused()
    keyboard.type(PASSWORD)
    keyboard.press("Enter")
    mailboxes.wait_until_it_is_read()
    expect_mails(open_chatter(mailboxes.page, mailbox), "An offer")


def test_a_long_problem_is_read_in_full(mailboxes, mailbox, office):
    mailbox.read()
    stopped = "state = 'stopped', error_reason = 'certificate'"
    office.sql(f"UPDATE mail_sync_account SET {stopped} WHERE id = %s", mailbox.account)
    page = mailboxes.page
    page.goto("/odoo/mailboxes")
    expect(page.get_by_role("cell", name="cannot be trusted")).to_be_visible()
    page.wait_for_function(_FITS, arg="td[name=error_message]")  # columns get their widths late
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    card = page.locator(".o_kanban_record").filter(has_text=mailbox.address)
    expect(card.get_by_text("ask its administrator")).to_be_in_viewport(ratio=1)


def test_what_cannot_be_found_is_entered_by_hand(mailboxes, mailbox, office):
    mailbox.append("An offer")
    mailboxes.begin("anna@nowhere.example")
    mailboxes.press("Add mailbox")
    expect(mailboxes.dialog.get_by_label("Incoming Server")).to_have_value("imap.nowhere.example")
    password = mailboxes.dialog.get_by_label("Password")
    expect(password).to_have_value("")
    expect(password).to_have_attribute("placeholder", re.compile("^As entered"))
    mailboxes.dialog.get_by_label("Incoming Server").fill("imap.ours.example")
    mailboxes.dialog.get_by_label("Port").first.fill(str(office.dovecot.tls_port))
    mailboxes.dialog.get_by_label("User Name").fill(mailbox.address)
    password.fill(PASSWORD)  # for the other server
    mailboxes.press("Add mailbox")
    mailboxes.wait_until_it_is_read()
    expect_mails(open_chatter(mailboxes.page, mailbox), "An offer")


def test_pause_and_resume(mailboxes, mailbox):
    mailboxes.begin(mailbox.address)
    mailboxes.press("Add mailbox")
    mailboxes.wait_until_it_is_read()
    mailboxes.page.get_by_role("button", name="Pause").click()
    resume = mailboxes.page.get_by_role("button", name="Resume")
    expect(resume).to_be_visible()
    mailbox.deliver("Meanwhile")
    resume.click()
    expect(mailboxes.page.get_by_role("button", name="Pause")).to_be_visible()
    expect_mails(open_chatter(mailboxes.page, mailbox), "Meanwhile")


def test_removed_without_the_mails(mailboxes, mailbox):
    mailbox.append("An offer")
    mailbox.read()
    mailboxes.remove(mails=False)
    expect_mails(open_chatter(mailboxes.page, mailbox), "An offer")


def test_removed_with_the_mails(mailboxes, mailbox):
    mailbox.append("An offer")
    mailbox.read()
    mailboxes.remove(mails=True)
    expect_mails(open_chatter(mailboxes.page, mailbox))
