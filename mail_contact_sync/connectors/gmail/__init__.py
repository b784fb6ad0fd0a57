# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Gmail by its API."""

from .connector import ALL, GmailConnector

__all__ = ["ALL", "GmailConnector"]
