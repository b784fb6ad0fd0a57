# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.tests.common import tagged
from odoo.tools import email_normalize_all

from .common import SyncCase


@tagged("post_install", "-at_install")
class TestContacts(SyncCase):
    """How a contact comes by its past, and what that costs."""

    def _contact(self, email="nina@new.test", **values):
        return self.env["res.partner"].create({"name": email, "email": email, **values})

    def _keys(self, partner):
        self.env.flush_all()
        return self.env["mail.sync.contact.key"].search([("partner_id", "=", partner.id)])

    def _wake_ups(self):
        """How often the lanes were woken, once this transaction is committed."""
        self.env.cr.flush()
        lane = self.env.ref("mail_contact_sync.ir_cron_lane_1")
        return self.env["ir.cron.trigger"].search_count([("cron_id", "=", lane.id)])

    def test_addresses_are_read_as_odoo_reads_them(self):
        odd = (
            "\u212aa@b.c",
            "İa@b.c",
            "\x0ba@b.c",
            "a..b@b.c",
            ".a@b.c",
            "a@b",
            "a@b..c",
            "a b@c.d",
        )
        several = ("a@b.c, D <d@e.f>", "a@b.c d@e.f", '"a@b.c" <d@e.f>', "a@b.c;d@e.f", "a@b.c,")
        for text in (*odd, *several, "Anna.K+x@Ours.test", " a@b.c", "a@b.c\n", "é@b.c"):
            with self.subTest(text):
                addresses = self.env["mail.sync.contact.key"]._addresses(text)
                self.assertEqual(addresses, email_normalize_all(text))

    # The past of a contact ----------------------------------------------------

    def test_a_new_contact_has_its_past_without_a_rescan(self):
        self.arrive(self.mail("nina@new.test", days=100))
        self.sync()
        scanned = self.account.folder_ids.mapped("scanned")
        contact = self._contact()
        self.sync()
        self.assertEqual(len(self.synced(contact)), 1)
        self.assertEqual(self.account.folder_ids.mapped("scanned"), scanned)

    def test_an_import_of_2500_contacts_brings_their_past_by_one_wake_up(self):
        numbers = (0, 1, 1_250, 2_499)
        for number in numbers:
            self.arrive(self.mail(f"row{number}@import.test"))
        self.sync()
        before = self._wake_ups()
        result = self.env["res.partner"].load(
            ["name", "email"],
            [[f"Row {number}", f"row{number}@import.test"] for number in range(2_500)],
        )
        self.assertFalse(result["messages"])
        self.assertEqual(self._wake_ups(), before + 1)
        self.sync()
        contacts = self.env["res.partner"].browse(result["ids"])
        self.assertEqual(
            [number for number, contact in enumerate(contacts) if self.synced(contact)],
            list(numbers),
        )
        self.assertFalse(self._keys(contacts[7]).filtered(lambda key: not key.matched))

    def test_a_new_address_brings_its_past_and_leaves_the_old_mail(self):
        self.arrive(self.mail(subject="Old job"))
        self.arrive(self.mail("clara@new-job.test", subject="New job", days=50))
        self.sync()
        self.assertEqual(self.synced().mapped("subject"), ["Old job"])
        self.customer.email = "clara@new-job.test"
        self.sync()
        self.assertEqual(self.synced().mapped("subject"), ["New job", "Old job"])
        self.arrive(self.mail(subject="To nobody now", message_id="<late@customer.test>"))
        self.sync()
        self.assertEqual(len(self.synced()), 2)

    def test_an_unarchived_contact_has_its_past(self):
        self.customer.active = False
        self.arrive(self.mail())
        self.sync()
        self.assertFalse(self.mailbox.fetched)
        self.customer.action_unarchive()
        self.sync()
        self.assertEqual(len(self.synced()), 1)

    def test_unarchiving_and_writing_the_same_address_at_once_brings_the_past(self):
        self.customer.active = False
        self.arrive(self.mail())
        self.sync()
        self.customer.write({"active": True, "email": self.customer.email})
        self.sync()
        self.assertEqual(len(self.synced()), 1)

    def test_every_address_of_the_email_field_counts(self):
        texts = {
            "a@one.test, b@one.test": ["a@one.test", "b@one.test"],
            "a@two.test; b@two.test": ["a@two.test", "b@two.test"],
            "a@three.test b@three.test": ["a@three.test", "b@three.test"],
            '"Doe, Jo" <JO@four.test>, jo@private.test': ["jo@four.test", "jo@private.test"],
            "jo@bücher.test": ["jo@xn--bcher-kva.test"],
        }
        for senders in texts.values():
            for sender in senders:
                self.arrive(self.mail(sender))
        self.sync()
        contacts = {text: self._contact(text) for text in texts}
        self.sync()
        for text, senders in texts.items():
            with self.subTest(text):
                self.assertEqual(len(self.synced(contacts[text])), len(senders))

    def test_two_contacts_with_one_address_both_get_it(self):
        twin = self._contact("Clara@Customer.test")
        self.arrive(self.mail())
        self.sync()
        self.assertEqual(len(self.synced()), 1)
        self.assertEqual(len(self.synced(twin)), 1)

    def test_a_contact_made_while_nothing_is_connected_gets_its_mail(self):
        self.account.with_user(self.anna).action_pause()
        contact = self._contact()
        self.arrive(self.mail("nina@new.test"))
        self.sync()
        self.assertFalse(self.synced(contact))
        self.account.with_user(self.anna).action_connect()
        self.sync()
        self.assertEqual(len(self.synced(contact)), 1)

    def test_contacts_made_behind_the_orms_back_get_their_keys(self):
        self.arrive(self.mail("sql@new.test"))
        self.sync()
        self.env.cr.execute(
            """INSERT INTO res_partner (name, email, active) VALUES ('SQL', 'sql@new.test', TRUE)
               RETURNING id"""
        )
        contact = self.env["res.partner"].browse(self.env.cr.fetchone()[0])
        self.env["mail.sync.contact.key"]._add_missing()
        self.sync()
        self.assertEqual(len(self.synced(contact)), 1)

    # What it costs ------------------------------------------------------------

    def test_creating_a_contact_neither_matches_nor_asks_the_mailbox(self):
        self.arrive(self.mail("nina@new.test"))
        self.sync()
        refused = {"side_effect": AssertionError("must not be called")}
        match = type(self.env["mail.sync.match"])
        with (
            patch.object(type(self.account), "_connector", **refused),
            patch.object(match, "_match_contacts", **refused),
            patch.object(match, "_insert", **refused),
        ):
            contact = self._contact()
            contact.email = "nina@elsewhere.test"
            self.env.cr.flush()
        self.assertEqual(self._keys(contact).mapped("matched"), [False])

    def test_the_lanes_wake_once_a_transaction_whatever_it_does(self):
        before = self._wake_ups()
        for number in range(3):
            contact = self._contact(f"n{number}@new.test")
            contact.email = f"m{number}@new.test"
        self.assertEqual(self._wake_ups(), before + 1)
        self._contact()
        self.assertEqual(self._wake_ups(), before + 2)

    def test_the_lanes_sleep_on_where_there_is_nothing_to_do(self):
        before = self._wake_ups()
        self._contact("no address")
        self.customer.name = "Clara C."
        self.customer.active = False
        self.assertEqual(self._wake_ups(), before)
        self.account.state = "paused"
        self._contact()
        self.assertEqual(self._wake_ups(), before)

    def test_writing_the_address_that_is_there_looks_nothing_up(self):
        self.sync()
        before = self._wake_ups()
        keys = self._keys(self.customer)
        self.customer.email = "Clara@customer.test"
        self.assertEqual(self._keys(self.customer), keys)
        self.assertTrue(keys.matched)
        self.assertEqual(self._wake_ups(), before)

    def test_a_further_address_leaves_the_first_as_it_is(self):
        self.sync()
        keys = self._keys(self.customer)
        self.customer.email = "clara@customer.test, clara@home.test"
        self.assertEqual(self._keys(self.customer).mapped("matched"), [True, False])
        self.customer.email = "clara@customer.test"
        self.assertEqual(self._keys(self.customer), keys)

    # Who may ------------------------------------------------------------------

    def test_a_user_without_rights_on_the_sync_makes_and_changes_contacts(self):
        self.arrive(self.mail("nina@elsewhere.test"))
        self.sync()
        contact = (
            self.env["res.partner"]
            .with_user(self.ben)
            .create({"name": "Nina", "email": "nina@new.test"})
        )
        contact.email = "nina@elsewhere.test"
        contact.action_archive()
        contact.action_unarchive()
        self.env.cr.flush()
        self.sync()
        self.assertEqual(len(self.synced(contact)), 1)

    def test_a_deleted_contact_breaks_nothing_and_a_new_one_has_it_all_again(self):
        self.arrive(self.mail(attachments=[("a.pdf", b"%PDF-")]))
        self.sync()
        messages = self.synced()
        files = messages.attachment_ids
        self.customer.unlink()
        self.assertFalse(messages.exists() or files.exists())
        self.sync()
        self.assertEqual(self.account.posted_count, 0)
        self.assertEqual(len(self.mailbox.fetched), 1)
        contact = self._contact("clara@customer.test")
        self.sync()
        self.assertEqual(len(self.synced(contact)), 1)

    def test_a_message_deleted_from_the_chatter_does_not_come_back(self):
        raw = self.mail(to="anna@ours.test, ben@ours.test")
        self.arrive(raw)
        self.sync()
        self.synced().unlink()
        self.arrive(raw, "Archive")
        _account, other = self._second_account(self.anna, address="anna@second.test")
        self.arrive(raw, mailbox=other)
        self.sync()
        self.mailbox.validity["INBOX"] = 2
        self.sync()
        self.assertFalse(self.synced())
