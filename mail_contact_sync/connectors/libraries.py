# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Libraries that only one provider needs: imported when it is used, asked for where missing."""

from importlib import import_module
from types import ModuleType

from . import reasons
from .base import SettingsError


def library(module: str, package: str) -> ModuleType:
    """``module``; SettingsError with the name to install, ``package``, where there is none."""
    try:
        return import_module(module)
    except ImportError:
        raise SettingsError(reasons.LIBRARY_MISSING, package) from None
