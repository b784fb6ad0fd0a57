# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from email.message import EmailMessage

from .test_delivery import PNG, DeliveryCase


class TestHostileMail(DeliveryCase):
    """A mail that is read does nothing, whoever wrote it."""

    def test_links_and_pictures_of_a_mail_do_not_lead_into_odoo(self):
        base = self.env["ir.config_parameter"].sudo().get_param("web.base.url")
        file = self.env["ir.attachment"].create({"name": "secret.png", "raw": PNG})
        message = self.post(
            self.mail(
                html=f"""<p>Hello <img src="/web/session/logout"> <a href="/odoo/users">x</a>
                <img src="{base}/web/session/logout"> <img src="/web/image/{file.id}">
                <span style="background-image: url(/web/session/logout); color: red">y</span>
                <img src="https://shop.test/logo.png"> <a href="https://shop.test/">z</a></p>"""
            )
        )
        self.assertNotIn("/odoo/", message.body)
        self.assertNotIn("logout", message.body)
        self.assertNotIn("/web/image", message.body)
        self.assertIn('src="https://shop.test/logo.png"', message.body)
        self.assertIn('<a href="https://shop.test/">z</a>', message.body)
        self.assertIn("color:red", message.body)

    def test_a_mail_mentions_nobody(self):
        # Whoever answers it in the full composer would write to them, too.
        partner = f'class="o_mail_redirect" data-oe-model="res.partner" data-oe-id="{self.anna.id}"'
        message = self.post(self.mail(html=f'<p>Hi <a href="https://a.test" {partner}>you</a></p>'))
        self.assertIn('<a href="https://a.test">you</a>', message.body)

    def test_the_pictures_of_the_mail_itself_are_shown(self):
        message = EmailMessage()
        message["From"] = "Clara <clara@customer.test>"
        message["To"] = "anna@ours.test"
        message["Message-ID"] = "<two@customer.test>"
        data = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
        message.set_content(
            f'<p>A <img src="cid:a@x"> B <img src="data:image/png;base64,{data}"></p>',
            subtype="html",
        )
        message.add_related(PNG, "image", "png", cid="<a@x>", filename="a.png")
        posted = self.post(message.as_bytes())
        self.assertEqual(len(posted.attachment_ids), 2)
        for file in posted.attachment_ids:
            self.assertIn(f'src="/web/image/{file.id}"', posted.body)

    def test_what_is_left_out_makes_no_second_mail_of_it(self):
        raw = self.mail(html='<p>Hello <a href="/odoo/users">you</a></p>')
        self.arrive(raw)
        self.sync()
        _account, mailbox = self._second_account(self.ben)
        # Another way has added a line to it.
        self.arrive(raw.replace(b"</p>", b"</p><hr><p>List</p>"), mailbox=mailbox)
        self.sync()
        self.assertEqual(len(self.synced()), 1)

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
