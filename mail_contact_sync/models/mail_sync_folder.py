# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..connectors.base import Folder

#: Folders of these roles are off unless the user switches them on.
OFF_ROLES = ("junk", "trash", "drafts")

#: The order in which folders are read and shown; those without a role come last.
ORDER = ("inbox", "sent", "all", "archive", "drafts", "junk", "trash")


class MailSyncFolder(models.Model):
    """A folder of a mailbox, and how far it has been read."""

    _name = "mail.sync.folder"
    _inherit = "mail.sync.access"
    _description = "Folder of a Connected Mailbox"
    _order = "gone, enabled desc, sequence, name"

    account_id = fields.Many2one(
        "mail.sync.account", required=True, readonly=True, index=True, ondelete="cascade"
    )
    ref = fields.Char(required=True, readonly=True)
    name = fields.Char(required=True, readonly=True)
    role = fields.Selection(
        [
            ("inbox", "Inbox"),
            ("sent", "Sent"),
            ("archive", "Archive"),
            ("all", "All mail"),
            ("junk", "Junk"),
            ("trash", "Trash"),
            ("drafts", "Drafts"),
        ],
        readonly=True,
    )
    sequence = fields.Integer(compute="_compute_sequence", store=True)
    enabled = fields.Boolean("Synced")
    gone = fields.Boolean("No longer on the server", readonly=True)
    #: opaque; covers exactly the envelopes stored in the same transaction
    cursor = fields.Json(groups=fields.NO_ACCESS, copy=False, prefetch=False)
    complete = fields.Boolean("Read to the end", readonly=True, copy=False)
    scanned = fields.Integer(readonly=True, copy=False)
    total = fields.Integer(readonly=True, copy=False)
    rescans = fields.Integer("Expired Cursors in a Row", readonly=True, copy=False)

    behind = fields.Boolean("New mail is still to be read", readonly=True, copy=False)
    caught_up = fields.Datetime("All New Mail Was Read", readonly=True, copy=False)

    _account_ref_uniq = models.UniqueIndex("(account_id, ref)")

    @api.depends("role")
    def _compute_sequence(self):
        for folder in self:
            folder.sequence = ORDER.index(folder.role) if folder.role else len(ORDER)

    def _boundary(self) -> Folder:
        """The folder as the connectors know it."""
        self.ensure_one()
        return Folder(ref=self.ref, name=self.name, role=self.role or None)

    def _refresh(self, account, found: list[Folder]):
        """Make the account's folders those that were ``found``; return the synced ones.

        What the user switched on or off stays so.  A folder that is not there
        any more is kept, greyed, with what it taught the ledger.
        """
        known = {folder.ref: folder for folder in account.folder_ids}
        only_all = any(folder.role == "all" for folder in found)
        for folder in found:
            values = {"name": folder.name, "role": folder.role or False, "gone": False}
            if record := known.pop(folder.ref, None):
                changed = {key: val for key, val in values.items() if record[key] != val}
                if changed:
                    record.write(changed)
            else:
                # Where one folder holds all mail, the others only repeat it.
                enabled = folder.role == "all" if only_all else folder.role not in OFF_ROLES
                self.create(
                    {"account_id": account.id, "ref": folder.ref, "enabled": enabled, **values}
                )
        vanished = self.browse(folder.id for folder in known.values() if not folder.gone)
        if vanished:
            vanished._vanish()
        return account.folder_ids.filtered(lambda folder: folder.enabled and not folder.gone)

    def write(self, vals):
        result = super().write(vals)
        if "enabled" in vals and not self.env.su:  # by the user
            # sudo: what was read of it is the engine's; that it is hers, the rules say
            self.sudo()._restart()
            self.sudo().account_id.filtered(lambda account: account.state == "active")._resume()
            self.env["mail.sync.engine"]._wake()
        return result

    def _vanish(self):
        """Their mail may turn up elsewhere: what waits for it is looked for there."""
        self._restart(gone=True, total=0)

    def _restart(self, **values):
        """Forget what was read: the folder is read anew, if it is there."""
        self.env["mail.sync.envelope"]._forget(self)
        self.env["mail.sync.match"]._lose(self)
        self.env["mail.sync.search"]._forget(self)
        restarted = {"cursor": False, "complete": False, "scanned": 0}
        self.write({**restarted, "behind": False, "caught_up": False, **values})
