# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re

from odoo import api, fields, models
from odoo.tools import SQL, email_normalize_all, split_every

from ..vault import KeyLost
from .fields import BigInt

REBUILD_BATCH = 10_000
#: What ``email_normalize_all`` would only make lower case, at ten times the cost.
_PLAIN = re.compile(r"[a-z0-9_-]+(?:[.+][a-z0-9_-]+)*@[a-z0-9-]+(?:\.[a-z0-9-]+)+")


class MailSyncContactKey(models.Model):
    """The keys of the contacts' addresses, kept at every change of an address.

    A key that is not yet ``matched`` waits for the engine, which looks up its
    past in the index.  Creating contacts costs these rows and nothing else.
    """

    _name = "mail.sync.contact.key"
    _description = "Address Key of a Contact"
    _log_access = False

    partner_id = fields.Many2one("res.partner", required=True, index=True, ondelete="cascade")
    key = BigInt(required=True, index=True)
    matched = fields.Boolean()

    _unmatched_idx = models.Index("(id) WHERE matched IS NOT TRUE")

    @api.model
    def _addresses(self, text: str) -> list[str]:
        """All addresses in the text of an Email field."""
        if text and text.isascii() and _PLAIN.fullmatch(lower := text.lower()):
            return [lower]
        return email_normalize_all(text) if text else []

    @api.model
    def _set(self, emails: dict[int, str]):
        """Make the keys of the contacts those of their addresses.

        ``emails`` maps partner ids to the text of the Email field.  A key that
        stays is not touched: its past is there already.
        """
        try:
            keys = self.env["mail.sync.vault"]._keys()
        except KeyLost:
            # Those without any get theirs when the key is found again, and all
            # are made anew when there is a new one.
            self.env.cr.execute(
                SQL("DELETE FROM mail_sync_contact_key WHERE partner_id = ANY(%s)", list(emails))
            )
            return
        rows = {
            (partner_id, keys.address(address))
            for partner_id, email in emails.items()
            for address in self._addresses(email)
        }
        self.env.cr.execute(
            SQL(
                """
                WITH wanted AS (
                    SELECT * FROM unnest(%(owners)s::int[], %(keys)s::bigint[])
                        AS wanted(partner_id, key)
                ), stale AS (
                    DELETE FROM mail_sync_contact_key WHERE partner_id = ANY(%(partners)s)
                        AND (partner_id, key) NOT IN (SELECT partner_id, key FROM wanted)
                )
                INSERT INTO mail_sync_contact_key (partner_id, key, matched)
                SELECT partner_id, key, false FROM wanted
                EXCEPT SELECT partner_id, key, false FROM mail_sync_contact_key
                    WHERE partner_id = ANY(%(partners)s)
                """,
                owners=[partner_id for partner_id, _key in rows],
                keys=[key for _partner_id, key in rows],
                partners=list(emails),
            )
        )
        if self.env.cr.rowcount:
            self.env["mail.sync.engine"]._wake_at_commit()

    @api.model
    def _again(self, partner_ids):
        """Look up the past of these contacts once more."""
        self.env.cr.execute(
            SQL(
                "UPDATE mail_sync_contact_key SET matched = false WHERE partner_id = ANY(%s)",
                list(partner_ids),
            )
        )
        if self.env.cr.rowcount:
            self.env["mail.sync.engine"]._wake_at_commit()

    @api.model
    def _rebuild(self):
        """All keys of all contacts, from their addresses."""
        self.env.cr.execute("DELETE FROM mail_sync_contact_key")
        self._add_missing()

    @api.autovacuum
    def _add_missing(self):
        """Keys for contacts that have none.

        They were made by SQL, or by a worker that did not know of the add-on
        yet while it was being installed.
        """
        self.env["res.partner"].flush_model(["email"])
        self.env.cr.execute(
            """
            SELECT id, email FROM res_partner partner WHERE email LIKE '%@%'
                AND NOT EXISTS (SELECT FROM mail_sync_contact_key WHERE partner_id = partner.id)
            """
        )
        for batch in split_every(REBUILD_BATCH, self.env.cr.fetchall()):
            self._set(dict(batch))
