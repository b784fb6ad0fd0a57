# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
import re
from collections import defaultdict
from dataclasses import replace
from hashlib import blake2b
from urllib.parse import unquote

from markupsafe import Markup
from psycopg2 import OperationalError

from odoo import api, models
from odoo.tools import SQL, clean_context, plaintext2html
from odoo.tools.mail import generate_tracking_message_id

from ..connectors.base import CursorExpired, FolderGone, MessageError
from ..mime import ParsedMail, parse
from .mail_sync_sentence import NOT_FETCHABLE, NOT_POSTABLE

_logger = logging.getLogger(__name__)

BATCH_MESSAGES = 100
BATCH_BYTES = 16 * 2**20
#: A larger message is posted without its attachments, from its first bytes.
MAX_MESSAGE_BYTES = 64 * 2**20
HEAD_BYTES = 2**20
MAX_MESSAGE_ID = 500
CID = re.compile(r"cid:([^\"'\s>)]+)")


class MailSyncDelivery(models.AbstractModel):
    """Matched mail into the chatter: fetch, parse, dedupe, one batch create."""

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
        batch -= self._settle_posted(batch)
        mails = self._fetch(connector, batch)
        batch = batch.filtered(lambda match: match.ref in mails)
        self.env.cr.commit()
        keys = self.env["mail.sync.vault"]._keys()
        with lease.messages(keys.message(sync_message_id(mail)) for mail in mails.values()):
            # The transaction begins here: it sees what others posted before.
            self.env.cr.commit()
            batch = batch.exists()
            batch -= self._settle_posted(batch)
            batch -= self._settle_known(batch, mails)
            self._post(account, self._each_once(batch, mails), mails)
            self.env.cr.commit()
        return size

    @api.model
    def _each_once(self, batch, mails):
        """Of two copies with different keys the second waits, and then is known."""
        seen = {}
        for match in batch:
            seen.setdefault((match.partner_id.id, sync_message_id(mails[match.ref])), match.id)
        return batch.browse(seen.values())

    # What needs no posting ------------------------------------------------------

    @api.model
    def _settle_posted(self, batch):
        """Another account has brought the same message to the same contact."""
        self.env.cr.execute(
            SQL(
                """
                SELECT DISTINCT ON (match.id) match.id, posted.mail_message_id
                FROM mail_sync_match match
                JOIN mail_sync_match posted ON posted.partner_id = match.partner_id
                    AND posted.message_key = match.message_key AND posted.state = 'posted'
                WHERE match.id = ANY(%s)
                ORDER BY match.id, posted.mail_message_id
                """,
                batch.ids,
            )
        )
        return self._settle(batch, dict(self.env.cr.fetchall()))

    @api.model
    def _settle_known(self, batch, mails):
        """Odoo itself has the same mail on the same contact, or had it from elsewhere."""
        ids_by_match = {match: sync_message_id(mails[match.ref]) for match in batch}
        self.env["mail.message"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT res_id, coalesce(sync_message_id, message_id), min(id) FROM mail_message
                WHERE model = 'res.partner' AND res_id = ANY(%(partners)s)
                    AND (message_id = ANY(%(ids)s) OR sync_message_id = ANY(%(ids)s))
                GROUP BY res_id, coalesce(sync_message_id, message_id)
                """,
                partners=batch.partner_id.ids,
                ids=list(ids_by_match.values()),
            )
        )
        known = {(partner, mid): message for partner, mid, message in self.env.cr.fetchall()}
        return self._settle(
            batch,
            {
                match.id: known[match.partner_id.id, mid]
                for match, mid in ids_by_match.items()
                if (match.partner_id.id, mid) in known
            },
        )

    @api.model
    def _settle(self, batch, messages: dict[int, int | None]):
        settled = batch.filtered(lambda match: match.id in messages)
        for match in settled:
            match._post(messages[match.id])
        if message_ids := [message for message in messages.values() if message]:
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

    # Posting --------------------------------------------------------------------

    @api.model
    def _post(self, account, batch, mails):
        if not batch:
            return
        try:
            with self.env.cr.savepoint():
                self._create(account, batch, mails)
        except OperationalError:
            raise  # a lost race, not a bad mail
        except Exception:
            if len(batch) == 1:
                _logger.exception("Synced e-mail %s could not be posted", batch.id)
                batch._fail(NOT_POSTABLE)
            else:
                for match in batch:
                    self._post(account, match, mails)

    @api.model
    def _create(self, account, batch, mails):
        batch = batch.sorted(lambda match: (match.date, match.id))
        authors = self._authors(account, batch, mails)
        attachments = [self._create_attachments(mails[match.ref]) for match in batch]
        messages = (
            self.env["mail.message"]
            .with_context(clean_context(self.env.context))
            .create(
                [
                    self._values(account, match, mails[match.ref], files, author)
                    for match, files, author in zip(batch, attachments, authors, strict=True)
                ]
            )
        )
        for match, message, files in zip(batch, messages, attachments, strict=True):
            files.res_id = message.id
            match._post(message.id)
        self._link_parents(batch)
        self._announce(account, batch)

    @api.model
    def _values(self, account, match, mail: ParsedMail, files, author_id):
        return {
            "model": "res.partner",
            "res_id": match.partner_id.id,
            "message_type": "email_outgoing" if match.outgoing else "email",
            "subtype_id": self.env.ref("mail_contact_sync.mt_synced_email").id,
            "is_internal": True,
            "author_id": author_id,
            "email_from": mail.sender or False,
            "date": match.date,
            "subject": mail.subject,
            "body": self._note(match) + self._body(mail, files),
            "incoming_email_to": mail.to,
            "incoming_email_cc": mail.cc,
            "attachment_ids": [(4, file.id) for file in files],
            "reply_to": mail.reply_to or mail.sender,
            # The real id stays out of core's column: the gateway takes a mail
            # whose id stands there for a duplicate and would drop a lead.
            "message_id": generate_tracking_message_id("mail-contact-sync"),
            "email_add_signature": False,
            "record_company_id": False,
            "record_alias_domain_id": False,
            "sync_message_id": sync_message_id(mail),
            "sync_access": account.visibility,
            "sync_user_ids": [(4, account.user_id.id)] if account.visibility == "private" else [],
        }

    @api.model
    def _create_attachments(self, mail: ParsedMail):
        """On the message, not on the contact: who may not read it sees no file."""
        return (
            self.env["ir.attachment"]
            .with_context(clean_context(self.env.context), attachments_mime_plainxml=True)
            .create(
                [
                    {
                        "name": attachment.name,
                        "raw": attachment.content,
                        "mimetype": attachment.mimetype,
                        "res_model": "mail.message",
                        "res_id": 0,
                        "description": attachment.cid or False,
                    }
                    for attachment in mail.attachments
                ]
            )
        )

    @api.model
    def _body(self, mail: ParsedMail, files):
        if not mail.html:
            return plaintext2html(mail.text) if mail.text else Markup()
        urls = {
            attachment.cid: f"/web/image/{file.id}"
            for attachment, file in zip(mail.attachments, files, strict=True)
            if attachment.cid
        }
        # Markup, so as to be joined unescaped: the field sanitises it
        return Markup(
            CID.sub(lambda match: urls.get(unquote(match[1]).strip("<>"), match[0]), mail.html)
        )

    @api.model
    def _note(self, match):
        if not is_too_large(match):
            return Markup()
        return Markup("<p><em>%s</em></p>") % self.env._(
            "This e-mail is very large (%s MB). Its attachments are only in the mailbox.",
            match.size // 2**20,
        )

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
                SELECT contact.key, contact.partner_id FROM mail_sync_contact_key contact
                JOIN res_partner partner ON partner.id = contact.partner_id
                WHERE contact.key = ANY(%s) AND partner.active
                ORDER BY partner.id DESC
                """,
                list(key_of.values()),
            )
        )
        rows = self.env.cr.fetchall()
        partner_of, pairs = dict(rows), set(rows)
        authors = []
        for match, sender in zip(batch, senders, strict=True):
            key = key_of.get(sender)
            if sender in own or (not sender and match.outgoing):
                authors.append(account.user_id.partner_id.id)
            elif (key, match.partner_id.id) in pairs:
                authors.append(match.partner_id.id)
            else:
                authors.append(partner_of.get(key, False))
        return authors

    @api.model
    def _link_parents(self, batch):
        """Replies hang on their parent, whichever of the two came first."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE mail_message child SET parent_id = parent_match.mail_message_id
                FROM mail_sync_match child_match
                JOIN mail_sync_match parent_match
                    ON parent_match.partner_id = child_match.partner_id
                    AND parent_match.message_key = child_match.parent_key
                    AND parent_match.mail_message_id IS NOT NULL
                WHERE child.id = child_match.mail_message_id AND child.parent_id IS NULL
                    AND child.id <> parent_match.mail_message_id
                    AND child_match.partner_id = ANY(%(partners)s)
                    AND (child_match.id = ANY(%(ids)s) OR parent_match.id = ANY(%(ids)s))
                """,
                ids=batch.ids,
                partners=batch.partner_id.ids,
            )
        )
        self.env["mail.message"].invalidate_model(["parent_id", "child_ids"])

    @api.model
    def _announce(self, account, batch):
        """An open chatter shows what has come."""
        listener = (
            account.user_id
            if account.visibility == "private"
            else self.env.ref("base.group_user")
        )
        listener._bus_send("mail_contact_sync/posted", {"partner_ids": batch.partner_id.ids})


def is_too_large(match) -> bool:
    return match.size > MAX_MESSAGE_BYTES


def sync_message_id(mail: ParsedMail) -> str:
    """What a mail is known by, in whichever mailbox it was found; fit for a btree index."""
    if len(mail.message_id) > MAX_MESSAGE_ID:
        return f"digest:{blake2b(mail.message_id.encode(), digest_size=16).hexdigest()}"
    return mail.message_id or f"digest:{mail.digest}"
