# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.bus.models.bus import channel_with_db, json_dump
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests.common import new_test_user

from .common import SyncCase


class TestHolders(SyncCase):
    """Whoever holds a message in a mailbox decides who reads it: one shared mailbox opens it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cleo = new_test_user(cls.env, "cleo", email="cleo@ours.test")

    def setUp(self):
        super().setUp()
        self.raw = self.mail(to="anna@ours.test, ben@ours.test")

    def brings(self, visibility, ben=None):
        """The mail comes by Anna's mailbox and, where told, by Ben's, too."""
        self.account.visibility = visibility
        self.arrive(self.raw)
        if ben:
            account, mailbox = self._second_account(self.ben, visibility=ben)
            self.arrive(self.raw, mailbox=mailbox)
        self.sync()
        self.message = self.synced()
        self.message.ensure_one()
        return account if ben else None

    def readers(self):
        """Logins of those who find the message, and may read it."""
        self.env.flush_all()
        self.env.invalidate_all()
        readers = set()
        for user in self.anna + self.ben + self.cleo:
            message = self.message.with_user(user)
            found = message.search([("id", "=", self.message.id)])
            self.assertEqual(bool(found), message.has_access("read"))
            if found:
                self.assertEqual(found.read(["subject"])[0]["subject"], "An offer")
                readers.add(user.login)
        return readers

    # One holder ------------------------------------------------------------

    def test_all_employees_read_a_shared_message(self):
        self.brings("shared")
        self.assertEqual(self.readers(), {"anna", "ben", "cleo"})

    def test_the_owner_reads_her_private_message(self):
        self.brings("private")
        self.assertEqual(self.readers(), {"anna"})

    def test_closing_a_mailbox_closes_its_messages(self):
        self.brings("shared")
        self.account.with_user(self.anna).visibility = "private"
        self.assertEqual(self.readers(), {"anna"})

    def test_opening_a_mailbox_opens_its_messages(self):
        self.brings("private")
        self.account.with_user(self.anna).visibility = "shared"
        self.assertEqual(self.readers(), {"anna", "ben", "cleo"})

    def test_what_comes_after_closing_is_closed(self):
        self.brings("shared")
        self.account.with_user(self.anna).visibility = "private"
        self.arrive(self.mail(subject="Later", days=0.5))
        self.sync()
        later = self.synced().filtered(lambda message: message.subject == "Later")
        self.assertFalse(later.with_user(self.ben).has_access("read"))
        self.assertTrue(later.with_user(self.anna).has_access("read"))

    def test_a_forged_message_id_opens_nothing(self):
        """Whoever learns the Message-ID of a private mail makes a mail of that name."""
        self.brings("private")
        for visibility in ("private", "shared"):
            account, mailbox = self._second_account(
                self.ben, visibility=visibility, address=f"{visibility}@ours.test"
            )
            forged = self.raw.replace(b"Hello Anna", b"Hello me")
            self.arrive(forged, mailbox=mailbox)
            self.sync()
            self.assertEqual(self.readers(), {"anna"})
            own = self.synced() - self.message
            self.assertEqual(len(own), 1)
            self.assertIn("Hello me", own.body)
            self.assertEqual(account.posted_count, 1)

    # Two holders -----------------------------------------------------------

    def test_two_private_holders_both_read_it(self):
        self.brings("private", ben="private")
        self.assertEqual(self.readers(), {"anna", "ben"})

    def test_one_shared_holder_opens_it_to_all(self):
        self.brings("private", ben="shared")
        self.assertEqual(self.readers(), {"anna", "ben", "cleo"})

    def test_a_later_shared_holder_opens_it(self):
        self.brings("private")
        _account, mailbox = self._second_account(self.ben, visibility="shared")
        self.arrive(self.raw, mailbox=mailbox)
        self.sync()
        self.assertEqual(self.readers(), {"anna", "ben", "cleo"})

    def test_a_later_private_holder_reads_it_and_closes_nothing(self):
        self.brings("shared")
        _account, mailbox = self._second_account(self.ben, visibility="private")
        self.arrive(self.raw, mailbox=mailbox)
        self.sync()
        self.assertEqual(self.readers(), {"anna", "ben", "cleo"})

    def test_it_closes_when_the_last_holder_closes(self):
        other = self.brings("shared", ben="shared")
        self.account.with_user(self.anna).visibility = "private"
        self.assertEqual(self.readers(), {"anna", "ben", "cleo"})
        other.with_user(self.ben).visibility = "private"
        self.assertEqual(self.readers(), {"anna", "ben"})

    def test_it_opens_when_the_first_holder_opens(self):
        other = self.brings("private", ben="private")
        other.with_user(self.ben).visibility = "shared"
        self.assertEqual(self.readers(), {"anna", "ben", "cleo"})
        other.with_user(self.ben).visibility = "private"
        self.assertEqual(self.readers(), {"anna", "ben"})

    def test_other_messages_stay_as_they_are(self):
        self.brings("private")
        account, mailbox = self._second_account(self.ben)
        self.arrive(self.mail(subject="Ben's", to="ben@ours.test"), mailbox=mailbox)
        self.sync()
        account.visibility = "private"
        account.visibility = "shared"
        self.assertEqual(self.readers(), {"anna"})

    def test_a_mailbox_removed_changes_nothing(self):
        other = self.brings("private", ben="shared")
        other.with_user(self.ben).unlink()
        self.assertEqual(self.readers(), {"anna", "ben", "cleo"})
        self.account.with_user(self.anna).unlink()
        self.assertEqual(self.readers(), {"anna", "ben", "cleo"})

    def test_the_only_mailbox_removed_opens_nothing(self):
        self.brings("private")
        self.account.with_user(self.anna).unlink()
        self.assertEqual(self.readers(), {"anna"})

    # Contacts --------------------------------------------------------------

    def test_who_may_not_read_the_contact_reads_no_message(self):
        self.brings("shared")
        self.env["ir.rule"].create(
            {
                "name": "Cleo sees no customers",
                "model_id": self.env.ref("base.model_res_partner").id,
                "domain_force": f"[('id', '!=', {self.customer.id})]"
                f" if user.id == {self.cleo.id} else [(1, '=', 1)]",
            }
        )
        self.assertEqual(self.readers(), {"anna", "ben"})
        with self.assertRaises(AccessError):
            self.message.with_user(self.cleo).read(["body"])

    def test_who_is_of_another_company_reads_no_message(self):
        self.brings("shared")
        company = self.env["res.company"].create({"name": "Another"})
        self.cleo.write({"company_ids": [Command.set(company.ids)], "company_id": company.id})
        self.customer.company_id = self.anna.company_id
        self.assertEqual(self.readers(), {"anna", "ben"})

    def test_a_merge_by_a_colleague_opens_nothing(self):
        self.brings("private")
        other = self.env["res.partner"].create({"name": "Clara", "email": self.customer.email})
        self.sync()
        self.assertEqual(len(self.synced(other)), 1)
        self.ben.group_ids += self.env.ref("base.group_erp_manager")
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(self.ben)
        wizard._merge((self.customer + other).ids, other)
        self.message = self.synced(other)
        self.message.ensure_one()
        self.assertEqual(self.readers(), {"anna"})

    def test_a_contact_deleted_by_a_colleague_leaves_nothing_behind(self):
        self.brings("private")
        self.customer.with_user(self.ben).unlink()
        self.assertFalse(self.message.exists())

    # Colleagues ------------------------------------------------------------

    def test_a_colleague_cannot_replace_it(self):
        """The mail gateway replaces a synced message by its own; users do not."""
        self.brings("private")
        values = {
            "model": "res.partner",
            "res_id": self.customer.id,
            "message_type": "email",
            "message_id": self.message.sync_message_id,
            "body": "Mine",
        }
        self.env["mail.message"].with_user(self.ben).create(values)
        self.assertTrue(self.message.exists())
        self.env["mail.message"].create(values)
        self.assertTrue(self.message.exists(), "another mail under its name is no reason to go")
        same = ("subject", "email_from", "reply_to", "date", "body")
        self.env["mail.message"].create(values | {name: self.message[name] for name in same})
        self.assertFalse(self.message.exists())

    def test_a_colleague_cannot_replace_it_by_posting(self):
        self.brings("private")
        self.customer.with_user(self.ben).message_post(
            message_type="email", message_id=self.message.sync_message_id, body="Mine"
        )
        self.assertTrue(self.message.exists())

    def test_nobody_writes_who_reads_it(self):
        self.brings("shared")
        for values in (
            {"sync_access": False},
            {"sync_access": "private"},
            {"sync_user_ids": [Command.link(self.ben.id)]},
            {"sync_message_id": "<other@ours.test>"},
        ):
            for user in self.anna + self.ben:
                with self.assertRaises(AccessError):
                    self.message.with_user(user).write(values)
                with self.assertRaises(AccessError):
                    self.env["mail.message"].with_user(user).create(
                        {"model": "res.partner", "res_id": self.customer.id, **values}
                    )

    def test_nobody_rewrites_it_or_deletes_it_by_itself(self):
        self.brings("shared")
        self.ben.group_ids |= self.env.ref("base.group_partner_manager")
        comment = self.customer.with_user(self.ben).message_post(body="Mine")
        for user in self.anna + self.ben + self.env.ref("base.user_admin"):
            message = self.message.with_user(user)
            for values in (
                {"body": "Forged"},
                {"author_id": user.partner_id.id},
                {"date": "2020-01-01"},
                {"message_type": "comment"},
            ):
                with self.assertRaises(AccessError):
                    message.write(values)
            with self.assertRaises(AccessError):
                message.unlink()
            message.toggle_message_starred()
        comment.write({"body": "Still mine"})
        self.customer.with_user(self.ben).unlink()
        self.assertFalse((self.message + comment).exists())

    def test_only_the_owner_is_told_of_a_private_message(self):
        for visibility, told in (("private", {"anna"}), ("shared", {"anna", "ben", "cleo"})):
            self.account.visibility = visibility
            self.env["bus.bus"].search([]).unlink()
            self.arrive(self.mail(subject=visibility))
            self.sync()
            self.env.cr.precommit.run()
            sent = self.env["bus.bus"].search([("message", "like", "mail_contact_sync/posted")])
            self.assertTrue(sent)
            self.assertNotIn(visibility, sent.mapped("message"))
            listening = {
                user.login
                for user in self.anna + self.ben + self.cleo
                if self.channels(user) & set(sent.mapped("channel"))
            }
            self.assertEqual(listening, told)

    def channels(self, user):
        """What a user's browser listens to."""
        channels = (user.partner_id, *user.all_group_ids)
        return {json_dump(channel_with_db(self.env.cr.dbname, channel)) for channel in channels}
