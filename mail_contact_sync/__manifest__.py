# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Mail Contact Sync",
    "summary": "Every e-mail with a contact, past and future, in the contact's chatter",
    "version": "19.0.1.0.0",
    "category": "Productivity/Discuss",
    "author": "mail_contact_sync contributors",
    "license": "LGPL-3",
    "depends": ["mail", "portal", "contacts", "base_setup"],
    "external_dependencies": {"python": ["imapclient", "cryptography", "dnspython"]},
    "data": [
        "security/mail_contact_sync_security.xml",
        "security/ir.model.access.csv",
        "data/mail_message_subtype_data.xml",
        "data/ir_cron_data.xml",
        "views/mail_sync_match_views.xml",
        "wizards/mail_sync_connect_views.xml",
        "wizards/mail_sync_remove_views.xml",
        "wizards/mail_sync_hand_over_views.xml",
        "views/mail_sync_account_views.xml",
        "views/mail_message_views.xml",
        "views/res_partner_views.xml",
        "views/res_users_views.xml",
        "views/res_config_settings_views.xml",
    ],
    "assets": {
        "web.assets_backend": ["mail_contact_sync/static/src/**/*"],
        "web.assets_tests": ["mail_contact_sync/static/tests/tours/**/*"],
    },
    "post_init_hook": "post_init_hook",
    "uninstall_hook": "uninstall_hook",
    "application": True,
}
