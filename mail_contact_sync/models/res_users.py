# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .fields import ReadableMailboxes


class ResUsers(models.Model):
    """Whose mailboxes they are, and what becomes of them when she leaves."""

    _inherit = "res.users"

    mail_sync_account_ids = ReadableMailboxes(
        "mail.sync.account", "user_id", string="Connected Mailboxes"
    )

    mail_sync_sender_id = fields.Many2one(
        "mail.sync.account",
        "Write From",
        ondelete="set null",
        groups=fields.NO_ACCESS,  # to others it would tell who has a mailbox: her own alone
        domain="[('user_id', '=', id), ('sends', '=', True)]",
        help="The mailbox from which e-mails are written where no other one suggests itself.",
    )

    @api.constrains("mail_sync_sender_id")
    def _check_mail_sync_sender(self):
        # sudo: whose mailbox it is, for whoever sets it
        for user in self.sudo():
            if user.mail_sync_sender_id and user.mail_sync_sender_id.user_id != user:
                raise ValidationError(self.env._("You can only write from mailboxes of your own."))

    def write(self, vals):
        before = self._colleagues()
        result = super().write(vals)
        after = self._colleagues()
        # sudo: whoever may archive a user need not see her mailboxes
        (before - after).sudo().mail_sync_account_ids._owner_left()
        (after - before).sudo().mail_sync_account_ids._owner_is_back()
        return result

    def _colleagues(self):
        return self.filtered(lambda user: user.active and not user.share)

    @api.ondelete(at_uninstall=False)
    def _unlink_mailboxes(self):
        """By hand: the database would leave behind what only Odoo knows to be theirs."""
        # sudo: whoever may delete a user need not see her mailboxes
        mailboxes = self.sudo().with_context(active_test=False).mail_sync_account_ids
        mailboxes._hold_visibility()
        mailboxes._give_up_sending(self.env["mail.sync.sentence"]._of_removed())
        for mailbox in mailboxes.filtered(lambda mailbox: mailbox.visibility == "private"):
            self.env.cr.execute(mailbox._only_here())
            ids = {row[0] for row in self.env.cr.fetchall()}
            self.env["mail.message"].browse(ids)._sync_as_engine().unlink()
        mailboxes.unlink()
        past = self.env["mail.sync.past"].sudo()
        self.env["mail.message"].browse(past._only_for(self))._sync_as_engine().unlink()

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, "mail_sync_account_ids", "mail_sync_sender_id"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return [*super().SELF_WRITEABLE_FIELDS, "mail_sync_sender_id"]
