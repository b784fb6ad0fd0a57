# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.fields import Domain

from .mail_message_guard import E_MAILS


class MailThread(models.AbstractModel):
    """Where core reads the messages of a record with all rights.

    Two of these would also take what a mailbox brings for what the gateway received.
    """

    _inherit = "mail.thread"

    def _compute_has_message(self):
        # Core asks the table, which knows no readers.
        having = self.with_context(active_test=False).search(
            Domain("id", "in", self.ids) & Domain("message_ids", "!=", False)
        )
        for record in self:
            record.has_message = record in having

    def _search_has_message(self, operator, value):
        return NotImplemented if operator != "in" else Domain("message_ids", "!=", False)

    def unlink(self):
        self.check_access("unlink")
        # E-mails go with the record that they stand on, whoever may delete that.
        messages = self.env["mail.message"]._sync_as_engine()
        here = Domain("model", "=", self._name) & Domain("res_id", "in", self.ids)
        messages.search(here & E_MAILS).unlink()
        return super().unlink()

    def _message_compute_parent_id(self, parent_id):
        # Core looks the parent up with all rights.
        parent = self.env["mail.message"].browse(parent_id)._sync_readable()
        return super()._message_compute_parent_id(parent.id)

    def _notify_by_email_get_base_mail_values(self, message, *args, **kwargs):
        # The References of what Odoo sends are read with all rights; no id of a
        # synced message may leave by them.
        hiding = self.with_context(mail_contact_sync_hide=True)
        return super(MailThread, hiding)._notify_by_email_get_base_mail_values(
            message, *args, **kwargs
        )

    def _detect_loop_sender(self, message, message_dict, routes):
        # Many mails of one sender at once are a loop to core, which answers with a
        # bounce.  What a mailbox brings comes at once and is none.
        hiding = self.with_context(mail_contact_sync_hide=True)
        return super(MailThread, hiding)._detect_loop_sender(message, message_dict, routes)

    def _sort_suggested_messages(self, messages):
        # Core leaves synced messages out, too, but loads them all to see which they are.
        # sudo: only narrows messages that the user was given.
        others = (
            self.env["mail.message"]
            .sudo()
            .search(
                [
                    ("model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("sync_access", "=", False),
                ]
            )
        )
        return super()._sort_suggested_messages(messages & others)
