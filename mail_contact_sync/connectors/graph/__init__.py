# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Microsoft 365 by Microsoft Graph."""

from .connector import GraphConnector

__all__ = ["GraphConnector"]
