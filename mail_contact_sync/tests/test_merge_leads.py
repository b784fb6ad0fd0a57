# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

from odoo.exceptions import AccessError

from .writing import WritingCase


class TestMergeLeads(WritingCase):
    """Leads that a colleague merges keep what she may not see, and show it to her no more."""

    def setUp(self):
        super().setUp()
        if "crm.lead" not in self.env:
            self.skipTest("crm is not installed")
        (self.anna + self.ben).group_ids += self.env.ref("sales_team.group_sale_salesman_all_leads")
        values = {"partner_id": self.customer.id, "type": "opportunity", "user_id": self.anna.id}
        self.kept, self.gone = self.env["crm.lead"].create(
            [{"name": "Kept", "probability": 90, **values}, {"name": "Gone", **values}]
        )

    def merge(self):
        wizard = self.env["crm.merge.opportunity"].with_user(self.ben)
        wizard.create({"opportunity_ids": [(6, 0, (self.kept + self.gone).ids)]}).action_merge()
        self.env.invalidate_all()
        self.assertFalse(self.gone.exists())

    def converse(self, visibility):
        """She writes on the lead that goes, and is answered."""
        self.account.visibility = visibility
        written = self.post(thread=self.gone, subject="Offer")
        self.arrive(
            self.mail(
                subject="Re: Offer",
                body="My answer",
                message_id="<answer@customer.test>",
                in_reply_to=written.message_id,
                days=0,
            )
        )
        self.sync()
        answer = self.gone.message_ids.filtered(lambda each: each.message_type == "email")
        self.assertEqual(len(answer), 1)
        self.env.invalidate_all()
        return written + answer

    def test_what_only_its_owner_sees_is_kept_for_her(self):
        messages = self.converse("private")
        self.assertFalse(self.gone.with_user(self.ben).sudo().message_ids & messages)
        self.env.invalidate_all()
        self.merge()
        self.assertEqual(messages.exists(), messages)
        self.assertEqual(messages.mapped("subject"), ["Offer", "Re: Offer"])
        self.assertLessEqual(messages, self.kept.with_user(self.anna).message_ids)
        self.env.invalidate_all()
        for message in messages:
            self.assertTrue(message.with_user(self.anna).body)
            with self.assertRaises(AccessError):
                message.with_user(self.ben).read(["body"])
        self.assertFalse(self.kept.with_user(self.ben).message_ids & messages)

    def test_what_all_see_is_kept_as_it_is(self):
        messages = self.converse("shared")
        self.merge()
        self.assertEqual(messages.mapped("subject"), ["Offer", "Re: Offer"])
        self.assertLessEqual(messages, self.kept.with_user(self.ben).message_ids)

    def test_other_messages_move_as_ever(self):
        note = self.gone.message_post(body="A note", subject="Note")
        self.merge()
        self.assertEqual((note.res_id, note.subject), (self.kept.id, "From Gone: Note"))

    def test_what_is_sent_later_is_kept(self):
        self.account.visibility = "private"
        scheduled = (
            self.env["mail.scheduled.message"]
            .with_user(self.anna)
            .create(
                {
                    "model": "crm.lead",
                    "res_id": self.gone.id,
                    "author_id": self.anna.partner_id.id,
                    "scheduled_date": "2100-01-01",
                    "notification_parameters": json.dumps({"sync_sender_id": self.account.id}),
                }
            )
        )
        self.merge()
        self.assertEqual(scheduled.exists().res_id, self.kept.id)
