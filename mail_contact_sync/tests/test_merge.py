# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .common import SyncCase


class TestMerge(SyncCase):
    """Contacts that are merged hold each mail once, and all of it."""

    def setUp(self):
        super().setUp()
        self.twin = self.env["res.partner"].create(
            {"name": "Clara C.", "email": "clara@customer.test"}
        )

    def _merge(self, *sources, into=None):
        target = into or self.customer
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [target.id, *(source.id for source in sources)], target
        )
        self.env.invalidate_all()
        for source in sources:
            self.assertFalse(source.exists())
        return target

    def _assert_settled(self):
        """The ledger agrees with the chatter, and another run has nothing to do."""
        matches = self.env["mail.sync.match"].search([])
        for match in matches:
            self.assertEqual(match.state, "posted")
            self.assertEqual(match.mail_message_id.res_id, match.partner_id.id)
        messages = self.synced()
        self.mailbox.fetched.clear()
        self.mailbox.validity["INBOX"] += 1
        self.sync()
        self.assertEqual(self.synced(), messages)
        self.assertEqual(self.env["mail.sync.match"].search([]), matches)
        self.assertFalse(self.mailbox.fetched)

    def test_the_same_mail_stands_once_and_keeps_its_files(self):
        self.arrive(self.mail(attachments=[("offer.pdf", b"%PDF-1.4 offer")]))
        self.sync()
        self.assertTrue(self.synced() and self.synced(self.twin))
        self._merge(self.twin)
        message = self.synced()
        self.assertEqual(len(message), 1)
        self.assertEqual(message.attachment_ids.raw, b"%PDF-1.4 offer")
        self.assertEqual(message.attachment_ids.res_id, message.id)
        self._assert_settled()

    def test_other_mail_moves(self):
        self.twin.email = "clara@old.test"
        self.arrive(self.mail("clara@old.test", subject="Old"))
        self.arrive(self.mail(subject="New", days=2))
        self.arrive(self.mail(subject="Both", cc="clara@old.test", days=3))
        self.sync()
        self._merge(self.twin)
        self.assertEqual(self.synced().mapped("subject"), ["Both", "New", "Old"])
        self._assert_settled()

    def test_three_contacts_become_one(self):
        third = self.env["res.partner"].create({"name": "C", "email": "clara@customer.test"})
        for number in range(3):
            self.arrive(self.mail(subject=f"Mail {number}", days=number + 1))
        self.sync()
        self._merge(self.customer, third, into=self.twin)
        self.assertEqual(len(self.synced(self.twin)), 3)
        self.assertEqual(self.account.posted_count, 3)
        self.customer = self.twin
        self._assert_settled()

    def test_a_user_merges_what_she_may_not_read_by_the_wizard(self):
        self.account.visibility = "private"
        self.arrive(self.mail())
        self.sync()
        wizard = (
            self.env["base.partner.merge.automatic.wizard"]
            .with_user(self.ben)
            .with_context(active_model="res.partner", active_ids=(self.customer + self.twin).ids)
            .create({"dst_partner_id": self.customer.id})
        )
        wizard.action_merge()
        self.assertFalse(self.twin.exists())
        self.assertEqual(len(self.synced()), 1)
        self._assert_settled()

    def test_what_waits_is_delivered_to_the_destination_once(self):
        self.arrive(self.mail("nina@new.test"))
        self.sync()
        nina, twin = self.env["res.partner"].create([{"name": "N", "email": "nina@new.test"}] * 2)
        self.env["mail.sync.match"]._match_contacts()
        self.customer = self._merge(twin, into=nina)
        self.sync()
        self.assertEqual(len(self.synced()), 1)
        self._assert_settled()

    def test_what_waits_for_an_address_that_is_gone_is_delivered_all_the_same(self):
        self.arrive(self.mail("clara@old.test"))
        self.sync()
        self.twin.email = "clara@old.test"
        self.env["mail.sync.match"]._match_contacts()
        self._merge(self.twin)
        self.assertEqual(self.customer.email, "clara@customer.test")
        self.sync()
        self.assertEqual(len(self.synced()), 1)

    def test_odoos_own_message_stays_in_place_of_the_mailboxs_copy(self):
        for target, source in ((0, 1), (1, 0)):
            contacts = self.env["res.partner"].create(
                [{"name": name, "email": f"odo{target}@x.test"} for name in "AB"]
            )
            own = (
                contacts[0]
                .with_user(self.anna)
                .message_post(
                    body="Sent from Odoo",
                    message_type="comment",
                    subtype_xmlid="mail.mt_comment",
                    partner_ids=contacts[0].ids,
                )
            )
            self.arrive(
                self.mail("anna@ours.test", contacts[0].email, message_id=own.message_id), "Sent"
            )
            self.sync()
            self.assertFalse(self.synced(contacts[0]))
            self.assertEqual(len(self.synced(contacts[1])), 1)
            merged = self._merge(contacts[source], into=contacts[target])
            self.assertFalse(self.synced(merged))
            self.assertEqual(own.exists().res_id, merged.id)
            self.customer = merged
            self._assert_settled()

    def test_a_reply_hangs_on_the_copy_that_stays(self):
        self.arrive(self.mail(subject="Q", message_id="<q@customer.test>", days=5))
        self.sync()
        self.twin.message_post(body="A note on it", parent_id=self.synced(self.twin).id)
        note = self.twin.message_ids[0]
        self.arrive(self.mail(subject="Re: Q", in_reply_to="<q@customer.test>"))
        self.sync()
        self._merge(self.twin)
        question, answer = self.synced()
        self.assertEqual(answer.parent_id, question)
        self.assertEqual(note.parent_id, question)

    def test_one_holder_who_shares_opens_the_mail_that_is_left(self):
        kept = self._held_apart("private", "shared")
        self.synced().ensure_one()
        self.assertEqual(kept.sync_access, "shared")
        self.assertFalse(kept.sync_user_ids)

    def test_all_private_holders_keep_their_access(self):
        kept = self._held_apart("private", "private")
        self.synced().ensure_one()
        self.assertEqual(kept.sync_access, "private")
        self.assertEqual(kept.sync_user_ids, self.anna + self.ben)

    def test_two_mails_of_one_name_are_not_joined(self):
        self._forged("shared", "shared")

    def test_nor_are_those_who_read_them(self):
        self._forged("private", "private")

    def test_nor_does_the_one_open_the_other(self):
        self._forged("private", "shared")

    def _forged(self, annas, bens):
        """A Message-ID can be learned, and another mail be made of that name."""
        raw = self.mail(to="anna@ours.test")
        self._held_apart(annas, bens, raw, raw.replace(b"Hello Anna", b"Hello me"))
        self.assertEqual(len(self.synced()), 2)
        for text, user, access in (("Hello Anna", self.anna, annas), ("Hello me", self.ben, bens)):
            [message] = self.synced().filtered(lambda each, text=text: text in each.body)
            readers = user if access == "private" else user.browse()
            self.assertEqual((message.sync_access, message.sync_user_ids), (access, readers))

    def test_copies_that_came_by_different_ways_stand_once(self):
        raw = self.mail(to="anna@ours.test", body="Hello Anna, this is an offer of ours.\n")
        footer = b"____________________________\nOffers mailing list\n"
        self._held_apart("shared", "shared", raw, raw + footer)
        self.synced().ensure_one()

    def _held_apart(self, annas, bens, raw=None, bens_raw=None):
        """What is left of a mail that Anna's mailbox brought to one, and Ben's to the other."""
        other = self.env["res.company"].create({"name": "Other company"})
        self.ben.company_ids += other
        self.customer.company_id = self.account.company_id
        self.twin.company_id = other
        account, mailbox = self._second_account(self.ben, visibility=bens)
        account.company_id = other
        self.account.visibility = annas
        raw = raw or self.mail(to="anna@ours.test, ben@ours.test")
        self.arrive(raw)
        self.arrive(bens_raw or raw, mailbox=mailbox)
        self.sync()
        self.assertEqual(self.synced().sync_access, annas)
        self.assertEqual(self.synced(self.twin).sync_access, bens)
        self._merge(self.twin)
        self.assertEqual((self.account + account).mapped("posted_count"), [1, 1])
        return self.synced()[:1]

    def test_what_was_deleted_from_one_chatter_stands_if_it_stood_in_the_other(self):
        self.arrive(self.mail())
        self.sync()
        self.synced().unlink()
        self._merge(self.twin)
        self.assertEqual(len(self.synced()), 1)
        self._assert_settled()

    def test_what_was_deleted_does_not_come_back_by_a_contact_for_whom_it_waits(self):
        self.twin.active = False
        self.arrive(self.mail())
        self.sync()
        self.synced().unlink()
        self.twin.active = True
        self.env["mail.sync.match"]._match_contacts()
        self._merge(self.customer, into=self.twin)
        self.sync()
        self.assertFalse(self.synced(self.twin))
