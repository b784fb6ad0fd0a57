# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""RFC 5322 bytes to a ParsedMail; never raises on bad mail."""

from .message import Attachment, ParsedMail, content_digest, parse

__all__ = ["Attachment", "ParsedMail", "content_digest", "parse"]
