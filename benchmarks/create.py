# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Creating contacts where a large index waits for them, beside creating them in a stock Odoo."""

from itertools import count
from statistics import median

from dev.image import STOCK
from dev.progress import Heartbeat, say

from . import ours
from .lab import Lab
from .mailboxes import Login

_CONTACTS = 10_000
_ENVELOPES = 1_000_000
_ROUNDS = 6  # the first of which only warms up

# Keys are hashes: random numbers are as good.  Ten thousand correspondents of 100 messages each.
_FILL = """
    INSERT INTO mail_sync_envelope (account_id, folder_id, ref, message_key, date, size, outgoing,
        bulk, address_keys, domain_keys)
    SELECT account_id, id, '1.' || number, hashint8extended(number, 1),
        now() - number * interval '10 seconds', 20000, number %% 4 = 0, number %% 3 = 0,
        ARRAY[hashint8extended(number %% 10000, 2)], ARRAY[hashint8extended(number %% 3000, 3)]
    FROM mail_sync_folder, generate_series(1, %s) AS number
"""


def measure(lab: Lab) -> dict[str, float]:
    numbers = count()
    stock_seconds, addon_seconds = [], []
    with lab.worker(STOCK) as stock, lab.worker() as addon:
        with Heartbeat(f"Filling an index with {_ENVELOPES:,} envelopes"):
            addon.call(_fill_index, _ENVELOPES)
        say(f"Creating {_CONTACTS:,} contacts, {_ROUNDS} rounds")
        for number in range(_ROUNDS):
            pair = [(stock, stock_seconds), (addon, addon_seconds)]
            # Turn about, so that neither always comes after the other.
            for worker, seconds in reversed(pair) if number % 2 else pair:
                emails = [f"new{next(numbers)}@import.example" for _ in range(_CONTACTS)]
                seconds.append(worker.time(ours.create_contacts, emails))
    plain, ours_seconds = median(stock_seconds[1:]), median(addon_seconds[1:])
    return {
        "create_plain_seconds": plain,
        "create_seconds": ours_seconds,
        "create_vs_plain": ours_seconds / plain,
    }


def _fill_index(env, envelopes: int) -> None:
    account = ours.connect(env, Login(port=9, user="nobody"))
    env["mail.sync.folder"].create({"account_id": account, "ref": "INBOX", "name": "INBOX"})
    env.flush_all()
    env.cr.execute(_FILL, [envelopes])
    env.cr.execute("ANALYZE")
