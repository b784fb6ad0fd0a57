# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import MissingError

from .access import SECRET, AccessCase


class TestPrivateMessage(AccessCase):
    """No way through the ORM's public methods leads to a message of *only me*."""

    # Reading ---------------------------------------------------------------

    def test_read(self):
        self.assertHidden(lambda env: self.messages(env).read(["subject"]))

    def test_web_read(self):
        self.assertHidden(lambda env: self.messages(env).web_read({"body": {}}))

    def test_browsed_field(self):
        self.assertHidden(lambda env: self.messages(env).subject)

    def test_browsed_among_others(self):
        def ask(env):
            log = env["mail.message"].search([("model", "=", "res.users")], limit=1)
            both = env["mail.message"].browse([log.id, self.message.id])
            return [message.subject for message in both]

        self.assertHidden(ask)

    def test_deleted_among_others(self):
        """What is no more is missing, not hidden."""
        kept = self.customer.message_post(body="Kept")
        gone = self.customer.message_post(body="Gone")
        gone.unlink()
        kept, gone = (message.with_user(self.ben) for message in kept + gone)
        (kept + gone).fetch(["body"])
        self.assertIn("Kept", kept.body)
        with self.assertRaises(MissingError):
            self.assertFalse(gone.body)

    def test_display_name(self):
        self.assertHidden(lambda env: self.messages(env).display_name)

    def test_display_name_as_superuser_for_the_user(self):
        self.assertHidden(lambda env: self.messages(env).sudo().display_name)

    def test_web_name_search(self):
        self.assertHidden(lambda env: env["mail.message"].web_name_search(SECRET, {"subject": {}}))

    def test_name_search(self):
        self.assertHidden(lambda env: env["mail.message"].name_search(SECRET))

    def test_copy(self):
        self.assertHidden(lambda env: self.messages(env).copy_data())

    def test_metadata(self):
        self.assertHidden(lambda env: self.messages(env).get_metadata(), shows=self.found)

    def test_where_it_stands(self):
        self.assertHidden(lambda env: self.messages(env).action_open_document(), shows=self.found)

    def test_document_that_grants_access(self):
        for mode in ("read", "create"):
            self.assertHidden(
                lambda env, m=mode: env["mail.message"]._get_with_access(self.message.id, mode=m),
                shows=self.found,
            )

    def test_portal_format(self):
        self.assertHidden(lambda env: self.messages(env).portal_message_format())

    def test_export_of_the_message(self):
        self.assertHidden(lambda env: self.messages(env).export_data(["subject"]), users=self.admin)

    def test_export_of_the_contact(self):
        for field in ("message_ids", "website_message_ids"):
            self.assertHidden(lambda env, f=field: self.contact(env).export_data([f"{f}/subject"]))

    def test_messages_of_the_contact(self):
        for field in ("message_ids", "website_message_ids"):
            self.assertHidden(
                lambda env, f=field: self.contact(env).read([f])[0][f],
                shows=lambda answer: self.message.id in answer,
            )
            self.assertHidden(
                lambda env, f=field: self.contact(env).web_read({f: {"fields": {"body": {}}}})
            )

    def test_parent_of_a_reply(self):
        """Everybody's comments hang on the latest mail, whoever may read it."""
        reply = self.customer.message_post(body="Seen")
        reply.parent_id = self.message
        self.assertHidden(lambda env: env["mail.message"].browse(reply.id).read(["parent_id"]))
        self.assertHidden(
            lambda env: (
                env["mail.message"]
                .browse(reply.id)
                .web_read({"parent_id": {"fields": {"display_name": {}}}})
            )
        )
        self.assertHidden(
            lambda env: (
                env["mail.message"]
                .browse(reply.id)
                .web_read({"parent_id": {"fields": {"body": {}}}})
            )
        )
        self.assertHidden(
            lambda env: env["mail.message"].browse(reply.id).export_data(["parent_id/subject"]),
            users=self.admin,
        )
        self.assertHidden(
            lambda env: env["mail.message"].formatted_read_group(
                [("id", "=", reply.id)], ["parent_id"], ["__count"]
            )
        )
        self.assertHidden(
            lambda env: env["mail.message"].formatted_read_group(
                [("id", "=", reply.id)], ["parent_id.subject"], ["__count"]
            )
        )

    def test_children(self):
        parent = self.customer.message_post(body="Before")
        self.message.parent_id = parent
        self.assertHidden(
            lambda env: env["mail.message"].browse(parent.id).read(["child_ids"])[0]["child_ids"],
            shows=lambda answer: self.message.id in answer,
        )

    # Chatter ---------------------------------------------------------------

    def test_chatter(self):
        def ask(env):
            fetched = env["mail.message"]._message_fetch(None, thread=self.contact(env))
            return fetched["messages"].mapped("subject")

        self.assertHidden(ask)

    def test_chatter_around_it(self):
        earlier, later = self.customer.message_post(body="A"), self.customer.message_post(body="B")
        earlier.date = "2020-01-01"
        for bound, anchor in (("after", earlier), ("before", later), ("around", self.message)):

            def ask(env, bound=bound, anchor=anchor):
                fetched = env["mail.message"]._message_fetch(
                    None, thread=self.contact(env), **{bound: anchor.id}
                )
                return fetched["messages"].mapped("subject")

            with self.subTest(bound=bound):
                self.assertHidden(ask)

    def test_chatter_search(self):
        def ask(env):
            fetched = env["mail.message"]._message_fetch(
                None, thread=self.contact(env), search_term=SECRET
            )
            return fetched["messages"].ids or fetched["count"]

        self.assertHidden(ask, shows=bool)

    def test_figures_on_the_contact(self):
        self.assertHidden(lambda env: self.contact(env).sync_mail_count, shows=bool)
        self.assertHidden(lambda env: self.contact(env).sync_mail_last_date, shows=bool)
        self.assertHidden(
            lambda env: self.contact(env).web_read({"sync_mail_count": {}})[0]["sync_mail_count"],
            shows=bool,
        )

    def test_suggested_recipients(self):
        """The strangers of a synced mail are proposed to nobody."""

        def ask(env):
            return self.contact(env)._message_get_suggested_recipients(reply_discussion=True)

        for visibility in ("shared", "private"):
            self.show(visibility)
            for user in self.anna + self.colleagues:
                self.assertNotIn("zebra", repr(self.answer(user, ask)))
        self.make_it_odoos()
        self.assertIn("zebra", repr(self.answer(self.ben, ask)))

    # Changing --------------------------------------------------------------

    def test_write(self):
        for commands in (
            lambda env: self.messages(env).write({"body": "Changed"}),
            lambda env: self.contact(env).write(
                {"message_ids": [(1, self.message.id, {"body": "Changed"})]}
            ),
            lambda env: self.messages(env).write({"sync_access": "shared"}),
            lambda env: self.messages(env).write({"sync_user_ids": [(4, env.uid)]}),
        ):
            self.show("private")
            for user in self.colleagues:
                self.assertIsInstance(self.answer(user, commands), Exception)

    def test_unlink(self):
        self.show("private")
        for user in self.colleagues:
            for commands in (
                lambda env: self.messages(env).unlink(),
                lambda env: self.contact(env).write({"message_ids": [(2, self.message.id)]}),
                lambda env: self.contact(env).write({"message_ids": [(3, self.message.id)]}),
            ):
                self.assertIsInstance(self.answer(user, commands), Exception)

    def test_star(self):
        self.assertHidden(lambda env: self.messages(env).toggle_message_starred(), shows=self.found)
