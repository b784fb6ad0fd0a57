# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, escape_psql

MESSAGES_PER_STEP = 500
KEPT_PER_STEP = 2_000
ROWS_PER_STEP = 20_000


class MailSyncAccount(models.Model):
    """Removing a mailbox: its secrets at once, all else by the scheduled action."""

    _inherit = "mail.sync.account"

    remove_mails = fields.Boolean(readonly=True, copy=False)

    @api.model
    def _of_mine(self, address: str):
        """The user's own mailbox of this address, if she has connected it before.

        Raise UserError where it is just being removed: what is left of the old one has to
        go before the new one comes.
        """
        account = self._connected(address)
        if account.state == "removing":
            raise UserError(
                self.env._(
                    "%s is still being removed. Please try again in a few minutes.",
                    account.address,
                )
            )
        return account

    @api.model
    def _connected(self, address: str):
        """The same, being removed or not."""
        return self.search(
            [("user_id", "=", self.env.uid), ("address", "=ilike", escape_psql(address))], limit=1
        )

    def _begin_removal(self, remove_mails: bool):
        """From here on nothing is read, and nothing is left to read it with."""
        # sudo: its state is the engine's; who may remove it, the callers check
        for account in self.sudo():
            account._calm()
            account._sign_off()
            account.write({"state": "removing", "remove_mails": remove_mails})
        self._wake()

    def _sign_off(self):
        """Nothing is left to read it with; what the provider permitted is given back to it."""
        for account in self.filtered(lambda account: account._has_secret()):
            account._provider()._sign_off(account)
            account._forget_secret()

    def _forget_mailbox(self):
        """All that was read of it but what stands in the chatters; seconds where that is much."""
        self.folder_ids.unlink()  # and the index with them
        self.env["mail.sync.match"].search(
            [("account_id", "in", self.ids), ("state", "!=", "posted")]
        ).unlink()

    def _forget_some(self) -> bool:
        """One step of forgetting the index, then the queue; False where both are gone.

        In this order: what is no longer in the index is queued for no new contact.
        """
        bulk = (("mail_sync_envelope", "true"), ("mail_sync_match", "state <> 'posted'"))
        for table, which in bulk:
            self.env.cr.execute(
                SQL(
                    """DELETE FROM %(table)s WHERE id IN (
                           SELECT id FROM %(table)s WHERE account_id = %(account)s AND %(which)s
                           LIMIT %(limit)s)""",
                    table=SQL.identifier(table),
                    which=SQL(which),
                    account=self.id,
                    limit=ROWS_PER_STEP,
                )
            )
            if self.env.cr.rowcount:
                self.env.invalidate_all()
                return True
        return False

    def _only_here(self) -> SQL:
        """A query of the messages that no other mailbox holds, and their keys.

        What Odoo itself sent or got has been no mailbox's from the beginning, and what was kept
        of a mailbox that is gone stays its owner's.
        """
        self.env.flush_all()
        return SQL(
            """
            SELECT message.id, match.message_key FROM mail_sync_match match
            JOIN mail_message message ON message.id = match.mail_message_id
            WHERE match.account_id = %s AND message.sync_access IS NOT NULL
                AND NOT EXISTS (
                    SELECT FROM mail_sync_match other
                    WHERE other.mail_message_id = message.id
                        AND other.account_id <> match.account_id
                )
                AND NOT EXISTS (
                    SELECT FROM mail_sync_past past
                    WHERE past.mail_message_id = message.id AND past.user_id <> %s
                )
            """,
            self.id,
            self.user_id.id,
        )

    def _count_only_here(self) -> int:
        """E-mails, each once whatever the number of its contacts."""
        query = SQL("SELECT count(DISTINCT message_key) FROM (%s) AS mail", self._only_here())
        self.env.cr.execute(query)
        return self.env.cr.fetchone()[0]

    def _next_to_remove(self) -> list[int]:
        self.env.cr.execute(SQL("%s LIMIT %s", self._only_here(), MESSAGES_PER_STEP))
        return list({row[0] for row in self.env.cr.fetchall()})

    def _remove_some(self):
        """One step of the removal, the last of which removes the account."""
        self.env.flush_all()
        if self._forget_some():
            return
        messages = self.env["mail.message"]._sync_as_engine()
        # sudo: what the owner has decided, the engine does
        matches = self.env["mail.sync.match"].sudo()
        held_here = [("account_id", "=", self.id)]
        if self.remove_mails and (ids := self._next_to_remove()):
            # Their rows with them: "posted, and deleted since" would be true of the copy in
            # a colleague's mailbox, too, and keep it out for good.
            matches.search([*held_here, ("mail_message_id", "in", ids)]).unlink()
            messages.browse(ids).unlink()
            return
        # sudo: the past is the engine's
        if self.env["mail.sync.past"].sudo()._keep(self, KEPT_PER_STEP):
            return
        # Who wrote it last is who removed it.
        (self.user_id | self.write_uid)._bus_send(
            "mail_contact_sync/progress", {"account_id": self.id, "removed": True}
        )
        self.unlink()

    def unlink(self):
        self.check_access("unlink")
        self._check_owner()  # before anything is given back
        self.sudo()._sign_off()  # sudo: nobody else may read it
        self.env["mail.sync.past"].sudo()._keep(self)  # sudo: as above
        return super().unlink()
