# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A mailbox's settings from its address."""

from .finder import Found, discover, login_candidates, provider_of

__all__ = ["Found", "discover", "login_candidates", "provider_of"]
