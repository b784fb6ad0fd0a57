# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from ..models.fields import ReadableMessage


class MailComposeMessage(models.TransientModel):
    """A reply takes over nothing of what the user may not read."""

    _inherit = "mail.compose.message"

    # Core computes with all rights what a reply takes over from its parent.
    parent_id = ReadableMessage()
