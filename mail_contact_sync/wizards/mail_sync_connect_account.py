# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..connectors.base import Mailbox


class MailSyncConnect(models.TransientModel):
    """What the dialog leaves behind at a provider that says itself whose mailbox it is."""

    _inherit = "mail.sync.connect"

    known_id = fields.Many2one(
        "mail.sync.account", "Connected Already", compute="_compute_known_id"
    )

    @api.depends("address", "account_id")
    def _compute_known_id(self):
        for dialog in self:
            known = dialog.account_id.browse()
            if dialog.address and not dialog.account_id:
                known = known._connected(dialog.address.strip())
            dialog.known_id = known

    def action_open_known(self):
        """To the mailbox that was connected before."""
        self.ensure_one()
        return self._show(self.known_id)

    def _connected(self, provider, address: str):
        """The user's account of this address, if she has connected it before."""
        account = self.env["mail.sync.account"]._of_mine(address)
        if account and account.provider != provider._key:
            raise UserError(
                self.env._(
                    "You have connected %(address)s already, in another way. Remove that mailbox "
                    "first if you want to connect it by %(service)s; its e-mails can stay.",
                    address=account.address,
                    service=provider._label(),
                )
            )
        return account

    def _connect_as(self, account, mailbox: Mailbox, **values):
        """Make the account of ``mailbox``, or mend ``account``, and let it sync.

        sudo: what is connected by signing in, or whose it is, is not the user's to write.
        """
        if not account:
            account = account.sudo().create(
                {
                    "user_id": self.env.uid,
                    "company_id": self.env.company.id,
                    "address": mailbox.address,
                    "syncs": self.syncs,
                    "sends": self.sends,
                    "visibility": self.visibility,
                    "provider": values["provider"],
                }
            )
        known = account._normalised(account.aliases or "")
        aliases = dict.fromkeys([*known, *map(str.lower, mailbox.aliases)])
        account.sudo().write({**values, "aliases": ", ".join(aliases) or False})
        account.sudo(False).action_connect()
        return account.sudo(False)

    def _show(self, account):
        """Go on to the mailbox, or back to where *Reconnect* was pressed."""
        if self.account_id:
            return {"type": "ir.actions.act_window_close"}
        return {
            "type": "ir.actions.act_window",
            "res_model": account._name,
            "res_id": account.id,
            "views": [(False, "form")],
        }
