# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""RFC 5322 bytes to a ParsedMail; never raises on bad mail."""

from .body import from_text
from .harmless import harmless
from .labour import has_long_links
from .likeness import Gist, are_copies, fingerprint, visible_lines
from .message import Attachment, ParsedMail, content_digest, parse

__all__ = [
    "Attachment",
    "Gist",
    "ParsedMail",
    "are_copies",
    "content_digest",
    "fingerprint",
    "from_text",
    "harmless",
    "has_long_links",
    "parse",
    "visible_lines",
]
