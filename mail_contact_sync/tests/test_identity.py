# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests.common import new_test_user

from .common import SyncCase

TEXT = "Dear Anna,\n\nplease pay 2,500 EUR to our account at the Customers' Bank.\n\nClara\n"
FORGED = TEXT.replace("Customers' Bank", "Thieves' Bank")
LIST = "_______________________________________________\nOffers mailing list\noffers@list.test\n"


class TestIdentity(SyncCase):
    """A forged mail keeps no real one out, and no copy of a mail stands beside it."""

    def setUp(self):
        super().setUp()
        self.account.visibility = "shared"

    def raw(self, text=TEXT, route="", **values):
        raw = self.mail(message_id="<known@customer.test>", body=text, **values)
        return route.encode() + raw

    def texts(self, partner=None):
        return sorted(
            next((name for name in ("Customers", "Thieves") if name in message.body), "")
            for message in self.synced(partner)
        )

    def both(self):
        self.assertEqual(self.texts(), ["Customers", "Thieves"])

    def one(self):
        return self.synced().ensure_one()

    # A comment ------------------------------------------------------------------------

    def comment(self, message_id, user=None):
        return (
            self.customer.with_user(user or self.ben)
            .sudo()
            .message_post(body="Nothing to see", message_id=message_id, message_type="comment")
        )

    def test_a_comment_of_its_message_id_keeps_no_real_one_out(self):
        self.comment("<known@customer.test>")
        self.arrive(self.raw())
        self.sync()
        self.assertIn("Customers' Bank", self.one().body)

    def test_a_comment_of_an_id_that_the_customers_odoo_made_keeps_no_mail_out(self):
        made = "<1.2-openerp-7-sale.order@customer.test>"
        self.comment(made)
        self.arrive(self.mail(message_id=made, body=TEXT))
        self.sync()
        self.assertIn("Customers' Bank", self.one().body)

    def test_what_odoo_wrote_is_known_by_the_id_that_odoo_made(self):
        message = self.comment(None)
        self.assertIn("-openerp-", message.message_id)
        sent = {"sender": "Ben <notify@ours.test>", "to": "Clara <clara@customer.test>"}
        self.arrive(self.mail(message_id=message.message_id, body=TEXT, **sent))
        self.sync()
        self.assertFalse(self.synced())

    def test_what_a_contact_writes_in_odoo_is_known_when_odoo_tells_of_it(self):
        clara = new_test_user(self.env, "clara", groups="base.group_portal")
        clara.partner_id.email = "clara.portal@customer.test"
        self.customer = clara.partner_id
        message = self.comment(None, clara)
        self.arrive(self.mail("Clara <clara.portal@customer.test>", message_id=message.message_id))
        self.sync()
        self.assertFalse(self.synced())

    def test_nobody_gives_a_message_another_id_later(self):
        message = self.comment(None)
        with self.assertRaises(AccessError):
            message.with_user(self.ben).write({"message_id": "<known@customer.test>"})
        message.with_user(self.ben).write({"body": "Still mine"})

    def test_a_comment_of_its_message_id_stands_for_none_when_contacts_are_merged(self):
        kept = self.env["res.partner"].create({"name": "D", "email": "d@customer.test"})
        for known in ("<known@customer.test>", "<1.2-openerp-7-sale.order@customer.test>"):
            self.arrive(self.mail(message_id=known, body=TEXT))
            self.sync()
            mail = self.synced().filtered(lambda mail, known=known: mail.sync_message_id == known)
            comment = kept.with_user(self.ben).message_post(
                body="Nothing to see", message_id=known, message_type="comment"
            )
            self.assertTrue(mail)
            self.assertFalse(self.env["mail.sync.identity"]._copies(comment.sudo(), mail))

    # Another's mailbox ---------------------------------------------------------------

    def test_a_forged_mail_in_another_mailbox_keeps_no_real_one_out(self):
        for planted in ("shared", "private"):
            for own in ("shared", "private"):
                with self.subTest(planted=planted, own=own):
                    self.customer = self.env["res.partner"].create(
                        {"name": "C", "email": f"{planted}.{own}@customer.test"}
                    )
                    self.account.visibility = own
                    sender = self.customer.email
                    address = f"{planted}.{own}@ours.test"
                    _account, mailbox = self._second_account(
                        self.ben, visibility=planted, address=address
                    )
                    self.arrive(self.raw(FORGED, sender=sender), mailbox=mailbox)
                    self.sync()
                    self.assertEqual(self.texts(), ["Thieves"])
                    self.arrive(self.raw(sender=sender))
                    self.sync()
                    self.both()
                    self.sync()
                    self.both()

    def test_the_same_mail_by_other_ways_stands_once(self):
        self.arrive(self.raw())
        ways = (
            self.raw(route="Received: from a.test\nX-Spam: no\nReturn-Path: <c@customer.test>\n"),
            self.raw(TEXT + LIST, subject="[Offers] An offer", list_id="<offers.list.test>"),
            self.raw("CAUTION: This mail came from outside.\n\n" + TEXT),
            self.raw(TEXT + "\n-- \n" + "One of the footers that lawyers write. " * 15),
            self.encoded("base64"),
            self.encoded("quoted-printable"),
        )
        for number, way in enumerate(ways):
            account, mailbox = self._second_account(self.ben, address=f"b{number}@ours.test")
            self.arrive(way, mailbox=mailbox)
            self.sync()
            self.one()
            self.assertEqual(account.posted_count, 1)

    def encoded(self, cte):
        message = EmailMessage()
        message["From"] = "Clara <clara@customer.test>"
        message["Subject"] = "An offer"
        message["Message-ID"] = "<known@customer.test>"
        message["Date"] = format_datetime(self.now - timedelta(days=1))
        message.set_content(TEXT, cte=cte)
        return message.as_bytes()

    def test_a_file_that_is_only_in_the_real_mail_is_not_lost(self):
        _account, mailbox = self._second_account(self.ben)
        self.arrive(self.raw(), mailbox=mailbox)
        self.sync()
        self.arrive(self.raw(attachments=[("contract.bin", b"real")]))
        self.sync()
        self.assertEqual(self.synced().attachment_ids.raw, b"real")

    def test_what_is_brought_for_oneself_opens_nothing_of_what_another_keeps(self):
        """A copy with a footer shows no footer that was for another's eyes."""
        self.account.visibility = "private"
        self.arrive(self.raw(TEXT + LIST))
        self.sync()
        annas = self.one()
        _account, mailbox = self._second_account(self.ben, visibility="shared")
        self.arrive(self.raw(), mailbox=mailbox)
        self.sync()
        self.assertEqual((annas.sync_access, annas.sync_user_ids), ("private", self.anna))
        self.assertEqual(len(self.synced().with_user(self.ben)._filtered_access("read")), 1)

    # The same mailbox ----------------------------------------------------------------

    def test_a_forged_mail_in_the_same_mailbox_keeps_no_real_one_out(self):
        for folder in ("INBOX", "Archive"):
            with self.subTest(folder=folder):
                self.customer = self.env["res.partner"].create(
                    {"name": "C", "email": f"{folder}@customer.test".lower()}
                )
                sender = self.customer.email
                self.arrive(self.raw(FORGED, sender=sender))
                self.sync()
                self.arrive(self.raw(sender=sender), folder)
                self.sync()
                self.both()

    def test_two_mails_of_one_name_that_come_at_once_both_stand(self):
        self.arrive(self.raw(FORGED))
        self.arrive(self.raw())
        self.arrive(self.raw(TEXT + LIST))
        self.sync()
        self.both()
        self.assertFalse(self.env["mail.sync.match"].search([("state", "!=", "posted")]))

    def test_a_program_that_gives_all_its_mails_one_name_loses_none(self):
        for day in range(30):
            self.arrive(self.raw("Battery low\n", days=day + 1))
        self.sync()
        self.assertEqual(len(self.synced()), 30)
        self.assertEqual(len(self.mailbox.fetched), 30)

    def test_a_copy_in_another_folder_is_read_once_and_moving_reads_nothing(self):
        self.arrive(self.raw())
        self.sync()
        self.arrive(self.raw(), "Archive")
        self.arrive(self.raw(), "Offers")
        self.mailbox.fetched.clear()
        self.sync()
        self.assertFalse(self.mailbox.fetched)
        self.arrive(self.raw(route="Received: from a list\n"), "Lists")
        self.sync()
        self.sync()
        self.assertEqual(len(self.mailbox.fetched), 1)
        self.one()
        self.assertEqual(self.account.posted_count, 1)

    def test_what_was_deleted_stays_deleted_and_keeps_no_other_mail_out(self):
        self.arrive(self.raw(FORGED))
        self.sync()
        self.one().unlink()
        _account, mailbox = self._second_account(self.anna, address="anna@second.test")
        self.arrive(self.raw(FORGED), mailbox=mailbox)
        self.sync()
        self.assertFalse(self.synced())
        self.arrive(self.raw())
        self.sync()
        self.assertEqual(self.texts(), ["Customers"])

    def test_a_copy_that_is_gone_is_not_missed_where_another_stands(self):
        self.arrive(self.raw())
        self.sync()
        self.arrive(self.raw(route="Received: from a list\n"), "Lists")
        with patch.object(type(self.mailbox), "fetch", lambda *args: iter(())):
            self.sync()
        self.assertEqual((self.account.posted_count, self.account.skipped_count), (1, 0))

    # Odoo's own -----------------------------------------------------------------------

    def test_a_forged_mail_at_the_gateway_takes_no_real_ones_place(self):
        self.arrive(self.raw())
        self.sync()
        values = {"model": "res.partner", "res_id": self.customer.id, "message_type": "email"}
        values |= {"message_id": "<known@customer.test>", "body": "<p>Forged</p>"}
        self.env["mail.message"].create(values)
        self.assertEqual(self.texts(), ["Customers"])

    def test_a_forged_mail_that_came_by_the_gateway_keeps_no_real_one_out(self):
        values = {"model": "res.partner", "res_id": self.customer.id, "message_type": "email"}
        values |= {"message_id": "<known@customer.test>", "body": "<p>Forged</p>"}
        self.env["mail.message"].create(values)
        self.arrive(self.raw())
        self.sync()
        self.assertEqual(self.texts(), ["Customers"])
