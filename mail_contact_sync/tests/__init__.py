# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import (
    test_access_accounts,
    test_access_files,
    test_access_holders,
    test_access_links,
    test_access_portal,
    test_access_private,
    test_access_race,
    test_access_routes,
    test_access_search,
    test_access_secrets,
    test_chatter,
    test_concurrency,
    test_contacts,
    test_delivery,
    test_engine,
    test_gateway,
    test_merge,
    test_settings,
    test_vault,
)
