# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import threading
import time

from odoo import api, models
from odoo.addons.base.models.ir_cron import MIN_TIME_PER_JOB
from odoo.tools import config

from ..connectors.net.deadline import all_within

#: Of the real time that Odoo gives its scheduled actions: by when the last conversation with a
#: provider begins, and how long each may take.  The rest is for what was read last.
BEGIN_WITHIN = 0.15
SHARE = 0.6
#: Seconds within which one may begin in any case, as nothing would ever be read else.
SOON = 3.0
#: Seconds that a conversation may take where Odoo sets no limit, or a high one: enough for the
#: largest message on a slow line.
LONGEST = 120.0


class MailSyncEngine(models.AbstractModel):
    """How long it works with a provider.

    Odoo kills a worker that is over its limit of real time, or reloads as a whole where it has
    but one process.  A server that answers a little now and then must not bring it there.
    """

    _inherit = "mail.sync.engine"

    @api.model
    def _limit(self) -> int:
        """Seconds that Odoo lets its scheduled actions take together, 0 where it does not mind."""
        limit = config["limit_time_real_cron"]
        if limit < 0 or not (limit or config["workers"]):
            limit = config["limit_time_real"]
        return max(limit, 0)

    @api.model
    def _may_begin(self) -> bool:
        """Whether there is time for a conversation with a provider."""
        limit = self._limit()
        return not limit or self._spent() <= max(limit * BEGIN_WITHIN, SOON)

    @api.model
    def _longest(self) -> float:
        """Seconds that a conversation which begins now may take."""
        limit = self._limit()
        return min(limit * SHARE, LONGEST) if limit else LONGEST

    @api.model
    def _asking(self):
        """A context for asking a provider while a user waits, whose request has a limit, too."""
        limit = max(config["limit_time_real"], 0)
        return all_within(min(self._longest(), limit * SHARE) if limit else self._longest())

    @api.model
    def _spent(self) -> float:
        """Seconds of the limit that are gone."""
        began = getattr(threading.current_thread(), "start_time", None)
        if began:  # with all actions that this thread found due
            return time.time() - began
        end = self.env.context.get("cron_end_time")
        return time.monotonic() - (end - MIN_TIME_PER_JOB) if end else 0.0
