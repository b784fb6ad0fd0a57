# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timedelta
from random import Random

from .common import SyncCase

NEW_YEAR = datetime(2026, 1, 1)


class TestChatter(SyncCase):
    """A contact's chatter stands in the order of the dates, whenever its mail came."""

    # Order ----------------------------------------------------------------------

    def _messages(self, thread, dates):
        """Messages of all kinds on ``thread``, of which the ids say nothing about the dates."""
        kinds = (
            {"message_type": "email", "sync_access": "shared"},
            {"message_type": "comment", "subtype_id": self.env.ref("mail.mt_comment").id},
            {"message_type": "comment", "subtype_id": self.env.ref("mail.mt_note").id},
            {"message_type": "notification"},
            {"message_type": "email_outgoing", "sync_access": "shared"},
        )
        return self.env["mail.message"].create(
            [
                {
                    "model": thread._name,
                    "res_id": thread.id,
                    "date": date,
                    "subject": f"Number {number}",
                    "body": "Many words" if number % 3 else "Few words",
                    "message_id": f"<{thread._name}.{number}@test>",
                    "reply_to": "x@ours.test",
                    **kinds[number % len(kinds)],
                }
                for number, date in enumerate(dates)
            ]
        )

    def _shuffled(self, number, per_day=4):
        """Messages of which ``per_day`` have the very same date each."""
        self.customer.message_ids.unlink()
        dates = [NEW_YEAR + timedelta(days=index // per_day) for index in range(number)]
        Random(19).shuffle(dates)
        messages = self._messages(self.customer, dates)
        return messages.sorted(lambda message: (message.date, message.id), reverse=True)

    def _fetch(self, user=None, thread=None, **kwargs):
        user = user or self.anna
        thread = (thread or self.customer).with_user(user)
        return (
            self.env["mail.message"].with_user(user)._message_fetch(None, thread=thread, **kwargs)
        )

    def _page(self, **kwargs):
        return self._fetch(**kwargs)["messages"]

    def test_pages_backwards_have_no_gap_and_no_repeat(self):
        messages = self._shuffled(200)
        for user in (self.anna, self.env.user):
            seen = self._page(user=user).ids
            while len(seen) < 200 and (page := self._page(user=user, before=seen[-1])):
                seen += page.ids
            self.assertEqual(seen, messages.ids)
            self.assertFalse(self._page(user=user, before=seen[-1]))

    def test_pages_forwards_have_no_gap_and_no_repeat(self):
        messages = self._shuffled(200)
        seen = [messages[-1].id]
        while len(seen) < 200 and (page := self._page(after=seen[0], limit=13)):
            seen = page.ids + seen
        self.assertEqual(seen, messages.ids)
        self.assertFalse(self._page(after=seen[0]))

    def test_a_page_around_a_message_has_its_neighbours(self):
        messages = self._shuffled(60)
        for index in (0, 7, 30, 59):
            page = self._page(around=messages[index].id, limit=10)
            self.assertEqual(page.ids, messages[max(index - 5, 0) : index + 5].ids)

    def test_a_limit_is_one_of_the_dates_not_of_the_ids(self):
        messages = self._shuffled(50)
        self.assertEqual(self._page(limit=5).ids, messages[:5].ids)

    def test_what_is_searched_for_is_counted_once_and_paged_by_date(self):
        messages = self._shuffled(90)
        few = messages.filtered(lambda message: "Few" in message.body)
        result = self._fetch(search_term="few words", limit=20)
        self.assertEqual(result["count"], 30)
        self.assertEqual(result["messages"].ids, few[:20].ids)
        result = self._fetch(search_term="few words", limit=20, before=few[19].id)
        self.assertEqual(result["count"], 30)
        self.assertEqual(result["messages"].ids, few[20:].ids)

    def test_older_mail_that_comes_later_stands_below(self):
        self.arrive(self.mail(subject="New"))
        self.sync()
        note = self.customer.message_post(body="A note of today")
        self.arrive(self.mail(subject="Old", days=100))
        self.sync()
        old, new = self.synced()
        self.assertGreater(old.id, note.id)
        page = self._page()
        self.assertEqual((page & (old + note + new)).ids, [note.id, new.id, old.id])
        self.assertEqual(page[-1], old)
        self.assertEqual(self._page(before=new.id)[-1], old)
        self.assertFalse(self._page(before=old.id))
        self.assertNotIn(old, self._page(after=new.id))

    def test_notes_and_trackings_of_the_web_client_stand_among_the_mail(self):
        self.customer.message_ids.unlink()
        self.env.cr.flush()  # what was made in the same transaction is not tracked
        self.customer.with_user(self.anna).email = "clara@tracked.test"
        self.env.cr.flush()
        self.customer.with_user(self.anna).message_post(body="Called her", message_type="comment")
        self.arrive(self.mail("clara@tracked.test", days=2))
        self.sync()
        kinds = self._page().mapped("message_type")
        self.assertEqual(kinds, ["comment", "notification", "email"])

    def test_the_chatter_of_another_model_keeps_cores_order(self):
        channel = self.env["discuss.channel"]._create_channel(name="Sales", group_id=None)
        channel.message_ids.unlink()
        messages = self._messages(
            channel, [NEW_YEAR - timedelta(days=number) for number in range(40)]
        )
        page = self._page(user=self.env.user, thread=channel)
        self.assertEqual(page.ids, messages[::-1][:30].ids)
        page = self._page(user=self.env.user, thread=channel, before=page[-1].id)
        self.assertEqual(page.ids, messages[::-1][30:].ids)

    # Suggested recipients ---------------------------------------------------------

    def _proposed(self, user=None, thread=None):
        thread = (thread or self.customer).with_user(user or self.anna)
        proposed = thread._message_get_suggested_recipients(reply_discussion=True)
        return [recipient["email"] for recipient in proposed]

    def test_only_the_contact_is_proposed_whoever_else_its_mail_names(self):
        self.arrive(
            self.mail(
                to="Anna <anna@ours.test>, ben@ours.test", cc="Sam Stranger <sam@elsewhere.test>"
            )
        )
        self.arrive(self.mail("anna@ours.test", "clara@customer.test, s@x.test", days=0), "Sent")
        self.sync()
        self.assertEqual(len(self.synced()), 2)
        self.assertEqual(self._proposed(), ["clara@customer.test"])
        self.assertEqual(self._proposed(self.ben), ["clara@customer.test"])

    def test_who_takes_part_in_a_discussion_in_odoo_is_proposed(self):
        self.env["res.partner"].create({"name": "Otto", "email": "otto@customer.test"})
        self.customer.message_post(
            body="Otto should know",
            author_id=self.customer.id,
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            incoming_email_cc="otto@customer.test",
        )
        self.arrive(self.mail(days=0, cc="sam@elsewhere.test"))
        self.sync()
        self.assertEqual(self._proposed(), ["clara@customer.test", "otto@customer.test"])

    def test_a_user_is_not_proposed_to_herself(self):
        self._second_account(self.anna, address="anna.b@ours.test")
        self.customer.message_post(
            body="Dear Anna",
            author_id=self.customer.id,
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.anna.partner_id.ids,
            incoming_email_to="anna@ours.test, anna.b@ours.test, sam@elsewhere.test",
        )
        self.assertEqual(self._proposed(), ["clara@customer.test", "sam@elsewhere.test"])
        self.assertIn("anna.b@ours.test", self._proposed(self.ben))

    def test_a_user_who_writes_on_her_own_contact_is_proposed(self):
        self.customer = self.anna.partner_id
        self.assertEqual(self._proposed(), ["anna@ours.test"])

    def test_a_user_is_not_proposed_to_herself_on_other_records(self):
        if "crm.lead" not in self.env:
            self.skipTest("crm is not installed")
        self._second_account(self.anna, address="anna.b@ours.test")
        self.anna.group_ids += self.env.ref("sales_team.group_sale_salesman_all_leads")
        lead = self.env["crm.lead"].create({"name": "Lead", "partner_id": self.customer.id})
        lead.message_post(
            body="Dear Anna",
            author_id=self.customer.id,
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            incoming_email_to="anna@ours.test, anna.b@ours.test, sam@elsewhere.test",
        )
        self.assertEqual(self._proposed(thread=lead), ["clara@customer.test", "sam@elsewhere.test"])

    def _answered(self, message, user=None):
        """To whom *Reply All* writes."""
        contact = self.customer.with_user(user or self.anna)
        people = contact._message_get_suggested_recipients(reply_message=message, no_create=False)
        self.assertTrue(all(each["partner_id"] for each in people))
        return [each["email"] for each in people]

    def test_whoever_answers_all_answers_not_herself(self):
        self._second_account(self.anna, address="anna.b@ours.test")
        self.arrive(self.mail(to="anna@ours.test, Anna <Anna.B@ours.test>", cc="sam@x.test"))
        self.sync()
        self.assertEqual(self._answered(self.synced()), ["clara@customer.test", "sam@x.test"])
        partners = self.env["res.partner"].with_context(active_test=False)
        self.assertFalse(partners.search([("email", "ilike", "anna.b@ours.test")]))

    def test_whoever_answers_all_of_what_she_sent_writes_to_the_same_people(self):
        self.arrive(
            self.mail("anna@ours.test", "clara@customer.test, s@x.test", cc="t@x.test"), "Sent"
        )
        self.sync()
        self.assertEqual(
            self._answered(self.synced()), ["clara@customer.test", "s@x.test", "t@x.test"]
        )
