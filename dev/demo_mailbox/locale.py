# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What mail clients say in each language: dates, attributions, labels."""

import json
from datetime import datetime
from pathlib import Path

LOCALES = json.loads((Path(__file__).parent / "texts/locale.json").read_text("utf-8"))


def format_date(pattern: str, lang: str, moment: datetime, **blanks: str) -> str:
    """The ``pattern`` of ``lang`` (a key of locale.json) filled in for ``moment``."""
    words = LOCALES[lang]
    return words[pattern].format(
        day=words["days"][moment.weekday()],
        day_short=words["days_short"][moment.weekday()],
        month=words["months"][moment.month - 1],
        month_short=words["months_short"][moment.month - 1],
        d=moment.day,
        dd=f"{moment.day:02}",
        m=moment.month,
        mm=f"{moment.month:02}",
        year=moment.year,
        yy=f"{moment.year % 100:02}",
        hour=f"{moment.hour:02}",
        minute=f"{moment.minute:02}",
        h12=moment.hour % 12 or 12,
        half=words["halves"][moment.hour // 12],
        **blanks,
    )
