# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.mail.tools.discuss import Store
from odoo.exceptions import AccessError
from odoo.fields import Command

from .access import SECRET, AccessCase


class TestPrivateMessageElsewhere(AccessCase):
    """Records that point to a message tell nothing of one of *only me*."""

    # Composer --------------------------------------------------------------

    def test_composer_of_a_reply(self):
        def ask(env):
            composer = env["mail.compose.message"].create({"parent_id": self.message.id})
            return composer.read(["subject", "parent_id", "partner_ids"])

        self.assertHidden(ask)

    def test_composer_tells_where_it_stands(self):
        def ask(env):
            composer = env["mail.compose.message"].create({"parent_id": self.message.id})
            return composer.read(["model", "res_ids"])

        self.assertHidden(ask, shows=lambda answer: "res.partner" in repr(answer))

    def test_composer_by_default(self):
        def ask(env):
            composer = env["mail.compose.message"].with_context(default_parent_id=self.message.id)
            return composer.onchange(
                {}, [], {"subject": {}, "parent_id": {"fields": {"display_name": {}, "body": {}}}}
            )

        self.assertHidden(ask)

    def test_composer_onchange(self):
        self.assertHidden(
            lambda env: env["mail.compose.message"].onchange(
                {"parent_id": self.message.id}, ["parent_id"], {"subject": {}, "parent_id": {}}
            )
        )

    def test_composer_with_its_file(self):
        for mode in ("comment", "mass_mail"):

            def ask(env, mode=mode):
                composer = env["mail.compose.message"].create(
                    {
                        "composition_mode": mode,
                        "model": "res.partner",
                        "res_ids": repr(self.customer.ids),
                        "subject": "Look",
                        "body": "Look",
                        "partner_ids": self.customer.ids,
                        "attachment_ids": self.file.ids,
                    }
                )
                seen = composer.web_read({"attachment_ids": {"fields": {"name": {}, "raw": {}}}})
                mails, messages = composer._action_send_mail()
                files = (mails.attachment_ids + messages.sudo().attachment_ids).sudo()
                return seen, files.mapped("raw")

            self.assertHidden(ask)

    # Posting ---------------------------------------------------------------

    def test_post_with_its_file(self):
        def ask(env):
            contact = env["res.partner"].browse(self.customer.id)
            message = contact.message_post(body="Look", attachment_ids=self.file.ids)
            return message.sudo().attachment_ids.mapped("name")

        self.assertHidden(ask)

    def test_own_message_with_its_file(self):
        def ask(env):
            message = env["res.partner"].browse(self.customer.id).message_post(body="Look")
            message.write({"attachment_ids": [Command.link(self.file.id)]})
            return message.sudo().attachment_ids.mapped("name")

        self.assertHidden(ask)

    def test_scheduled_message_with_its_file(self):
        def ask(env):
            scheduled = env["mail.scheduled.message"].create(
                {
                    "model": "res.partner",
                    "res_id": self.customer.id,
                    "author_id": env.user.partner_id.id,
                    "body": "Look",
                    "scheduled_date": "2100-01-01",
                    "attachment_ids": self.file.ids,
                }
            )
            seen = Store().add(scheduled).get_result()
            contact = env["res.partner"].browse(self.customer.id)
            scheduled.post_message()
            return seen, contact.message_ids[:1].sudo().attachment_ids.mapped("name")

        self.assertHidden(ask)

    def test_template_with_its_file(self):
        """Core would make it the template's."""

        def ask(env):
            return env["mail.template"].create(
                {
                    "name": "Look",
                    "model_id": env["ir.model"]._get_id("res.partner"),
                    "attachment_ids": self.file.ids,
                }
            )

        for visibility in ("shared", "private"):
            self.show(visibility)
            self.assertIsInstance(self.answer(self.admin, ask), AccessError)

    def test_reply_to_it(self):
        def ask(env):
            contact = env["res.partner"].browse(self.customer.id)
            message = contact.message_post(body="Hello", parent_id=self.message.id)
            return message.sudo().parent_id.id

        self.assertHidden(ask, shows=lambda answer: answer == self.message.id)

    def test_references(self):
        """No mail that Odoo sends names a synced one."""
        for visibility in ("shared", "private"):
            self.show(visibility)
            contact = self.customer.with_user(self.ben)
            contact.message_post(
                body="Hello", partner_ids=self.customer.ids, subtype_xmlid="mail.mt_comment"
            )
            mail = self.env["mail.mail"].search([], limit=1, order="id desc")
            self.assertTrue(mail.references)
            self.assertNotIn("mail-contact-sync", mail.references)
            self.assertNotIn(SECRET, mail.references)

    # Notifications ---------------------------------------------------------

    def test_notification(self):
        def ask(env):
            notification = env["mail.notification"].create(
                {
                    "mail_message_id": self.message.id,
                    "res_partner_id": env.user.partner_id.id,
                    "author_id": env.user.partner_id.id,
                    "notification_status": "exception",
                }
            )
            return notification.mail_message_id.subject

        self.assertHidden(ask)

    def test_notification_written(self):
        """Only administrators may point a notification to another message."""
        own = self.env["mail.notification"].create(
            {
                "mail_message_id": self.customer.message_post(body="Own").id,
                "res_partner_id": self.admin.partner_id.id,
            }
        )

        def ask(env):
            notification = env["mail.notification"].browse(own.id)
            notification.mail_message_id = self.message.id
            return notification.read(["mail_message_id"])

        self.assertHidden(ask, users=self.admin)

    # Models of the administrator's -----------------------------------------

    def test_outgoing_mail(self):
        def ask(env):
            mail = env["mail.mail"].create({"mail_message_id": self.message.id})
            return mail.read(["subject", "body"])

        self.assertHidden(ask, users=self.admin)

    def test_outgoing_mail_that_is_there(self):
        mail = self.env["mail.mail"].create({"mail_message_id": self.message.id})
        for ask in (
            lambda env: env["mail.mail"].browse(mail.id).read(["subject"]),
            lambda env: env["mail.mail"].search([("body", "ilike", SECRET)]) and SECRET,
            lambda env: (
                env["mail.mail"].search([("mail_message_id.body", "ilike", SECRET)]) and SECRET
            ),
        ):
            self.assertHidden(ask, users=self.admin)

    def test_translation(self):
        self.env["mail.message.translation"].create(
            {
                "message_id": self.message.id,
                "source_lang": "de",
                "target_lang": "en",
                "body": SECRET,
            }
        )
        self.assertHidden(
            lambda env: env["mail.message.translation"].search_read([], ["body"]),
            users=self.admin,
        )

    def test_reaction(self):
        self.env["mail.message.reaction"].create(
            {
                "message_id": self.message.id,
                "content": SECRET,
                "partner_id": self.anna.partner_id.id,
            }
        )
        self.assertHidden(
            lambda env: env["mail.message.reaction"].search_read([], ["content"]),
            users=self.admin,
        )

    def test_preview_of_a_link(self):
        preview = self.env["mail.link.preview"].create({"source_url": f"https://x.test/{SECRET}"})
        self.env["mail.message.link.preview"].create(
            {"message_id": self.message.id, "link_preview_id": preview.id}
        )
        self.admin.group_ids += self.env.ref("base.group_erp_manager")
        for model, fields in (
            ("mail.link.preview", ["source_url"]),
            ("mail.message.link.preview", ["link_preview_id", "author_id"]),
        ):
            self.assertHidden(
                lambda env, m=model, f=fields: env[m].search_read([], f),
                shows=self.found,
                users=self.admin,
            )

    def test_privacy_lookup(self):
        if "privacy.lookup.wizard" not in self.env:
            self.skipTest("privacy_lookup is not installed")

        def ask(env):
            wizard = env["privacy.lookup.wizard"].create(
                {"name": "Clara Customer", "email": "clara@customer.test"}
            )
            wizard.action_lookup()
            return wizard.line_ids.read(["res_name", "resource_ref"])

        self.assertHidden(ask, users=self.admin)

    # The ledger ------------------------------------------------------------

    def test_ledger(self):
        """What was synced from where is its owner's alone, whoever reads the messages."""
        for model in ("mail.sync.match", "mail.sync.folder"):
            records = self.env[model].search([])
            self.assertTrue(records.with_user(self.anna).read())
            for user in self.colleagues:
                self.assertFalse(records.with_user(user).search([]))
                with self.assertRaises(AccessError):
                    records.with_user(user).read()
