# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# pylint: disable=invalid-commit
# Each step has to outlive a kill.
import logging
import random
import time
from datetime import timedelta, timezone

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import MissingError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ..connectors.base import (
    AuthenticationFailed,
    ConnectorError,
    CursorExpired,
    FolderGone,
    SettingsError,
    TemporaryError,
)
from ..lease import Lease
from ..vault import KeyLost
from .mail_sync_sentence import KEY_LOST, UNEXPECTED

_logger = logging.getLogger(__name__)

PAGE = 1_000
MAX_RESCANS = 3
BACKOFF_FIRST = timedelta(seconds=30)
BACKOFF_LAST = timedelta(hours=1)
PROGRESS_SECONDS = 1


class MailSyncEngine(models.AbstractModel):
    """The scheduled work.  Several lanes run it; each takes whole accounts.

    Nothing is kept between two runs but what is committed, so it may be killed
    at any instruction.
    """

    _name = "mail.sync.engine"
    _description = "E-mail Sync Engine"

    # Waking up ------------------------------------------------------------------

    @api.model
    def _lanes(self):
        """The scheduled actions that run the engine, active or not."""
        return (
            self.env["ir.cron"]
            .sudo()
            .with_context(active_test=False)
            .search([("model_id.model", "=", self._name)], order="id")
        )

    @api.model
    def _set_lanes(self, count: int, minutes: int):
        """``count`` active lanes, each of which runs every ``minutes``."""
        lanes = self._lanes()
        for number in range(len(lanes) + 1, count + 1):
            lane = lanes[0].copy({"name": f"E-mail sync: lane {number}"})
            # Known to the module, so that it goes when the module goes.
            self.env["ir.model.data"].sudo().create(
                {
                    "module": "mail_contact_sync",
                    "name": f"ir_cron_lane_{number}",
                    "model": "ir.cron",
                    "res_id": lane.id,
                    "noupdate": True,
                }
            )
            lanes += lane
        # Only what changes is written: Odoo refuses to change a lane while it runs.
        changed = lanes.filtered(lambda lane: lane_minutes(lane) != minutes)
        changed.write({"interval_number": minutes, "interval_type": "minutes"})
        lanes[:count].filtered(lambda lane: not lane.active).active = True
        lanes[count:].filtered("active").active = False

    @api.model
    def _wake(self):
        for lane in self._lanes().filtered("active"):
            lane._trigger()

    @api.model
    def _wake_at_commit(self):
        """Wake the lanes once for all that a transaction does, if there is any work."""
        precommit = self.env.cr.precommit
        if not precommit.data.get("mail_contact_sync.wake"):
            precommit.data["mail_contact_sync.wake"] = True
            precommit.add(self._wake_if_connected)

    @api.model
    def _wake_if_connected(self):
        self.env.cr.precommit.data.pop("mail_contact_sync.wake", None)
        if self.env["mail.sync.account"].sudo().search_count([("state", "=", "active")], limit=1):
            self._wake()

    @api.model
    def _enabled(self) -> bool:
        value = self.env["ir.config_parameter"].sudo().get_param("mail_contact_sync.enabled")
        return value in ("True", "1")

    # One run --------------------------------------------------------------------

    @api.model
    def _cron_sync(self):
        """One lane: match new contacts, then work on one due account after another."""
        if not self._enabled():
            return
        cron = self.env["ir.cron"]
        while self._match_contacts():
            cron._commit_progress(1, remaining=1)
        accounts = self._due_accounts()
        seconds = cron._commit_progress(remaining=len(accounts))
        deadline = time.monotonic() + seconds
        for number, account in enumerate(accounts, start=1):
            finished = self._run(account, deadline)
            left = len(accounts) - number + (not finished)
            if not cron._commit_progress(1, remaining=left):
                break

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
        """Accounts with something to do; those in trouble come last, so as to delay nobody."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT account.id FROM mail_sync_account account
                JOIN res_users owner ON owner.id = account.user_id AND owner.active
                WHERE account.state = 'active' AND %(among)s AND (
                    account.next_sync <= %(now)s
                    OR account.failures = 0 AND EXISTS (
                        SELECT FROM mail_sync_match match
                        WHERE match.account_id = account.id AND match.state = 'waiting'
                            AND (match.not_before IS NULL OR match.not_before <= %(now)s)
                    )
                )
                ORDER BY account.failures > 0, account.next_sync
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
                finished = self._work(account, lease, deadline, ticker)
                if finished:
                    self._rest(account)
                else:
                    account.next_sync = fields.Datetime.now()  # behind all others that are due
                self.env.cr.commit()
            except MissingError:
                self.env.cr.rollback()
                return True
            except OperationalError:
                # Somebody changed the same row at the same moment: do it again.
                self.env.cr.rollback()
                _logger.info("Mailbox %s: concurrent change, tried again", account.id)
                return False
            except Exception as error:
                self.env.cr.rollback()
                self._handle(account, error)
                ticker.tell()
                return True
            if ticker.news:
                ticker.tell()
        # Whoever queued something meanwhile found the account taken, and left it to us.
        return finished and not self._due_accounts(among=account)

    @api.model
    def _work(self, account, lease, deadline: float, ticker: "Ticker") -> bool:
        """Pages and deliveries in turn, until nothing is left or the time is up."""
        deliver = self.env["mail.sync.delivery"]._deliver
        with account._connector() as connector:
            folders = self.env["mail.sync.folder"]._refresh(account, connector.folders())
            self.env.cr.commit()
            # What a killed run had stored but not yet compared with the contacts
            self.env["mail.sync.match"]._match_envelopes(account)
            self.env.cr.commit()
            for folder in folders:
                ticker.news |= self._scan(folder, connector, first=True)
            while True:
                delivered = deliver(account, connector, lease)
                ticker.news |= bool(delivered)
                ticker.tick()
                account.invalidate_recordset()
                unread = folders.filtered(lambda folder: not (folder.complete or folder.gone))
                if account.state != "active" or not (unread or delivered):
                    return True
                if time.monotonic() > deadline:
                    return False
                for folder in unread:
                    ticker.news |= self._scan(folder, connector)

    @api.model
    def _scan(self, folder, connector, first: bool = False) -> bool:
        """Index one page of a folder and match it; tell whether there was any news.

        The page and its cursor are one transaction: the cursor never says more
        than what is stored.  ``first`` is the first look at a folder in a run,
        which tells whether the cursor of the run before still holds.
        """
        account = folder.account_id
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
        index._store(folder, page.envelopes, keys)
        index._store_unreadable(folder, [error.ref for error in page.failed], keys)
        folder.write(
            {
                "cursor": page.cursor,
                "complete": not page.more,
                "scanned": folder.scanned + len(page.envelopes) + len(page.failed),
                "total": page.total or folder.total,
            }
        )
        self.env.cr.commit()
        self.env["mail.sync.match"]._match_envelopes(account)
        self.env.cr.commit()
        return True

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

    @api.model
    def _interval(self) -> timedelta:
        """A little less than the lanes' interval, so that no lane comes too early."""
        return timedelta(minutes=lane_minutes(self._lanes()[:1]) * 0.9)

    # Errors: the only policy ------------------------------------------------------

    @api.model
    def _handle(self, account, error: Exception):
        """What an error means for the account, written on it once, in words."""
        match error:
            case AuthenticationFailed() | SettingsError() | CursorExpired():
                self._stop(account, error.reason, error.detail)
            case KeyLost():
                self._stop(account, KEY_LOST, "")
            case TemporaryError():
                self._back_off(account, error.reason, error.detail, error.retry_after)
            case ConnectorError():
                self._back_off(account, error.reason, error.detail)
            case _:
                _logger.error("Mailbox %s: unexpected error", account.id, exc_info=error)
                self._back_off(account, UNEXPECTED, type(error).__name__)

    @api.model
    def _stop(self, account, reason: str, detail: str):
        _logger.info("Mailbox %s stopped: %s", account.id, reason)
        account.write(
            {
                "state": "stopped",
                "error_reason": reason,
                "error_detail": detail,
                "failing_since": account.failing_since or fields.Datetime.now(),
            }
        )

    @api.model
    def _back_off(self, account, reason: str, detail: str, retry_after: float | None = None):
        """Try again later: twice as late each time, and never all at once."""
        _logger.info("Mailbox %s will be tried again: %s", account.id, reason)
        now = fields.Datetime.now()
        pause = min(BACKOFF_FIRST * 2 ** min(account.failures, 10), BACKOFF_LAST)
        pause *= random.uniform(0.8, 1.2)
        if retry_after:
            pause = max(pause, min(timedelta(seconds=retry_after), timedelta(days=1)))
        account.write(
            {
                "failures": account.failures + 1,
                "failing_since": account.failing_since or now,
                "error_reason": reason,
                "error_detail": detail,
                "next_sync": now + pause,
            }
        )


def lane_minutes(lane) -> int:
    """After how many minutes a lane runs again by itself."""
    unit = {"minutes": 1, "hours": 60}.get(lane.interval_type, 1440)
    return max(lane.interval_number, 1) * unit


class Ticker:
    """Tells the owner's browser that there is news of an account.

    Each word to a browser costs a connection to the database, so it is said at
    most once a second while work goes on, once at its end, and never about nothing.
    """

    def __init__(self, account):
        self._account = account
        self._last = time.monotonic()
        #: whether something has changed that was not yet told
        self.news = bool(account.error_reason)

    def tick(self):
        if self.news and time.monotonic() - self._last >= PROGRESS_SECONDS:
            self.tell()

    def tell(self):
        self._last = time.monotonic()
        self.news = False
        self._account.user_id._bus_send(
            "mail_contact_sync/progress", {"account_id": self._account.id}
        )
        self._account.env.cr.commit()
