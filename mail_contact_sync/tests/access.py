# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.tests import HttpCase, JsonRpcException
from odoo.tests.common import new_test_user
from odoo.tools import mute_logger

from .common import SyncCase

SECRET = "Zebra"
#: what the server may answer instead of an answer
REFUSALS = (AccessError, MissingError, UserError)


class AccessCase(SyncCase):
    """A mail of Anna's full of secrets, and two colleagues of hers who must not find it.

    Every test asks the same twice: while all colleagues may read the message,
    which proves that the question finds it, and while only Anna may.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = new_test_user(
            cls.env,
            "the_admin",
            email="the_admin@ours.test",
            groups="base.group_user,base.group_system,base.group_partner_manager,"
            "base.group_allow_export,mail_contact_sync.group_mail_sync_manager",
        )
        cls.ben.group_ids += cls.env.ref("base.group_allow_export")
        cls.colleagues = cls.ben + cls.admin

    def setUp(self):
        super().setUp()
        self.arrive(
            self.mail(
                subject=f"Subject {SECRET}",
                body=f"Body {SECRET}",
                cc=f"{SECRET} <zebra@elsewhere.test>",
                message_id=f"<{SECRET}@customer.test>",
                attachments=[(f"{SECRET}.txt", f"File {SECRET}".encode())],
            )
        )
        self.sync()
        self.message = self.synced()
        self.message.ensure_one()
        self.file = self.message.attachment_ids
        self.file.ensure_one()

        # As in debug mode, where refusals say most.
        self.startPatcher(
            patch.object(
                type(self.env.user), "has_group", lambda user, group: user._has_group(group)
            )
        )

    def show(self, visibility):
        self.account.with_user(self.anna).visibility = visibility
        self.env.flush_all()
        self.env.invalidate_all()

    def answer(self, user, ask):
        """What ``ask(env)`` returns to the user, or the refusal; nothing of it lasts."""
        savepoint = self.env.cr.savepoint()
        try:
            with mute_logger("odoo.addons.base.models.ir_rule", "odoo.orm.models", "odoo.models"):
                return ask(self.env(user=user, su=False))
        except REFUSALS as refusal:
            return refusal
        finally:
            self.env.clear()
            savepoint.rollback()
            savepoint.close(rollback=False)
            self.env.invalidate_all(flush=False)

    def shows(self, answer) -> bool:
        """Whether an answer gives the message away."""
        return SECRET in repr(answer)

    def assertHidden(self, ask, shows=None, users=None):
        shows = shows or self.shows
        for user in users or self.colleagues:
            with self.subTest(user=user.login):
                self.show("shared")
                answer = self.answer(user, ask)
                self.assertTrue(shows(answer), f"asks for nothing: {answer!r}")
                self.show("private")
                answer = self.answer(user, ask)
                self.assertFalse(shows(answer), f"tells it: {answer!r}")

    def found(self, answer) -> bool:
        """Whether the answer is anything at all."""
        return bool(answer) and not isinstance(answer, Exception)

    def make_it_odoos(self):
        """As if the gateway had brought it, which leaves it to core."""
        comment = self.env.ref("mail.mt_comment").id
        self.message.write({"sync_access": False, "is_internal": False, "subtype_id": comment})
        self.env.flush_all()
        self.env.invalidate_all()

    def messages(self, env):
        return env["mail.message"].browse(self.message.id)

    def contact(self, env):
        return env["res.partner"].browse(self.customer.id)


class RoutesCase(AccessCase, HttpCase):
    """The same over HTTP: ``ask()`` sends a request."""

    def setUp(self):
        super().setUp()
        self.visitor = None

    def answer(self, user, ask):
        if user != self.visitor:
            self.visitor = user
            self.authenticate(user.login or None, user.login or None)
        try:
            with mute_logger("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.models"):
                return ask()
        except JsonRpcException as refusal:
            return refusal
        finally:
            self.env.invalidate_all()

    def rpc(self, route, **params):
        return lambda: self.make_jsonrpc_request(route, params)

    def page(self, path, **data):
        def ask():
            if data:
                data["csrf_token"] = http.Request.csrf_token(self)
            response = self.url_open(path, data=data or None, allow_redirects=False)
            return response.headers.get("Location"), response.content

        return ask

    def to_contact(self, answer):
        """The server leads to the contact on whom the message stands."""
        return f"res.partner/{self.customer.id}" in (answer[0] or "")

    @property
    def thread(self):
        return {"thread_model": "res.partner", "thread_id": self.customer.id}
