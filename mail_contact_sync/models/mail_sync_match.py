# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..keys import Keys
from .fields import BigInt
from .mail_sync_sentence import MESSAGE_GONE, WORKER_ENDED

#: What may become of a message, what needs the user first.
FATES = ("failed", "waiting", "skipped", "posted", "unreadable", "unmatched")

MAX_ATTEMPTS = 3
#: After the first attempt; longer by as much after each further one.
PAUSE = timedelta(minutes=5)
#: A mail over which so many workers ended is first tried alone, and then given up.
SUSPECT = 2
MAX_INTERRUPTIONS = 10


class MailSyncMatch(models.Model):
    """The queue and the ledger: an envelope that belongs to a contact.

    One row for each message, contact and account, whatever the number of
    folders it was moved through.  What has the same Message-ID and another date or
    size may be another mail, and has a row of its own until it was read, and
    afterwards.  A row is what says that a message has been dealt with, so it
    stays when the message is deleted from the chatter.
    """

    _name = "mail.sync.match"
    _inherit = "mail.sync.access"
    _description = "Synced E-mail"
    _log_access = False
    _order = "date desc, id desc"
    _rec_name = "partner_id"

    account_id = fields.Many2one(
        "mail.sync.account", required=True, readonly=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", "Contact", required=True, readonly=True, ondelete="cascade"
    )
    folder_id = fields.Many2one("mail.sync.folder", readonly=True, index=True, ondelete="set null")
    ref = fields.Char(readonly=True)
    message_key = BigInt(required=True, readonly=True, groups=fields.NO_ACCESS)
    #: of the content of a posted mail: a Message-ID can be forged, and so can its key
    digest_key = BigInt(readonly=True, groups=fields.NO_ACCESS)
    parent_key = BigInt(readonly=True, groups=fields.NO_ACCESS)
    date = fields.Datetime(required=True, readonly=True)
    size = fields.Integer(readonly=True)
    outgoing = fields.Boolean("Sent", readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("posted", "In chatter"),
            ("skipped", "Skipped"),
            ("failed", "Failed"),
        ],
        required=True,
        readonly=True,
        default="waiting",
    )
    reason = fields.Char(readonly=True)
    reason_text = fields.Char("Why", compute="_compute_reason_text")
    attempts = fields.Integer(readonly=True)
    not_before = fields.Datetime(readonly=True)
    interruptions = fields.Integer("Workers That Ended Over It", readonly=True)
    mail_message_id = fields.Many2one(
        "mail.message", readonly=True, index="btree_not_null", ondelete="set null"
    )

    _account_partner_message_uniq = models.UniqueIndex(
        "(account_id, partner_id, message_key, date, size)"
    )
    _partner_message_idx = models.Index("(partner_id, message_key)")
    _waiting_idx = models.Index("(account_id, date DESC, id DESC) WHERE state = 'waiting'")

    @api.depends("reason")
    def _compute_reason_text(self):
        sentences = self.env["mail.sync.sentence"]
        for match in self:
            match.reason_text = match.reason and sentences._of_message(match.reason)

    def action_retry(self):
        self.account_id._check_owner()
        # sudo: the ledger is the engine's; that it is hers was checked
        self.sudo().filtered(lambda match: match.state in ("failed", "skipped")).write(
            {
                "state": "waiting",
                "attempts": 0,
                "interruptions": 0,
                "not_before": False,
                "reason": False,
            }
        )
        self.env["mail.sync.engine"]._wake()

    # The queue ----------------------------------------------------------------

    @api.model
    def _due(self, account, limit: int, max_bytes: int):
        """The latest waiting mail of one folder: at most ``limit`` and ``max_bytes``.

        One message larger than that comes alone, and so does one over which
        workers have ended.
        """
        waiting = self.search(
            [
                ("account_id", "=", account.id),
                ("state", "=", "waiting"),
                "|",
                ("not_before", "=", False),
                ("not_before", "<=", fields.Datetime.now()),
            ],
            limit=limit,
        )
        batch, size = self.browse(), 0
        for match in waiting:
            if match.folder_id != waiting[0].folder_id:
                continue
            size += match.size
            if batch and (size > max_bytes or match.interruptions >= SUSPECT):
                break
            batch += match
            if match.interruptions >= SUSPECT:
                break
        return batch

    def _begin(self):
        """Note that work on these begins; return those to work on.  To be committed.

        What is still noted when they come up again was left by a worker that
        did not live to say what went wrong.
        """
        hopeless = self.filtered(lambda match: match.interruptions >= MAX_INTERRUPTIONS)
        hopeless.write({"state": "failed", "reason": WORKER_ENDED})
        rest = self - hopeless
        for interruptions, matches in rest.grouped("interruptions").items():
            matches.interruptions = interruptions + 1
        return rest

    def _calm(self):
        """No worker ended over what still waits of these: it lived to say so."""
        self.filtered(lambda match: match.state == "waiting").interruptions = 0

    def _post(self, mail_message_id):
        self.write(
            {
                "state": "posted",
                "mail_message_id": mail_message_id,
                "reason": False,
                "interruptions": 0,
            }
        )

    def _fail(self, reason: str):
        """Try again later; after the last attempt, list it with its reason."""
        for match in self:
            attempts = match.attempts + 1
            match.write(
                {
                    "attempts": attempts,
                    "reason": reason,
                    "interruptions": 0,
                    "state": "failed" if attempts >= MAX_ATTEMPTS else "waiting",
                    "not_before": fields.Datetime.now() + PAUSE * attempts,
                }
            )

    def _gone(self):
        """Not where the index said.  Another copy takes its place, else it is listed."""
        for folder, matches in self.grouped("folder_id").items():
            self.env["mail.sync.envelope"]._forget_refs(folder, matches.mapped("ref"))
        self._skip_gone()
        self._find_again()

    @api.model
    def _lose(self, folders):
        """What waits in these folders is looked for elsewhere."""
        matches = self.search([("folder_id", "in", folders.ids), ("state", "=", "waiting")])
        matches._skip_gone()
        matches._find_again()

    def _skip_gone(self):
        self.write({"state": "skipped", "reason": MESSAGE_GONE, "interruptions": 0})

    def _find_again(self):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE mail_sync_match match
                SET folder_id = envelope.folder_id, ref = envelope.ref, state = 'waiting',
                    reason = NULL
                FROM mail_sync_envelope envelope
                WHERE match.id = ANY(%s) AND envelope.account_id = match.account_id
                    AND envelope.message_key = match.message_key
                    AND envelope.date = match.date AND envelope.size = match.size
                """,
                self.ids,
            )
        )
        # Another copy that is there stands for what is gone.
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM mail_sync_match match USING mail_sync_match copy
                WHERE match.id = ANY(%s) AND match.state = 'skipped'
                    AND copy.account_id = match.account_id AND copy.partner_id = match.partner_id
                    AND copy.message_key = match.message_key AND copy.state <> 'skipped'
                """,
                self.ids,
            )
        )
        self.invalidate_model()

    # The ledger ---------------------------------------------------------------

    @api.model
    def _ledger(self, account_ids) -> dict[tuple[int, str], int]:
        """Messages that were found in the window, by account and what became of them.

        Each is counted once, whatever the number of its folders and contacts: as
        "failed", "waiting", "skipped" or "posted" where it has a contact, as
        "unreadable" where the server will not show it, else as "unmatched".
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH message AS (
                    SELECT account_id, message_key, min(fate) AS fate FROM (
                        SELECT account_id, message_key,
                            array_position(%(fates)s, state::text) AS fate
                        FROM mail_sync_match WHERE account_id = ANY(%(accounts)s)
                        UNION ALL
                        SELECT account_id, message_key, array_position(%(fates)s,
                            CASE WHEN unreadable THEN 'unreadable' ELSE 'unmatched' END)
                        FROM mail_sync_envelope WHERE account_id = ANY(%(accounts)s)
                    ) AS found GROUP BY account_id, message_key
                )
                SELECT account_id, fate, count(*) FROM message GROUP BY account_id, fate
                """,
                fates=list(FATES),
                accounts=list(account_ids),
            )
        )
        return {
            (account, FATES[fate - 1]): count for account, fate, count in self.env.cr.fetchall()
        }

    @api.model
    def _rekey(self, keys: Keys):
        """New keys for what is in the chatter under its Message-ID.

        All else is found anew by the next scan, which knows what is in the
        chatter without one by what it says.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM mail_sync_match match WHERE NOT EXISTS (
                    SELECT FROM mail_message message
                    WHERE message.id = match.mail_message_id
                        AND coalesce(sync_message_id, message_id) NOT LIKE 'digest:%%'
                )
                """
            )
        )
        self._new_keys(keys, SQL.identifier(self._table))
        self.invalidate_model()

    @api.model
    def _new_keys(self, keys: Keys, table: SQL):
        """Of rows of which each has its message; the old digests are nobody's now."""
        self.env.cr.execute(
            SQL(
                """SELECT held.id, coalesce(sync_message_id, message_id) FROM %s held
                   JOIN mail_message message ON message.id = held.mail_message_id""",
                table,
            )
        )
        key_of = {held: keys.message(message_id) for held, message_id in self.env.cr.fetchall()}
        self.env.cr.execute(
            SQL(
                """
                UPDATE %s held SET message_key = pair.key, digest_key = NULL
                FROM unnest(%s::int[], %s::bigint[]) AS pair(id, key) WHERE held.id = pair.id
                """,
                table,
                list(key_of),
                list(key_of.values()),
            )
        )
