# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import (
    mail_message,
    mail_message_access,
    mail_sync_access,
    mail_sync_account,
    mail_sync_contact_key,
    mail_sync_delivery,
    mail_sync_engine,
    mail_sync_envelope,
    mail_sync_folder,
    mail_sync_match,
    mail_sync_posting,
    mail_sync_sentence,
    mail_sync_vault,
    mail_thread,
    res_config_settings,
    res_partner,
    res_partner_access,
    res_users,
)
