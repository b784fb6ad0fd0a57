# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from math import ceil

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from .mail_sync_match import FATES

#: Percent; of less nothing can be told.
ESTIMATE_FROM = 5


class MailSyncAccount(models.Model):
    """What the owner sees of a mailbox: how it is, how far it is, what became of its mail."""

    _inherit = "mail.sync.account"

    is_mine = fields.Boolean(compute="_compute_is_mine")
    switched_off = fields.Boolean(compute="_compute_switched_off")
    error_message = fields.Char("Problem", compute="_compute_error_message")
    status = fields.Char(compute="_compute_status")
    progress = fields.Integer(compute="_compute_progress", compute_sudo=True)
    scanning = fields.Boolean(compute="_compute_progress", compute_sudo=True)
    envelope_count = fields.Integer("Found in the Mailbox", compute="_compute_ledger")
    unmatched_count = fields.Integer("With No Contact", compute="_compute_ledger")
    posted_count = fields.Integer("In Chatters", compute="_compute_ledger")
    waiting_count = fields.Integer("Waiting", compute="_compute_ledger")
    skipped_count = fields.Integer("Skipped", compute="_compute_ledger")
    failed_count = fields.Integer("Failed", compute="_compute_ledger")
    usage = fields.Char("What the Reading Took", compute="_compute_usage")
    unreadable_count = fields.Integer("Not Shown by the Server", compute="_compute_ledger")

    def _in_trouble(self) -> bool:
        """Whether to bother the user: a passing fault mends itself within the hour."""
        return bool(self.error_reason) and (
            self.state != "active"
            or not self.failing_since
            or self.failing_since <= fields.Datetime.now() - relativedelta(hours=1)
        )

    @api.depends_context("uid")
    @api.depends("user_id")
    def _compute_is_mine(self):
        for account in self:
            account.is_mine = account.user_id == self.env.user

    def _compute_switched_off(self):
        self.switched_off = not self.env["mail.sync.engine"]._enabled()

    @api.depends_context("uid")
    @api.depends("error_reason", "failing_since", "host", "port", "state", "user_id")
    def _compute_error_message(self):
        sentences = self.env["mail.sync.sentence"]
        for account in self:
            account.error_message = account._in_trouble() and sentences._of(account)

    @api.depends("folder_ids.enabled", "folder_ids.scanned", "folder_ids.total")
    def _compute_progress(self):
        for account in self:
            open_folders = account.folder_ids.filtered(lambda f: f.enabled and not f.gone)
            total = sum(folder.total for folder in open_folders)
            scanned = sum(min(folder.scanned, folder.total) for folder in open_folders)
            account.scanning = account.state == "active" and not all(
                folder.complete for folder in open_folders
            )
            account.progress = 100 * scanned // total if total else 0

    @api.depends(
        "state", "syncs", "error_reason", "scanning", "progress", "waiting_count", "last_sync"
    )
    def _compute_status(self):
        for account in self:
            account.status = account._status()

    def _status(self) -> str:
        if self.state != "active":
            return dict(self._fields["state"]._description_selection(self.env))[self.state]
        if not self.syncs:
            return self.env._("For sending only")
        if self.switched_off:
            return self.env._("Switched off by the administrator")
        if self._in_trouble():
            return self.env._("Trying again")
        if not self.last_sync and not self.folder_ids:
            return self.env._("Starting")
        if self.scanning:
            return self._reading()
        if self.waiting_count:
            return self.env._("E-mails to add: %s", self.waiting_count)
        return self.env._("Up to date")

    def _reading(self) -> str:
        """How far it is and, the first time, how long it takes on at the pace so far."""
        if self.last_sync or self.progress < ESTIMATE_FROM:
            return self.env._("Reading the mailbox: %s%%", self.progress)
        # sudo: as for the progress
        begin = min(self.sudo().folder_ids.mapped("create_date"))
        seconds = (fields.Datetime.now() - begin).total_seconds()
        minutes = seconds * (100 - self.progress) / self.progress / 60
        if minutes < 1:
            return self.env._("Reading the mailbox: %s%%, a minute to go", self.progress)
        return self.env._(
            "Reading the mailbox: %(percent)s%%, about %(minutes)s minutes to go",
            percent=self.progress,
            minutes=ceil(minutes),
        )

    def _compute_usage(self):
        # sudo: of those whose account the user may read
        found = self.env["mail.sync.usage"].sudo().search([("account_id", "in", self.ids)])
        usages = {usage.account_id.id: usage for usage in found}
        for account in self:
            usage = usages.get(account.id)
            account.usage = usage and usage._in_words()

    def _compute_ledger(self):
        ledger = self.env["mail.sync.match"]._ledger(self.ids)
        for account in self:
            account.envelope_count = sum(ledger.get((account.id, fate), 0) for fate in FATES)
            for fate in FATES:
                account[f"{fate}_count"] = ledger.get((account.id, fate), 0)
