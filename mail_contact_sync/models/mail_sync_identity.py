# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta
from itertools import islice

from odoo import api, models
from odoo.tools import SQL, email_normalize, email_normalize_all

from ..mime import Gist, ParsedMail, are_copies, content_digest, fingerprint, visible_lines
from .mail_sync_posting import sync_message_id

#: Messages of one Message-ID on one contact with which a mail is compared word by word.
MOST_COMPARED = 20

#: What stands in each Message-ID that Odoo makes.
MADE_BY_ODOO = "-openerp-"

#: Who holds a message, or held it in a mailbox that was removed; what they brought.
HOLDERS = SQL(
    """(
        SELECT mail_message_id, partner_id, message_key, digest_key, user_id
        FROM mail_sync_match JOIN mail_sync_account account ON account.id = account_id
        WHERE mail_sync_match.state = 'posted'
        UNION ALL
        SELECT mail_message_id, partner_id, message_key, digest_key, user_id FROM mail_sync_past
    )"""
)


class MailSyncIdentity(models.AbstractModel):
    """Whether a mail is one that a contact has already: by its Message-ID and by what it says.

    A Message-ID alone says nothing.  It can be learned, and forged before the real mail comes,
    and some programs give it to many mails.
    """

    _name = "mail.sync.identity"
    _description = "Identity of Synced E-mails"

    # Mail that is fetched ---------------------------------------------------------

    @api.model
    def _known(self, account, batch, mails) -> dict[int, int | None]:
        """The message that stands for each match already; None where its owner deleted that."""
        known, compared = {}, {}
        for match_id, message_id, *is_ in self._candidates(account, batch, mails):
            is_same, is_own, is_closed = is_
            # What was deleted comes first.
            if is_same or (is_own and not is_closed):
                known.setdefault(match_id, message_id)
            elif not is_closed:
                compared.setdefault(match_id, []).append(message_id)
        gists = {}
        for match in batch.filtered(lambda match: match.id not in known):
            for message in self.env["mail.message"].browse(
                islice(compared.get(match.id, ()), MOST_COMPARED)
            ):
                there = gists.get(message) or gists.setdefault(message, self._of_message(message))
                if are_copies(there, self._of_mail(match, mails[match.ref])):
                    known[match.id] = message.id
                    break
        return known

    @api.model
    def _candidates(self, account, batch, mails) -> list[tuple]:
        """Of each match the messages of its Message-ID: match, message, same, own, closed.

        Same is what somebody brought with the very same content.  Own is what was written in
        Odoo, whose Message-ID nobody knew before: Odoo made it, as its form says; whoever posts
        can give another, of that form even, but no mail of the contact's own was written by a
        colleague.  Closed is what others keep to themselves.
        """
        self.env.flush_all()
        keys = self.env["mail.sync.vault"]._keys()
        senders = [mails[match.ref].sender_address for match in batch]
        self.env.cr.execute(
            SQL(
                """
                WITH brought AS (
                    SELECT match.id, match.partner_id, match.message_key, given.message_id,
                        given.digest, given.sender, EXISTS (
                            SELECT FROM mail_sync_contact_key contact
                            WHERE contact.partner_id = match.partner_id
                                AND contact.key = given.sender_key
                        ) AS is_of_contact
                    FROM unnest(
                        %(matches)s::int[], %(ids)s::text[], %(digests)s::bigint[],
                        %(senders)s::text[], %(sender_keys)s::bigint[]
                    ) AS given(id, message_id, digest, sender, sender_key)
                    JOIN mail_sync_match match USING (id)
                )
                SELECT brought.id, message.id,
                    EXISTS (
                        SELECT FROM %(holders)s AS holder
                        WHERE holder.mail_message_id = message.id
                            AND holder.digest_key = brought.digest
                    ),
                    (message.message_type NOT IN ('email', 'email_outgoing')
                    OR message.message_type = 'email_outgoing' AND message.sync_access IS NULL)
                    AND (message.sync_sender_id IS NOT NULL OR message.message_id LIKE %(made)s)
                    AND (NOT brought.is_of_contact OR EXISTS (
                        SELECT FROM res_users writer
                        JOIN res_partner person ON person.id = writer.partner_id
                        WHERE writer.id = message.create_uid
                            AND person.email_normalized = brought.sender
                    )),
                    coalesce(message.sync_access = 'private', false) AND NOT EXISTS (
                        SELECT FROM mail_message_sync_user_rel reader
                        WHERE reader.message_id = message.id AND reader.user_id = %(user)s
                    )
                FROM brought
                JOIN mail_message message ON message.model = 'res.partner'
                    AND message.res_id = brought.partner_id
                    AND (message.message_id = brought.message_id
                        OR message.sync_message_id = brought.message_id)
                WHERE coalesce(message.sync_message_id, message.message_id) = brought.message_id
                UNION
                SELECT brought.id, NULL, true, false, false FROM brought
                JOIN %(holders)s AS holder ON holder.partner_id = brought.partner_id
                    AND holder.message_key = brought.message_key
                    AND holder.digest_key = brought.digest AND holder.mail_message_id IS NULL
                WHERE holder.user_id = %(user)s
                ORDER BY 1, 2 NULLS FIRST
                """,
                matches=batch.ids,
                ids=[sync_message_id(mails[match.ref]) for match in batch],
                digests=self._digests(batch, mails),
                senders=senders,
                sender_keys=[keys.address(sender) for sender in senders],
                holders=HOLDERS,
                made=f"%{MADE_BY_ODOO}%",
                user=account.user_id.id,
            )
        )
        return self.env.cr.fetchall()

    @api.model
    def _digests(self, batch, mails) -> list[int]:
        keys = self.env["mail.sync.vault"]._keys()
        of_ref = {ref: keys.message(content_digest(mails[ref])) for ref in set(batch.mapped("ref"))}
        return [of_ref[match.ref] for match in batch]

    @api.model
    def _note_digests(self, batch, mails):
        """Have the ledger know what was brought, posted or not."""
        self.env.flush_all()
        # By SQL: the ORM writes an integer by way of a float, which has 53 bits.
        self.env.cr.execute(
            SQL(
                """UPDATE mail_sync_match match SET digest_key = pair.key
                   FROM unnest(%s::int[], %s::bigint[]) AS pair(id, key)
                   WHERE match.id = pair.id""",
                batch.ids,
                self._digests(batch, mails),
            )
        )

    # Messages that are there ------------------------------------------------------

    @api.model
    def _copies(self, kept, synced):
        """Those of ``synced``, messages of the same Message-ID, for which ``kept`` may stand."""
        return synced.filtered(lambda copy: self._is_copy(kept, copy))

    @api.model
    def _is_copy(self, kept, copy) -> bool:
        """Whether ``kept`` may stand for ``copy``, a synced message of the same Message-ID."""
        is_closed = kept.sync_access == "private" and (
            copy.sync_access != "private" or kept.sync_user_ids != copy.sync_user_ids
        )
        brought = ("email",) if not kept.sync_access else ("email", "email_outgoing")
        is_made_here = (
            kept.sync_sender_id or MADE_BY_ODOO in (kept.message_id or "")
        ) and not self._is_forged(kept, copy)
        if kept.message_type not in brought and is_made_here and not is_closed:
            return True
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT 1 FROM %(holders)s AS one JOIN %(holders)s AS other USING (digest_key)
                WHERE one.mail_message_id = %(one)s AND other.mail_message_id = %(other)s LIMIT 1
                """,
                holders=HOLDERS,
                one=kept.id,
                other=copy.id,
            )
        )
        if self.env.cr.rowcount:
            return True
        return not is_closed and are_copies(self._of_message(kept), self._of_message(copy))

    @api.model
    def _is_forged(self, kept, copy) -> bool:
        """Whether ``copy`` is a mail of the contact's, and ``kept`` was written by another."""
        sender = email_normalize(copy.email_from)
        contact = self.env["res.partner"].sudo().browse(copy.res_id)
        return (
            sender in email_normalize_all(contact.email or "")
            and sender != kept.sudo().create_uid.email_normalized
        )

    # What they say ----------------------------------------------------------------

    @api.model
    def _of_mail(self, match, mail: ParsedMail) -> Gist:
        """What ``mail`` says, as it would stand in the chatter."""
        posting = self.env["mail.sync.posting"]
        messages = self.env["mail.message"]
        sent = mail.date and mail.date.replace(tzinfo=None)
        believed = sent and abs(sent - match.date) < timedelta(seconds=1)
        body = str(posting._note(match)) + (mail.html or posting._shown_text(mail.text))
        return Gist(
            sender=mail.sender_address,
            reply_to=frozenset(email_normalize_all(mail.reply_to)),
            date=match.date if believed else None,
            subject=mail.subject,
            lines=visible_lines(messages._fields["body"].convert_to_cache(body, messages)),
            files={
                fingerprint(each.content): each.mimetype.startswith("image/")
                for each in mail.attachments
            },
        )

    @api.model
    def _of_message(self, message) -> Gist:
        # sudo: it is compared, and shown to nobody
        message = message.sudo()
        return Gist(
            sender=email_normalize(message.email_from) or "",
            reply_to=frozenset(email_normalize_all(message.reply_to or "")),
            date=message.date,
            subject=message.subject or "",
            lines=visible_lines(str(message.body or "")),
            files={
                fingerprint(each.raw or b""): each.mimetype.startswith("image/")
                for each in message.attachment_ids
            },
        )
