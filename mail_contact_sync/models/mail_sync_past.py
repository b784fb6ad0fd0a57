# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import SQL

from ..keys import Keys
from .fields import BigInt


class MailSyncPast(models.Model):
    """What a removed mailbox had brought: one row for each of its posted mails.

    Where its owner kept the message, she stays among those who decide who reads it, as she had
    decided last.  Where the message was deleted from the chatter, then or since, the row
    says so to whatever mailbox of hers brings it again.  Keys only: nothing of it can be read.
    """

    _name = "mail.sync.past"
    _description = "E-mail of a Removed Mailbox"
    _log_access = False

    partner_id = fields.Many2one("res.partner", required=True, ondelete="cascade")
    message_key = BigInt(required=True)
    digest_key = BigInt()
    mail_message_id = fields.Many2one("mail.message", index="btree_not_null", ondelete="set null")
    user_id = fields.Many2one("res.users", index="btree_not_null", ondelete="set null")
    visibility = fields.Char(required=True)

    # Not unique: merging contacts deletes all rows of which one collides.
    _partner_message_idx = models.Index("(partner_id, message_key)")

    @api.model
    def _keep(self, accounts, limit: int | None = None) -> bool:
        """Keep what is known of the mails of ``accounts``, which are about to go.

        At most ``limit`` of them; tell whether there were any.  Where its mails go, too, what is
        left are those of other mailboxes.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH going AS (
                    DELETE FROM mail_sync_match WHERE id IN (
                        SELECT id FROM mail_sync_match
                        WHERE account_id = ANY(%s) AND state = 'posted' LIMIT %s
                    ) RETURNING *
                ), kept AS (
                    INSERT INTO mail_sync_past (partner_id, message_key, digest_key,
                        mail_message_id, user_id, visibility)
                    SELECT DISTINCT going.partner_id, going.message_key, going.digest_key,
                        going.mail_message_id, account.user_id, account.visibility
                    FROM going JOIN mail_sync_account account ON account.id = going.account_id
                    WHERE going.mail_message_id IS NULL OR account.remove_mails IS NOT TRUE
                )
                SELECT mail_message_id FROM going
                """,
                accounts.ids,
                limit,
            )
        )
        messages = [message for (message,) in self.env.cr.fetchall()]
        self.env["mail.sync.match"].invalidate_model()
        # Those who hold what stays decide who reads it.
        held = {message for message in messages if message}
        self.env["mail.message"].browse(held)._sync_refresh_access()
        return bool(messages)

    @api.model
    def _take_over(self, account, matches):
        """What ``account`` holds again is its own to open and to close."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """DELETE FROM mail_sync_past past USING mail_sync_match match
                   WHERE match.id = ANY(%s) AND past.mail_message_id = match.mail_message_id
                       AND past.user_id = %s""",
                matches.ids,
                account.user_id.id,
            )
        )

    @api.model
    def _only_for(self, users) -> list[int]:
        """Messages that nobody but these users, who are about to go, kept for themselves."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT DISTINCT message.id FROM mail_sync_past past
                JOIN mail_message message ON message.id = past.mail_message_id
                    AND message.sync_access = 'private'
                WHERE past.user_id = ANY(%(users)s)
                    AND NOT EXISTS (
                        SELECT FROM mail_message_sync_user_rel reader
                        WHERE reader.message_id = message.id AND reader.user_id <> ALL(%(users)s)
                    )
                """,
                users=users.ids,
            )
        )
        return [row[0] for row in self.env.cr.fetchall()]

    @api.model
    def _rekey(self, keys: Keys):
        """As in the ledger: what is in the chatter under its Message-ID stays known."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM mail_sync_past past WHERE NOT EXISTS (
                    SELECT FROM mail_message message WHERE message.id = past.mail_message_id
                        AND coalesce(sync_message_id, message_id) NOT LIKE 'digest:%%'
                )
                """
            )
        )
        self.env["mail.sync.match"]._new_keys(keys, SQL.identifier("mail_sync_past"))
