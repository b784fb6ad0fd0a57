# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

#: The group of those who see the state of all mailboxes.
MANAGER = "mail_contact_sync.group_mail_sync_manager"


class MailSyncAccess(models.AbstractModel):
    """A user's records on which the engine works: what is readonly, the engine alone writes.

    Odoo leaves readonly to the browser; here it holds for whoever calls.  Whose
    a record is, the rules of security/ say; to others it has no name, either.
    """

    _name = "mail.sync.access"
    _description = "Access to a Connected Mailbox"

    @api.model
    def _has_field_access(self, field, operation):
        return super()._has_field_access(field, operation) and (
            self.env.su or operation == "read" or not field.readonly
        )

    @api.depends_context("uid")
    def _compute_display_name(self):
        # Core names with all rights what a relation points to, and what it refuses.
        readable = self.sudo(False)._filtered_access("read").with_env(self.env)
        (self - readable).display_name = False
        return super(MailSyncAccess, readable)._compute_display_name()
