# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, models


class MailSyncEngine(models.AbstractModel):
    """When the engine runs: its lanes, how often they run, and what wakes them."""

    _inherit = "mail.sync.engine"

    @api.model
    def _enabled(self) -> bool:
        # sudo: what an administrator has set holds for everybody
        value = self.env["ir.config_parameter"].sudo().get_param("mail_contact_sync.enabled")
        return value in ("True", "1")

    @api.model
    def _lanes(self):
        """The scheduled actions that run the engine, active or not."""
        # sudo: everybody's work wakes them
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
            # sudo: as the scheduled actions themselves
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
    def _wake(self, at=None):
        """Run the lanes at once, or at ``at``."""
        for lane in self._lanes().filtered("active"):
            lane._trigger(at)

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
        # sudo: whosever mailbox it is
        if self.env["mail.sync.account"].sudo().search_count([("state", "=", "active")], limit=1):
            self._wake()

    @api.model
    def _interval(self) -> timedelta:
        """A little less than the lanes' interval, so that no lane comes too early."""
        return timedelta(minutes=lane_minutes(self._lanes()[:1]) * 0.9)


def lane_minutes(lane) -> int:
    """After how many minutes a lane runs again by itself."""
    unit = {"minutes": 1, "hours": 60}.get(lane.interval_type, 1440)
    return max(lane.interval_number, 1) * unit
