# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import http
from odoo.addons.mail.controllers.mail import MailController
from odoo.addons.portal.controllers.portal_thread import PortalChatter
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


class SyncedPortalChatter(PortalChatter):
    """The picture of a message's author, for whoever may read it."""

    @http.route()
    def portal_avatar(self, res_id=None, *args, **kwargs):
        # Core shows it, whatever the token, to whoever may read the document.
        message = request.env["mail.message"].browse(res_id)
        return super().portal_avatar(message._sync_readable().id, *args, **kwargs)
