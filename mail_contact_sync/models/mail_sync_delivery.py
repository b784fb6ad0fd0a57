# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# pylint: disable=invalid-commit
# Each step has to outlive a kill.
from collections import defaultdict
from dataclasses import replace

from odoo import api, models
from odoo.tools import SQL

from ..connectors.base import CursorExpired, CutOff, FolderGone, MessageError, Throttled
from ..mime import ParsedMail, parse
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
        batch = batch._begin()
        self.env.cr.commit()
        try:
            self._deliver_batch(account, connector, lease, batch)
        except Exception as error:
            self.env.cr.rollback()
            batch = batch.exists()
            if not isinstance(error, CutOff):
                batch._calm()
            elif len(batch) == 1:
                batch._fail(NOT_FETCHABLE)  # the others are not to wait for what takes too long
            # Which of several it is will show, as with those over which workers end.
            self.env.cr.commit()
            raise
        return size

    @api.model
    def _deliver_batch(self, account, connector, lease, batch):
        mails = self._fetch(connector, batch)
        batch = batch.exists()
        brought = batch.filtered(lambda match: match.ref in mails)
        self.env.cr.commit()
        keys = self.env["mail.sync.vault"]._keys()
        with lease.messages(keys.message(sync_message_id(mail)) for mail in mails.values()):
            # The transaction begins here: it sees what others posted before.
            self.env.cr.commit()
            # What the user has taken out of the queue meanwhile stays out.
            brought = brought.exists().filtered(lambda match: match.state == "waiting")
            self.env["mail.sync.sent"]._recognise(account, brought, mails)
            while brought:
                brought -= self._settle_known(account, brought, mails)
                # Of two mails with one Message-ID the second is compared with the first.
                first = self._each_once(brought, mails)
                self.env["mail.sync.posting"]._post(account, first, mails)
                brought -= first
            batch.exists()._calm()
            self.env.flush_all()
            # Last, so that whoever changes the mailbox meanwhile need not wait: then this fails,
            # and all of it is done again.
            account._hold_visibility()
            self.env.cr.commit()

    @api.model
    def _each_once(self, batch, mails):
        seen = {}
        for match in batch:
            seen.setdefault((match.partner_id.id, sync_message_id(mails[match.ref])), match.id)
        return batch.browse(seen.values())

    @api.model
    def _settle_known(self, account, batch, mails):
        """Take out of the queue what stands on its contact already, whoever brought it."""
        identity = self.env["mail.sync.identity"]
        known = identity._known(account, batch, mails)
        settled = batch.filtered(lambda match: match.id in known)
        for match in settled:
            match._post(known[match.id])
        if settled:
            identity._note_digests(settled, mails)
            self.env["mail.sync.past"]._take_over(account, settled)
            settled.mail_message_id._sync_refresh_access()
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
