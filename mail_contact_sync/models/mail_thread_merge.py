# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .mail_message_guard import E_MAILS


class MailThread(models.AbstractModel):
    """Leads that become one keep their e-mails: all of them, each as it is.

    crm moves what whoever merges sees, rewrites its subject, and deletes the rest with the leads.
    As crm need not be there, nothing here can inherit its model.
    """

    _inherit = "mail.thread"

    @api.model
    def _register_hook(self):
        if self._name == "crm.lead":
            lead = self.env.registry["crm.lead"]

            def _merge_dependences_history(self, opportunities):
                opportunities._sync_move(self)
                return super(lead, self)._merge_dependences_history(opportunities)

            lead._merge_dependences_history = _merge_dependences_history
        return super()._register_hook()

    def _sync_move(self, target):
        """E-mails, and those that are to be sent later, go to another record."""
        # sudo: whoever merges need not read them
        messages = self.env["mail.message"].sudo()
        here = Domain("model", "=", self._name) & Domain("res_id", "in", self.ids)
        messages.search(here & E_MAILS).write({"res_id": target.id})
        # By SQL: core lets nobody change where it will stand.
        self.env["mail.scheduled.message"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE mail_scheduled_message SET res_id = %s
                WHERE model = %s AND res_id = ANY(%s)
                    AND (sync_sender_id IS NOT NULL OR sync_private)
                """,
                *(target.id, self._name, self.ids),
            )
        )
        self.env["mail.scheduled.message"].invalidate_model(["res_id"])
