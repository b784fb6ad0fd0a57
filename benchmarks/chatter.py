# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A contact's chatter with very many messages, beside the same messages in a stock Odoo."""

from collections.abc import Callable
from itertools import islice
from statistics import median

from dev.image import STOCK
from dev.progress import Heartbeat, say

from .lab import Lab
from .worker import Worker

_MESSAGES = 20_000
_BODIES = 100  # different ones
_PAGE = 30
_ROUNDS = 60
_SUGGESTIONS = 10  # rounds; they take much longer

# Ids in another order than dates, as mail that is imported comes.  7919 is prime to 20,000.
_INSERT = """
    INSERT INTO mail_message (model, res_id, message_type, subtype_id, is_internal, author_id,
        email_from, reply_to, date, subject, body, message_id, create_uid, create_date, write_uid,
        write_date)
    SELECT 'res.partner', %(partner)s, 'email', %(subtype)s, true, %(partner)s,
        'contact@customer.example', 'contact@customer.example',
        date_trunc('second', now()) - number * 7919 %% %(count)s * interval '10 minutes',
        'Subject ' || number, (%(bodies)s::text[])[1 + number %% %(kinds)s],
        '<' || number || '@bench>', 1, now(), 1, now()
    FROM generate_series(1, %(count)s) AS number
"""


def measure(lab: Lab) -> dict[str, float]:
    bodies = [mail.html for mail in islice(lab.workload, _BODIES)]
    with lab.worker(STOCK) as stock, lab.worker() as addon:
        with Heartbeat(f"Filling two chatters with {_MESSAGES:,} messages"):
            places = {
                stock: stock.call(_fill, bodies, "mail.mt_note"),
                addon: addon.call(_fill, bodies, "mail_contact_sync.mt_synced_email"),
            }
            addon.call(_mark_as_synced)
        say("Reading the chatters")
        page, page_stock = _compare(places, _read_latest, _ROUNDS)
        middle, middle_stock = _compare(places, _read_middle, _ROUNDS)
        suggest, suggest_stock = _compare(places, _suggest_recipients, _SUGGESTIONS)
    return {
        "chatter_ms": page * 1e3,
        "chatter_stock_ms": page_stock * 1e3,
        "chatter_vs_stock": page / page_stock,
        "chatter_middle_ms": middle * 1e3,
        "chatter_middle_stock_ms": middle_stock * 1e3,
        "chatter_middle_vs_stock": middle / middle_stock,
        "suggested_recipients_ms": suggest * 1e3,
        "suggested_recipients_stock_ms": suggest_stock * 1e3,
    }


def _compare(
    places: dict[Worker, tuple[int, int]], read: Callable, rounds: int
) -> tuple[float, float]:
    """Median seconds with the add-on and without."""
    seconds = {worker: [] for worker in places}
    for _ in range(rounds):
        for worker, place in places.items():
            seconds[worker].append(worker.time(read, *place))
    stock, addon = (median(times[rounds // 10 :]) for times in seconds.values())
    return addon, stock


def _fill(env, bodies: list[str], subtype: str) -> tuple[int, int]:
    """Returns the contact and the message in the middle of its chatter."""
    partner = env["res.partner"].create({"name": "Busy", "email": "contact@customer.example"})
    env.flush_all()
    values = {
        "partner": partner.id,
        "subtype": env.ref(subtype).id,
        "count": _MESSAGES,
        "bodies": bodies,
        "kinds": len(bodies),
    }
    env.cr.execute(_INSERT, values)
    order = "date" if subtype.startswith("mail_contact_sync") else "id"
    env.cr.execute(
        f"SELECT id FROM mail_message WHERE res_id = %s ORDER BY {order} LIMIT 1 OFFSET %s",
        [partner.id, _MESSAGES // 2],
    )
    [middle] = env.cr.fetchone()
    env.cr.execute("ANALYZE")
    return partner.id, middle


def _mark_as_synced(env) -> None:
    env.cr.execute(
        """UPDATE mail_message SET sync_access = 'shared', sync_message_id = message_id
           WHERE message_id LIKE '%@bench>'"""
    )
    env.cr.execute("ANALYZE mail_message")


def _read_latest(env, partner_id: int, _middle: int) -> None:
    _read(env, partner_id, {})


def _read_middle(env, partner_id: int, middle: int) -> None:
    _read(env, partner_id, {"before": middle})


def _read(env, partner_id: int, where: dict) -> None:
    """What the route /mail/thread/messages does."""
    from odoo.addons.mail.tools.discuss import Store

    user = env(user=env.ref("base.user_admin"))
    thread = user["res.partner"]._get_thread_with_access(partner_id, mode="read")
    found = user["mail.message"]._message_fetch(domain=None, thread=thread, limit=_PAGE, **where)
    messages = found["messages"]
    if len(messages) != _PAGE:
        raise RuntimeError(f"{len(messages)} messages on a page")
    messages.set_message_done()
    Store().add(messages).get_result()


def _suggest_recipients(env, partner_id: int, _middle: int) -> None:
    """What the route /mail/thread/recipients does."""
    user = env(user=env.ref("base.user_admin"))
    thread = user["res.partner"]._get_thread_with_access(partner_id, mode="read")
    thread._message_get_suggested_recipients(reply_discussion=True, no_create=False)
