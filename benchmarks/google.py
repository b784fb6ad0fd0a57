# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A mailbox at Google: what is asked of it, beside asking for every message."""

import json
from urllib.parse import parse_qs, urlsplit

import requests

from dev.emulator import packages
from dev.google_mailbox import Mail as GoogleMail
from dev.google_proxy import CLIENT_ID, CLIENT_SECRET, Google
from dev.progress import say

from . import ours
from .lab import Lab
from .workload import CONTACTS, OWNER

_REDIRECT = "http://127.0.0.1/redirect"
#: Units of one messages.get, and what a user may spend in a minute.
_GET, _MINUTE = 20, 6_000


def measure(lab: Lab) -> dict[str, float]:
    home = lab.sandbox.environment.home
    with home.alone():
        installed = packages(home)
    folder = lab.sandbox.new_folder("google")
    matched, others = _sort(lab)
    with Google(folder, installed, {OWNER: matched}, [_REDIRECT]) as google:
        google.gmail.limit = 10**9
        index = google.mailboxes[OWNER].index
        for mail in others:
            index.add(mail.id, int(mail.received.timestamp() * 1000), {"INBOX"}, mail.raw)
        say("Google, whole mailbox")
        with lab.worker() as worker:
            worker.call(ours.create_contacts, CONTACTS)
            account = worker.call(connect, google.url, json.dumps(google.endpoints))
            seconds = worker.time(ours.sync, account)
            usage = worker.call(used, account, len(matched))
    each = _GET * (lab.workload.size + len(matched))
    return {
        "google_seconds": seconds,
        "google_searches": usage["queries"],
        "google_messages_asked_for": usage["messages"],
        "google_requests": usage["requests"],
        "google_units": usage["units"],
        "google_each_units": each,
        "google_minutes": usage["units"] / _MINUTE,
        "google_each_minutes": each / _MINUTE,
        "google_vs_each": usage["units"] / each,
    }


def _sort(lab: Lab) -> tuple[list[GoogleMail], list[GoogleMail]]:
    """The mail with contacts, and the rest, which is good for not being found."""
    matched, others = [], []
    for number, mail in enumerate(lab.workload):
        label = "SENT" if mail.sent else "INBOX"
        target = matched if mail.other in CONTACTS else others
        raw = mail.raw if target is matched else mail.raw.partition(b"\n\n")[0] + b"\n\n"
        target.append(GoogleMail(f"{number:016x}", raw, mail.received, (label,)))
    return matched, others


def connect(env, url: str, endpoints: str) -> int:
    """Consent as the owner, without a browser; returns the account's id.

    Units are counted, but nobody waits for the minute to end.
    """
    from odoo.addons.mail_contact_sync.connectors.gmail.quota import Budget
    from odoo.addons.mail_contact_sync.connectors.oauth import google as oauth
    from odoo.addons.mail_contact_sync.connectors.oauth.grant import Client

    Budget.spend = lambda *_arguments, **_options: None
    Budget.room = lambda _budget: 10**9
    parameters = env["ir.config_parameter"]
    parameters.set_param("mail_contact_sync.google_endpoints", endpoints)
    parameters.set_param("mail_contact_sync.google_client_id", CLIENT_ID)
    google = env["mail.sync.provider.google"]
    google._set_client_secret(CLIENT_SECRET)
    client, places = Client(CLIENT_ID, CLIENT_SECRET), oauth.Endpoints(**json.loads(endpoints))
    page, verifier = oauth.authorization_url(
        client, _REDIRECT, state="s", scopes=oauth.scopes(), endpoints=places
    )
    form = {name: values[0] for name, values in parse_qs(urlsplit(page).query).items()}
    consented = requests.post(
        f"{url}/o/oauth2/v2/auth/callback",
        data={**form, "email": OWNER},
        allow_redirects=False,
        timeout=60,
    )
    [code] = parse_qs(urlsplit(consented.headers["Location"]).query)["code"]
    grant = oauth.redeem(client, _REDIRECT, code, verifier, endpoints=places)
    account = env["mail.sync.account"].create(
        {
            "user_id": env.ref("base.user_admin").id,
            "address": OWNER,
            "provider": "google",
            "secret": google._sealed(grant),
        }
    )
    account.action_connect()
    return account.id


def used(env, account_id: int, posted: int) -> dict[str, int]:
    """What it took; raises where the work has not been done."""
    found = env["mail.sync.account"].browse(account_id).posted_count
    if found != posted:
        raise RuntimeError(f"{found} messages posted, not {posted}")
    usage = env["mail.sync.usage"].search([("account_id", "=", account_id)])
    return usage.read(["requests", "queries", "units", "messages"])[0]
