# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The parser needs no Odoo, which the add-on's own ``__init__`` would import."""

import sys
from pathlib import Path
from types import ModuleType

if "mail_contact_sync" not in sys.modules:
    addon = ModuleType("mail_contact_sync")
    addon.__path__ = [str(Path(__file__).parents[2] / "mail_contact_sync")]
    sys.modules["mail_contact_sync"] = addon
