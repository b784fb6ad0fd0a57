# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

from odoo import api, fields, models


class MailScheduledMessage(models.Model):
    """What is sent later leaves from the mailbox that was chosen.

    It is posted as the user who wrote it, and checked then once more that the mailbox is hers.
    What nobody else will read when it is posted, nobody else reads before.
    """

    _inherit = "mail.scheduled.message"

    sync_sender_id = fields.Many2one(
        "mail.sync.account",
        "Written From",
        compute="_compute_sync_sender",
        store=True,
        index="btree_not_null",
        ondelete="set null",
    )
    #: stays when the mailbox goes
    sync_private = fields.Boolean(
        "Only for Its Author", compute="_compute_sync_private", store=True
    )
    sync_from = fields.Char("From", compute="_compute_sync_from", compute_sudo=True)

    @api.depends("notification_parameters")
    def _compute_sync_sender(self):
        # sudo: it says nothing about a mailbox, and whose it is, is checked when it is posted
        accounts = self.env["mail.sync.account"].sudo()
        for message in self:
            author = message.create_uid or self.env.user
            message.sync_sender_id = accounts.search(
                [("id", "=", _chosen(message)), ("user_id", "=", author.id)]
            )

    @api.depends("sync_sender_id.visibility")
    def _compute_sync_private(self):
        for message in self:
            # sudo: who may see the message need not see the mailbox
            sender = message.sudo().sync_sender_id
            message.sync_private = (
                sender.visibility == "private" if sender else message.sync_private
            )

    @api.depends("sync_sender_id")
    def _compute_sync_from(self):
        for message in self:
            if message.sync_sender_id:
                message.sync_from = message.sync_sender_id._sender_line()
            elif _chosen(message):
                message.sync_from = self.env._("A mailbox that was removed")
            else:
                message.sync_from = self.env._("Company e-mail")

    @api.model
    def _has_field_access(self, field, operation):
        return super()._has_field_access(field, operation) and (
            self.env.su or operation == "read" or not field.name.startswith("sync_")
        )

    @api.model
    def _notification_parameters_whitelist(self):
        return super()._notification_parameters_whitelist() | {"sync_sender_id", "parent_id"}


def _chosen(message) -> int:
    """The id that was given for a mailbox; 0 for none, or for anything else."""
    try:
        chosen = json.loads(message.notification_parameters or "{}")["sync_sender_id"]
    except (ValueError, TypeError, KeyError):
        return 0
    return chosen if type(chosen) is int else 0
