# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import SQL, email_normalize_all, split_every

from ..vault import KeyLost
from .fields import BigInt

REBUILD_BATCH = 10_000


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
        return email_normalize_all(text) if text else []

    @api.model
    def _set(self, emails: dict[int, str]):
        """Replace the keys of the contacts by those of their addresses.

        ``emails`` maps partner ids to the text of the Email field.
        """
        if not emails:
            return
        try:
            keys = self.env["mail.sync.vault"]._keys()
        except KeyLost:
            return  # they are all made anew when the new key is
        self.env.cr.execute(
            SQL("DELETE FROM mail_sync_contact_key WHERE partner_id = ANY(%s)", list(emails))
        )
        rows = {
            (partner_id, keys.address(address))
            for partner_id, email in emails.items()
            for address in self._addresses(email)
        }
        self._insert(rows)

    @api.model
    def _insert(self, rows):
        if not rows:
            return
        partner_ids, values = zip(*rows, strict=True)
        self.env.cr.execute(
            SQL(
                """INSERT INTO mail_sync_contact_key (partner_id, key, matched)
                   SELECT *, false FROM unnest(%s::int[], %s::bigint[])""",
                list(partner_ids),
                list(values),
            )
        )
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
        self.env["res.partner"].flush_model(["email"])
        self.env.cr.execute("SELECT id, email FROM res_partner WHERE email LIKE '%@%'")
        contacts = self.env.cr.fetchall()
        self.env.cr.execute("DELETE FROM mail_sync_contact_key")
        for batch in split_every(REBUILD_BATCH, contacts):
            self._set(dict(batch))
