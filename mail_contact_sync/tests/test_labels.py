# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests.common import TransactionCase


class TestLabels(TransactionCase):
    """What Odoo complains of in the administrator's log at each upgrade."""

    def test_no_two_fields_of_a_model_have_one_label(self):
        ours = [
            name
            for name, model in self.env.registry.models.items()
            if any("mail_contact_sync" in field._modules for field in model._fields.values())
        ]
        self.assertIn("mail.message", ours)
        with self.assertNoLogs("odoo.addons.base.models.ir_model", "WARNING"):
            self.env["ir.model.fields"]._reflect_fields(ours)
