# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re

from odoo import api, fields, models
from odoo.exceptions import AccessError, MissingError
from odoo.fields import Domain
from odoo.tools import SQL

#: Written by the engine alone.
SYNC_FIELDS = frozenset(
    [
        *("sync_message_id", "sync_access", "sync_user_ids"),
        *("sync_sender_id", "sync_written", "sync_origin_id"),
    ]
)
TOKEN = re.compile(r"(/web/image/\d+)\?access_token=[\w-]+")


class MailMessage(models.Model):
    """Who may read a synced message.

    The rules of security/ cover what searches or checks as the user.  The
    overrides cover where core reads a message with all rights for somebody who
    only named its id, or asks for it by way of its document.
    """

    _inherit = "mail.message"

    sync_access = fields.Selection(
        [("shared", "Everyone who sees the contact"), ("private", "Only the mailbox's owner")],
        "Readers of the Synced E-mail",
        readonly=True,
        copy=False,
    )
    sync_user_ids = fields.Many2many(
        "res.users",
        "mail_message_sync_user_rel",
        "message_id",
        "user_id",
        "Only For",
        readonly=True,
        copy=False,
    )

    # Readers ----------------------------------------------------------------------

    @api.model
    def _sync_readable_domain(self) -> Domain:
        """What the current user may read, superuser mode or not."""
        user = self.env.user
        if user._is_superuser():
            return Domain.TRUE
        if user.share:
            return Domain("sync_access", "=", False)
        return Domain("sync_access", "in", [False, "shared"]) | Domain(
            "sync_user_ids", "in", user.ids
        )

    def _sync_readable(self):
        """Those of the messages that the current user may read, superuser mode or not.

        Says what ``_sync_readable_domain`` says, in plain Python: it is asked for
        every message of every chatter.
        """
        user = self.env.user
        if user._is_superuser():
            return self
        internal = not user.share
        # Asked without the context, of which a part comes from the browser.
        # sudo: asked for who may not read them
        messages = self.sudo().with_context({})  # pylint: disable=context-overridden

        def readable(message):
            access = message.sync_access
            return not access or (
                internal and (access == "shared" or user in message.sync_user_ids)
            )

        try:
            return messages.filtered(readable).with_env(self.env)
        except MissingError:
            return messages.exists().filtered(readable).with_env(self.env)

    @api.model
    def _has_field_access(self, field, operation):
        return super()._has_field_access(field, operation) and (
            self.env.su or operation == "read" or field.name not in SYNC_FIELDS
        )

    @api.model
    def default_get(self, fields):
        # What a user sets as her default counts where core creates with all rights, too.
        defaults = super().default_get(fields)
        return {name: defaults[name] for name in defaults.keys() - SYNC_FIELDS}

    @api.model
    def _sync_check_values(self, vals_list, names=SYNC_FIELDS):
        """Raise AccessError where anybody but the engine says what is the engine's to say.

        All rights prove nothing: core creates with them what a browser has sent.
        """
        if not self.env.user._is_superuser() and any(vals.keys() & names for vals in vals_list):
            raise AccessError(self.env._("Only Odoo itself notes how an e-mail was synced."))

    def write(self, vals):
        if "message_id" in vals and not (self.env.su or self.env.is_system()):
            # An e-mail is known by it.  Administrators may send mails, which writes it, too.
            raise AccessError(self.env._("Only Odoo itself says what a message is known by."))
        return super().write(vals)

    # Paths ------------------------------------------------------------------------

    def fetch(self, field_names=None):
        # Core fetches with all rights what was browsed and never checked.
        if not self.env.su and (hidden := (self - self._sync_readable()).exists()):
            raise hidden._make_access_error("read")
        return super().fetch(field_names)

    @api.depends_context("uid")
    def _compute_display_name(self):
        # The name of what a record points to is read with all rights.
        readable = self._sync_readable()
        (self - readable).display_name = False
        return super(MailMessage, readable)._compute_display_name()

    @api.model
    def _get_with_access(self, message_id, mode="read", **kwargs):
        # Core also opens a message to whoever may open its document.
        return super()._get_with_access(message_id, mode=mode, **kwargs)._sync_readable()

    def _to_store(self, store, fields, **kwargs):
        # Parents and failures are told to the browser with all rights.
        return super(MailMessage, self._sync_readable())._to_store(store, fields, **kwargs)

    # Files ------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self._sync_check_values(vals_list)
        messages = super().create(vals_list)
        if not self.env.user._is_superuser():
            messages._sync_check_files()
        for message in messages.filtered("sync_access"):
            message._sync_close_files()
        return messages

    def _sync_check_files(self):
        """Nobody takes along a file of a message that she may not read."""
        # sudo: what is taken along may be hidden, and is refused then
        files = self.sudo().attachment_ids.filtered(lambda file: file.res_model == self._name)
        sources = self.browse(files.mapped("res_id")).exists() - self
        if hidden := sources - sources._sync_readable():
            raise hidden.sudo(False)._make_access_error("read")

    def _sync_take_files(self):
        """The files of an e-mail are its own: they stay as it stays, and go when it goes."""
        files = self.attachment_ids.filtered(lambda file: file.res_model != self._name)
        if files:
            files.write({"res_model": self._name, "res_id": self.id})

    def _sync_close_files(self):
        """The files of a synced message are read by its readers and nobody else.

        Core makes files of pictures that stand inside the text: on the contact,
        and with a token that opens them to everybody.
        """
        self._sync_take_files()
        opened = self.attachment_ids.filtered(
            lambda file: file.res_id == self.id and (file.public or file.access_token)
        )
        if opened:
            opened.write({"public": False, "access_token": False})
            self.body = TOKEN.sub(r"\1", self.body)

    @api.model
    def _sync_shut_files(self, condition: SQL):
        """What opens a file to others ends where its ``message`` closes."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE ir_attachment file SET public = FALSE, access_token = NULL
                FROM mail_message message
                WHERE message.sync_access = 'private' AND %s
                    AND file.res_model = 'mail.message' AND file.res_id = message.id
                    AND (file.public OR file.access_token IS NOT NULL)
                """,
                condition,
            )
        )
        self.env["ir.attachment"].invalidate_model(["public", "access_token"])

    # Holders ----------------------------------------------------------------------

    @api.model
    def _sync_refresh_access(self, accounts=None):
        """Let the holders decide anew who may read: one shared mailbox opens a message.

        A mailbox that was removed holds what its owner kept.  For ``self``, or for all messages
        that one of ``accounts`` holds.
        """
        if accounts is not None:
            condition = SQL(
                """message.id IN (SELECT mail_message_id FROM mail_sync_match
                                  WHERE account_id = ANY(%s))""",
                accounts.ids,
            )
        else:
            condition = SQL("message.id = ANY(%s)", self.ids)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH holder AS (
                    SELECT message.id, account.user_id, account.visibility
                    FROM mail_message message
                    JOIN mail_sync_match match ON match.mail_message_id = message.id
                    JOIN mail_sync_account account ON account.id = match.account_id
                    WHERE message.sync_access IS NOT NULL AND %(condition)s
                    UNION
                    SELECT message.id, past.user_id, past.visibility
                    FROM mail_message message
                    JOIN mail_sync_past past ON past.mail_message_id = message.id
                    WHERE message.sync_access IS NOT NULL AND %(condition)s
                ), access AS (
                    -- "shared" sorts after "private"
                    SELECT id, max(visibility) AS visibility FROM holder GROUP BY id
                ), cleared AS (
                    DELETE FROM mail_message_sync_user_rel rel USING holder
                    WHERE rel.message_id = holder.id AND NOT EXISTS (
                        SELECT FROM holder again JOIN access USING (id)
                        WHERE again.id = rel.message_id AND again.user_id = rel.user_id
                            AND access.visibility = 'private'
                    )
                ), named AS (
                    INSERT INTO mail_message_sync_user_rel (message_id, user_id)
                    SELECT holder.id, holder.user_id FROM holder JOIN access USING (id)
                    WHERE access.visibility = 'private' AND holder.user_id IS NOT NULL
                    ON CONFLICT DO NOTHING
                )
                UPDATE mail_message message SET sync_access = access.visibility
                FROM access WHERE access.id = message.id
                """,
                condition=condition,
            )
        )
        self.env["mail.message"].invalidate_model(["sync_access", "sync_user_ids"])
        self._sync_shut_files(condition)
