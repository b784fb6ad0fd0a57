# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import mail_sync_access, mail_sync_secret  # what others inherit comes first

# isort: split
from . import (
    ir_attachment,
    ir_attachment_access,
    mail_activity_access,
    mail_mail_access,
    mail_message,
    mail_message_access,
    mail_sync_account,
    mail_sync_account_actions,
    mail_sync_account_alert,
    mail_sync_account_removal,
    mail_sync_account_status,
    mail_sync_contact_key,
    mail_sync_delivery,
    mail_sync_discovery,
    mail_sync_engine,
    mail_sync_envelope,
    mail_sync_folder,
    mail_sync_lane,
    mail_sync_match,
    mail_sync_matching,
    mail_sync_posting,
    mail_sync_provider,
    mail_sync_provider_imap,
    mail_sync_sentence,
    mail_sync_vault,
    mail_thread,
    res_config_settings,
    res_partner,
    res_partner_access,
    res_users,
)
