# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import SQL

from .fields import BigInt


class MailSyncSearch(models.Model):
    """Mailboxes whose past is searched for the contacts, and watched for what is new.

    One row for each address of a contact and each account: ``wanted`` says from when on its mail
    has still to be searched for, and is empty when that is done.  Nothing of other mail is kept.

    Nothing is lost between mail that comes and contacts that come.  The mailbox is watched from
    before its first search.  A contact's key is committed first, wanted in a later transaction
    and searched for in a later one still; whoever reads new mail without seeing the contact did
    so before, so the search finds that mail.
    """

    _name = "mail.sync.search"
    _description = "Search of a Connected Mailbox"
    _log_access = False

    account_id = fields.Many2one("mail.sync.account", required=True, ondelete="cascade")
    key = BigInt(required=True)
    wanted = fields.Datetime("To Be Searched From")

    _account_key_uniq = models.UniqueIndex("(account_id, key)")
    _wanted_idx = models.Index("(account_id, wanted) WHERE wanted IS NOT NULL")

    # What is wanted -----------------------------------------------------------------

    @api.model
    def _want_contacts(self, contact_key_ids):
        """Have these new addresses searched for, in every mailbox that is searched."""
        if not (providers := self.env["mail.sync.provider"]._searching_keys()):
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO mail_sync_search (account_id, key, wanted)
                SELECT DISTINCT account.id, contact.key, account.since
                FROM mail_sync_account account, mail_sync_contact_key contact
                WHERE account.provider = ANY(%s) AND account.since IS NOT NULL
                    AND account.state <> 'removing' AND contact.id = ANY(%s)
                ON CONFLICT (account_id, key) DO UPDATE SET wanted = EXCLUDED.wanted
                """,
                providers,
                list(contact_key_ids),
            ),
            log_exceptions=False,  # that another lane was faster is no error
        )

    @api.model
    def _want_all(self, account):
        """Have all addresses searched for that never were.

        To be committed with the first cursor: those that come later are wanted one by one.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO mail_sync_search (account_id, key, wanted)
                SELECT DISTINCT %s, key, %s::timestamp FROM mail_sync_contact_key
                ON CONFLICT (account_id, key) DO NOTHING
                """,
                account.id,
                account.since,
            )
        )

    @api.model
    def _want_again(self, accounts, since):
        """Have every address searched for once more, from ``since`` on."""
        self.env.cr.execute(
            SQL(
                "UPDATE mail_sync_search SET wanted = least(wanted, %s) WHERE account_id = ANY(%s)",
                since,
                accounts.ids,
            )
        )

    @api.model
    def _forget(self, folders):
        """Begin anew: what was searched for is known no longer."""
        self.env["mail.sync.candidate"]._forget(folders)
        self.env.cr.execute(
            SQL("DELETE FROM mail_sync_search WHERE account_id = ANY(%s)", folders.account_id.ids)
        )

    @api.model
    def _is_any_wanted(self, account) -> bool:
        self.env.cr.execute(
            SQL(
                """SELECT FROM mail_sync_search
                   WHERE account_id = %s AND wanted IS NOT NULL LIMIT 1""",
                account.id,
            )
        )
        return bool(self.env.cr.rowcount)
