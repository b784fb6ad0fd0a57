# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# pylint: disable=invalid-commit
# Each step has to outlive a kill.
from datetime import timedelta, timezone

from odoo import api, fields, models
from odoo.tools import SQL

from ..connectors.base import CursorExpired, FolderGone
from ..keys import normalise_address
from .mail_sync_engine import MAX_RESCANS
from .mail_sync_matching import IS_CONTACT

#: New messages that are read in one step, and candidates.
NEW = 250
CANDIDATES = 250
#: Addresses that are looked at for one search, which takes as many of them as fit.
ADDRESSES = 100
#: How far before the last look a search for what was missed begins: a mail may come in with a
#: date of its own, or out of the junk.
OVERLAP = timedelta(days=2)


class MailSyncSearch(models.Model):
    """How a mailbox that is searched is read, step by step.

    New mail comes first, then candidates that were found, then the next search.
    """

    _inherit = "mail.sync.search"

    @api.model
    def _scan(self, folder, connector, first: bool = False) -> bool:
        """One step with a folder, and match what it brought; tell whether there was any news.

        New mail comes first, then candidates that were found, then the next search.
        ``first`` is the first look in a run.
        """
        candidates = self.env["mail.sync.candidate"]
        # sudo: no group reads the cursor
        if first or folder.behind or not folder.sudo().cursor:
            return self._read_new(folder, connector, first)
        if refs := candidates._next(folder, CANDIDATES):
            return self._read_candidates(folder, connector, refs)
        if self._search_next(folder, connector):
            return True
        folder.complete = True
        self.env.cr.commit()
        return True

    @api.model
    def _read_new(self, folder, connector, first: bool) -> bool:
        account = folder.account_id
        # sudo: no group reads it
        cursor = folder.sudo().cursor or None
        began = fields.Datetime.now()
        try:
            page = connector.changes(folder._boundary(), cursor, _aware(account.since), NEW)
        except CursorExpired:
            if folder.rescans >= MAX_RESCANS:
                raise
            self._bridge(folder)
            return True
        except FolderGone:
            folder._vanish()
            self.env.cr.commit()
            return True
        if not cursor:
            self._want_all(account)
        found = bool(page.envelopes or page.failed)
        self._store(folder, page)
        values = {"behind": page.more, "complete": self._is_done(folder, page.more)}
        if page.cursor != cursor:
            values["cursor"] = page.cursor
        if not page.more:
            values["caught_up"] = began
        if first and cursor:
            values["rescans"] = 0
        folder.write({name: value for name, value in values.items() if folder[name] != value})
        self._match(account)
        return found or not cursor

    @api.model
    def _bridge(self, folder):
        """What is new cannot be told any more: watch anew, and search for what was missed."""
        since = folder.account_id.since
        if folder.caught_up:
            since = max(since, folder.caught_up - OVERLAP)
        self._want_again(folder.account_id, since)
        folder.write(
            {
                "cursor": False,
                "behind": False,
                "complete": False,
                "rescans": folder.rescans + 1,
            }
        )
        self.env.cr.commit()

    @api.model
    def _read_candidates(self, folder, connector, refs: list[str]) -> bool:
        page = connector.envelopes(folder._boundary(), refs)
        self._store(folder, page)
        self.env["mail.sync.candidate"]._done(folder, set(refs) - set(page.cursor))
        folder.write(
            {
                "scanned": folder.scanned + len(refs) - len(page.cursor),
                "complete": self._is_done(folder, folder.behind),
            }
        )
        self._match(folder.account_id)
        return True

    @api.model
    def _search_next(self, folder, connector) -> bool:
        """One search, for as many addresses as it takes; False where none is wanted.

        What it finds is kept page by page.  An address is done with the last page, and only if
        nobody wanted it again, or from earlier on, while the search was going on.
        """
        account = folder.account_id
        since, rows = self._next(account)
        if not rows:
            return False
        addresses = self._addresses({key for _id, _version, key in rows}, account)
        group = next(iter(connector.search_groups(addresses)), [])
        found = {addresses[address] for address in group}
        known = set(addresses.values())
        if group:
            for refs in connector.search(group, _aware(since)):
                self.env["mail.sync.candidate"]._add(folder, refs)
                self.env.cr.commit()
        # An address that is no contact's is wanted by nobody; who comes to have it says so.
        self._settle([row for row in rows if row[2] in found or row[2] not in known], found)
        candidates = self.env["mail.sync.candidate"]._count(folder)
        folder.write(
            {
                "total": folder.scanned + candidates,
                "complete": self._is_done(folder, folder.behind),
            }
        )
        self.env.cr.commit()
        return True

    @api.model
    def _next(self, account):
        """What to search for next: from when on, and the (id, version, key) of some addresses.

        The version of a row changes with each wish.
        """
        self.env.cr.execute(
            SQL(
                """
                WITH one AS (
                    SELECT wanted FROM mail_sync_search
                    WHERE account_id = %(account)s AND wanted IS NOT NULL ORDER BY wanted LIMIT 1
                )
                SELECT wanted, id, xmin::text, key FROM mail_sync_search
                WHERE account_id = %(account)s AND wanted = (SELECT wanted FROM one)
                ORDER BY id LIMIT %(limit)s
                """,
                account=account.id,
                limit=ADDRESSES,
            )
        )
        rows = self.env.cr.fetchall()
        return (rows[0][0] if rows else None), [row[1:] for row in rows]

    @api.model
    def _addresses(self, wanted: set[int], account) -> dict[str, int]:
        """The addresses of the account's contacts that have these keys, with their keys."""
        keys = self.env["mail.sync.vault"]._keys()
        own = account._own_addresses()
        of = self.env["mail.sync.contact.key"]._addresses
        texts = self._of_contacts(account, wanted, SQL("partner.email"))
        addresses = {address for text in texts for address in of(text)}
        return {
            address: key
            for address in sorted({normalise_address(each) for each in addresses - own})
            if (key := keys.address(address)) in wanted
        }

    @api.model
    def _settle(self, rows, found: set[int]):
        """Done with the rows whose key was ``found``; the others go."""
        for query, settled in (
            (
                "UPDATE mail_sync_search SET wanted = NULL",
                [row for row in rows if row[2] in found],
            ),
            ("DELETE FROM mail_sync_search", [row for row in rows if row[2] not in found]),
        ):
            self.env.cr.execute(
                SQL(
                    "%s WHERE (id, xmin::text) IN (SELECT * FROM unnest(%s::int[], %s::text[]))",
                    SQL(query),
                    [row[0] for row in settled],
                    [row[1] for row in settled],
                )
            )

    # What was found -----------------------------------------------------------------

    @api.model
    def _store(self, folder, page):
        """Of what was read, keep in the index what is with a contact."""
        account = folder.account_id
        keys = self.env["mail.sync.vault"]._keys()
        own = account._own_addresses()
        keys_of = {
            envelope.ref: {keys.address(each) for each in envelope.addresses if each not in own}
            for envelope in page.envelopes
        }
        contacts = self._contacts(account, set().union(*keys_of.values()))
        index = self.env["mail.sync.envelope"]
        index._store(folder, [e for e in page.envelopes if keys_of[e.ref] & contacts], keys)
        index._store_unreadable(folder, [error.ref for error in page.failed], keys)

    @api.model
    def _contacts(self, account, keys: set[int]) -> set[int]:
        """Those of ``keys`` that are a contact's."""
        return self._of_contacts(account, keys, SQL("contact.key"))

    @api.model
    def _of_contacts(self, account, keys: set[int], column: SQL) -> set:
        """What the account's contacts of these keys have in ``column``."""
        self.env.cr.execute(
            SQL(
                """
                SELECT DISTINCT %s FROM mail_sync_contact_key contact
                JOIN res_partner partner ON partner.id = contact.partner_id
                JOIN res_company company ON company.id = %s
                WHERE contact.key = ANY(%s) AND %s
                """,
                column,
                account.company_id.id,
                list(keys),
                IS_CONTACT,
            )
        )
        return {row[0] for row in self.env.cr.fetchall()}

    @api.model
    def _match(self, account):
        self.env.cr.commit()
        self.env["mail.sync.match"]._match_envelopes(account)
        self.env.cr.commit()

    @api.model
    def _is_done(self, folder, behind: bool) -> bool:
        return not (
            behind
            or self.env["mail.sync.candidate"]._next(folder, 1)
            or self._is_any_wanted(folder.account_id)
        )


def _aware(moment):
    return moment.replace(tzinfo=timezone.utc)
