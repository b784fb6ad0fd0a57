# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How long a web API asks to be left alone."""

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from ..base import MAX_WAIT

_RETRY_AT = re.compile(r"[Rr]etry after (\d{4}-\d\d-\d\dT[\d:.]+)Z")


def retry_after(headers: Mapping[str, str], message: str = "") -> float | None:
    """The seconds to wait that the answer names (RFC 9110, section 10.2.3), or its words do."""
    value = headers.get("retry-after", "").strip()
    if value.isdecimal() and len(value) < 10:
        return min(float(value), MAX_WAIT)
    try:
        if value:
            when = parsedate_to_datetime(value)
        elif match := _RETRY_AT.search(message):
            when = datetime.fromisoformat(match[1][:19])
        else:
            return None
        if when.tzinfo is None:
            when = when.replace(tzinfo=timezone.utc)
        wait = (when - datetime.now(timezone.utc)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(1.0, wait), MAX_WAIT)
