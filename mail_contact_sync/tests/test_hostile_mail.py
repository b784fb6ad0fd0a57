# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .test_delivery import DeliveryCase


class TestHostileMail(DeliveryCase):
    """A mail that is read does nothing, whoever wrote it."""

    def test_html_that_nothing_can_make_fit_is_shown_as_text(self):
        style = "a" * 50_000
        message = self.post(self.mail(html=f'<p style="{style}">Hello <b>Anna</b></p>'))
        self.assertIn("Hello Anna", message.body)
        self.assertEqual(message.attachment_ids.mapped("name"), ["text.html"])

    def test_a_link_that_is_too_long_is_text(self):
        link = "https://" + "a" * 50_000
        message = self.post(self.mail(body=f"See {link}\nClara\n"))
        self.assertIn(link, message.body)
        self.assertNotIn("href", message.body)
