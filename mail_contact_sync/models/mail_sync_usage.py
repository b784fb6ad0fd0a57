# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dataclasses import asdict

from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.tools import SQL

from ..connectors.gmail.quota import LIMIT

COUNTED = ("requests", "queries", "units", "messages")


class MailSyncUsage(models.Model):
    """What a provider that counts has been asked for on behalf of a mailbox.

    Written by a cursor of its own: what was spent is spent, whatever becomes of the transaction
    that spent it.  Only the holder of the account's lease writes, and nothing else in here.
    """

    _name = "mail.sync.usage"
    _description = "Usage of a Connected Mailbox"
    _log_access = False

    account_id = fields.Many2one("mail.sync.account", required=True, ondelete="cascade")
    #: what was spent in the last minute, as the connector has it
    budget = fields.Json()
    requests = fields.Integer()
    queries = fields.Integer()
    units = fields.Integer()
    messages = fields.Integer()
    first_queries = fields.Integer("Searches of the First Reading")
    first_units = fields.Integer("Units of the First Reading")
    first_messages = fields.Integer("Messages of the First Reading")

    _account_uniq = models.UniqueIndex("(account_id)")

    def _in_words(self) -> str:
        """What the first reading took, as far as it has come."""
        return self.env._(
            "Searches: %(searches)s. Messages looked at or fetched: %(messages)s. Together "
            "%(units)s of Google's units, of which a mailbox may use %(limit)s a minute.",
            searches=f"{self.first_queries:,}",
            messages=f"{self.first_messages:,}",
            units=f"{self.first_units:,}",
            limit=f"{LIMIT:,}",
        )

    @api.model
    def _budget(self, account):
        self.env.cr.execute(
            SQL("SELECT budget FROM mail_sync_usage WHERE account_id = %s", account.id)
        )
        row = self.env.cr.fetchone()
        return row[0] if row else None

    @api.model
    def _add(self, account_id: int, connector, first: bool):
        """Add what ``connector`` has used, ``first`` where the first reading is going on."""
        used = asdict(connector.usage)
        begun = {f"first_{name}": used[name] if first else 0 for name in COUNTED[1:]}
        with self.env.registry.cursor() as cr:
            # Nothing where somebody has removed the mailbox.
            cr.execute(
                SQL(
                    """
                    INSERT INTO mail_sync_usage AS usage (account_id, budget, %(names)s)
                    SELECT id, %(budget)s::jsonb, %(values)s FROM mail_sync_account
                    WHERE id = %(account)s
                    ON CONFLICT (account_id) DO UPDATE SET budget = EXCLUDED.budget, %(sums)s
                    """,
                    account=account_id,
                    budget=Json(connector.budget.dump()),
                    names=SQL(", ").join(map(SQL.identifier, used | begun)),
                    values=SQL(", ").join(SQL("%s", each) for each in (used | begun).values()),
                    sums=SQL(", ").join(
                        SQL("%(n)s = usage.%(n)s + EXCLUDED.%(n)s", n=SQL.identifier(name))
                        for name in used | begun
                    ),
                )
            )
