# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL


class MailMessage(models.Model):
    """Messages that were written from a connected mailbox, and what answers them."""

    _inherit = "mail.message"

    sync_sender_id = fields.Many2one(
        "mail.sync.account",
        "Written From",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    #: An answer stands on the contact, and once more on the record that was written on: the
    #: second one follows the first in all, who reads it and when it goes.
    sync_origin_id = fields.Many2one(
        "mail.message", "Copy Of", readonly=True, copy=False, index="btree_not_null"
    )

    def _sync_written_from(self, account):
        """Readers as of the mailbox's other e-mails, and nobody's to change."""
        message = self._sync_as_engine()
        values = {"sync_sender_id": account.id, "sync_written": True}
        if account.visibility == "private":
            values |= {"sync_access": "private", "sync_user_ids": [(4, account.user_id.id)]}
        message.write(values)
        if account.visibility == "private":
            message._sync_close_files()
        else:
            message._sync_take_files()

    def _sync_keep_closed(self, account):
        """What is written from a private mailbox is private, whenever that was closed."""
        if account.visibility == "private" and self.sync_access != "private":
            self._sync_written_from(account)

    def action_sync_send_again(self):
        """Try once more to send what did not leave the user's mailbox."""
        # sudo: the mail is Odoo's; whose mailbox it is, and who wrote it, is checked
        if any(
            self.env.user not in (each.sync_sender_id.user_id & each.create_uid)
            for each in self.sudo()
        ):
            raise AccessError(self.env._("You can only write from mailboxes of your own."))
        mails = self.env["mail.mail"].sudo()
        failed = mails.search(
            [
                ("mail_message_id", "in", self.ids),
                ("sync_account_id", "!=", False),
                ("state", "=", "exception"),
            ]
        )
        for account in failed.sync_account_id:
            self.env["mail.sync.account"]._chosen(account.id)
        failed._sync_readdress()
        failed._sync_begin_anew()
        failed.send_after_commit()

    @api.model
    def _sync_refresh_access(self, accounts=None):
        if accounts is not None:
            self._sync_close_written(accounts)
        result = super()._sync_refresh_access(accounts)
        if accounts is not None:
            self._sync_reopen_written(accounts)
            held = SQL(
                """origin.id IN (SELECT mail_message_id FROM mail_sync_match
                                 WHERE account_id = ANY(%s))""",
                accounts.ids,
            )
        else:
            held = SQL("origin.id = ANY(%s)", self.ids)
        self.env.cr.execute(
            SQL(
                """
                WITH copy AS (
                    UPDATE mail_message copy SET sync_access = origin.sync_access
                    FROM mail_message origin
                    WHERE copy.sync_origin_id = origin.id AND %s
                    RETURNING copy.id, origin.id AS origin_id
                ), cleared AS (
                    DELETE FROM mail_message_sync_user_rel rel USING copy
                    WHERE rel.message_id = copy.id AND NOT EXISTS (
                        SELECT FROM mail_message_sync_user_rel reader
                        WHERE reader.message_id = copy.origin_id AND reader.user_id = rel.user_id
                    )
                )
                INSERT INTO mail_message_sync_user_rel (message_id, user_id)
                SELECT copy.id, reader.user_id FROM copy
                JOIN mail_message_sync_user_rel reader ON reader.message_id = copy.origin_id
                ON CONFLICT DO NOTHING
                """,
                held,
            )
        )
        self.invalidate_model(["sync_access", "sync_user_ids"])
        copies = SQL("SELECT origin.id FROM mail_message origin WHERE %s", held)
        self._sync_shut_files(SQL("message.sync_origin_id IN (%s)", copies))
        return result

    @api.model
    def _sync_close_written(self, accounts):
        """What was written from a mailbox closes with it; whoever else holds it opens it again."""
        # sudo: what stands in chatters follows the mailbox, whoever changes that
        for account in accounts.sudo().filtered(lambda account: account.visibility == "private"):
            written = [("sync_sender_id", "=", account.id), ("sync_access", "!=", "private")]
            for message in self.sudo().search(written):
                message._sync_written_from(account)

    @api.model
    def _sync_reopen_written(self, accounts):
        """What was written from a private mailbox opens with it, found in it or not."""
        # sudo: what stands in chatters follows the mailbox, whoever changes that
        opened = accounts.sudo().filtered(lambda account: account.visibility == "shared")
        self._sync_as_engine().search(
            [
                ("sync_sender_id", "in", opened.ids),
                ("sync_access", "=", "private"),
            ]
        ).write({"sync_access": "shared", "sync_user_ids": [(5,)]})

    def unlink(self):
        # The copies go with what they follow, seen or not.
        copies = self._sync_as_engine().search([("sync_origin_id", "in", self.ids)])
        if copies - self:
            super(MailMessage, copies - self).unlink()
        return super().unlink()
