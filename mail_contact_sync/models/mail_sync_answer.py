# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re

from odoo import api, models
from odoo.tools import SQL
from odoo.tools.mail import generate_tracking_message_id

_FILE = re.compile(r"/web/(image|content)/(\d+)")
#: What the second copy says as the first one does.
_SAME = (
    *("message_type", "email_from", "date", "subject", "body", "incoming_email_to"),
    *("incoming_email_cc", "reply_to", "is_internal", "email_add_signature"),
    *("sync_message_id", "sync_access"),
)


class MailSyncAnswer(models.AbstractModel):
    """What answers an e-mail that was written on a record stands on that record, too.

    Once, whatever the number of contacts and mailboxes that have it, and for the same readers
    as on the contact.
    """

    _name = "mail.sync.answer"
    _description = "Answers on Records"

    @api.model
    def _place(self, batch, mails) -> dict[str, list[int]]:
        """Copy what was just posted to where it belongs; the records' ids by model."""
        places = {}
        for match, written in self._answered(batch, mails):
            origin = match.mail_message_id
            known = self._known(written, origin)
            if not known:
                self._copy(origin, written)
            elif known.sync_access == "private" and origin.sync_access == "shared":
                known.sync_origin_id = origin
                origin._sync_refresh_access()
            else:
                continue
            places.setdefault(written.model, []).append(written.res_id)
        return places

    @api.model
    def _answered(self, batch, mails) -> list[tuple]:
        """Each match with the message on another record that its mail answers."""
        rows = [
            (match.id, reference, place)
            for match in batch
            if match.mail_message_id
            for place, reference in enumerate(self._references(mails[match.ref]))
        ]
        if not rows:
            return []
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT DISTINCT ON (match.id) match.id, written.id
                FROM unnest(%s::int[], %s::text[], %s::int[]) AS named(match, reference, place)
                JOIN mail_sync_match match ON match.id = named.match
                JOIN mail_message written ON written.sync_sender_id IS NOT NULL
                    AND (written.message_id = named.reference
                        OR written.sync_message_id = named.reference)
                WHERE written.res_id IS NOT NULL AND NOT (
                    written.model = 'res.partner' AND written.res_id = match.partner_id
                )
                ORDER BY match.id, named.place
                """,
                *map(list, zip(*rows, strict=True)),
            )
        )
        messages = self.env["mail.message"]
        return [
            (batch.browse(match), messages.browse(written))
            for match, written in self.env.cr.fetchall()
        ]

    @api.model
    def _references(self, mail) -> list[str]:
        """What it answers first, then what that answered, and so on."""
        named = [mail.in_reply_to, *reversed(mail.references)]
        return list(dict.fromkeys(filter(None, named)))

    @api.model
    def _known(self, written, origin):
        """The same mail on the record already: a copy, or what was written there itself."""
        return self.env["mail.message"].search(
            [
                ("model", "=", written.model),
                ("res_id", "=", written.res_id),
                "|",
                ("sync_message_id", "=", origin.sync_message_id),
                ("message_id", "=", origin.sync_message_id),
            ],
            limit=1,
        )

    @api.model
    def _copy(self, origin, written):
        messages = self.env["mail.message"].with_context(mail_notify_force_send=False)
        message = messages.create(
            {
                **{name: origin[name] for name in _SAME},
                "model": written.model,
                "res_id": written.res_id,
                "parent_id": written.id,
                "author_id": origin.author_id.id,
                "subtype_id": origin.subtype_id.id,
                "record_company_id": False,
                "record_alias_domain_id": False,
                "message_id": generate_tracking_message_id("mail-contact-sync"),
                "sync_user_ids": [(6, 0, origin.sync_user_ids.ids)],
                "sync_origin_id": origin.id,
            }
        )
        copies = {
            file.id: file.copy({"res_model": "mail.message", "res_id": message.id})
            for file in origin.attachment_ids
        }
        if not copies:
            return

        def renamed(found):
            copy = copies.get(int(found[2]))
            return f"/web/{found[1]}/{copy.id}" if copy else found[0]

        message.write(
            {
                "attachment_ids": [(6, 0, [copy.id for copy in copies.values()])],
                "body": _FILE.sub(renamed, message.body),
            }
        )
