# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.exceptions import UserError

from ..models.mail_sync_sentence import HANDED_OVER


class MailSyncHandOver(models.TransientModel):
    """Give a mailbox to another user, without its password.

    Only one whose e-mails everybody sees: what was for its owner alone is for
    nobody else to read, not even by taking over the mailbox.
    """

    _name = "mail.sync.hand.over"
    _description = "Hand Over a Mailbox"

    account_id = fields.Many2one("mail.sync.account", required=True, readonly=True)
    # As the user: a dialog can be opened for any id.
    address = fields.Char(related="account_id.address", related_sudo=False)
    visibility = fields.Selection(related="account_id.visibility", related_sudo=False)
    user_id = fields.Many2one("res.users", "New Owner", domain=[("share", "=", False)])

    def action_hand_over(self):
        self.ensure_one()
        account, user = self.account_id, self.user_id
        account._check_manager()
        if not user or user.share:
            raise UserError(self.env._("Please choose the new owner."))
        if account.state == "removing":
            raise UserError(self.env._("This mailbox is being removed."))
        if account.visibility == "private":
            raise UserError(
                self.env._(
                    "The e-mails of this mailbox were for its owner only. "
                    "It can be removed, but not handed over."
                )
            )
        # sudo: managers may do this, and nothing else, to a mailbox
        account = account.sudo()
        # Now, so that this is where it fails if the mailbox is just being read.
        account._hold_visibility()
        account._give_up_sending(self.env["mail.sync.sentence"]._of_handed_over(account))
        self.env["mail.sync.filing"]._unfiled(account).unlink()
        # The names of the folders and with whom else there was mail are for who has its password.
        account._forget_mailbox()
        account._sign_off()
        account.write(
            {
                "user_id": user.id,
                "state": "stopped",
                "error_reason": HANDED_OVER,
                "error_detail": False,
                "failing_since": fields.Datetime.now(),
            }
        )
        account._alert(user)
        return {"type": "ir.actions.act_window_close"}
