# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..connectors.base import Connector, Server
from ..connectors.imap import ImapConnector
from .fields import BigInt


class MailSyncAccount(models.Model):
    _name = "mail.sync.account"
    _inherit = "mail.sync.access"
    _description = "Connected Mailbox"
    _rec_name = "address"
    _order = "user_id, address"
    _check_company_auto = True

    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        check_company=True,
        copy=False,
        readonly=True,  # the password would go with the mailbox
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    provider = fields.Selection([("imap", "Other (IMAP)")], required=True, default="imap")
    address = fields.Char("E-mail Address", required=True)
    aliases = fields.Char(
        "Other Addresses",
        help="Further addresses that arrive in this mailbox, separated by commas. "
        "Mail from them counts as sent by you.",
    )
    visibility = fields.Selection(
        [("shared", "Everyone who sees the contact"), ("private", "Only me")],
        string="Who Sees the E-mails",
        required=True,
        default="shared",
    )

    host = fields.Char("Server")
    port = fields.Integer(default=993)
    security = fields.Selection(
        [("tls", "SSL/TLS"), ("starttls", "STARTTLS"), ("none", "None (this machine only)")],
        required=True,
        default="tls",
    )
    login = fields.Char("User Name", help="Leave empty to use the e-mail address.")
    password = fields.Char(compute="_compute_password", inverse="_inverse_password", copy=False)
    secret = fields.Char(groups=fields.NO_ACCESS, copy=False, prefetch=False)

    state = fields.Selection(
        [
            ("draft", "Not connected"),
            ("active", "Connected"),
            ("paused", "Paused"),
            ("stopped", "Needs attention"),
        ],
        required=True,
        default="draft",
        copy=False,
        index=True,
        readonly=True,
    )
    since = fields.Datetime("Synced Since", copy=False, readonly=True)
    last_sync = fields.Datetime(copy=False, readonly=True)
    next_sync = fields.Datetime(copy=False, readonly=True)
    failing_since = fields.Datetime(copy=False, readonly=True)
    failures = fields.Integer(copy=False, readonly=True)
    error_reason = fields.Char(copy=False, readonly=True)
    error_detail = fields.Char("The Server Said", copy=False, readonly=True)
    #: envelopes up to this id have been compared with the contacts
    matched_id = BigInt(copy=False, readonly=True, default=0)

    folder_ids = fields.One2many("mail.sync.folder", "account_id", string="Folders")
    error_message = fields.Char("Problem", compute="_compute_error_message")
    status = fields.Char(compute="_compute_status")
    progress = fields.Integer(compute="_compute_progress", compute_sudo=True)
    scanning = fields.Boolean(compute="_compute_progress", compute_sudo=True)
    envelope_count = fields.Integer("In Mailbox", compute="_compute_counts")
    unreadable_count = fields.Integer("Cannot Be Read", compute="_compute_counts")
    posted_count = fields.Integer("In Chatters", compute="_compute_counts")
    waiting_count = fields.Integer("Waiting", compute="_compute_counts")
    skipped_count = fields.Integer("Skipped", compute="_compute_counts")
    failed_count = fields.Integer("Failed", compute="_compute_counts")

    _user_address_uniq = models.UniqueIndex(
        "(user_id, lower(address))", "You have connected this e-mail address already."
    )

    # Secrets ---------------------------------------------------------------

    def _compute_password(self):
        """Written, never read."""
        self.password = False

    def _inverse_password(self):
        vault = self.env["mail.sync.vault"]
        for account in self.filtered("password"):
            vault._ensure_keys()
            account.sudo().secret = vault._open().encrypt(account.password)
        self.invalidate_recordset(["password"])

    def _password(self) -> str:
        """Raise ``KeyLost``."""
        self.ensure_one()
        token = self.sudo().secret
        return self.env["mail.sync.vault"]._open().decrypt(token) if token else ""

    # What the user sees ----------------------------------------------------

    def _in_trouble(self) -> bool:
        """Whether to bother the user: a passing fault mends itself within the hour."""
        return bool(self.error_reason) and (
            self.state == "stopped"
            or self.failing_since <= fields.Datetime.now() - relativedelta(hours=1)
        )

    @api.depends("error_reason", "failing_since", "host", "port", "state")
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

    @api.depends("state", "error_reason", "scanning", "progress", "waiting_count", "last_sync")
    def _compute_status(self):
        for account in self:
            account.status = account._status()

    def _status(self) -> str:
        if self.state in ("draft", "paused", "stopped"):
            return dict(self._fields["state"]._description_selection(self.env))[self.state]
        if self._in_trouble():
            return self.env._("Trying again")
        if not self.last_sync and not self.folder_ids:
            return self.env._("Starting")
        if self.scanning:
            return self.env._("Reading the mailbox: %s%%", self.progress)
        if self.waiting_count:
            return self.env._("Adding %s e-mails", self.waiting_count)
        return self.env._("Up to date")

    def _compute_counts(self):
        counts = self.env["mail.sync.match"]._counts(self.ids)
        sizes = self.env["mail.sync.envelope"]._counts(self.ids)
        for account in self:
            account.envelope_count, account.unreadable_count = sizes.get(account.id, (0, 0))
            for state in ("posted", "waiting", "skipped", "failed"):
                account[f"{state}_count"] = counts.get((account.id, state), 0)

    # Buttons ---------------------------------------------------------------

    def action_connect(self):
        """Start syncing, or start again after the cause of a stop was mended."""
        for account in self:
            account._check_owner()
            if not (account.host and account.address and account.sudo().secret):
                raise UserError(
                    self.env._("Please fill in the e-mail address, the server and the password.")
                )
            account._resume(since=account.since or account._window_start())
        self._wake()

    def action_pause(self):
        self._check_owner()
        self.sudo().write({"state": "paused"})

    def action_sync_now(self):
        self._check_owner()
        self.filtered(lambda account: account.state == "active")._resume()
        self._wake()

    def action_view_ledger(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mail_contact_sync.mail_sync_match_action"
        )
        return dict(action, domain=[("account_id", "=", self.id)])

    def _check_owner(self):
        if not self.env.su and self.filtered(lambda account: account.user_id != self.env.user):
            raise AccessError(self.env._("Only its owner can do this with a mailbox."))

    # Life ------------------------------------------------------------------

    @api.model
    def _window_start(self):
        months = int(
            self.env["ir.config_parameter"].sudo().get_param("mail_contact_sync.window_months", 6)
        )
        return fields.Datetime.now() - relativedelta(months=months)

    def _resume(self, **values):
        """Due now, with a clean slate."""
        self.sudo().write(
            {
                "state": "active",
                "next_sync": fields.Datetime.now(),
                "failing_since": False,
                "failures": 0,
                "error_reason": False,
                "error_detail": False,
                **values,
            }
        )

    def _wake(self):
        self.env["mail.sync.engine"]._wake()

    def _forget_index(self):
        """The index is void: read the mailbox anew, as far back as before."""
        self.folder_ids._restart()

    def write(self, vals):
        result = super().write(vals)
        if {"visibility", "user_id"} & vals.keys():
            self.env["mail.message"]._sync_refresh_access(accounts=self)
        return result

    def _hold_visibility(self):
        """Let nobody change it unseen until the transaction ends.

        An update, not a lock: whoever waited for it fails, begins anew and sees
        what was posted meanwhile (PostgreSQL 13.2.2).
        """
        self.env.cr.execute(
            "UPDATE mail_sync_account SET visibility = visibility WHERE id = ANY(%s)", [self.ids]
        )
        self.invalidate_recordset(["visibility"])

    @api.ondelete(at_uninstall=False)
    def _unlink_only_owner(self):
        self._check_owner()

    # Connection ------------------------------------------------------------

    def _own_addresses(self) -> set[str]:
        """All addresses that are the mailbox's own, in lower case."""
        self.ensure_one()
        return set(self._normalised(f"{self.address}, {self.aliases or ''}"))

    @api.model
    def _normalised(self, text: str) -> list[str]:
        return self.env["mail.sync.contact.key"]._addresses(text)

    def _connector(self) -> Connector:
        """A connector that is not yet connected; raise ``KeyLost``."""
        self.ensure_one()
        return ImapConnector(
            Server(
                host=self.host,
                port=self.port,
                security=self.security,
                login=self.login or self.address,
                password=self._password(),
            )
        )
