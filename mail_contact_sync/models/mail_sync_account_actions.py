# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re

from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from .mail_sync_access import MANAGER

#: The button below the words about an empty list.
BUTTON = re.compile(r"<p>\s*<a [^>]*mail_sync_connect_action.*?</p>", re.DOTALL)


class MailSyncAccount(models.Model):
    """What the owner does with a mailbox, and a manager with a mailbox left behind."""

    _inherit = "mail.sync.account"

    @api.model
    def get_empty_list_help(self, help_message):
        """To whom logs in with Google, what is left to do is offered first."""
        offer = self.env.user._mail_sync_offer()
        if not offer or not help_message:
            return super().get_empty_list_help(help_message)
        button = Markup(
            '<p><a type="action" name="mail_contact_sync.mail_sync_enable_action" '
            'class="btn btn-primary">%s</a></p>'
        ) % self.env._("Enable E-mail Sync for %s", offer)
        button += Markup(
            '<p><a type="action" name="mail_contact_sync.mail_sync_connect_action">%s</a></p>'
        ) % self.env._("Add another mailbox")
        text = BUTTON.sub("", help_message)
        return super().get_empty_list_help(Markup(text) + button)

    def action_connect(self):
        """Start syncing, or start again after the cause of a stop was mended."""
        for account in self:
            account._check_owner()
            if account.state == "removing":
                raise UserError(self.env._("This mailbox is being removed."))
            if incomplete := account._provider()._incomplete(account):
                raise UserError(incomplete)
            account._resume(since=account.since or account._window_start())
        self._wake()

    def action_reconnect(self):
        """Ask for what is missing, mostly the password, and go on where it stopped."""
        self._check_owner()
        return self._dialog("mail.sync.connect", self.env._("Reconnect"))

    def action_pause(self):
        self._check_owner()
        # sudo: its state is the engine's; that it is hers was checked
        self.sudo().filtered(lambda account: account.state != "removing").state = "paused"

    def action_sync_now(self):
        self._check_owner()
        self.filtered(lambda account: account.state == "active")._resume()
        self._wake()

    def action_remove(self):
        self._check_owner(or_manager=True)
        return self._dialog("mail.sync.remove", self.env._("Remove this mailbox"))

    def action_hand_over(self):
        self._check_manager()
        return self._dialog("mail.sync.hand.over", self.env._("Hand over this mailbox"))

    def action_view_ledger(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mail_contact_sync.mail_sync_match_action"
        )
        return dict(
            action,
            domain=[("account_id", "=", self.id)],
            context={f"search_default_{self.env.context.get('ledger', 'all')}": 1},
        )

    def _dialog(self, model: str, name: str):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {"default_account_id": self.id},
        }

    def _check_owner(self, or_manager: bool = False):
        if or_manager and self.env.user.has_group(MANAGER):
            return self.check_access("read")
        if not self.env.su and self.filtered(lambda account: account.user_id != self.env.user):
            raise AccessError(self.env._("Only its owner can do this with a mailbox."))
        return None

    def _check_manager(self):
        if not (self.env.su or self.env.user.has_group(MANAGER)):
            raise AccessError(self.env._("Only a manager of mailboxes can do this."))
        self.check_access("read")
