# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# pylint: disable=invalid-commit
# Each step has to outlive a kill.
from collections import defaultdict
from dataclasses import replace

from odoo import api, models
from odoo.tools import SQL

from ..connectors.base import CursorExpired, FolderGone, MessageError, Throttled
from ..mime import ParsedMail, content_digest, parse
from .mail_sync_posting import is_too_large, sync_message_id
from .mail_sync_sentence import NOT_FETCHABLE

BATCH_MESSAGES = 100
BATCH_BYTES = 16 * 2**20
#: What is read of a message that is too large to be posted whole.
HEAD_BYTES = 2**20


class MailSyncDelivery(models.AbstractModel):
    """What is matched comes out of the mailbox: fetch, check, dedupe, and have it posted."""

    _name = "mail.sync.delivery"
    _description = "Delivery of Synced E-mails"

    @api.model
    def _deliver(self, account, connector, lease) -> int:
        """Deal with one batch of what waits; return its size, 0 when nothing is due.

        Commits.  Whatever happens before the commit happens again.
        """
        batch = self.env["mail.sync.match"]._due(account, BATCH_MESSAGES, BATCH_BYTES)
        if not batch:
            return 0
        size = len(batch)
        batch -= self._settle_posted(account, batch)
        batch = batch._begin()
        self.env.cr.commit()
        try:
            self._deliver_batch(account, connector, lease, batch)
        except Exception:
            self.env.cr.rollback()
            batch.exists()._calm()
            self.env.cr.commit()
            raise
        batch.exists()._calm()
        self.env.cr.commit()
        return size

    @api.model
    def _deliver_batch(self, account, connector, lease, batch):
        mails = self._fetch(connector, batch)
        batch = batch.filtered(lambda match: match.ref in mails)
        self.env.cr.commit()
        keys = self.env["mail.sync.vault"]._keys()
        with lease.messages(keys.message(sync_message_id(mail)) for mail in mails.values()):
            # The transaction begins here: it sees what others posted before.
            self.env.cr.commit()
            account._hold_visibility()
            # What the user has taken out of the queue meanwhile stays out.
            batch = batch.exists().filtered(lambda match: match.state == "waiting")
            self.env["mail.sync.sent"]._recognise(account, batch, mails)
            batch -= self._settle_posted(account, batch, mails)
            batch -= self._settle_known(account, batch, mails)
            self.env["mail.sync.posting"]._post(account, self._each_once(batch, mails), mails)
            self.env.cr.commit()

    @api.model
    def _each_once(self, batch, mails):
        """Of two copies with different keys the second waits, and then is known."""
        seen = {}
        for match in batch:
            seen.setdefault((match.partner_id.id, sync_message_id(mails[match.ref])), match.id)
        return batch.browse(seen.values())

    # What needs no posting ------------------------------------------------------

    @api.model
    def _settle_posted(self, account, batch, mails=None):
        """Another account has brought the same message to the same contact."""
        self.env.cr.execute(
            SQL(
                """
                SELECT DISTINCT ON (match.id) match.id, posted.mail_message_id
                FROM mail_sync_match match
                JOIN mail_sync_match posted ON posted.partner_id = match.partner_id
                    AND posted.message_key = match.message_key AND posted.state = 'posted'
                LEFT JOIN mail_message message ON message.id = posted.mail_message_id
                WHERE match.id = ANY(%s) AND %s
                ORDER BY match.id, posted.mail_message_id
                """,
                batch.ids,
                self._may_join(account, batch, mails),
            )
        )
        return self._settle(account, batch, dict(self.env.cr.fetchall()))

    @api.model
    def _settle_known(self, account, batch, mails):
        """Odoo itself has the same mail on the same contact, or had it from elsewhere."""
        ids_by_match = {match: sync_message_id(mails[match.ref]) for match in batch}
        self.env["mail.message"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT match.id, min(message.id)
                FROM unnest(%(matches)s::int[], %(ids)s::text[]) AS match(id, message_id)
                JOIN mail_sync_match queued USING (id)
                JOIN mail_message message ON message.model = 'res.partner'
                    AND message.res_id = queued.partner_id
                    AND (message.message_id = match.message_id
                        OR message.sync_message_id = match.message_id)
                WHERE coalesce(message.sync_message_id, message.message_id) = match.message_id
                    AND %(may_join)s
                GROUP BY match.id
                """,
                matches=[match.id for match in ids_by_match],
                ids=list(ids_by_match.values()),
                may_join=self._may_join(account, batch, mails),
            )
        )
        return self._settle(account, batch, dict(self.env.cr.fetchall()))

    @api.model
    def _may_join(self, account, batch, mails) -> SQL:
        """Whether the holder of ``match`` may become a holder of ``message``.

        What others keep to themselves only by bringing the very same mail: whoever
        learns a Message-ID can put a mail of that name into his own mailbox.
        """
        keys = self.env["mail.sync.vault"]._keys()
        digests = {
            match.id: keys.message(content_digest(mails[match.ref])) for match in batch if mails
        }
        return SQL(
            """(
                message.sync_access IS DISTINCT FROM 'private'
                OR EXISTS (
                    SELECT FROM mail_message_sync_user_rel reader
                    WHERE reader.message_id = message.id AND reader.user_id = %s
                )
                OR EXISTS (
                    SELECT FROM mail_sync_match held
                    JOIN unnest(%s::int[], %s::bigint[]) AS brought(id, digest)
                        ON brought.digest = held.digest_key
                    WHERE held.mail_message_id = message.id AND brought.id = match.id
                )
            )""",
            account.user_id.id,
            list(digests),
            list(digests.values()),
        )

    @api.model
    def _settle(self, account, batch, messages: dict[int, int | None]):
        settled = batch.filtered(lambda match: match.id in messages)
        for match in settled:
            match._post(messages[match.id])
        if message_ids := [message for message in messages.values() if message]:
            self.env["mail.sync.past"]._take_over(account, settled)
            self.env["mail.message"].browse(message_ids)._sync_refresh_access()
        return settled

    # Fetching -------------------------------------------------------------------

    @api.model
    def _fetch(self, connector, batch) -> dict[str, ParsedMail]:
        """The parsed mail by ref; what is missing or broken is written into the ledger."""
        mails = {}
        if not batch:
            return mails
        matches_of = batch.grouped("ref")
        guard = self._guard(batch)
        folder = batch.folder_id._boundary()
        limit = HEAD_BYTES if is_too_large(batch[0]) else None
        try:
            for ref, raw in connector.fetch(folder, list(matches_of), limit):
                mail = parse(raw)
                if limit:
                    mail = replace(mail, attachments=())
                if guard(mail, matches_of[ref]):
                    mails[ref] = mail
        except MessageError as error:
            matches_of[error.ref]._fail(NOT_FETCHABLE)
        except Throttled:
            # What has come was paid for.  The rest waits, and whoever asks on hears it again.
            if not mails:
                raise
        except CursorExpired:
            batch.folder_id._restart()
        except FolderGone:
            batch.folder_id._vanish()
        else:
            if missing := batch.filtered(lambda match: match.ref not in mails):
                missing._gone()
        return mails

    @api.model
    def _guard(self, batch):
        """The last guard of private mail: a function that tells whether a mail is the matched one.

        Whatever a server answers, only the mail that was matched is posted: the one
        of that Message-ID or, where there is none, one that names the contact.  Its
        address may have changed since, or it was merged into another.
        """
        keys = self.env["mail.sync.vault"]._keys()
        self.env.cr.execute(
            SQL(
                "SELECT partner_id, key FROM mail_sync_contact_key WHERE partner_id = ANY(%s)",
                batch.partner_id.ids,
            )
        )
        keys_of = defaultdict(set)
        for partner_id, key in self.env.cr.fetchall():
            keys_of[partner_id].add(key)

        def is_matched(mail: ParsedMail, matches) -> bool:
            if mail.message_id:
                return keys.message(mail.message_id) == matches[0].message_key
            named = {keys.address(address) for address in mail.addresses}
            return all(named & keys_of[match.partner_id.id] for match in matches)

        return is_matched
