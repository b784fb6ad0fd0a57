# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mailboxes that people connect in a browser."""

import os
from datetime import datetime, timedelta, timezone

from playwright.sync_api import expect


class BrowserMailbox:
    """A mailbox of ``address``, a customer who writes to it, and its owner's browser.

    A subclass names its service, as the dialog does, and fills in the dialog.
    """

    service = ""

    def __init__(self, office, page, address):
        self.office, self.page, self.address = office, page, address
        self.customer_address = f"customer.of.{address}"
        [self.customer] = office.add_contacts([{"name": "Clara", "email": self.customer_address}])
        self.account = None

    def put(self, message, received, to):
        """Let a message come in."""
        raise NotImplementedError

    def add(self, *subjects, days=1.0, sender="", to=""):
        received = datetime.now(timezone.utc) - timedelta(days=days)
        for subject in subjects:
            lines = (
                f"From: {sender or self.customer_address}",
                f"To: {to or self.address}",
                f"Subject: {subject}",
                f"Date: {received:%a, %d %b %Y %H:%M:%S +0000}",
                f"Message-ID: <{subject}.{self.address}>",
                "",
                subject,
            )
            self.put("\r\n".join(lines).encode(), received, to or self.address)

    # In the browser -----------------------------------------------------------------

    @property
    def dialog(self):
        return self.page.get_by_role("dialog")

    def open_dialog(self):
        self.page.goto("/odoo/mailboxes")
        self.page.get_by_role("button", name="Add mailbox").first.click()
        self.dialog.get_by_label("E-mail Address").fill(self.address)
        self.dialog.get_by_text(self.service, exact=True).click()

    def wait_until_it_is_read(self):
        expect(self.page.get_by_text("Up to date")).to_be_visible()
        [[self.account]] = self.office.sql("SELECT max(id) FROM mail_sync_account")

    def shot(self, name):
        if folder := os.environ.get("MAIL_CONTACT_SYNC_SCREENSHOTS"):
            self.page.wait_for_timeout(600)
            self.page.screenshot(path=f"{folder}/{self.service.split()[0].lower()}-{name}.png")

    # What came of it ----------------------------------------------------------------

    def posted(self):
        rows = self.office.sql(
            """SELECT subject FROM mail_message
               WHERE model = 'res.partner' AND res_id = %s AND sync_access IS NOT NULL""",
            self.customer,
        )
        return sorted(subject for (subject,) in rows)

    def sync(self):
        self.office.sync_now("anna", self.account)
        self.office.rest()

    def forget(self):
        """Remove it, as its owner does."""
        if self.account:
            self.office.user("anna").call("mail.sync.account", "unlink", [self.account])
