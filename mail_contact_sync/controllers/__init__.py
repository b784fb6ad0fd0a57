# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import consent, mail
from .access_log import hide_secrets

hide_secrets()
