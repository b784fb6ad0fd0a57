# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests.common import new_test_user, tagged

from .common import SyncCase


@tagged("post_install", "-at_install")
class TestWhoIsAContact(SyncCase):
    """Whose mail is synced."""

    def test_a_contact_of_another_company_has_none_until_it_changes(self):
        other = self.env["res.company"].create({"name": "Other company"})
        self.customer.company_id = other
        self.arrive(self.mail())
        self.sync()
        self.assertFalse(self.mailbox.fetched)
        self.customer.company_id = self.account.company_id
        self.sync()
        self.assertEqual(len(self.synced()), 1)

    def test_a_branch_sees_the_contacts_of_its_parent_company(self):
        self.customer.company_id = self.account.company_id
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.account.company_id.id}
        )
        self.anna.company_ids += branch
        self.account.company_id = branch
        self.arrive(self.mail())
        self.sync()
        self.assertEqual(len(self.synced()), 1)

    def test_a_colleague_is_no_contact_and_a_portal_user_is_one(self):
        portal = new_test_user(self.env, "pia", email="pia@p.test", groups="base.group_portal")
        self.arrive(self.mail("pia@p.test", to="anna@ours.test, ben@ours.test"))
        self.sync()
        self.assertEqual(len(self.synced(portal.partner_id)), 1)
        self.assertFalse(self.synced(self.ben.partner_id))
        self.assertFalse(self.synced(self.anna.partner_id))

    def test_a_former_colleague_is_no_contact(self):
        self.arrive(self.mail("Ben <ben@ours.test>"))
        self.sync()
        self.ben.active = False
        self.arrive(self.mail("Ben <ben@ours.test>", subject="Years later"))
        self.sync()
        self.ben.partner_id.active = False
        self.ben.partner_id.action_unarchive()
        self.sync()
        self.assertFalse(self.synced(self.ben.partner_id))
        self.assertFalse(self.mailbox.fetched)

    def test_who_becomes_a_portal_user_is_a_contact_from_then_on(self):
        self.arrive(self.mail("Ben <ben@ours.test>", subject="Among colleagues"))
        self.sync()
        self.ben.group_ids = self.env.ref("base.group_portal")
        self.sync()
        self.assertFalse(self.mailbox.fetched)
        self.arrive(self.mail("Ben <ben@ours.test>", subject="As a customer"))
        self.sync()
        self.assertEqual(self.synced(self.ben.partner_id).mapped("subject"), ["As a customer"])

    def test_an_address_set_through_the_user_counts(self):
        portal = new_test_user(self.env, "pia", email="pia@p.test", groups="base.group_portal")
        self.arrive(self.mail("pia@new.test"))
        self.sync()
        portal.email = "pia@new.test"
        self.sync()
        self.assertEqual(len(self.synced(portal.partner_id)), 1)

    def test_who_signs_up_at_the_portal_is_a_contact(self):
        if not hasattr(self.env["res.users"], "signup"):
            self.skipTest("auth_signup is not installed: nobody signs up")
        self.arrive(self.mail("sue@signup.test"))
        self.sync()
        self.env["ir.config_parameter"].set_param("auth_signup.invitation_scope", "b2c")
        public = self.env.ref("base.public_user")
        login, _password = (
            self.env["res.users"]
            .with_user(public)
            .sudo()
            .signup({"login": "sue@signup.test", "name": "Sue", "password": "long enough 1"})
        )
        self.sync()
        user = self.env["res.users"].search([("login", "=", login)])
        self.assertEqual(len(self.synced(user.partner_id)), 1)
