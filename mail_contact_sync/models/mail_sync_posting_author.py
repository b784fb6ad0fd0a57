# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.tools import SQL


class MailSyncPosting(models.AbstractModel):
    """Who wrote a mail.

    Of the mailbox's own addresses a colleague's is hers still: whoever has a mailbox says
    himself which addresses it has.
    """

    _inherit = "mail.sync.posting"

    @api.model
    def _authors(self, account, batch, mails) -> list[int | bool]:
        """For each match the partner who wrote the mail, where there is one."""
        keys = self.env["mail.sync.vault"]._keys()
        own = account._own_addresses()
        senders = [mails[match.ref].sender_address for match in batch]
        key_of = {sender: keys.address(sender) for sender in senders if sender}
        self.env.cr.execute(
            SQL(
                """
                SELECT contact.key, contact.partner_id, EXISTS (
                    SELECT FROM res_users colleague
                    WHERE colleague.partner_id = partner.id AND colleague.active
                        AND NOT colleague.share
                )
                FROM mail_sync_contact_key contact
                JOIN res_partner partner ON partner.id = contact.partner_id
                WHERE contact.key = ANY(%s) AND partner.active
                ORDER BY partner.id DESC
                FOR KEY SHARE OF partner -- else Odoo logs the mails that name a deleted one
                """,
                list(key_of.values()),
            )
        )
        rows = self.env.cr.fetchall()
        partner_of = {key: partner_id for key, partner_id, _colleague in rows}
        colleague_of = {key: partner_id for key, partner_id, colleague in rows if colleague}
        pairs = {(key, partner_id) for key, partner_id, _colleague in rows}
        owner = account.user_id.partner_id.id
        authors = []
        for match, sender in zip(batch, senders, strict=True):
            key = key_of.get(sender)
            if sender in own or (not sender and match.outgoing):
                is_owners = (key, owner) in pairs
                authors.append(owner if is_owners else colleague_of.get(key, owner))
            elif (key, match.partner_id.id) in pairs:
                authors.append(match.partner_id.id)
            else:
                authors.append(partner_of.get(key, False))
        return authors
