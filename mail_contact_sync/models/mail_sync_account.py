# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..connectors.base import Connector
from .fields import BigInt

#: What says which mailbox it is.
MAILBOX = ("provider", "host", "login", "address", "opened_as")
#: Where its password goes.
SERVERS = ("host", "smtp_host")
#: How much of the past is read where nobody says.
FIRST_MONTHS = 6
#: Older than any e-mail.
MAX_MONTHS = 600


def _default_window_months(account) -> int:
    # sudo: what an administrator has set holds for everybody
    parameters = account.env["ir.config_parameter"].sudo()
    return int(parameters.get_param("mail_contact_sync.window_months", FIRST_MONTHS))


class MailSyncAccount(models.Model):
    """A connected mailbox: whose it is, how it is reached, and how the syncing of it fares.

    What is readonly is the engine's to write, see ``mail.sync.access``.
    """

    _name = "mail.sync.account"
    _inherit = ["mail.sync.access", "mail.sync.secret", "mail.thread", "mail.activity.mixin"]
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
    provider = fields.Selection(
        [("imap", "Other (IMAP)")],
        required=True,
        default="imap",
        copy=False,
        readonly=True,  # what is kept as its secret would go to another server
    )
    address = fields.Char("E-mail Address", required=True)
    opened_as = fields.Char(
        readonly=True, copy=False, help="Whose mailbox opens this one, where it is not her own."
    )
    aliases = fields.Char(
        "Other Addresses",
        help="Further addresses that arrive in this mailbox, separated by commas. "
        "Mail from them counts as sent by you.",
    )
    visibility = fields.Selection(
        [("shared", "Everyone who sees the contact"), ("private", "Only me")],
        string="Visible to",
        required=True,
        default="shared",
    )

    host = fields.Char("Server")
    port = fields.Integer(default=993)
    security = fields.Selection(
        [("tls", "SSL/TLS"), ("starttls", "STARTTLS"), ("none", "None (this machine only)")],
        "Encryption",
        required=True,
        default="tls",
    )
    login = fields.Char("User Name", help="Leave empty to use the e-mail address.")
    smtp_host = fields.Char("Outgoing Server")
    smtp_port = fields.Integer("Outgoing Port", default=465)
    smtp_security = fields.Selection(
        [("tls", "SSL/TLS"), ("starttls", "STARTTLS"), ("none", "None (this machine only)")],
        "Outgoing Encryption",
        default="tls",
    )

    state = fields.Selection(
        [
            ("draft", "Not connected"),
            ("active", "Connected"),
            ("paused", "Paused"),
            ("stopped", "Needs attention"),
            ("removing", "Being removed"),
        ],
        required=True,
        default="draft",
        copy=False,
        index=True,
        readonly=True,
    )
    syncs = fields.Boolean(
        "Sync E-mails", default=True, help="Off: for sending only, nothing is read."
    )
    sends = fields.Boolean(
        "Write from Odoo", default=True, help="Off: Odoo only reads this mailbox."
    )
    window_months = fields.Integer("Past Months", default=_default_window_months)
    since = fields.Datetime("Synced Since", copy=False, readonly=True)
    last_sync = fields.Datetime(copy=False, readonly=True)
    next_sync = fields.Datetime(copy=False, readonly=True)
    #: until when nothing may be asked of the provider, whatever there is to do
    paused_until = fields.Datetime(copy=False, readonly=True)
    failing_since = fields.Datetime(copy=False, readonly=True)
    failures = fields.Integer(copy=False, readonly=True)
    #: workers that began with it and have not ended it
    interruptions = fields.Integer(copy=False, readonly=True, required=True, default=0)
    error_reason = fields.Char(copy=False, readonly=True)
    error_detail = fields.Char("The Server Said", copy=False, readonly=True)
    #: envelopes up to this id have been compared with the contacts
    matched_id = BigInt(copy=False, readonly=True, default=0)

    folder_ids = fields.One2many("mail.sync.folder", "account_id", string="Folders")
    _user_address_uniq = models.UniqueIndex(
        "(user_id, lower(address))", "You have connected this e-mail address already."
    )

    # Life ------------------------------------------------------------------

    @api.constrains("window_months")
    def _check_window_months(self):
        if any(account.window_months > MAX_MONTHS for account in self):
            raise ValidationError(self._too_many_months())

    @api.model
    def _too_many_months(self) -> str:
        return self.env._("Please enter at most %s months of past e-mails.", MAX_MONTHS)

    def _window_start(self):
        self.ensure_one()
        return fields.Datetime.now() - relativedelta(months=max(self.window_months, 1))

    def _resume(self, **values):
        """Due now, with a clean slate."""
        self._calm()
        # sudo: its state is the engine's; who may resume it, the callers check
        self.sudo().write(
            {
                "state": "active",
                "next_sync": fields.Datetime.now(),
                "failing_since": False,
                "failures": 0,
                "interruptions": 0,
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
        if {"visibility", "user_id"} & vals.keys():
            self._hold_visibility()
        if not vals.get("password"):
            # A password is for the servers that it was entered for: who has got hold of
            # somebody's session cannot have it sent to a server of his own.
            self._changed_by(vals, SERVERS)._forget_secret()
        moved = self._changed_by(vals, MAILBOX)
        result = super().write(vals)
        if moved:
            # Another server counts anew: the old cursors might pass its mail over.
            # sudo: the index is the engine's
            moved.sudo()._forget_index()
        if {"visibility", "user_id"} & vals.keys():
            self.env["mail.message"]._sync_refresh_access(accounts=self)
        if "window_months" in vals:
            self._widen()
        if vals.get("syncs"):
            self.filtered(lambda account: account.state == "active")._resume()
            self._wake()
        return result

    def _changed_by(self, vals, names):
        """Those to which ``vals`` give another value of any of ``names``."""
        return self.filtered(
            lambda account: any(
                name in vals and (account[name] or "") != (vals[name] or "") for name in names
            )
        )

    def _widen(self):
        """Have the older mail read, too.  A narrower window forgets nothing."""
        # sudo: how far it is read is the engine's to say
        for account in self.sudo().filtered("since"):
            start = account._window_start()
            if start < account.since:
                account.write({"since": start, "next_sync": fields.Datetime.now()})
                account.folder_ids.write({"complete": False})
                self.env["mail.sync.search"]._want_again(account, start)
        self._wake()

    def _hold_visibility(self):
        """Let nobody change it unseen until the transaction ends.

        An update, not a lock: whoever waited for it fails, begins anew and sees
        what was posted meanwhile (PostgreSQL 13.2.2).  What takes long holds it first:
        a mailbox that is just being read changes several times a second.
        """
        self.env.cr.execute(
            "UPDATE mail_sync_account SET visibility = visibility WHERE id = ANY(%s)",
            [self.ids],
            log_exceptions=False,
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

    def _shared(self) -> str:
        """The address, where the mailbox is opened as somebody else."""
        return self.address if self.opened_as else ""

    @api.model
    def _normalised(self, text: str) -> list[str]:
        return self.env["mail.sync.contact.key"]._addresses(text)

    def _connector(self) -> Connector:
        """A connector that is not yet connected; raise ``KeyLost``."""
        self.ensure_one()
        return self._provider()._connector(self)

    def _provider(self):
        return self.env["mail.sync.provider"]._of(self.provider)
