# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64
import re
from unittest.mock import patch

from odoo.addons.mail.tools.discuss import Store
from odoo.exceptions import UserError

from ..models.mail_mail import AT_ONCE
from .writing import PIXEL, WritingCase


class TestWriting(WritingCase):
    """What leaves is a person's e-mail."""

    def test_it_comes_from_her_and_bears_nothing_of_odoo(self):
        message = self.post("<p>Hello Clara</p>", sync_subject="Our offer")
        letter = self.letter
        self.assertEqual(letter["From"], "Anna Berg <anna@ours.test>")
        self.assertEqual(letter["To"], "Clara Customer <clara@customer.test>")
        self.assertEqual(letter["Subject"], "Our offer")
        self.assertEqual(letter["Message-ID"], message.message_id)
        self.assertTrue(letter["Message-ID"].endswith("@ours.test>"))
        names = {name.lower() for name in letter}
        self.assertLessEqual(
            names,
            {
                *("date", "from", "to", "subject", "message-id", "mime-version"),
                *("content-type", "x-mail-contact-sync"),
            },
        )
        html = letter.get_body(("html",)).get_content()
        self.assertIn("<p>Hello Clara</p>", html)
        self.assertIn("Anna of Ours", html)
        text = letter.get_body(("plain",)).get_content()
        self.assertIn("Hello Clara", text)
        for trace in ("odoo", "powered", "catchall", "/mail/view", "unfollow"):
            self.assertNotIn(trace, self.outbox.raw[0].decode().lower())
        self.assertEqual(self.status(message), "sent")
        self.assertFalse(self.env["mail.mail"].search([("sync_account_id", "!=", False)]))

    def test_all_outside_get_one_message(self):
        message = self.post(to=self.customer + self.dora)
        [(letter, recipients)] = self.outbox.sent
        self.assertEqual(recipients, ["clara@customer.test", "dora@customer.test"])
        self.assertEqual(len(letter["To"].addresses), 2)
        self.assertEqual(len(message.sudo().notification_ids), 2)

    def test_colleagues_are_told_by_odoo_alone(self):
        self.customer.message_subscribe(self.ben.partner_id.ids)
        message = self.post(to=self.customer + self.ben.partner_id)
        [(_letter, recipients)] = self.outbox.sent
        self.assertEqual(recipients, ["clara@customer.test"])
        told = message.sudo().notification_ids.res_partner_id
        self.assertEqual(told, self.customer + self.ben.partner_id)
        [mail] = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
        self.assertEqual(mail.recipient_ids, self.ben.partner_id)
        self.assertFalse(mail.sync_account_id)

    def test_followers_outside_who_are_not_addressed_see_no_address(self):
        self.customer.message_subscribe(self.dora.ids)
        message = self.post()
        [(letter, recipients)] = self.outbox.sent
        self.assertEqual(recipients, ["clara@customer.test"])
        self.assertNotIn("dora", str(letter))
        self.assertIn(self.dora, message.sudo().notification_ids.res_partner_id)

    def test_whom_she_writes_to_does_not_begin_to_follow(self):
        self.post(thread=self.customer.with_context(mail_post_autofollow=True))
        self.assertNotIn(self.customer, self.customer.message_partner_ids)

    def test_it_is_one_of_the_contacts_emails(self):
        before = self.customer.with_user(self.ben).sync_mail_count
        message = self.post()
        contact = self.customer.with_user(self.ben)
        contact.invalidate_recordset()
        self.assertEqual(contact.sync_mail_count, before + 1)
        self.assertEqual(contact.sync_mail_last_date, message.date)
        action = contact.action_view_sync_mails()
        self.assertIn(message, self.env["mail.message"].search(action["domain"]))
        self.account.with_user(self.anna).unlink()
        contact.invalidate_recordset()
        self.assertEqual(contact.sync_mail_count, before + 1)
        [told] = Store().add(message.with_user(self.ben)).get_result()["mail.message"]
        self.assertTrue(told["sync_written"], "nobody is offered to edit it")

    def test_of_many_written_at_once_the_others_are_left_to_the_queue(self):
        messages = [self.post(thread=self.dora, to=self.dora) for _number in range(AT_ONCE + 2)]
        self.assertEqual(len(self.outbox.sent), AT_ONCE)
        self.assertEqual([self.status(each) for each in messages[-2:]], ["ready", "ready"])
        # As Odoo's queue sends them
        self.env["mail.mail"].search([("state", "=", "outgoing")]).send(auto_commit=True)
        self.assertEqual(len(self.outbox.sent), AT_ONCE + 2)
        self.assertEqual({self.status(each) for each in messages}, {"sent"})

    def test_what_there_is_no_time_for_stays_in_the_queue(self):
        engine = type(self.env["mail.sync.engine"])
        with patch.object(engine, "_may_begin", lambda _self: False):
            message = self.post()
        self.assertFalse(self.outbox.sent)
        self.assertEqual(self.status(message), "ready")
        self.env["mail.mail"].search([("state", "=", "outgoing")]).send(auto_commit=True)
        self.assertEqual(len(self.outbox.sent), 1)

    def test_it_goes_on_with_the_conversation(self):
        self.arrive(self.mail(message_id="<a1@customer.test>", subject="AW: Re: Your price"))
        self.arrive(
            self.mail(message_id="<a2@customer.test>", in_reply_to="<a1@customer.test>", days=0.5)
        )
        self.sync()
        message = self.post()
        self.assertEqual(self.letter["In-Reply-To"], "<a2@customer.test>")
        self.assertEqual(self.letter["References"], "<a1@customer.test> <a2@customer.test>")
        self.assertEqual(self.letter["Subject"], "Re: An offer")
        self.assertEqual(message.parent_id.sync_message_id, "<a2@customer.test>")

    def test_another_subject_begins_a_new_one(self):
        self.arrive(self.mail(subject="Your price"))
        self.sync()
        message = self.post(sync_subject="Lunch?")
        self.assertNotIn("In-Reply-To", self.letter)
        self.assertFalse(message.parent_id)
        self.outbox.sent.clear()
        self.post(sync_subject="SV: lunch?")
        self.assertEqual(self.letter["In-Reply-To"], message.message_id)

    def test_who_had_a_copy_gets_a_copy(self):
        self.arrive(self.mail(cc="Dora <dora@customer.test>"))
        self.sync()
        self.post(to=self.customer + self.dora)
        self.assertEqual(self.letter["To"], "Clara Customer <clara@customer.test>")
        self.assertEqual(self.letter["Cc"], "Dora <dora@customer.test>")

    def test_what_she_may_not_read_leaves_no_trace(self):
        _account, mailbox = self._second_account(self.ben, visibility="private")
        self.arrive(
            self.mail(to="ben@ours.test", message_id="<secret@customer.test>", subject="Secret"),
            mailbox=mailbox,
        )
        self.sync()
        self.assertEqual(len(self.synced()), 1)
        self.post()
        self.assertNotIn(b"secret", self.outbox.raw[0].lower())

    def test_pictures_stand_within_and_files_behind(self):
        picture, file = (
            self.env["ir.attachment"]
            .with_user(self.anna)
            .create(
                [
                    {"name": "pixel.png", "datas": PIXEL, "res_model": "mail.compose.message"},
                    {"name": "offer.pdf", "raw": b"%PDF-1", "res_model": "mail.compose.message"},
                ]
            )
        )
        foreign = self.env["ir.attachment"].create({"name": "salaries.png", "datas": PIXEL})
        self.post(
            f'<p><img src="/web/image/{picture.id}?access_token=x"/>'
            f'<img src="/web/image/{foreign.id}"/></p>',
            attachment_ids=(picture + file).ids,
        )
        parts = list(self.letter.walk())
        [inline] = [part for part in parts if part["Content-ID"]]
        self.assertEqual(inline.get_content(), base64.b64decode(PIXEL))
        html = self.letter.get_body(("html", "related")).get_body(("html",)).get_content()
        self.assertIn(f"cid:{inline['Content-ID'].strip('<>')}", html)
        names = [part.get_filename() for part in parts if part.get_filename()]
        self.assertEqual(names, ["pixel.png", "offer.pdf"])

    def test_a_colleague_who_is_mentioned_is_no_link_into_odoo(self):
        self.post(
            '<p class="o_x lead">Ask <a href="/odoo/res.partner/7" class="o_mail_redirect" '
            'data-oe-id="7" data-oe-model="res.partner">@Ben</a>, see <a href="/shop">this</a></p>'
        )
        html = self.letter.get_body(("html",)).get_content()
        self.assertIn("@Ben, see", html)
        self.assertNotIn("res.partner", html)
        self.assertNotIn("data-o", html)
        base = self.env["ir.config_parameter"].get_param("web.base.url")
        self.assertIn(f'href="{base}/shop"', html)

    def test_what_the_editor_leaves_behind_stays_here(self):
        self.post(
            '<p class="o_default_font_size"><img class="img-fluid" data-file-name="a.png" src="x">'
            '</p><blockquote class="gmail_quote o_quote" data-id="7"><p class="MsoNormal">You</p>'
            "</blockquote>",
            email_add_signature=False,
        )
        html = self.letter.get_body(("html",)).get_content()
        self.assertNotIn("data-", html)
        self.assertEqual(re.findall('class="([^"]*)"', html), ["gmail_quote", "MsoNormal"])

    def test_a_pasted_picture_has_the_name_of_a_file(self):
        message = self.post(f'<p><img src="data:image/png;base64,{PIXEL.decode()}"></p>')
        self.assertEqual(message.attachment_ids.name, "image0")
        [inline] = [part for part in self.letter.walk() if part["Content-ID"]]
        self.assertEqual(inline.get_filename(), "image0.png")

    def test_a_picture_that_she_pasted_is_sent_with_it(self):
        pasted = (
            self.env["ir.attachment"]
            .with_user(self.anna)
            .create({"name": "pasted.png", "datas": PIXEL, "res_model": "res.partner"})
        )
        [token] = pasted.generate_access_token()
        source = f"/web/image/{pasted.id}-abc/a.png?access_token={token}"
        self.post(f'<p>Look: <img src="{source}"> <a href="/shop">here</a></p>')
        [inline] = [part for part in self.letter.walk() if part["Content-ID"]]
        self.assertEqual(inline.get_filename(), "pasted.png")
        self.assertNotIn(token.encode(), self.outbox.raw[0])
        text = self.letter.get_body(("plain",)).get_content()
        base = self.env["ir.config_parameter"].get_param("web.base.url")
        self.assertIn("Look:", text)
        self.assertIn(f"{base}/shop", text)
        self.assertNotIn("/web/image", text)

    def test_what_she_quotes_takes_no_picture_of_hers_along(self):
        """Whoever wrote it can number them all."""
        passport = (
            self.env["ir.attachment"]
            .with_user(self.anna)
            .create({"name": "passport.png", "datas": PIXEL})
        )
        [token] = passport.generate_access_token()
        for source in (
            f"/web/image/{passport.id}",
            f"/web/image/{passport.id}?access_token=guessed",
            f"https://elsewhere.test/web/image/{passport.id}",
            f"https://elsewhere.test/web/image/{passport.id}?access_token={token}",
        ):
            with self.subTest(source=source):
                self.outbox.sent.clear()
                self.post(f'<blockquote><img src="{source}"></blockquote>')
                self.assertEqual([part["Content-ID"] for part in self.letter.walk()], [None] * 3)

    def test_the_signature_begins_a_line_of_its_own(self):
        self.post("<span>Hello</span>")
        text = self.letter.get_body(("plain",)).get_content()
        self.assertEqual(text.splitlines(), ["Hello", "-- ", "Anna of Ours"])

    def test_the_signature_is_the_mailboxes_else_hers(self):
        self.post()
        self.account.signature = "<p>Sales team</p>"
        self.post()
        first, second = (each.get_body(("html",)).get_content() for each, _to in self.outbox.sent)
        self.assertIn("Anna of Ours", first)
        self.assertIn("Sales team", second)
        self.assertNotIn("Anna of Ours", second)
        self.outbox.sent.clear()
        self.post(email_add_signature=False)
        self.assertNotIn("Sales team", self.letter.get_body(("html",)).get_content())

    def test_a_note_goes_nowhere(self):
        self.post(subtype_xmlid="mail.mt_note")
        self.assertFalse(self.outbox.sent)

    def test_nobody_to_write_to_is_said(self):
        with self.assertRaisesRegex(UserError, "to whom"):
            self.post(to=self.env["res.partner"])
        nameless = self.env["res.partner"].create({"name": "Nameless"})
        with self.assertRaisesRegex(UserError, "Nameless has no e-mail"):
            self.post(to=self.customer + nameless)
        self.assertFalse(self.outbox.sent)
