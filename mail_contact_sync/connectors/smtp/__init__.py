# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Sending by SMTP (RFC 5321)."""

from .sender import SmtpSender

__all__ = ["SmtpSender"]
