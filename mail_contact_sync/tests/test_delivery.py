# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import os
from base64 import b64decode
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from unittest.mock import patch

from odoo.tests.common import HttpCase

from ..connectors.base import MessageError
from .common import SyncCase

PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SCRIPT = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


class DeliveryCase(SyncCase):
    def post(self, raw, received=None):
        """The message that ``raw`` becomes on the customer."""
        before = self.synced()
        self.mailbox.add("INBOX", raw, received)
        self.sync()
        return (self.synced() - before).ensure_one()

    def mail_with_picture(self):
        message = EmailMessage()
        message["From"] = "Clara <clara@customer.test>"
        message["To"] = "anna@ours.test"
        message["Message-ID"] = "<picture@customer.test>"
        message.set_content("See the picture")
        message.add_alternative('<p>See <img src="cid:logo%40x"></p>', subtype="html")
        html = message.get_payload()[1]
        html.add_related(PNG, "image", "png", cid="<logo@x>", filename="logo.png")
        message.add_attachment(b"%PDF-1.4", "application", "pdf", filename="offer.pdf")
        return message.as_bytes()


class TestDelivery(DeliveryCase):
    """What a mail looks like in the chatter."""

    # Files --------------------------------------------------------------------

    def test_files_belong_to_the_message_and_not_to_the_contact(self):
        message = self.post(self.mail(attachments=[("a.bin", b"\0\1"), ("b.bin", b"\2")]))
        files = message.attachment_ids.sorted("name")
        self.assertEqual(files.mapped("raw"), [b"\0\1", b"\2"])
        self.assertEqual(set(files.mapped("res_model")), {"mail.message"})
        self.assertEqual(set(files.mapped("res_id")), {message.id})
        of_contact = [("res_model", "=", "res.partner"), ("res_id", "=", self.customer.id)]
        self.assertFalse(self.env["ir.attachment"].search(of_contact))

    def test_a_picture_inside_the_text_is_shown_there(self):
        message = self.post(self.mail_with_picture())
        picture = message.attachment_ids.filtered(lambda file: file.name == "logo.png")
        self.assertEqual(picture.raw, PNG)
        self.assertIn(f'src="/web/image/{picture.id}"', message.body)
        self.assertNotIn("cid:", message.body)

    def test_a_file_that_a_browser_would_run_is_plain_text(self):
        for name in ("page.html", "picture.svg", "page.xhtml"):
            message = self.post(
                self.mail(attachments=[(name, SCRIPT)], message_id=f"<{name}@customer.test>")
            )
            self.assertEqual(message.attachment_ids.mimetype, "text/plain", name)

    # Text ---------------------------------------------------------------------

    def test_text_is_shown_as_it_was_written(self):
        message = self.post(self.mail(body="Dear <Anna> & all,\n\nyours\nClara\n"))
        self.assertIn("Dear &lt;Anna&gt; &amp; all,", message.body)
        self.assertRegex(message.body, r"yours\s*<br ?/?>\s*Clara")

    def test_html_is_shown_without_what_could_run(self):
        html = '<p onclick="x()">Dear <b>Anna</b></p><script>alert(1)</script>'
        message = self.post(self.mail(html=html))
        self.assertIn("<b>Anna</b>", message.body)
        self.assertNotIn("onclick", message.body)
        self.assertNotIn("script", message.body)

    def test_what_is_quoted_is_folded(self):
        html = (
            '<p>New</p><div class="gmail_quote">On Monday Anna wrote:'
            "<blockquote>Old</blockquote></div>"
        )
        message = self.post(self.mail(html=html))
        self.assertIn("New", message.body)
        self.assertRegex(message.body, r"<blockquote[^>]*data-o-mail-quote")

    def test_subject_and_recipients_are_those_of_the_mail(self):
        message = self.post(
            self.mail(
                subject="Größe und Preis – 見積",
                to='"Müller, Jö" <anna@ours.test>, Zoe <zoe@x.test>, ada@x.test',
                cc="Ben <ben@ours.test>",
                reply_to="office@customer.test",
            )
        )
        self.assertEqual(message.subject, "Größe und Preis – 見積")
        self.assertEqual(
            message.incoming_email_to,
            '"Müller, Jö" <anna@ours.test>, "Zoe" <zoe@x.test>, ada@x.test',
        )
        self.assertEqual(message.incoming_email_cc, '"Ben" <ben@ours.test>')
        self.assertEqual(message.reply_to, "office@customer.test")
        self.assertFalse(message.partner_ids)

    # Author -------------------------------------------------------------------

    def test_the_contact_is_the_author_even_if_another_has_the_same_address(self):
        twin = self.env["res.partner"].create({"name": "Twin", "email": "clara@customer.test"})
        message = self.post(self.mail("Somebody <CLARA@customer.test>"))
        self.assertEqual(message.author_id, self.customer)
        self.assertEqual(self.synced(twin).author_id, twin)

    def test_another_contact_is_the_author(self):
        otto = self.env["res.partner"].create({"name": "Otto", "email": "otto@customer.test"})
        message = self.post(self.mail("otto@customer.test", cc="clara@customer.test"))
        self.assertEqual(message.author_id, otto)

    def test_a_colleague_is_the_author(self):
        message = self.post(self.mail("ben@ours.test", cc="clara@customer.test"))
        self.assertEqual(message.author_id, self.ben.partner_id)
        self.assertEqual(message.message_type, "email")

    def test_a_stranger_is_the_author_by_name_alone(self):
        message = self.post(self.mail("Sam <sam@elsewhere.test>", cc="clara@customer.test"))
        self.assertFalse(message.author_id)
        self.assertEqual(message.email_from, '"Sam" <sam@elsewhere.test>')
        self.assertFalse(self.env["res.partner"].search([("email", "ilike", "sam@")]))

    def test_the_user_is_the_author_of_what_she_sent_from_another_address(self):
        self.account.aliases = "Anna <a.b@ours.test>, c@ours.test"
        message = self.post(self.mail("A. B. <A.B@ours.test>", to="clara@customer.test"))
        self.assertEqual(message.author_id, self.anna.partner_id)
        self.assertEqual(message.message_type, "email_outgoing")

    def test_a_colleagues_address_is_hers_whoever_says_that_it_is_his(self):
        account, mailbox = self._second_account(self.ben, address="anna@ours.test")
        for days, claim in (
            (1, {"address": "anna@ours.test"}),
            (2, {"address": "ben@ours.test", "aliases": "anna@ours.test"}),
        ):
            account.write(claim)
            mail = self.mail("anna@ours.test", to="clara@customer.test", days=days)
            self.arrive(mail, mailbox=mailbox)
            self.sync()
            self.assertEqual(len(self.synced()), days)
            self.assertEqual(self.synced().author_id, self.anna.partner_id)

    def test_the_address_of_a_colleague_who_left_is_whose_mailbox_has_it(self):
        self.anna.active = False
        _account, mailbox = self._second_account(self.ben, address="anna@ours.test")
        self.arrive(self.mail("anna@ours.test", to="clara@customer.test"), mailbox=mailbox)
        self.sync()
        self.assertEqual(self.synced().author_id, self.ben.partner_id)

    def test_an_address_of_two_users_is_the_mailboxs_owners(self):
        self.ben.partner_id.email = "anna@ours.test"
        _account, mailbox = self._second_account(self.ben)
        self.arrive(self.mail("anna@ours.test", to="clara@customer.test"), mailbox=mailbox)
        self.sync()
        self.assertEqual(self.synced().author_id, self.ben.partner_id)

    # Kind, identity, date -------------------------------------------------------

    def test_it_is_internal_and_of_its_own_kind(self):
        message = self.post(self.mail())
        self.assertTrue(message.is_internal)
        self.assertEqual(message.subtype_id, self.env.ref("mail_contact_sync.mt_synced_email"))
        self.assertTrue(message.subtype_id.internal)
        self.assertFalse(message.record_company_id)

    def test_its_message_id_is_kept_where_the_gateway_does_not_look(self):
        message = self.post(self.mail(message_id="<one@customer.test>"))
        self.assertEqual(message.sync_message_id, "<one@customer.test>")
        self.assertNotIn("one@customer.test", message.message_id)

    def test_mails_without_message_id_are_told_apart(self):
        one = self.post(self.mail(message_id=None, body="One", days=1))
        two = self.post(self.mail(message_id=None, body="Two", days=2))
        self.assertNotEqual(one.sync_message_id, two.sync_message_id)
        self.assertNotEqual(one.message_id, two.message_id)

    def test_the_date_is_the_senders_in_utc(self):
        sent = datetime.now(timezone(timedelta(hours=9))).replace(microsecond=0)
        sent -= timedelta(days=2)
        raw = self.mail(message_id="<tokyo@x.test>")
        raw = self._dated(raw, sent.strftime("%a, %d %b %Y %H:%M:%S +0900"))
        expected = sent.astimezone(timezone.utc).replace(tzinfo=None)
        self.assertEqual(self.post(raw).date, expected)

    def test_the_date_is_the_servers_where_the_senders_cannot_be_true(self):
        received = datetime.now(timezone.utc).replace(microsecond=0) - timedelta(days=3)
        dates = ("Tue, 01 Jan 2069 00:00:00 +0000", "Thu, 01 Jan 1970 00:00:01 +0000", "noon", None)
        for date in dates:
            raw = self._dated(self.mail(message_id=f"<{dates.index(date)}@x.test>"), date)
            self.assertEqual(self.post(raw, received).date, received.replace(tzinfo=None), date)

    def _dated(self, raw, date):
        lines = [line for line in raw.split(b"\n") if not line.startswith(b"Date:")]
        return b"\n".join(([f"Date: {date}".encode()] if date else []) + lines)


