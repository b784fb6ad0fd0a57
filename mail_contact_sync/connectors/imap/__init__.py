# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Any mailbox by IMAP (RFC 3501, RFC 9051)."""

from .connector import ImapConnector

__all__ = ["ImapConnector"]
