# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a worker takes to deliver one very large message."""

import re
from pathlib import Path

from dev.progress import say

from . import ours
from .lab import Lab
from .workload import CONTACTS, letters

_MESSAGE_MB = 50
_FILE_BYTES = _MESSAGE_MB * 10**6 * 73 // 100  # base64 makes four bytes of three, and line ends

_PROCESS = Path("/proc/self")


def measure(lab: Lab) -> dict[str, float]:
    say(f"A message of {_MESSAGE_MB} MB")
    small, large = letters(CONTACTS[0], lab.workload.until, 10_000, _FILE_BYTES)
    login = lab.mailboxes.unread([small])
    with lab.worker() as worker:
        worker.call(ours.create_contacts, CONTACTS)
        account = worker.call(ours.connect, login)
        worker.call(ours.sync, account)
        worker.call(ours.expect, account, 1, 1)
        idle, _ = worker.call(_reset_peak)
        lab.mailboxes.add(login, large)
        worker.call(ours.make_due, account)
        worker.call(ours.sync, account)
        _, peak = worker.call(_memory)
        worker.call(ours.expect, account, 2, 2)
    return {"idle_worker_mb": idle, "peak_mb": peak, "peak_mb_over_idle": peak - idle}


def _reset_peak(env) -> tuple[float, float]:
    (_PROCESS / "clear_refs").write_text("5")  # proc(5): forget the peak
    return _memory(env)


def _memory(env) -> tuple[float, float]:
    """Resident memory of this process in MB: now and at its peak."""
    status = (_PROCESS / "status").read_text()
    now, peak = (int(re.search(rf"{name}:\s+(\d+) kB", status)[1]) for name in ("VmRSS", "VmHWM"))
    return now * 1024 / 1e6, peak * 1024 / 1e6
