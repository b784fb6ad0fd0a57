# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The table of a run, in Markdown."""

import math
import os
import platform
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from odoo.release import version as odoo_version

from dev.postgres import programs


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: the names of its figures, and what is to be reached.

    ``figure`` is the one that ``most`` or ``least`` is about; ``ours`` and ``peer`` stand behind
    it, in ``unit``.
    """

    what: str
    ours: str
    peer: str
    unit: str
    figure: str
    most: float | None = None
    least: float | None = None

    def cells(self, figures: Mapping[str, float]) -> list[str]:
        figure = figures[self.figure]
        if self.most is None and self.least is None:
            target, reached = "", None
        elif self.least is None:
            target, reached = f"≤ {self.most:g}", figure <= self.most
        else:
            target, reached = f"≥ {self.least:g}", figure >= self.least
        ours, peer = (
            f"{_number(figures[name])} {self.unit}" if name else ""
            for name in (self.ours, self.peer)
        )
        verdict = {None: "", True: "reached", False: "**not reached**"}[reached]
        return [self.what, ours, peer, _number(figure), target, verdict]


_HEADINGS = ["what; beside it", "ours", "beside it", "figure", "target", ""]
_ROWS = [
    Row(
        "new mailbox → all in the chatters; mbsync copies it",
        *("whole_seconds", "mbsync_seconds", "s", "whole_vs_mbsync"),
        most=0.5,
    ),
    Row(
        "new mailbox → all in the chatters; fetchmail (extrapolated)",
        *("whole_seconds", "fetchmail_seconds_extrapolated", "s", "whole_vs_fetchmail"),
        least=200,
    ),
    Row(
        "new mailbox → index; bare fetch of the headers",
        *("index_seconds", "floor_seconds", "s", "index_vs_floor"),
        most=2,
    ),
    Row(
        "nothing new; mbsync finds nothing new",
        *("idle_seconds", "mbsync_idle_seconds", "s", "idle_vs_mbsync"),
        most=0.1,
    ),
    Row(
        "10,000 contacts are created beside a large index; in a stock Odoo",
        *("create_seconds", "create_plain_seconds", "s", "create_vs_plain"),
        most=1.1,
    ),
    Row(
        "a contact is created → its past in the chatter (seconds)",
        *("past_seconds", "", "s", "past_seconds"),
        most=2,
    ),
    Row(
        "peak of a worker with a 50 MB message; idle (MB over idle)",
        *("peak_mb", "idle_worker_mb", "MB", "peak_mb_over_idle"),
        most=300,
    ),
    Row(
        "latest page of a chatter of 20,000 messages; stock",
        *("chatter_ms", "chatter_stock_ms", "ms", "chatter_vs_stock"),
        most=1.2,
    ),
    Row(
        "page in the middle of it; stock",
        *("chatter_middle_ms", "chatter_middle_stock_ms", "ms", "chatter_middle_vs_stock"),
        most=1.2,
    ),
    Row(
        "mailbox at Google, at 6,000 units a minute, searched; every message asked for",
        *("google_minutes", "google_each_minutes", "min", "google_vs_each"),
    ),
    *(
        Row(
            f"{service}, new mailbox → {end} (figure: requests)",
            *(f"{key}_{what}_seconds", "", "s", f"{key}_{what}_requests"),
        )
        for key, service in (("graph", "Microsoft Graph"), ("exchange", "Exchange"))
        for what, end in (("index", "index"), ("whole", "all in the chatters"))
    ),
]


def lines(figures: Mapping[str, float]) -> Iterator[str]:
    """Machine, table, and the figures that stand in no row, for those that were measured."""
    rows = [row for row in _ROWS if row.figure in figures]
    yield _machine()
    yield ""
    yield from _table([_HEADINGS, *(row.cells(figures) for row in rows)])
    yield ""
    shown = {name for row in rows for name in (row.ours, row.peer, row.figure)}
    for name in sorted(figures.keys() - shown):
        yield f"- {name}: {_number(figures[name])}"


def _table(rows: list[list[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rows.insert(1, ["-" * width for width in widths])
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"| {' | '.join(cells)} |"


def _number(value: float) -> str:
    """Three digits that count."""
    digits = 2 - math.floor(math.log10(abs(value))) if value else 0
    return f"{value:,.{max(0, digits)}f}"


def _machine() -> str:
    model = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{date.today():%d %B %Y}, {os.cpu_count()} cores"
        f" ({model[1] if model else platform.machine()}), {memory:.0f} GB; Odoo {odoo_version},"
        f" Python {platform.python_version()}, PostgreSQL {programs().parent.name},"
        f" Dovecot {_version('dovecot')}, isync {_version('mbsync')}"
    )


def _version(program: str) -> str:
    output = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    return re.search(r"\d[\d.]*", output)[0]
