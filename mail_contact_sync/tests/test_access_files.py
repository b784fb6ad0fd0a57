# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import io
import zipfile
from base64 import b64encode

from odoo.tests import JsonRpcException, tagged

from .access import SECRET, AccessCase, RoutesCase


class TestPrivateFile(AccessCase):
    """The files of a message are read by its readers."""

    def files(self, env):
        return env["ir.attachment"].browse(self.file.id)

    def test_read(self):
        self.assertHidden(lambda env: self.files(env).read(["name", "raw", "index_content"]))

    def test_browsed_field(self):
        self.assertHidden(lambda env: self.files(env).raw)

    def test_display_name(self):
        self.assertHidden(lambda env: self.files(env).display_name)

    def test_search(self):
        for domain in (
            [("name", "ilike", SECRET)],
            [("index_content", "ilike", SECRET)],
            [("id", "=", self.file.id)],
            [("res_model", "=", "mail.message")],
            [("res_model", "=", "mail.message"), ("res_id", "=", self.message.id)],
            [("checksum", "=", self.file.checksum)],
        ):
            with self.subTest(domain=domain):
                self.assertHidden(
                    lambda env, d=domain: self.file.id in env["ir.attachment"].search(d).ids,
                    shows=bool,
                )

    def test_search_count(self):
        self.assertHidden(
            lambda env: env["ir.attachment"].search_count([("name", "ilike", SECRET)]), shows=bool
        )

    def test_read_group(self):
        self.assertHidden(
            lambda env: env["ir.attachment"].formatted_read_group([], ["name"], ["__count"])
        )

    def test_files_of_the_message(self):
        self.assertHidden(
            lambda env: env["mail.message"].search_read(
                [("attachment_ids.name", "ilike", SECRET)], ["attachment_ids"]
            ),
            shows=bool,
        )

    def test_files_of_the_contact(self):
        """The chatter's list of files and the contact's main one."""
        own = self.env["ir.attachment"].create(
            {"name": "own.txt", "res_model": "res.partner", "res_id": self.customer.id}
        )
        for visibility in ("shared", "private"):
            self.show(visibility)
            for user in self.anna + self.colleagues:
                contact = self.customer.with_user(user)
                self.assertEqual(contact._get_mail_thread_data_attachments(), own)
        self.assertNotIn("message_main_attachment_id", self.customer._fields)

    def test_file_of_the_same_content(self):
        values = {
            "name": "x",
            "datas": b64encode(self.file.raw).decode(),
            "mimetype": self.file.mimetype,
        }
        self.assertHidden(
            lambda env: self.file.id in env["ir.attachment"].create_unique([values]), shows=bool
        )

        def made(env):
            return env["ir.attachment"].browse(env["ir.attachment"].create_unique([values])).raw

        for user in self.colleagues:
            self.assertEqual(self.answer(user, made), self.file.raw)

    def test_write_and_unlink(self):
        self.show("private")
        for user in self.colleagues:
            for change in (
                lambda env: self.files(env).write({"name": "Changed"}),
                lambda env: self.files(env).write({"public": True}),
                lambda env: self.files(env).unlink(),
                lambda env: self.files(env).copy({"res_model": False, "res_id": 0}).name,
                lambda env: self.files(env).generate_access_token(),
            ):
                self.assertIsInstance(self.answer(user, change), Exception)

    def test_picture_inside_the_text(self):
        """Core makes files of pictures that stand in the HTML itself."""
        picture = b64encode(SECRET.encode()).decode()
        self.arrive(
            self.mail(
                subject="Picture",
                message_id="<picture@customer.test>",
                html=f'<p>Look <img src="data:image/png;base64,{picture}"></p>',
            )
        )
        self.sync()
        message = self.synced().filtered(lambda message: message.subject == "Picture")
        self.assertIn("/web/image/", message.body)
        file = message.attachment_ids
        file.ensure_one()
        self.assertFalse(file.access_token)
        self.assertNotIn("access_token", message.body)
        self.assertHidden(
            lambda env: env["ir.attachment"].search([("id", "=", file.id)]), shows=bool
        )


@tagged("-at_install", "post_install")
class TestPrivateFileRoutes(RoutesCase):
    def test_file(self):
        for path in (
            f"/web/content/{self.file.id}",
            f"/web/content/{self.file.id}?download=1",
            f"/web/content/ir.attachment/{self.file.id}/raw",
            f"/web/content/ir.attachment/{self.file.id}/datas",
            f"/web/image/{self.file.id}",
            f"/web/image/ir.attachment/{self.file.id}/raw",
        ):
            if "image" in path:
                self.file.mimetype = "image/png"
            with self.subTest(path=path):
                self.assertHidden(
                    self.page(path), shows=lambda answer: SECRET.encode() in answer[1]
                )

    def test_files_as_zip(self):
        def names():
            _location, content = self.page(
                "/mail/attachment/zip", file_ids=str(self.file.id), zip_name="all.zip"
            )()
            if not zipfile.is_zipfile(io.BytesIO(content)):
                return []
            return zipfile.ZipFile(io.BytesIO(content)).namelist()

        self.assertHidden(names, shows=bool)

    def test_delete_file(self):
        self.show("private")
        for user in self.colleagues:
            answer = self.answer(
                user, self.rpc("/mail/attachment/delete", attachment_id=self.file.id)
            )
            self.assertIsInstance(answer, JsonRpcException)
        self.assertTrue(self.file.exists())

    def test_post_with_the_file(self):
        post = self.rpc(
            "/mail/message/post",
            **self.thread,
            post_data={"body": "Look", "attachment_ids": self.file.ids},
        )
        for visibility in ("shared", "private"):
            self.show(visibility)
            for user in self.colleagues:
                self.assertIsInstance(self.answer(user, post), JsonRpcException)

    def test_image_editor(self):
        self.file.mimetype = "image/png"
        self.assertHidden(
            self.rpc("/html_editor/get_image_info", src=f"/web/image/{self.file.id}"),
            shows=self.found,
        )
        self.assertHidden(
            self.rpc(f"/html_editor/modify_image/{self.file.id}", mimetype="image/png"),
            shows=self.found,
            users=self.admin,
        )
