# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The mailbox at Microsoft 365 (by Graph) and on Exchange: into the index, and into the chatters.

What stands in for them runs in Python beside us, so the seconds are mostly its own.  The requests
are what a real one would count.
"""

import json
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import requests

from dev.emulator import packages
from dev.ews import Directory, EwsServer, User
from dev.graph import CLIENT_ID, CLIENT_SECRET, Microsoft
from dev.progress import Heartbeat, say

from . import ours
from .lab import Lab
from .workload import CONTACTS, OWNER

_PASSWORD, _LOGIN = "bench", "BENCH\\anna"
_ODOO = "http://127.0.0.1:8069"  # nobody has to answer there
_REDIRECT = f"{_ODOO}/mail_contact_sync/microsoft/redirect"


def measure(lab: Lab) -> dict[str, float]:
    return _graph(lab) | _exchange(lab)


def _graph(lab: Lab) -> dict[str, float]:
    home = lab.sandbox.environment.home
    with home.alone():
        installed = packages(home)
    folder = lab.sandbox.new_folder("microsoft")
    with Microsoft(folder, installed, [OWNER], [_REDIRECT]) as microsoft:
        mailbox, graph = microsoft.mailboxes[OWNER], microsoft.graph
        with Heartbeat("Filling a mailbox at Microsoft 365"):
            for mail in lab.workload:
                place = "sentitems" if mail.sent else "inbox"
                mailbox.add(mail.raw, mail.received, place, headers=not mail.sent)
        page = f"{microsoft.url}/oauth2/v2.0/authorize/callback"
        figures = _read(lab, "graph", graph.requests, _connect_graph, microsoft.endpoints, page)
        if graph.violations or microsoft.crashes:
            raise RuntimeError([*graph.violations, *microsoft.crashes][:3])
    return figures


def _exchange(lab: Lab) -> dict[str, float]:
    directory = Directory(User(OWNER, _PASSWORD, _LOGIN))
    with EwsServer(directory) as server:
        with Heartbeat("Filling a mailbox on Exchange"):
            for mail in lab.workload:
                place = "sentitems" if mail.sent else "inbox"
                directory.add(OWNER, mail.raw, mail.received, place, transported=not mail.sent)
        figures = _read(lab, "exchange", server.requests, _connect_exchange, server.url)
        if server.crashes or server.complaints:
            raise RuntimeError([*server.crashes, *server.complaints][:3])
    return figures


def _read(
    lab: Lab, name: str, asked: list, connect: Callable, *arguments: object
) -> dict[str, float]:
    """Into the index, and with contacts into the chatters; ``asked`` grows by each request."""
    matched = sum(mail.other in CONTACTS for mail in lab.workload)
    figures = {}
    for what, posted in (("index", 0), ("whole", matched)):
        say(f"{name}, {what}")
        with lab.worker() as worker:
            if posted:
                worker.call(ours.create_contacts, CONTACTS)
            account = worker.call(connect, *arguments)
            before = len(asked)
            figures[f"{name}_{what}_seconds"] = worker.time(ours.sync, account)
            figures[f"{name}_{what}_requests"] = len(asked) - before
            worker.call(ours.expect, account, lab.workload.size, posted)
            before = len(asked)
            worker.call(ours.make_due, account)
            worker.call(ours.sync, account)
            figures[f"{name}_idle_requests"] = len(asked) - before
    return figures


def _connect_graph(env, endpoints: dict, page: str) -> int:
    """Consent, without a browser; returns the account's id."""
    provider = env["mail.sync.provider.graph"]
    parameters = env["ir.config_parameter"]
    parameters.set_param("mail_contact_sync.microsoft_client_id", CLIENT_ID)
    parameters.set_param("mail_contact_sync.microsoft_endpoints", json.dumps(endpoints))
    parameters.set_param("web.base.url", _ODOO)
    provider._set_client_secret(CLIENT_SECRET)
    scopes = provider._scopes(sending=False, shared=False)
    url, kept = provider._authorize("bench", scopes, OWNER)
    form = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    answer = requests.post(page, data={**form, "email": OWNER}, allow_redirects=False, timeout=60)
    [code] = parse_qs(urlsplit(answer.headers["Location"]).query)["code"]
    return _account(env, provider="graph", secret=provider._sealed(provider._redeem(code, kept)))


def _connect_exchange(env, url: str) -> int:
    env["ir.config_parameter"].set_param("mail_contact_sync.allow_internal", "True")
    return _account(env, provider="exchange", host=url, login=_LOGIN, password=_PASSWORD)


def _account(env, **values: object) -> int:
    owner = env.ref("base.user_admin").id
    account = env["mail.sync.account"].create({"user_id": owner, "address": OWNER, **values})
    account.action_connect()
    return account.id
