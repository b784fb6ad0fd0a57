# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# pylint: disable=invalid-commit
# Each step has to outlive a kill.
import logging
import time
from datetime import timezone

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import MissingError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ..connectors.base import CursorExpired, CutOff, FolderGone
from ..connectors.net.deadline import all_within
from ..lease import Lease
from ..ticker import Ticker

_logger = logging.getLogger(__name__)

PAGE = 1_000
#: Expired cursors in a row; one more stops the mailbox.
MAX_RESCANS = 3


class MailSyncEngine(models.AbstractModel):
    """The scheduled work.  Several lanes run it; each takes whole accounts.

    Nothing is kept between two runs but what is committed, so it may be killed
    at any instruction.
    """

    _name = "mail.sync.engine"
    _description = "E-mail Sync Engine"

    # One run --------------------------------------------------------------------

    @api.model
    def _cron_sync(self):
        """One lane: match new contacts, then work on one due account after another."""
        cron = self.env["ir.cron"]
        if not self._finish_removals() or not self._enabled():
            return
        while self._match_contacts():
            cron._commit_progress(1, remaining=1)
        accounts = self._due_accounts()
        seconds = cron._commit_progress(remaining=len(accounts))
        deadline = time.monotonic() + seconds
        for number, account in enumerate(accounts, start=1):
            if not self._may_begin():
                break  # it goes on as soon as others had their turn
            finished = self._run(account, deadline)
            left = len(accounts) - number + (not finished)
            if not cron._commit_progress(1, remaining=left):
                break

    @api.model
    def _finish_removals(self) -> bool:
        """Remove what is left of removed mailboxes; False where the time was up before."""
        accounts = self.env["mail.sync.account"]
        for account in accounts.search([("state", "=", "removing")]):
            while self._remove_some(account):
                if not self.env["ir.cron"]._commit_progress(1, remaining=1):
                    return False
        return True

    @api.model
    def _remove_some(self, account) -> bool:
        """One step of a removal; False where there is none, or not now."""
        self.env.cr.commit()  # so that the next transaction sees what came before the lease
        with Lease.on(self.env.registry, account.id) as lease:
            if lease is None:
                return False
            try:
                going_on = bool(account.exists())
                if going_on:
                    account._remove_some()
                self.env.cr.commit()
            except Exception as error:
                self.env.cr.rollback()
                if not isinstance(error, MissingError | OperationalError):
                    _logger.exception("Mailbox %s could not be removed", account.id)
                return False
        return going_on

    @api.model
    def _match_contacts(self) -> bool:
        """One step of looking up new contacts; tell whether more wait."""
        try:
            return self.env["mail.sync.match"]._match_contacts()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            # Another lane, or a user, was faster with the same contacts.
            self.env.cr.rollback()
            return True

    @api.model
    def _due_accounts(self, among=None):
        """Accounts with something to do; those in trouble come last, so as to delay nobody.

        In trouble is one over which a worker ended, too.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT account.id FROM mail_sync_account account
                JOIN res_users owner ON owner.id = account.user_id
                    AND owner.active AND NOT owner.share
                WHERE account.state = 'active' AND %(among)s
                    AND (account.syncs OR EXISTS (
                        SELECT FROM mail_mail WHERE sync_account_id = account.id AND sync_unfiled
                    ))
                    AND (account.paused_until IS NULL OR account.paused_until <= %(now)s)
                    AND (
                        account.next_sync <= %(now)s
                        OR account.failures + account.interruptions = 0 AND EXISTS (
                            SELECT FROM mail_sync_match match
                            WHERE match.account_id = account.id AND match.state = 'waiting'
                                AND (match.not_before IS NULL OR match.not_before <= %(now)s)
                        )
                        OR account.failures + account.interruptions = 0 AND EXISTS (
                            SELECT FROM mail_sync_search search
                            JOIN mail_sync_folder folder ON folder.account_id = account.id
                                AND folder.enabled AND NOT coalesce(folder.gone, false)
                            WHERE search.account_id = account.id AND search.wanted IS NOT NULL
                        )
                    )
                ORDER BY account.failures + account.interruptions > 0, account.next_sync
                """,
                among=SQL("account.id = ANY(%s)", among.ids) if among else SQL("TRUE"),
                now=fields.Datetime.now(),
            )
        )
        return self.env["mail.sync.account"].browse(row[0] for row in self.env.cr.fetchall())

    @api.model
    def _run(self, account, deadline: float) -> bool:
        """Work on one account; False where the time was up before the work was done."""
        with Lease.on(self.env.registry, account.id) as lease:
            if lease is None:
                return True
            self.env.cr.commit()
            self.env.invalidate_all()
            if not self._due_accounts(among=account):
                return True
            ticker = Ticker(account)
            try:
                self._begin(account)
                finished = self._attempt(account, lease, deadline, ticker)
            except MissingError:  # somebody removed the mailbox
                self.env.cr.rollback()
                return True
            except OperationalError:
                # Somebody changed the same row at the same moment: do it again.
                self.env.cr.rollback()
                self._calm(account)
                _logger.info("Mailbox %s: concurrent change, tried again", account.id)
                return False
            if ticker.news:
                ticker.tell()
        # Whoever queued something meanwhile found the account taken, and left it to us.
        return finished and not self._due_accounts(among=account)

    @api.model
    def _attempt(self, account, lease, deadline: float, ticker: Ticker) -> bool:
        try:
            with all_within(self._longest()):
                finished = self._work(account, lease, deadline, ticker)
        except (MissingError, OperationalError):
            raise
        except Exception as error:
            self.env.cr.rollback()
            finished = ticker.news = True
            # What goes wrong because somebody pauses or removes it meanwhile is no error.
            if account.exists().state == "active":
                if ticker.got_on and not isinstance(error, CutOff):
                    # It is read all the same, and not to be tried later and later.
                    account.write({"failures": 0, "failing_since": False})
                self._note(account, error)
        else:
            if account.state != "active":
                finished = True  # it rests, and why stands on it
            elif finished:
                self._rest(account)
            else:
                account.next_sync = fields.Datetime.now()  # behind all others that are due
        account.exists().interruptions = 0
        self.env.cr.commit()
        return finished

    @api.model
    def _work(self, account, lease, deadline: float, ticker: Ticker) -> bool:
        """Pages and deliveries in turn, until nothing is left or the time is up."""
        deliver = self.env["mail.sync.delivery"]._deliver
        filing = self.env["mail.sync.filing"]
        if not account.syncs:
            filing._file_only(account)
            return True
        connector = account._connector()
        scan = self.env["mail.sync.search"]._scan if connector.searches else self._scan
        with account._provider()._metered(account, connector), connector:
            filing._file(account, connector)
            folders = self.env["mail.sync.folder"]._refresh(account, connector.folders())
            self.env.cr.commit()
            # What a killed run had stored but not yet compared with the contacts
            self.env["mail.sync.match"]._match_envelopes(account)
            self.env.cr.commit()
            for folder in folders:
                ticker.note(scan(folder, connector, first=True))
            while True:
                delivered = deliver(account, connector, lease)
                ticker.note(bool(delivered))
                ticker.tick()
                account.invalidate_recordset()
                if ticker.got_on and account.interruptions > 1:
                    account.interruptions = 1  # with the next step
                # What the user switches off meanwhile is read no further.
                unread = folders.filtered(
                    lambda folder: folder.enabled and not (folder.complete or folder.gone)
                )
                if not (account.state == "active" and account.syncs and (unread or delivered)):
                    return True
                if time.monotonic() > deadline:
                    return False
                for folder in unread:
                    ticker.note(scan(folder, connector))

    @api.model
    def _scan(self, folder, connector, first: bool = False) -> bool:
        """Index one page of a folder and match it; tell whether there was any news.

        The page and its cursor are one transaction: the cursor never says more
        than what is stored.  ``first`` is the first look at a folder in a run,
        which tells whether the cursor of the run before still holds.
        """
        account = folder.account_id
        if not (folder.enabled and account.syncs and account.state == "active"):
            return False
        # sudo: no group reads it
        cursor = folder.sudo().cursor or None
        try:
            page = connector.changes(
                folder._boundary(), cursor, account.since.replace(tzinfo=timezone.utc), PAGE
            )
        except CursorExpired:
            if folder.rescans >= MAX_RESCANS:
                raise
            folder._restart(rescans=folder.rescans + 1)
            self.env.cr.commit()
            return True
        except FolderGone:
            folder._vanish()
            self.env.cr.commit()
            return True
        if first and cursor and folder.rescans:
            folder.rescans = 0
        if page.cursor == cursor and folder.complete != page.more:
            return False
        keys = self.env["mail.sync.vault"]._keys()
        index = self.env["mail.sync.envelope"]
        read = index._store(folder, page.envelopes, keys)
        read += index._store_unreadable(folder, [error.ref for error in page.failed], keys)
        # Some cursors are new each time.
        news = bool(read) or page.more or not folder.complete
        folder.write(
            {
                "cursor": page.cursor,
                "complete": not page.more,
                "scanned": folder.scanned + read,
                "total": page.total or folder.total,
            }
        )
        self.env.cr.commit()
        self.env["mail.sync.match"]._match_envelopes(account)
        self.env.cr.commit()
        return news

    @api.model
    def _rest(self, account):
        """All done: rest until the next time."""
        now = fields.Datetime.now()
        account.write(
            {
                "last_sync": now,
                "next_sync": now + self._interval(),
                "failing_since": False,
                "failures": 0,
                "error_reason": False,
                "error_detail": False,
            }
        )
