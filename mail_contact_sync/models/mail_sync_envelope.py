# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..keys import Keys, normalise_address
from .fields import BigInt, BigIntArray

INT4_MAX = 2**31 - 1


class MailSyncEnvelope(models.Model):
    """The index: one row for each message in each folder, all of it hashed.

    Written and read in bulk SQL only.  Nobody has access to it.
    """

    _name = "mail.sync.envelope"
    _description = "Index of a Connected Mailbox"
    _log_access = False

    account_id = fields.Many2one("mail.sync.account", required=True, ondelete="cascade")
    folder_id = fields.Many2one("mail.sync.folder", required=True, ondelete="cascade")
    ref = fields.Char(required=True)
    message_key = BigInt(required=True, index=True)
    parent_key = BigInt()
    date = fields.Datetime(required=True)
    size = fields.Integer(required=True)
    outgoing = fields.Boolean(required=True)
    bulk = fields.Boolean(required=True)
    unreadable = fields.Boolean("The server will not show it")
    address_keys = BigIntArray(required=True)
    domain_keys = BigIntArray(required=True)

    _folder_ref_uniq = models.UniqueIndex("(folder_id, ref)")
    _account_idx = models.Index("(account_id, id)")
    _address_keys_idx = models.Index("USING gin (address_keys)")

    @api.model
    def _store(self, folder, envelopes, keys: Keys) -> int:
        """Add ``envelopes`` of ``folder`` to the index, as far as they are in the window.

        The mailbox's own addresses are left out: they stand in every message
        and are nobody's contact.  Return how many are new to the index: for a wider
        window some providers tell of all the mail again.
        """
        account = folder.account_id
        own = account._own_addresses()
        now = fields.Datetime.now()
        sent_folder = folder.role == "sent"
        rows = [
            self._row(envelope, date, sent_folder or envelope.sender in own, own, keys)
            for envelope in envelopes
            if (date := message_date(envelope, now)) >= account.since
        ]
        if not rows:
            return 0
        # Ids then grow in the order of the commits, which is what matching counts
        # on, even where a lease was lost or a killed worker is still committing.
        self.env.cr.execute(
            SQL("SELECT FROM mail_sync_account WHERE id = %s FOR NO KEY UPDATE", account.id)
        )
        columns = [list(column) for column in zip(*rows, strict=True)]
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO mail_sync_envelope (account_id, folder_id, ref, message_key,
                    parent_key, date, size, outgoing, bulk, address_keys, domain_keys)
                SELECT %s, %s, ref, message_key, parent_key, date, size, outgoing, bulk,
                    address_keys::bigint[], domain_keys::bigint[]
                FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::timestamp[], %s::int[],
                    %s::bool[], %s::bool[], %s::text[], %s::text[])
                    AS row(ref, message_key, parent_key, date, size, outgoing, bulk,
                        address_keys, domain_keys)
                ON CONFLICT (folder_id, ref) DO NOTHING
                """,
                account.id,
                folder.id,
                *columns,
            )
        )
        return self.env.cr.rowcount

    @api.model
    def _store_unreadable(self, folder, refs, keys: Keys) -> int:
        """Messages that the server lists but will not show: counted, not passed over.

        Return how many are new to the index.
        """
        count = 0
        for ref in refs:
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO mail_sync_envelope (account_id, folder_id, ref, message_key, date,
                        size, outgoing, bulk, unreadable, address_keys, domain_keys)
                    VALUES (%s, %s, %s, %s, %s, 0, false, false, true, '{}', '{}')
                    ON CONFLICT (folder_id, ref) DO NOTHING
                    """,
                    folder.account_id.id,
                    folder.id,
                    ref,
                    keys.message(f"unreadable:{folder.id}:{ref}"),
                    fields.Datetime.now(),
                )
            )
            count += self.env.cr.rowcount
        return count

    @api.model
    def _row(self, envelope, date, outgoing, own, keys):
        others = [address for address in envelope.addresses if address not in own]
        domains = {address.rpartition("@")[2] for address in others}
        return (
            envelope.ref,
            message_key(envelope, keys),
            keys.message(envelope.in_reply_to) if envelope.in_reply_to else None,
            date,
            min(envelope.size, INT4_MAX),
            outgoing,
            envelope.bulk,
            _array({keys.address(address) for address in others}),
            _array({keys.domain(domain) for domain in domains}),
        )

    @api.model
    def _forget(self, folders):
        self.env.cr.execute(
            SQL("DELETE FROM mail_sync_envelope WHERE folder_id = ANY(%s)", folders.ids)
        )

    @api.model
    def _forget_refs(self, folder, refs):
        self.env.cr.execute(
            SQL(
                "DELETE FROM mail_sync_envelope WHERE folder_id = %s AND ref = ANY(%s)",
                folder.id,
                list(refs),
            )
        )


def message_key(envelope, keys: Keys) -> int:
    """The key of a message; one without Message-ID is known by what else it says."""
    return keys.message(
        envelope.message_id
        or "\0".join(
            (
                str(envelope.sent or envelope.received),
                envelope.sender,
                envelope.subject,
                *sorted(map(normalise_address, envelope.addresses)),
                str(envelope.size),
            )
        )
    )


def message_date(envelope, now):
    """Naive UTC: the sender's date, or the server's where that cannot be true.

    A clock may be fast or a message late by a day or two; a date after the
    server's own, or long before it, is a wrong one.
    """
    received = envelope.received.replace(tzinfo=None)
    if envelope.sent is None:
        return min(received, now)
    sent = envelope.sent.replace(tzinfo=None)
    if sent.year < 1980 or sent > max(received, now) + timedelta(days=1):
        return min(received, now)
    return sent


def _array(numbers) -> str:
    """A PostgreSQL array literal."""
    return "{" + ",".join(map(str, numbers)) + "}"
