# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests.common import new_test_user
from odoo.tools import mute_logger

from .common import SyncCase

PASSWORD = "correct horse"


class AccountCase(SyncCase):
    """Anna's mailbox, and colleagues of all sorts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "manager",
            groups="base.group_user,mail_contact_sync.group_mail_sync_manager",
        )
        cls.admin = new_test_user(cls.env, "the_admin", groups="base.group_user,base.group_system")
        cls.portal = new_test_user(cls.env, "portal", groups="base.group_portal")
        cls.others = cls.ben + cls.manager + cls.admin + cls.portal
        cls.everybody = cls.anna + cls.others

    def setUp(self):
        super().setUp()
        self.arrive(self.mail())
        self.sync()
        self.folder = self.account.folder_ids[:1]
        self.match = self.env["mail.sync.match"].search([])
        self.match.ensure_one()
        # As in debug mode, where refusals say most.
        self.startPatcher(
            patch.object(
                type(self.env.user), "has_group", lambda user, group: user._has_group(group)
            )
        )

    def call(self, user, model, method, *args, **kwargs):
        """What the user's browser gets."""
        self.env.flush_all()
        self.env.invalidate_all()
        with mute_logger("odoo.orm.models", "odoo.addons.base.models.ir_rule"):
            return call_kw(self.env(user=user, su=False)[model], method, args, kwargs)

    def may_read(self, user):
        return user == self.anna or user._has_group("mail_contact_sync.group_mail_sync_manager")

    def assertRefused(self, user, model, method, *args, error=AccessError, **kwargs):
        """Odoo's assertRaises undoes what was done meanwhile."""
        with self.subTest(user=user.login, method=method, args=args):
            with self.assertRaises(error) as refusal:
                self.call(user, model, method, *args, **kwargs)
            if not self.may_read(user):
                for word in (self.account.address, self.folder.name, self.customer.name):
                    self.assertNotIn(word, str(refusal.exception))

    def ask(self, user, method, *args, **kwargs):
        return self.call(user, "mail.sync.account", method, *args, **kwargs)

    def assertAccountRefuses(self, user, method, *args, **kwargs):
        self.assertRefused(user, "mail.sync.account", method, self.account.ids, *args, **kwargs)

    def settings(self, **values):
        return {"address": "x@ours.test", "host": "imap.ours.test", "password": PASSWORD, **values}
