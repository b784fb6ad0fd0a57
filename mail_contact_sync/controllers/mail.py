# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import http
from odoo.addons.mail.controllers.mail import MailController
from odoo.http import request


class SyncedMailController(MailController):
    """The link of a message, for whoever may read it."""

    @http.route()
    def mail_action_view(self, *args, message_id=None, **kwargs):
        # Core looks the message up with all rights and leads to its contact.
        if message_id and message_id.isdecimal():
            message = request.env["mail.message"].browse(int(message_id))
            if message._sync_readable():
                kwargs["message_id"] = message_id
        return super().mail_action_view(*args, **kwargs)
