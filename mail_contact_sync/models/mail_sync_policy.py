# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# pylint: disable=invalid-commit
# What ends a worker has to be written down before it does.
import logging
import random
from datetime import timedelta
from math import ceil

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import MissingError

from ..connectors import reasons
from ..connectors.base import (
    A_MINUTES_SHARE,
    MAX_WAIT,
    AuthenticationFailed,
    ConnectorError,
    CursorExpired,
    SettingsError,
    TemporaryError,
    Throttled,
)
from ..vault import KeyLost
from .mail_sync_match import SUSPECT
from .mail_sync_sentence import KEY_LOST, UNEXPECTED, WORKER_ENDED

_logger = logging.getLogger(__name__)

BACKOFF_FIRST = timedelta(seconds=30)
BACKOFF_LAST = timedelta(hours=1)


class MailSyncEngine(models.AbstractModel):
    """Errors: the only policy."""

    _inherit = "mail.sync.engine"

    @api.model
    def _note(self, account, error: Exception):
        """Whatever cannot be noted holds up this account, and not those that come after it."""
        try:
            self._handle(account, error)
            self.env.flush_all()
        except (MissingError, OperationalError):
            raise
        except Exception as bug:
            self.env.cr.rollback()
            _logger.exception("Mailbox %s: its trouble could not be noted", account.id)
            self._back_off(account, UNEXPECTED, type(bug).__name__)

    @api.model
    def _handle(self, account, error: Exception):
        """What an error means for the account, written on it once, in words."""
        match error:
            case AuthenticationFailed() | SettingsError() | CursorExpired():
                self._stop(account, error.reason, error.detail)
            case KeyLost():
                self._stop(account, KEY_LOST, "")
            case Throttled(reason=reasons.PACING):
                self._pause(account, error.retry_after)
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
        account._alert(account.user_id)

    @api.model
    def _pause(self, account, seconds: float | None):
        """We have asked for as much as we may: nothing is wrong, and it goes on soon."""
        until = fields.Datetime.now() + timedelta(seconds=ceil(seconds or A_MINUTES_SHARE))
        account.write({"paused_until": until, "next_sync": until})
        self._wake(until)

    @api.model
    def _begin(self, account):
        """Commit that work on the account begins.

        Where that ends its worker there is nobody to say so: it is tried again later and later,
        too, and is in trouble from the third time in a row on.
        """
        ended = account.interruptions
        values = {
            "interruptions": ended + 1,
            "next_sync": fields.Datetime.now() + self._pause_after(account.failures + ended),
        }
        if ended >= SUSPECT:
            _logger.warning("Mailbox %s: work on it has ended %s workers", account.id, ended)
            values |= {
                "failing_since": account.failing_since or fields.Datetime.now(),
                "error_reason": UNEXPECTED,
                "error_detail": WORKER_ENDED,
            }
        account.write(values)
        self.env.cr.commit()

    @api.model
    def _calm(self, account):
        """No worker ended over it, and it is due again."""
        try:
            account.write({"interruptions": 0, "next_sync": fields.Datetime.now()})
            self.env.cr.commit()
        except (MissingError, OperationalError):
            self.env.cr.rollback()

    @api.model
    def _pause_after(self, failures: int) -> timedelta:
        pause = min(BACKOFF_FIRST * 2 ** min(failures, 10), BACKOFF_LAST)
        return pause * random.uniform(0.8, 1.2)

    @api.model
    def _back_off(self, account, reason: str, detail: str, retry_after: float | None = None):
        """Try again later: twice as late each time, and never all at once."""
        _logger.info("Mailbox %s will be tried again: %s", account.id, reason)
        now = fields.Datetime.now()
        pause = self._pause_after(account.failures)
        if retry_after:
            pause = max(pause, timedelta(seconds=min(retry_after, MAX_WAIT)))
        account.write(
            {
                "failures": account.failures + 1,
                "failing_since": account.failing_since or now,
                "error_reason": reason,
                "error_detail": detail,
                "next_sync": now + pause,
            }
        )
