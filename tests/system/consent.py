# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mailboxes that people connect by signing in, in a browser, on a page of the provider."""

from .connecting import BrowserMailbox


class ConsentMailbox(BrowserMailbox):
    """``url`` is the provider's; a subclass names the dialog's button, too."""

    button = ""

    def __init__(self, office, page, address, url):
        super().__init__(office, page, address)
        self._url = url

    def begin(self):
        self.open_dialog()
        self.shot("dialog")
        self.leave()

    def leave(self):
        self.dialog.get_by_role("button", name=self.button).click()
        self.page.wait_for_url(f"{self._url}/**")
        self.shot("consent")

    def consent(self, address=""):
        self.page.get_by_role("button", name=address or self.address).click()

    def connect(self):
        self.begin()
        self.consent()
        self.wait_until_it_is_read()
