# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError

from .accounts import AccountCase


class TestTraces(AccountCase):
    """What others could do to a mailbox's records, or learn from them."""

    def test_nobody_deletes_what_the_ledger_says(self):
        for user in self.everybody:
            self.assertRefused(user, "mail.sync.match", "unlink", self.match.ids)
        for user in self.others:
            self.assertRefused(user, "mail.sync.account", "unlink", self.account.ids)
        self.assertTrue(self.match.exists())

    def test_nobody_is_told_by_followers_who_has_a_mailbox(self):
        self.account._alert(self.anna)
        self.account.message_subscribe(self.anna.partner_id.ids)
        self.account.activity_ids.with_user(self.anna).action_done()
        followers = self.env["mail.followers"].search([("res_model", "=", "mail.sync.account")])
        self.assertFalse(followers)
        self.customer.message_subscribe(self.anna.partner_id.ids)
        self.assertTrue(self.customer.message_follower_ids)

    def test_nor_by_where_somebody_writes_from(self):
        self.account.smtp_host = "smtp.ours.test"
        self.call(
            self.anna, "res.users", "write", self.anna.ids, {"mail_sync_sender_id": self.account.id}
        )
        name = "mail_sync_sender_id"
        for user in self.others:
            for method, *args in (
                ("read", self.anna.ids, [name]),
                ("web_read", self.anna.ids, {name: {}}),
                ("search", [(name, "!=", False)]),
                ("search", [(f"{name}.address", "ilike", "anna")]),
                ("formatted_read_group", [], [name], ["__count"]),
                ("search_read", [], ["id"], 0, None, name),
            ):
                self.assertRefused(user, "res.users", method, *args)
            path = [(f"user_ids.{name}", "!=", False)]
            self.assertRefused(user, "res.partner", "search", path)
        spec = {name: {"fields": {"display_name": {}}}}
        [seen] = self.call(self.anna, "res.users", "web_read", self.anna.ids, spec)
        self.assertEqual(seen[name]["display_name"], self.account.address)

    def test_nor_by_what_points_to_it(self):
        paths = (
            ("res.users", "mail_sync_account_ids", "!=", False),
            ("res.users", "mail_sync_account_ids", "in", self.account.ids),
            ("res.users", "mail_sync_account_ids.address", "ilike", "anna"),
            ("res.partner", "user_ids.mail_sync_account_ids", "!=", False),
            ("mail.activity", "res_model", "=", "mail.sync.account"),
            ("mail.message", "model", "=", "mail.sync.account"),
            ("mail.followers", "res_model", "=", "mail.sync.account"),
        )
        self.account._alert(self.anna)
        for user in self.ben + self.portal:
            for model, *condition in paths:
                try:
                    found = self.call(user, model, "search", [tuple(condition)])
                except AccessError:
                    continue
                self.assertFalse(found, (user.login, model, condition))
        [by_herself] = self.call(self.anna, *paths[0][:1], "search", [paths[0][1:]])
        self.assertEqual(by_herself, self.anna.id)
