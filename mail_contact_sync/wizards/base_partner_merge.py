# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.tools import SQL


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Contacts that hold the same mail become one that holds it once."""

    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        (src_partners + dst_partner)._sync_hold()
        # Before core moves any row: it does not expect that both hold the same mail.
        self._merge_synced_messages(src_partners, dst_partner)
        self._merge_matches(src_partners, dst_partner)
        self.env["mail.sync.contact.key"]._set(dict.fromkeys(src_partners.ids, ""))
        return super()._update_foreign_keys(src_partners, dst_partner)

    @api.model
    def _merge_synced_messages(self, src_partners, dst_partner):
        """Of the copies of a mail keep one: Odoo's own if there is one."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT array_agg(id ORDER BY sync_access IS NOT NULL, res_id <> %(dst)s, id)
                FROM mail_message
                WHERE model = 'res.partner' AND res_id = ANY(%(partners)s)
                    AND coalesce(sync_message_id, message_id) IS NOT NULL
                GROUP BY coalesce(sync_message_id, message_id) HAVING count(*) > 1
                """,
                dst=dst_partner.id,
                partners=(src_partners + dst_partner).ids,
            )
        )
        messages = self.env["mail.message"].sudo()  # sudo: whoever merges need not read them
        identity = self.env["mail.sync.identity"]
        kept_of = {}
        for (ids,) in self.env.cr.fetchall():
            kept = messages.browse()
            for message in messages.browse(ids):
                twin = message.sync_access and next(
                    (each for each in kept if identity._is_copy(each, message)), None
                )
                if twin:
                    kept_of[message.id] = twin.id
                else:
                    kept += message
        messages._sync_give_way(kept_of)

    @api.model
    def _merge_matches(self, src_partners, dst_partner):
        """Of the ledger's rows for one message keep the one that got furthest."""
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM mail_sync_match match USING (
                    SELECT id, row_number() OVER (
                        PARTITION BY account_id, message_key, date, size
                        ORDER BY state <> 'posted', mail_message_id IS NULL,
                            partner_id <> %(dst)s, id
                    ) AS place
                    FROM mail_sync_match WHERE partner_id = ANY(%(partners)s)
                ) ranked
                WHERE ranked.id = match.id AND ranked.place > 1
                """,
                dst=dst_partner.id,
                partners=(src_partners + dst_partner).ids,
            )
        )
        self.env["mail.sync.match"].invalidate_model()
