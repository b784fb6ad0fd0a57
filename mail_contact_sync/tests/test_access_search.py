# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import warnings

from odoo.tests.common import new_test_user

from .access import SECRET, AccessCase


class TestSearchPrivateMessage(AccessCase):
    """No search tells whether a message of *only me* is there, and what it says."""

    def test_search(self):
        self.assertHidden(
            lambda env: env["mail.message"].search([("body", "ilike", SECRET)]), shows=self.found
        )

    def test_search_by_id(self):
        self.assertHidden(
            lambda env: env["mail.message"].search([("id", "=", self.message.id)]),
            shows=self.found,
        )

    def test_search_count(self):
        self.assertHidden(
            lambda env: env["mail.message"].search_count([("subject", "ilike", SECRET)]),
            shows=self.found,
        )

    def test_search_read(self):
        self.assertHidden(lambda env: env["mail.message"].search_read([], ["body"]))

    def test_web_search_read(self):
        self.assertHidden(lambda env: env["mail.message"].web_search_read([], {"body": {}}))

    def test_search_by_own_columns(self):
        for domain in (
            [("sync_message_id", "=", f"<{SECRET}@customer.test>")],
            [("sync_access", "!=", False)],
        ):
            self.assertHidden(
                lambda env, d=domain: self.message.id in env["mail.message"].search(d).ids,
                shows=bool,
            )

    def test_formatted_read_group(self):
        self.assertHidden(
            lambda env: env["mail.message"].formatted_read_group([], ["subject"], ["__count"])
        )

    def test_web_read_group(self):
        self.assertHidden(
            lambda env: env["mail.message"].web_read_group([], ["subject"], ["__count"])
        )

    def test_read_group(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            self.assertHidden(
                lambda env: env["mail.message"].read_group([], ["subject"], ["subject"])
            )

    def test_contact_by_message(self):
        for field in ("message_ids", "website_message_ids"):
            for domain in (
                [(f"{field}.body", "ilike", SECRET)],
                [(f"{field}.subject", "ilike", SECRET)],
                [(f"{field}.attachment_ids.name", "ilike", SECRET)],
                [(f"{field}.incoming_email_cc", "ilike", SECRET)],
                [(f"{field}.sync_message_id", "ilike", SECRET)],
                [(field, "any", [("subject", "ilike", SECRET)])],
                ["!", (field, "not any", [("subject", "ilike", SECRET)])],
                [(field, "ilike", SECRET)],
                [(field, "in", self.message.ids)],
                [(field, "any", [("id", "in", self.message.ids)])],
                [(f"{field}.id", "=", self.message.id)],
                ["!", (field, "not in", self.message.ids)],
            ):
                with self.subTest(domain=domain):
                    self.assertHidden(
                        lambda env, d=domain: env["res.partner"].search(d), shows=self.found
                    )

    def test_contact_without_message(self):
        """The contact stands among those without such a message."""
        for domain in (
            [("message_ids", "not any", [("subject", "ilike", SECRET)])],
            [("message_ids", "not in", self.message.ids)],
        ):
            with self.subTest(domain=domain):
                self.assertHidden(
                    lambda env, d=domain: self.customer.id in env["res.partner"].search(d).ids,
                    shows=lambda answer: not answer,
                )

    def test_contact_with_any_message(self):
        (self.customer.message_ids - self.message).unlink()
        contact = [("id", "=", self.customer.id)]
        for ask in (
            lambda env: env["res.partner"].search([*contact, ("has_message", "=", True)]),
            lambda env: self.contact(env).has_message,
            lambda env: env["res.partner"].search([*contact, ("message_ids", "!=", False)]),
            lambda env: not env["res.partner"].search([*contact, ("has_message", "=", False)]),
        ):
            self.assertHidden(ask, shows=self.found)

    def test_record_with_any_message(self):
        """As on contacts, so on whatever has a chatter."""
        blocked = self.env["mail.blacklist"]._add("desk@customer.test")
        blocked.message_ids.unlink()
        self.message.write({"model": blocked._name, "res_id": blocked.id})
        for ask in (
            lambda env: env[blocked._name].browse(blocked.id).has_message,
            lambda env: env[blocked._name].search([("has_message", "=", True)]),
        ):
            self.assertHidden(ask, shows=self.found, users=self.admin)

    def test_contact_by_message_in_other_methods(self):
        domain = [("message_ids.body", "ilike", SECRET)]
        for ask in (
            lambda env: env["res.partner"].search_count(domain),
            lambda env: env["res.partner"].search_read(domain, ["id"]),
            lambda env: env["res.partner"].web_search_read(domain, {})["length"],
            lambda env: env["res.partner"].name_search("", domain),
            lambda env: env["res.partner"].formatted_read_group(domain, ["id"], ["__count"]),
        ):
            self.assertHidden(ask, shows=bool)

    def test_other_records_by_the_contacts_message(self):
        self.env["res.partner"].create({"name": "Child", "parent_id": self.customer.id})
        self.customer.message_subscribe(self.customer.ids)
        new_test_user(self.env, "portal", groups="base.group_portal").partner_id = self.customer
        for model, path in (
            ("res.partner", "parent_id"),
            ("mail.followers", "partner_id"),
            ("res.users", "partner_id"),
        ):
            for field, value in (("message_ids.body", SECRET), ("message_ids", self.message.ids)):
                domain = [(f"{path}.{field}", "ilike" if value == SECRET else "in", value)]
                with self.subTest(model=model, domain=domain):
                    self.assertHidden(
                        lambda env, m=model, d=domain: env[m].search(d), shows=self.found
                    )

    def test_leads_by_the_contacts_message(self):
        if "crm.lead" not in self.env:
            self.skipTest("crm is not installed")
        self.colleagues.group_ids += self.env.ref("sales_team.group_sale_salesman_all_leads")
        self.env["crm.lead"].create({"name": "Lead", "partner_id": self.customer.id})
        domain = [("partner_id.message_ids.body", "ilike", SECRET)]
        self.assertHidden(lambda env: env["crm.lead"].search(domain), shows=self.found)

    def test_messages_by_other_messages(self):
        reply = self.customer.message_post(body="Seen")
        reply.parent_id = self.message
        for domain in (
            [("parent_id.body", "ilike", SECRET)],
            [("parent_id", "ilike", SECRET)],
            [("parent_id", "any", [("subject", "ilike", SECRET)])],
        ):
            with self.subTest(domain=domain):
                self.assertHidden(
                    lambda env, d=domain: env["mail.message"].search(d), shows=self.found
                )

    def test_any_without_access_is_not_for_users(self):
        for domain in (
            [("message_ids", "any!", [("subject", "ilike", SECRET)])],
            [("parent_id", "any!", [("subject", "ilike", SECRET)])],
        ):
            model = "res.partner" if domain[0][0] == "message_ids" else "mail.message"
            with self.assertRaises(ValueError):
                self.env[model].with_user(self.ben).search(domain)
