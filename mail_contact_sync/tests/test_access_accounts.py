# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from .accounts import AccountCase


class TestAccounts(AccountCase):
    """A mailbox is its owner's; managers see how it is."""

    # Who sees it -----------------------------------------------------------

    def test_owner_sees_it(self):
        [values] = self.ask(self.anna, "read", self.account.ids, ["state", "posted_count"])
        self.assertEqual(values["state"], "active")
        self.assertEqual(values["posted_count"], 1)

    def test_manager_sees_its_state(self):
        fields = ["state", "status", "progress", "posted_count", "error_message", "last_sync"]
        [values] = self.ask(self.manager, "read", self.account.ids, fields)
        [own] = self.ask(self.anna, "read", self.account.ids, fields)
        self.assertEqual(values, own)

    def test_manager_sees_how_far_it_is(self):
        self.folder.write({"complete": False, "total": 100, "scanned": 40})
        [values] = self.ask(self.manager, "read", self.account.ids, ["status", "scanning"])
        [own] = self.ask(self.anna, "read", self.account.ids, ["status", "scanning"])
        self.assertEqual(values, own)
        self.assertTrue(values["scanning"])

    def test_manager_of_another_company_sees_nothing(self):
        company = self.env["res.company"].create({"name": "Another"})
        self.manager.write({"company_ids": [Command.set(company.ids)], "company_id": company.id})
        self.assertFalse(self.ask(self.manager, "search", []))
        self.assertAccountRefuses(self.manager, "read", ["state"])

    def test_others_do_not_see_it(self):
        for user in (self.ben, self.admin):
            self.assertFalse(self.ask(user, "search", []))
            self.assertFalse(self.ask(user, "search_count", []))
            self.assertAccountRefuses(user, "read", ["address"])
            self.assertAccountRefuses(user, "web_read", {"address": {}})
        self.assertAccountRefuses(self.portal, "read", ["address"])

    def test_no_dialog_tells_others_of_it(self):
        values = {"account_id": self.account.id}
        for user in (self.ben, self.admin):
            for fields in (["address"], ["posted_count"], ["only_here_count"], ["account_id"]):
                [dialog] = self.call(user, "mail.sync.remove", "create", [values])
                self.assertUntold(user, "read", [dialog], fields)
                spec = {name: {} for name in fields}
                self.assertUntold(user, "onchange", [], values, ["account_id"], spec)
        company = self.env["res.company"].create({"name": "Another"})
        self.manager.write({"company_ids": [Command.set(company.ids)], "company_id": company.id})
        [dialog] = self.call(self.manager, "mail.sync.hand.over", "create", [values])
        self.assertRefused(self.manager, "mail.sync.hand.over", "read", [dialog], ["address"])

    def assertUntold(self, user, method, *args):
        try:
            answer = self.call(user, "mail.sync.remove", method, *args)
        except AccessError as refusal:
            answer = refusal
        self.assertNotIn(self.account.address, str(answer))
        self.assertNotIn("_count", str(answer))

    def test_others_do_not_see_it_through_its_activities(self):
        self.account._alert(self.anna)
        activity = self.account.activity_ids
        values = {"date_deadline": "2020-01-01"}
        for user in (self.ben, self.admin):
            for method, *args in (("read",), ("write", values), ("unlink",), ("action_done",)):
                self.assertRefused(user, "mail.activity", method, activity.ids, *args)
        name = {"display_name": {}}
        [told] = self.call(self.anna, "mail.activity", "web_read", activity.ids, name)
        self.assertIn(self.account.address, told["display_name"])

    def test_others_do_not_see_it_through_its_owner(self):
        for user in (self.ben, self.admin):
            [values] = self.call(
                user, "res.users", "read", self.anna.ids, ["mail_sync_account_ids"]
            )
            self.assertFalse(values["mail_sync_account_ids"])
            domain = [("mail_sync_account_ids.address", "ilike", "anna")]
            self.assertFalse(self.call(user, "res.users", "search", domain))
        [values] = self.call(
            self.anna, "res.users", "read", self.anna.ids, ["mail_sync_account_ids"]
        )
        self.assertEqual(values["mail_sync_account_ids"], self.account.ids)

    def test_folders_and_ledger_are_the_owners(self):
        for model, record in (("mail.sync.folder", self.folder), ("mail.sync.match", self.match)):
            self.assertTrue(self.call(self.anna, model, "search", []))
            for user in self.others - self.portal:
                self.assertFalse(self.call(user, model, "search", []))
                self.assertRefused(user, model, "read", record.ids)
            self.assertRefused(self.portal, model, "search", [])

    # Who changes it --------------------------------------------------------

    def test_others_do_not_change_it(self):
        for user in self.others:
            for values in (
                {"host": "evil.test"},
                {"port": 994},
                {"security": "none"},
                {"login": "other"},
                {"password": "other"},
                {"visibility": "private"},
                {"folder_ids": [Command.update(self.folder.id, {"enabled": False})]},
            ):
                self.assertAccountRefuses(user, "write", values)
            self.assertAccountRefuses(user, "web_save", {"host": "evil.test"}, {"host": {}})
            self.assertAccountRefuses(user, "unlink")
            self.assertRefused(
                user, "mail.sync.folder", "write", self.folder.ids, {"enabled": False}
            )

    def test_others_do_not_press_its_buttons(self):
        for user in self.others:
            for button in ("action_connect", "action_pause", "action_sync_now"):
                self.assertAccountRefuses(user, button)
            self.assertRefused(user, "mail.sync.match", "action_retry", self.match.ids)

    def test_owner_changes_its_settings(self):
        self.ask(self.anna, "action_pause", self.account.ids)
        self.assertEqual(self.account.state, "paused")
        settings = {"host": "new.ours.test", "password": "new", "visibility": "private"}
        settings["folder_ids"] = [Command.update(self.folder.id, {"enabled": False})]
        self.ask(self.anna, "web_save", self.account.ids, settings, {"host": {}})
        self.assertEqual(self.account.host, "new.ours.test")
        self.assertEqual(self.account._password(), "new")
        self.assertFalse(self.folder.enabled)
        self.ask(self.anna, "action_connect", self.account.ids)
        self.assertEqual(self.account.state, "active")
        self.ask(self.anna, "unlink", self.account.ids)
        self.assertFalse(self.account.exists())

    def test_nobody_writes_what_the_engine_writes(self):
        for values in (
            {"state": "draft"},
            {"since": "2000-01-01"},
            {"last_sync": "2000-01-01"},
            {"next_sync": "2000-01-01"},
            {"failing_since": "2000-01-01"},
            {"failures": 5},
            {"error_reason": "other"},
            {"error_detail": "other"},
            {"matched_id": 5},
            {"secret": "other"},
        ):
            self.assertAccountRefuses(self.anna, "write", values)
            self.assertAccountRefuses(self.anna, "web_save", values, {})
            self.assertRefused(self.anna, "mail.sync.account", "create", [self.settings(**values)])
        for values in (
            {"cursor": {"uid": 0}},
            {"ref": "INBOX.Other"},
            {"name": "Other"},
            {"role": "sent"},
            {"gone": True},
            {"complete": False},
            {"scanned": 0},
            {"total": 0},
            {"account_id": self.account.id},
        ):
            self.assertRefused(self.anna, "mail.sync.folder", "write", self.folder.ids, values)
            commands = [Command.update(self.folder.id, values)]
            self.assertAccountRefuses(self.anna, "write", {"folder_ids": commands})
        for values in ({"state": "waiting"}, {"mail_message_id": False}, {"message_key": 1}):
            self.assertRefused(self.anna, "mail.sync.match", "write", self.match.ids, values)

    def test_nobody_makes_or_deletes_folders_and_ledger(self):
        folder = {"name": "X", "ref": "X", "account_id": self.account.id}
        self.assertRefused(self.anna, "mail.sync.folder", "create", [folder])
        self.assertRefused(self.anna, "mail.sync.folder", "unlink", self.folder.ids)
        self.assertRefused(self.anna, "mail.sync.match", "unlink", self.match.ids)
        for command in (
            Command.create({"name": "X", "ref": "X"}),
            Command.delete(self.folder.id),
            Command.unlink(self.folder.id),
            Command.clear(),
        ):
            self.assertAccountRefuses(self.anna, "write", {"folder_ids": [command]})

    def test_nobody_takes_the_folders_of_another(self):
        mine = self.ask(self.ben, "create", [self.settings()])
        for command in (Command.link(self.folder.id), Command.set(self.folder.ids)):
            self.assertRefused(
                self.ben, "mail.sync.account", "write", mine, {"folder_ids": [command]}
            )

    def test_owner_asks_for_a_sync(self):
        self.account.next_sync = datetime(2100, 1, 1)
        self.ask(self.anna, "action_sync_now", self.account.ids)
        self.assertLess(self.account.next_sync, datetime(2100, 1, 1))

    # Whose it is -----------------------------------------------------------

    def test_nobody_makes_one_for_another(self):
        for user in self.everybody:
            for owner in self.everybody - user:
                self.assertRefused(
                    user, "mail.sync.account", "create", [self.settings(user_id=owner.id)]
                )
        self.assertRefused(
            self.ben,
            "mail.sync.account",
            "create",
            [self.settings()],
            context={"default_user_id": self.anna.id},
        )
        self.assertRefused(self.portal, "mail.sync.account", "create", [self.settings()])

    def test_nobody_gives_one_away(self):
        for user in self.everybody:
            for owner in self.everybody:
                self.assertAccountRefuses(user, "write", {"user_id": owner.id})
        for command in (
            Command.link(self.account.id),
            Command.set(self.account.ids),
            Command.update(self.account.id, {"host": "evil.test"}),
        ):
            for user in (self.ben, self.admin):
                self.assertRefused(
                    user,
                    "res.users",
                    "write",
                    user.ids,
                    {"mail_sync_account_ids": [command]},
                    error=UserError,
                )

    def test_it_belongs_to_a_company_of_its_owner(self):
        company = self.env["res.company"].create({"name": "Another"})
        values = {"company_id": company.id}
        self.assertAccountRefuses(self.anna, "write", values, error=UserError)
        self.assertRefused(
            self.ben, "mail.sync.account", "create", [self.settings(**values)], error=UserError
        )
        self.anna.company_ids += company
        self.ask(self.anna, "write", self.account.ids, values)