class TestInterruptions(DeliveryCase):
    """What is left of work that was broken off."""

    def test_a_mail_that_cannot_be_had_leaves_no_mark_on_the_others(self):
        for number in range(3):
            self.arrive(self.mail(subject=f"Mail {number}"))
        fetch = type(self.mailbox).fetch
        refused, seen = [], []

        def refusing(mailbox, folder, refs, limit=None):
            self.env.cr.execute("SELECT max(interruptions) FROM mail_sync_match")
            seen.extend(*self.env.cr.fetchall())
            for ref, raw in fetch(mailbox, folder, refs, limit):
                if not refused:
                    refused.append(ref)
                    raise MessageError("message", ref=ref)
                yield ref, raw

        with patch.object(type(self.mailbox), "fetch", refusing):
            self.sync()
        self.assertEqual(len(self.synced()), 2)
        self.assertEqual(seen, [1, 1], "what waited was no suspect")
        self.assertEqual(self.env["mail.sync.match"].search([]).mapped("interruptions"), [0] * 3)

    def test_a_kill_leaves_no_half_of_a_file_behind_for_ever(self):
        files = self.env["ir.attachment"]
        content = b"half of it" * 100
        name = files._compute_checksum(content)
        folder = os.path.dirname(files._full_path(f"{name[:2]}/{name}"))
        for broken in ("os.replace", "os.unlink"):
            with patch(broken, side_effect=KeyboardInterrupt), suppress(KeyboardInterrupt):
                files._sync_write_whole(content)
            self.assertTrue([each for each in os.listdir(folder) if each.startswith(name)])
            files._gc_file_store_unsafe()
            self.assertFalse([each for each in os.listdir(folder) if each.startswith(name)])

    def test_a_whole_file_leaves_nothing_to_look_for(self):
        files = self.env["ir.attachment"]
        content = b"all of it" * 100
        files._sync_write_whole(content)
        name = files._compute_checksum(content)
        listed = os.listdir(files._full_path(f"checklist/{name[:2]}"))
        self.assertEqual([each for each in listed if each.startswith(name)], [name])


class TestDeliveryRoutes(DeliveryCase, HttpCase):
    """What the browser gets."""

    def test_the_picture_is_served_to_who_reads_the_message(self):
        message = self.post(self.mail_with_picture())
        picture = message.attachment_ids.filtered(lambda file: file.name == "logo.png")
        self.authenticate("anna", "anna")
        response = self.url_open(f"/web/image/{picture.id}")
        self.assertEqual(response.headers["Content-Type"], "image/png")
        self.assertEqual(response.content, PNG)

    def test_a_page_is_served_as_text(self):
        message = self.post(self.mail(attachments=[("page.html", SCRIPT)]))
        self.authenticate("anna", "anna")
        response = self.url_open(f"/web/content/{message.attachment_ids.id}")
        self.assertTrue(response.headers["Content-Type"].startswith("text/plain"))
        self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")
