# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

#: Longer than any provider counts.
KEPT = timedelta(days=2)


class MailSyncSent(models.Model):
    """That something was sent from a mailbox, for as long as its provider counts it.

    And how it is known again when its copy is found in the mailbox.
    """

    _name = "mail.sync.sent"
    _description = "E-mail Sent from a Connected Mailbox"
    _log_access = False

    account_id = fields.Many2one("mail.sync.account", required=True, ondelete="cascade")
    date = fields.Datetime(required=True, default=fields.Datetime.now)

    _account_date_idx = models.Index("(account_id, date DESC)")

    @api.autovacuum
    def _gc_sent(self):
        self.search([("date", "<", fields.Datetime.now() - KEPT)]).unlink()

    @api.model
    def _recognise(self, account, batch, mails):
        """Before what is known is looked for: some providers give a mail another Message-ID.

        A mark can be copied from a mail of ours, so it counts in its sender's mailbox alone, where
        her sent mail is, and once: where our own Message-ID is found, it is used up.
        """
        sent = {
            mail.mark: mail.message_id
            for match in batch
            if match.outgoing and match.folder_id.role in ("sent", "all")
            if (mail := mails[match.ref]).mark and mail.message_id
        }
        if not sent:
            return
        for mark in self._found(account, sent) | {mail.message_id for mail in mails.values()}:
            if mark in sent:
                sent[mark] = mark
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE mail_message SET sync_message_id = pair.found
                FROM unnest(%s::text[], %s::text[]) AS pair(given, found)
                WHERE message_id = pair.given AND pair.found <> pair.given
                    AND sync_sender_id = %s AND sync_message_id IS NULL
                """,
                list(sent),
                list(sent.values()),
                account.id,
            )
        )
        self.env["mail.message"].invalidate_model(["sync_message_id"])
        self.env["mail.mail"].search(
            [("sync_account_id", "=", account.id), ("message_id", "in", list(sent))]
        )._sync_found()

    @api.model
    def _found(self, account, message_ids) -> set[str]:
        """Those of which the mail stands in a chatter, found in this mailbox."""
        keys = self.env["mail.sync.vault"]._keys()
        of_key = {keys.message(message_id): message_id for message_id in message_ids}
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """SELECT message_key FROM mail_sync_match
                   WHERE account_id = %s AND message_key = ANY(%s) AND state = 'posted'""",
                account.id,
                list(of_key),
            )
        )
        return {of_key[key] for (key,) in self.env.cr.fetchall()}
