# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from unittest.mock import patch

from odoo.tests import JsonRpcException, tagged

from .access import SECRET, RoutesCase


@tagged("-at_install", "post_install")
class TestPrivateMessageRoutes(RoutesCase):
    """No route of the server's leads to a message of *only me*."""

    # Chatter ---------------------------------------------------------------

    def test_chatter(self):
        self.assertHidden(self.rpc("/mail/thread/messages", **self.thread))

    def test_chatter_search(self):
        search = self.rpc(
            "/mail/thread/messages", **self.thread, fetch_params={"search_term": SECRET}
        )
        self.assertHidden(search)
        self.assertHidden(lambda: search()["count"], shows=bool)

    def test_thread_data(self):
        """The files of a synced message are on the message, not on the contact."""
        own = {"name": "own.txt", "res_model": "res.partner", "res_id": self.customer.id}
        self.env["ir.attachment"].create(own)
        thread = dict(
            self.thread,
            request_list=["attachments", "followers", "suggestedRecipients", "display_name"],
        )
        ask = self.rpc("/mail/data", fetch_params=[["mail.thread", thread]])
        for visibility in ("shared", "private"):
            self.show(visibility)
            for user in self.colleagues:
                data = self.answer(user, ask)
                self.assertIn("own.txt", repr(data))
                self.assertFalse(self.shows(data))
                self.assertNotIn("zebra", repr(data))
        self.make_it_odoos()
        self.assertIn("zebra", repr(self.answer(self.ben, ask)))

    def notify(self, **values):
        """As if the colleagues had been told of the message while they could read it."""
        for partner in self.colleagues.partner_id:
            self.env["mail.notification"].create(
                {
                    "mail_message_id": self.message.id,
                    "res_partner_id": partner.id,
                    "author_id": partner.id,
                    **values,
                }
            )

    def test_starred(self):
        self.message.starred_partner_ids = self.colleagues.partner_id
        self.assertHidden(self.rpc("/mail/starred/messages"))

    def test_history(self):
        self.notify(is_read=True)
        self.assertHidden(self.rpc("/mail/history/messages"))

    def test_inbox(self):
        self.notify()
        self.assertHidden(self.rpc("/mail/inbox/messages"))

    def test_failures(self):
        self.notify(notification_status="exception")
        self.assertHidden(self.rpc("/mail/data", fetch_params=["failures"]))

    def test_parent_in_a_channel(self):
        channel = self.env["discuss.channel"]._create_channel(name="Talk", group_id=None)
        channel._add_members(users=self.colleagues)
        channel.message_post(body="Look", message_type="comment").parent_id = self.message
        self.assertHidden(self.rpc("/discuss/channel/messages", channel_id=channel.id))

    # One message -----------------------------------------------------------

    def test_reaction(self):
        def reacted():
            self.message.reaction_ids.unlink()
            self.rpc(
                "/mail/message/reaction", message_id=self.message.id, content="+", action="add"
            )()
            return self.message.reaction_ids

        self.assertHidden(reacted, shows=self.found)
        self.assertFalse(self.message.reaction_ids)

    def test_translation(self):
        self.env["mail.message.translation"].create(
            {
                "message_id": self.message.id,
                "source_lang": "de",
                "target_lang": "en",
                "body": SECRET,
            }
        )
        self.assertHidden(self.rpc("/mail/message/translate", message_id=self.message.id))

    def test_update(self):
        """Nobody changes an e-mail; of a hidden one not even that is said."""
        self.assertHidden(
            self.rpc(
                "/mail/message/update_content",
                message_id=self.message.id,
                update_data={"body": "Changed"},
            ),
            shows=lambda answer: "UserError" in repr(answer),
            users=self.admin,
        )

    def test_link_preview(self):
        previews = type(self.env["mail.link.preview"])
        messages = []

        def ask():
            messages.clear()
            self.rpc("/mail/link_preview", message_id=self.message.id)()
            return list(messages)

        with patch.object(
            previews,
            "_create_from_message_and_notify",
            lambda self, message, request_url=None: messages.append(message),
        ):
            self.assertHidden(ask, shows=bool, users=self.admin)

    def test_recipients_of_a_reply(self):
        self.assertHidden(
            self.rpc("/mail/thread/recipients", **self.thread, message_id=self.message.id),
            shows=lambda answer: "zebra" in repr(answer),
        )

    def test_suggested_recipients(self):
        ask = self.rpc("/mail/thread/recipients/get_suggested_recipients", **self.thread)
        for visibility in ("shared", "private"):
            self.show(visibility)
            for user in self.colleagues:
                self.assertNotIn("zebra", repr(self.answer(user, ask)))
        self.make_it_odoos()
        self.assertIn("zebra", repr(self.answer(self.ben, ask)))

    def test_link_to_the_message(self):
        self.assertHidden(self.page(f"/mail/message/{self.message.id}"), shows=self.to_contact)

    def test_old_link_to_the_message(self):
        self.assertHidden(
            self.page(f"/mail/view?message_id={self.message.id}"), shows=self.to_contact
        )

    def test_preview_of_an_internal_link(self):
        self.assertHidden(
            self.rpc(
                "/html_editor/link_preview_internal",
                preview_url=f"/odoo/mail.message/{self.message.id}",
            )
        )

    def test_web_content_of_the_message(self):
        self.assertHidden(
            self.page(f"/web/content/mail.message/{self.message.id}/author_avatar"),
            shows=lambda answer: b"404" not in answer[1],
        )

    def avatar(self, message_id):
        """Core takes any token of whoever may read the contact."""

        def ask():
            path = f"/mail/avatar/mail.message/{message_id}/author_avatar/50x50?access_token=any"
            response = self.url_open(path)
            return response.status_code, response.headers["Content-Type"]

        return ask

    def test_avatar_of_the_author(self):
        self.assertHidden(self.avatar(self.message.id), shows=lambda answer: answer[0] == 200)
        self.show("private")
        for user in self.colleagues:
            hidden, missing = (
                self.answer(user, self.avatar(message_id))
                for message_id in (self.message.id, 10**8)
            )
            self.assertEqual(hidden, missing)

    # Records ---------------------------------------------------------------

    def call(self, model, method, *args, **kwargs):
        return self.rpc(
            f"/web/dataset/call_kw/{model}/{method}",
            model=model,
            method=method,
            args=args,
            kwargs=kwargs,
        )

    def test_call_read(self):
        self.assertHidden(self.call("mail.message", "read", self.message.ids, ["body"]))

    def test_call_search_read(self):
        self.assertHidden(self.call("mail.message", "search_read", [], ["body"]))

    def test_context_from_the_browser(self):
        """What the add-on says to itself by the context opens nothing to who says it, too."""
        self.show("private")
        for key in ("mail_contact_sync_hide", "mail_contact_sync_order"):
            for method in ("web_read", "action_open_document"):
                args = [{"body": {}}] if method == "web_read" else []
                ask = self.call(
                    "mail.message", method, self.message.ids, *args, context={key: "id"}
                )
                for user in self.colleagues:
                    self.assertIsInstance(self.answer(user, ask), JsonRpcException)

    def test_export(self):
        for model, record, field in (
            ("res.partner", self.customer, "message_ids/body"),
            ("mail.message", self.message, "body"),
        ):
            params = {
                "model": model,
                "fields": [{"name": field, "label": field}],
                "ids": record.ids,
                "domain": [],
                "import_compat": False,
            }
            self.assertHidden(
                self.page("/web/export/csv", data=json.dumps(params)),
                users=self.admin if model == "mail.message" else None,
            )
