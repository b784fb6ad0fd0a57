# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The chatter's two composers, as people use them: in a browser."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from playwright.sync_api import Locator, Page, expect

from dev.smtp import SmtpServer

from .browser import open_chatter
from .mailbox import Mailbox

COMPANY = "Company e-mail"
ASKED = re.compile("composer_senders")


class QuickComposer:
    """The one in the chatter of a mailbox's customer, open."""

    def __init__(self, page: Page, mailbox: Mailbox):
        self.page, self.mailbox = page, mailbox
        open_chatter(page, mailbox)
        with page.expect_response(ASKED):
            page.get_by_role("button", name="Send message").click()

    @property
    def row(self) -> Locator:
        """Where it is chosen from where she writes."""
        return self.page.locator(".o-mail-ComposerSender")

    @property
    def sender(self) -> Locator:
        return self.row.get_by_label("From:")

    @property
    def subject(self) -> Locator:
        return self.row.get_by_label("Subject")

    def choose(self, name: str) -> None:
        choose(self.page, self.sender, name)

    def choose_by_keyboard(self, name: str, opening: str = "ArrowDown") -> None:
        self.sender.press(opening)
        item = self.page.get_by_role("menuitem", name=name)
        expect(item).to_be_visible()
        for _mailbox in range(5):
            if "focus" not in item.get_attribute("class").split():
                self.sender.press("ArrowDown")
        self.sender.press("Enter")

    def write(self, text: str) -> None:
        self.page.locator(".o-mail-Composer-input").fill(text)

    def press_send(self) -> None:
        self.page.get_by_role("button", name="Send", exact=True).click()

    def send(self, text: str) -> Locator:
        """Send it; returns the message in the chatter."""
        self.write(text)
        self.press_send()
        return expect_posted(self.page, text)

    def open_full(self) -> "FullComposer":
        self.page.get_by_role("button", name="Open Full Composer").click()
        return FullComposer(self.page)


class FullComposer:
    """The dialog, open."""

    def __init__(self, page: Page):
        self.page = page
        self.dialog = page.get_by_role("dialog").filter(has=page.locator(".o_mail_composer_form"))
        self.sender = self.dialog.get_by_label("From")
        self.subject = self.dialog.get_by_label("Subject")
        self.body = self.dialog.locator(".odoo-editor-editable")
        expect(self.body).to_be_visible()

    def choose(self, name: str) -> None:
        choose(self.page, self.sender, name)

    def press(self, name: str) -> None:
        self.dialog.get_by_role("button", name=name, exact=True).click()

    def schedule(self) -> None:
        self.dialog.locator("[name=scheduled_date]").get_by_role("button").click()
        self.page.get_by_role("dialog").get_by_role("button", name="Save").click()
        self.press("Schedule")


def choose(page: Page, field: Locator, name: str) -> None:
    field.click()
    page.get_by_role("menuitem", name=name).click()


def expect_posted(page: Page, text: str) -> Locator:
    message = page.locator(".o-mail-Message").filter(has_text=text)
    expect(message).to_be_visible()
    return message


class Outbox:
    """What the office sends by ``server`` from now on."""

    def __init__(self, server: SmtpServer):
        self._server, self._before = server, len(server.taken)

    @property
    def letters(self) -> list[EmailMessage]:
        taken = self._server.taken[self._before :]
        return [message_from_bytes(raw, policy=policy.default) for _from, _to, raw in taken]


@pytest.fixture
def outbox(smtp):
    return Outbox(smtp)


@pytest.fixture
def new_sender(new_mailbox, office, addresses, smtp):
    """``new_sender()`` is a mailbox from which can be written to a customer who has one, too."""

    def new(**values):
        mailbox = new_mailbox()
        mailbox.customer_address = next(addresses)
        customer = {"email": mailbox.customer_address}
        office.user("anna").call("res.partner", "write", [mailbox.customer], customer)
        server = {"smtp_host": "127.0.0.1", "smtp_port": smtp.port, "smtp_security": "none"}
        mailbox.account = office.connect("anna", mailbox.address, **server, **values)
        return mailbox

    return new


@pytest.fixture
def conversation(new_sender, office):
    """A mailbox to which the customer has written about an offer."""
    mailbox = new_sender(signature="<p>Anna of Sales</p>")
    mailbox.deliver("Offer")
    mailbox.sync()
    return mailbox


@pytest.fixture
def other_mailbox(new_sender, conversation):
    """Another mailbox of the same owner, which she keeps to herself."""
    return new_sender(visibility="private")
