# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Connectors and parser need no Odoo, which the add-on's own ``__init__`` would import."""

import resource
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, settings

# However busy the machine is.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

_TESTS = Path(__file__).parent
sys.path.append(str(_TESTS))

if "mail_contact_sync" not in sys.modules:
    addon = ModuleType("mail_contact_sync")
    addon.__path__ = [str(_TESTS.parent / "mail_contact_sync")]
    sys.modules["mail_contact_sync"] = addon


@pytest.fixture(scope="session", autouse=True)
def room_for_children():
    """pytest-odoo's server limits this process, and so its children, to less memory than
    Chromium and Node reserve."""
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
