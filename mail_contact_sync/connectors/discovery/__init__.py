# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A mailbox's settings from its address."""

from .finder import Found, discover, known, login_candidates

__all__ = ["Found", "discover", "known", "login_candidates"]
