# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import (
    base_partner_merge,
    mail_compose_message,
    mail_compose_message_sender,
    mail_sync_connect,
    mail_sync_connect_account,
    mail_sync_connect_consent,
    mail_sync_connect_exchange,
    mail_sync_connect_hint,
    mail_sync_hand_over,
    mail_sync_remove,
)
