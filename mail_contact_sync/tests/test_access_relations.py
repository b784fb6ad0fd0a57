# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.fields import Command
from odoo.orm.model_classes import add_to_registry

from .access import SECRET, AccessCase


class TestRelations(AccessCase):
    """No relation to messages holds one of *only me*, whichever module or administrator made it."""

    def relations(self):
        return [
            field
            for model in self.env.registry.values()
            for field in model._fields.values()
            if field.type in ("one2many", "many2many") and field.comodel_name == "mail.message"
        ]

    def assertEachHides(self):
        env = self.env(user=self.ben, su=True)
        for field in self.relations():
            with self.subTest(field=str(field)):
                conditions = field.get_comodel_domain(env[field.model_name]).iter_conditions()
                self.assertIn("sync_access", [each.field_expr for each in conditions])

    def redefine(self, model, **redefined):
        """As a module does that is installed later; until the test ends."""
        kind = self.registry[model]
        base = models.TransientModel if kind._transient else models.Model
        names = {"_module": None, "_name": model, "_inherit": [model]}
        definition = type("Later", (base,), {**names, **redefined})
        self.addCleanup(self.registry._setup_models__, self.env.cr, [model])
        self.addCleanup(setattr, kind, "_base_classes__", kind._base_classes__)
        add_to_registry(self.registry, definition)
        self.registry._setup_models__(self.env.cr, [])

    def test_each_relation_of_each_model(self):
        names = {str(field) for field in self.relations()}
        self.assertLessEqual(
            {
                "res.partner.message_ids",
                "res.partner.website_message_ids",
                "mail.message.child_ids",
                "discuss.channel.pinned_message_ids",
            },
            names,
        )
        self.assertEachHides()

    def test_relations_that_a_module_defines_anew(self):
        self.redefine(
            "res.partner",
            message_ids=fields.One2many(groups="base.group_user"),
            website_message_ids=fields.One2many(
                domain=lambda self: [
                    ("model", "=", self._name),
                    ("message_type", "in", ["email", "comment"]),
                ]
            ),
        )
        self.assertEachHides()
        for domain in (
            [("message_ids.subject", "ilike", SECRET)],
            [("website_message_ids.body", "ilike", SECRET)],
            [("message_ids", "in", self.message.ids)],
        ):
            with self.subTest(domain=domain):
                self.assertHidden(
                    lambda env, d=domain: env["res.partner"].search(d), shows=self.found
                )
        for name in ("message_ids", "website_message_ids"):
            with self.subTest(field=name):
                self.assertHidden(
                    lambda env, n=name: self.contact(env).sudo()[n].ids,
                    shows=lambda answer: self.message.id in answer,
                )

    def test_messages_of_an_outgoing_mail_and_of_a_reply_that_a_module_defines_anew(self):
        mail = self.env["mail.mail"].create({"mail_message_id": self.message.id})
        self.redefine("mail.mail", mail_message_id=fields.Many2one(string="What It Says"))
        self.assertHidden(
            lambda env: env["mail.mail"].browse(mail.id).sudo().subject, users=self.admin
        )
        self.redefine("mail.compose.message", parent_id=fields.Many2one(string="Answers"))
        self.assertHidden(
            lambda env: (
                env["mail.compose.message"].create({"parent_id": self.message.id}).parent_id.subject
            )
        )

    def test_relations_that_an_administrator_adds(self):
        self.addCleanup(self.registry.reset_changes)
        partner, message = (
            self.env["ir.model"]._get_id(name) for name in ("res.partner", "mail.message")
        )
        relation = {"relation": "mail.message", "state": "manual"}
        answers = {"name": "x_answers", "ttype": "one2many", "relation_field": "parent_id"}
        marked = {"name": "x_marked", "ttype": "many2many"}
        self.env["ir.model.fields"].create(
            [
                {**relation, **answers, "model_id": message},
                {**relation, **marked, "model_id": partner},
            ]
        )
        self.assertEachHides()
        parent = self.customer.message_post(body="Before")
        self.message.parent_id = parent
        self.customer.x_marked = [Command.set(self.message.ids)]
        for ask in (
            lambda env: self.contact(env).sudo().x_marked,
            lambda env: env["mail.message"].browse(parent.id).sudo().x_answers,
            lambda env: env["res.partner"].search([("x_marked.subject", "ilike", SECRET)]),
        ):
            self.assertHidden(ask, shows=self.found)
