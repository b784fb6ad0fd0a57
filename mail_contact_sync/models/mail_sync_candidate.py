# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import SQL


class MailSyncCandidate(models.Model):
    """What a search found and nobody has looked at: refs, and nothing else."""

    _name = "mail.sync.candidate"
    _description = "Candidate of a Search"
    _log_access = False

    folder_id = fields.Many2one("mail.sync.folder", required=True, ondelete="cascade")
    ref = fields.Char(required=True)

    _folder_ref_uniq = models.UniqueIndex("(folder_id, ref)")
    _folder_idx = models.Index("(folder_id, id)")

    @api.model
    def _add(self, folder, refs):
        """What is in the index already has been looked at."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO mail_sync_candidate (folder_id, ref)
                SELECT %(folder)s, ref FROM unnest(%(refs)s::text[])
                    WITH ORDINALITY AS found(ref, number)
                WHERE NOT EXISTS (
                    SELECT FROM mail_sync_envelope envelope
                    WHERE envelope.folder_id = %(folder)s AND envelope.ref = found.ref
                )
                ORDER BY number
                ON CONFLICT (folder_id, ref) DO NOTHING
                """,
                folder=folder.id,
                refs=list(refs),
            )
        )

    @api.model
    def _next(self, folder, limit: int) -> list[str]:
        self.env.cr.execute(
            SQL(
                "SELECT ref FROM mail_sync_candidate WHERE folder_id = %s ORDER BY id LIMIT %s",
                folder.id,
                limit,
            )
        )
        return [row[0] for row in self.env.cr.fetchall()]

    @api.model
    def _count(self, folder) -> int:
        self.env.cr.execute(
            SQL("SELECT count(*) FROM mail_sync_candidate WHERE folder_id = %s", folder.id)
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _done(self, folder, refs):
        self.env.cr.execute(
            SQL(
                "DELETE FROM mail_sync_candidate WHERE folder_id = %s AND ref = ANY(%s)",
                folder.id,
                list(refs),
            )
        )

    @api.model
    def _forget(self, folders):
        self.env.cr.execute(
            SQL("DELETE FROM mail_sync_candidate WHERE folder_id = ANY(%s)", folders.ids)
        )
