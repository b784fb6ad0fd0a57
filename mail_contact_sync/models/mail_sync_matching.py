# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.tools import SQL

from .mail_sync_sentence import MESSAGE_GONE

CONTACTS_PER_STEP = 5_000

#: The rule: a contact is active, visible in the account's ``company``, and no colleague, be it
#: a former one: what was written among colleagues does not come out when one of them leaves.
IS_CONTACT = SQL(
    """
    partner.active
    AND (partner.company_id IS NULL OR partner.company_id::text
        = ANY(string_to_array(company.parent_path, '/')))
    AND NOT EXISTS (
        SELECT FROM res_users colleague
        WHERE colleague.partner_id = partner.id AND NOT colleague.share
    )
    """
)


class MailSyncMatch(models.Model):
    """Matching: the index × the contacts.

    Nothing is lost between an index that grows and contacts that come: whoever
    brings something commits it first and compares it in a later transaction.
    Of two that happen at once, one always sees the other.
    """

    _inherit = "mail.sync.match"

    @api.model
    def _match_envelopes(self, account) -> int:
        """Compare what is new in the account's index with all contacts.

        Only whoever holds the account's lease adds to its index, so its ids
        grow in the order of the commits and one number says how far we are.
        """
        self.env.cr.execute(
            SQL("SELECT max(id) FROM mail_sync_envelope WHERE account_id = %s", account.id)
        )
        last = self.env.cr.fetchone()[0] or 0
        if last <= account.matched_id:
            return 0
        count = self._insert(
            SQL(
                """(
                    SELECT *, unnest(address_keys) AS key FROM mail_sync_envelope
                    WHERE account_id = %s AND id > %s AND id <= %s
                ) AS envelope
                JOIN mail_sync_contact_key contact ON contact.key = envelope.key""",
                account.id,
                account.matched_id,
                last,
            )
        )
        account.matched_id = last
        return count

    @api.model
    def _match_contacts(self) -> bool:
        """Look up the past of new addresses in all indexes; tell whether more wait."""
        self.env.cr.execute(
            SQL(
                """SELECT id FROM mail_sync_contact_key WHERE matched IS NOT TRUE
                   ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED""",
                CONTACTS_PER_STEP,
            ),
            log_exceptions=False,  # that another lane was faster is no error
        )
        ids = [row[0] for row in self.env.cr.fetchall()]
        if not ids:
            return False
        self._insert(
            SQL(
                """(SELECT * FROM mail_sync_contact_key WHERE id = ANY(%s)) AS contact
                JOIN mail_sync_envelope envelope
                    ON envelope.address_keys @> ARRAY[contact.key]""",
                ids,
            )
        )
        self.env["mail.sync.search"]._want_contacts(ids)
        self.env.cr.execute(
            SQL("UPDATE mail_sync_contact_key SET matched = true WHERE id = ANY(%s)", ids)
        )
        return len(ids) == CONTACTS_PER_STEP

    @api.model
    def _insert(self, source: SQL) -> int:
        """Queue what ``source`` joins, by the rule of what a contact is.

        A message that had gone missing is queued again where it turns up.  The
        join is materialised: on tables without statistics PostgreSQL would else
        pair each envelope with every partner first.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH envelope AS MATERIALIZED (
                    SELECT envelope.*, contact.partner_id FROM %(source)s
                )
                INSERT INTO mail_sync_match AS match (account_id, partner_id, message_key,
                    parent_key, folder_id, ref, date, size, outgoing, state, attempts)
                SELECT * FROM (
                    SELECT DISTINCT ON (envelope.account_id, partner.id, envelope.message_key,
                        envelope.date, envelope.size)
                        envelope.account_id, partner.id, envelope.message_key,
                        envelope.parent_key, envelope.folder_id, envelope.ref, envelope.date,
                        envelope.size, envelope.outgoing, 'waiting', 0
                    FROM envelope
                    JOIN mail_sync_account account ON account.id = envelope.account_id
                    JOIN res_company company ON company.id = account.company_id
                    JOIN res_partner partner ON partner.id = envelope.partner_id
                    WHERE %(is_contact)s
                    ORDER BY envelope.account_id, partner.id, envelope.message_key,
                        envelope.date, envelope.size, envelope.outgoing DESC, envelope.id
                ) AS found
                ORDER BY outgoing  -- what comes last is delivered first
                ON CONFLICT (account_id, partner_id, message_key, date, size) DO UPDATE
                    SET folder_id = EXCLUDED.folder_id, ref = EXCLUDED.ref, state = 'waiting',
                        reason = NULL
                    WHERE match.state = 'skipped' AND match.reason = %(gone)s
                """,
                source=source,
                is_contact=IS_CONTACT,
                gone=MESSAGE_GONE,
            )
        )
        self.invalidate_model()
        return self.env.cr.rowcount
