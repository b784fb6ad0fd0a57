# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Reading the headers into the index, beside reading them and doing nothing with them."""

from statistics import median

from dev.progress import say

from . import ours, peers
from .lab import Lab

_ROUNDS = 3


def measure(lab: Lab) -> dict[str, float]:
    floor, index = [], []
    for number in range(1, _ROUNDS + 1):
        say(f"Index, round {number} of {_ROUNDS}")
        floor.append(peers.fetch_headers(lab.mailboxes.copy()))
        with lab.worker() as worker:
            account = worker.call(ours.connect, lab.mailboxes.copy())
            index.append(worker.time(ours.sync, account))
            worker.call(ours.expect, account, lab.workload.size, 0)
    return {
        "floor_seconds": median(floor),
        "index_seconds": median(index),
        "index_vs_floor": median(index) / median(floor),
    }
