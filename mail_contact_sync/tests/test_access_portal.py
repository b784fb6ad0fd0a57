# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.tests import JsonRpcException, tagged
from odoo.tests.common import new_test_user

from .access import SECRET, AccessCase, RoutesCase


class PortalCase(AccessCase):
    """Portal users read the contacts of their company, and themselves.

    Somebody has even opened the message to them as far as core lets her, so
    that nothing but the add-on closes it.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.env["res.partner"].create({"name": "Customer Inc.", "is_company": True})
        cls.customer.parent_id = company
        cls.herself = new_test_user(
            cls.env,
            "clara_portal",
            groups="base.group_portal",
            partner_id=cls.customer.id,
            email=cls.customer.email,
        )
        cls.colleague = new_test_user(cls.env, "carl_portal", groups="base.group_portal")
        cls.colleague.partner_id.parent_id = company
        cls.public = cls.env.ref("base.public_user")
        cls.outsiders = cls.herself + cls.colleague + cls.public

    def setUp(self):
        super().setUp()
        self.message.write({"is_internal": False, "subtype_id": self.env.ref("mail.mt_comment").id})

    def assertClosed(self, ask, shows=None):
        """An employee is told while the message is shared, an outsider never."""
        shows = shows or self.shows
        self.show("shared")
        answer = self.answer(self.ben, ask)
        self.assertTrue(shows(answer), f"asks for nothing: {answer!r}")
        for user in self.outsiders:
            for visibility in ("shared", "private"):
                self.show(visibility)
                with self.subTest(user=user.login, visibility=visibility):
                    answer = self.answer(user, ask)
                    self.assertFalse(shows(answer), f"tells it: {answer!r}")


class TestPortal(PortalCase):
    """Portal users and the public read no synced message at all."""

    def test_they_read_the_contact(self):
        for user in self.herself + self.colleague:
            self.assertTrue(self.customer.with_user(user).has_access("read"))

    def test_read(self):
        self.assertClosed(lambda env: self.messages(env).read(["body"]))

    def test_browsed_field(self):
        self.assertClosed(lambda env: self.messages(env).body)

    def test_display_name(self):
        self.assertClosed(lambda env: self.messages(env).sudo().display_name)

    def test_portal_format(self):
        self.assertClosed(lambda env: self.messages(env).portal_message_format())

    def test_search(self):
        for domain in (
            [("body", "ilike", SECRET)],
            [("id", "=", self.message.id)],
            [("author_id", "=", self.customer.id)],
            [("sync_access", "!=", False)],
        ):
            self.assertClosed(
                lambda env, d=domain: self.message.id in env["mail.message"].search(d).ids,
                shows=bool,
            )

    def test_search_count(self):
        self.assertClosed(
            lambda env: env["mail.message"].search_count([("subject", "ilike", SECRET)]),
            shows=self.found,
        )

    def test_search_read(self):
        self.assertClosed(lambda env: env["mail.message"].search_read([], ["body"]))

    def test_read_group(self):
        self.assertClosed(
            lambda env: env["mail.message"].formatted_read_group([], ["subject"], ["__count"])
        )

    def test_recipient(self):
        """Core lets everybody read what is addressed to her or written by her."""
        self.message.partner_ids = self.outsiders.partner_id
        self.message.author_id = self.colleague.partner_id
        self.assertClosed(lambda env: self.messages(env).read(["body"]))
        self.assertClosed(lambda env: env["mail.message"].search_read([], ["body"]))

    def test_notified(self):
        for partner in (self.herself + self.colleague).partner_id:
            self.env["mail.notification"].create(
                {"mail_message_id": self.message.id, "res_partner_id": partner.id}
            )
        self.assertClosed(lambda env: self.messages(env).read(["body"]))
        self.assertClosed(lambda env: env["mail.message"].search_read([], ["body"]))

    def test_messages_of_the_contact(self):
        for field in ("message_ids", "website_message_ids"):
            self.assertClosed(
                lambda env, f=field: self.contact(env).read([f])[0][f],
                shows=lambda answer: (
                    not isinstance(answer, Exception) and self.message.id in answer
                ),
            )

    def test_contact_by_message(self):
        for field in ("message_ids", "website_message_ids"):
            for domain in ([(f"{field}.body", "ilike", SECRET)], [(field, "in", self.message.ids)]):
                self.assertClosed(
                    lambda env, d=domain: env["res.partner"].search(d), shows=self.found
                )

    def test_chatter(self):
        def ask(env):
            fetched = env["mail.message"]._message_fetch(None, thread=self.contact(env))
            return fetched["messages"].mapped("body")

        self.assertClosed(ask)

    def test_figures_on_the_contact(self):
        self.assertClosed(
            lambda env: self.contact(env).read(["sync_mail_count"])[0]["sync_mail_count"],
            shows=self.found,
        )

    def test_files(self):
        self.assertClosed(lambda env: env["ir.attachment"].browse(self.file.id).read(["name"]))
        self.assertClosed(
            lambda env: env["ir.attachment"].search([("id", "=", self.file.id)]), shows=self.found
        )

    def test_document_that_grants_access(self):
        """Were contacts shown by a token, as orders are, their e-mails would stay closed."""
        grant = patch.object(
            type(self.env["res.partner"]),
            "_get_thread_with_access",
            lambda self, thread_id, **kwargs: self.browse(thread_id),
        )
        with grant:
            for mode in ("read", "create"):
                self.assertClosed(
                    lambda env, m=mode: env["mail.message"]._get_with_access(
                        self.message.id, mode=m
                    ),
                    shows=self.found,
                )

    def test_changes(self):
        for visibility in ("shared", "private"):
            self.show(visibility)
            for user in self.outsiders:
                for change in (
                    lambda env: self.messages(env).write({"body": "Changed"}),
                    lambda env: self.messages(env).unlink(),
                    lambda env: env["mail.message"].create(
                        {"parent_id": self.message.id, "body": "Reply"}
                    ),
                ):
                    self.assertIsInstance(self.answer(user, change), Exception)

    def test_an_owner_who_becomes_a_portal_user(self):
        self.show("private")
        self.assertTrue(self.message.with_user(self.anna).has_access("read"))
        self.anna.group_ids = self.env.ref("base.group_portal")
        self.assertFalse(self.message.with_user(self.anna).has_access("read"))
        self.assertFalse(self.env["mail.message"].with_user(self.anna).search([]))


@tagged("-at_install", "post_install")
class TestPortalRoutes(PortalCase, RoutesCase):
    """Nor by any route."""

    def answer(self, user, ask):
        if user == self.public:
            return super().answer(self.env["res.users"], ask)
        return super().answer(user, ask)

    def test_chatter(self):
        self.assertClosed(self.rpc("/mail/thread/messages", **self.thread))

    def test_portal_chatter(self):
        self.assertClosed(self.rpc("/mail/chatter_fetch", **self.thread))

    def test_thread_data(self):
        """Failures are told to whom they are noted for."""
        for partner in (self.ben + self.outsiders).partner_id:
            self.env["mail.notification"].create(
                {
                    "mail_message_id": self.message.id,
                    "res_partner_id": partner.id,
                    "author_id": partner.id,
                    "notification_status": "exception",
                }
            )
        thread = dict(self.thread, request_list=["attachments", "display_name"])
        self.assertClosed(
            self.rpc("/mail/data", fetch_params=[["mail.thread", thread], "failures"])
        )

    def test_link_to_the_message(self):
        for path in (
            f"/mail/message/{self.message.id}",
            f"/mail/view?message_id={self.message.id}",
        ):
            self.assertClosed(self.page(path), shows=self.to_contact)

    def test_avatar_of_the_author(self):
        path = f"/mail/avatar/mail.message/{self.message.id}/author_avatar/50x50?access_token=any"
        self.assertClosed(
            lambda: self.url_open(path).status_code, shows=lambda answer: answer == 200
        )

    def test_starred(self):
        self.message.starred_partner_ids = (self.ben + self.outsiders).partner_id
        self.assertClosed(self.rpc("/mail/starred/messages"))

    def test_update(self):
        """An author may change what she wrote; not her e-mail in the company's books."""
        self.message.author_id = self.herself.partner_id
        for user in self.outsiders:
            ask = self.rpc(
                "/mail/message/update_content",
                message_id=self.message.id,
                update_data={"body": "Changed"},
            )
            self.assertIn("NotFound", repr(self.answer(user, ask)))
        self.assertIn("UserError", repr(self.answer(self.admin, ask)))

    def test_is_internal(self):
        ask = self.rpc("/mail/update_is_internal", message_id=self.message.id, is_internal=False)
        for user in self.outsiders:
            self.assertIsInstance(self.answer(user, ask), JsonRpcException)

    def test_file(self):
        for path in (
            f"/web/content/{self.file.id}",
            f"/web/content/ir.attachment/{self.file.id}/raw",
            f"/web/image/{self.file.id}",
        ):
            self.file.mimetype = "image/png" if "image" in path else "text/plain"
            with self.subTest(path=path):
                self.assertClosed(
                    self.page(path), shows=lambda answer: SECRET.encode() in answer[1]
                )

    def test_pages_of_the_portal(self):
        pages = [self.page(path) for path in ("/my", "/my/home", "/my/account")]
        pages.append(self.page(f"/mail/view?model=res.partner&res_id={self.customer.id}"))
        for user in self.outsiders:
            for page in pages:
                self.assertFalse(self.shows(self.answer(user, page)))
        for page in pages[:3]:
            self.assertIn(self.customer.name, repr(self.answer(self.herself, page)))
