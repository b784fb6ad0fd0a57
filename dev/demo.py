# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What ``./run`` shows: a salesperson's half-year of mail in her contacts' chatter."""

import time
from collections import Counter
from datetime import datetime, timezone

from .demo_mailbox import DemoMailbox, generate
from .dovecot import Dovecot
from .environment import Environment
from .odoo import Odoo
from .progress import fail, say
from .rpc import Client
from .sandbox import Sandbox

ADDRESS = "anna@demo.example"
_USERS = {"anna": "Anna Lindqvist", "ben": "Ben Okafor"}
_GROUPS = [("base", "group_partner_manager"), ("sales_team", "group_sale_salesman")]


def show(environment: Environment, *, port: int | None, once: bool) -> int:
    """Run the demo; returns 0 if every contact has the messages it should have."""
    with Sandbox(environment) as sandbox:
        say("Writing the demo mailbox")
        mailbox = generate(ADDRESS, datetime.now(timezone.utc))
        dovecot = sandbox.dovecot({ADDRESS: "demo"})
        mailbox.write_maildir(dovecot.maildir(ADDRESS))
        dovecot.own()
        say("Starting Odoo")
        odoo = sandbox.odoo(
            sandbox.database("demo"),
            port=port,
            cron_threads=2,
            variables={"SSL_CERT_FILE": str(dovecot.certificate)},
        )
        contacts = _create_users_and_contacts(odoo, mailbox)
        anna = Client(odoo.url, odoo.database, "anna", "anna")
        _sync(anna, dovecot)
        agrees = _print_table(anna, contacts, mailbox.expected)
        if once:
            return not agrees
        _serve(odoo)
        return 0


def _create_users_and_contacts(odoo: Odoo, mailbox: DemoMailbox) -> dict[str, int]:
    """Returns the contacts' ids by name."""
    admin = Client(odoo.url, odoo.database, "admin", "admin")
    groups = [
        admin.call(
            "ir.model.data",
            "search_read",
            [("module", "=", module), ("name", "=", name)],
            ["res_id"],
        )[0]["res_id"]
        for module, name in _GROUPS
    ]
    admin.call(
        "res.users",
        "create",
        [
            {
                "name": name,
                "login": login,
                "password": login,
                "email": ADDRESS if login == "anna" else f"{login}@demo.example",
                "group_ids": [(4, group) for group in groups],
            }
            for login, name in _USERS.items()
        ],
        context={"no_reset_password": True},
    )
    ids: dict[str, int] = {}
    # companies first, so that their people find them
    for contact in sorted(mailbox.contacts, key=lambda contact: not contact["is_company"]):
        values = {key: contact[key] for key in ("name", "email", "is_company", "comment")}
        values["parent_id"] = ids.get(contact["parent"], False)
        [ids[contact["name"]]] = admin.call("res.partner", "create", [values])
    return ids


def _sync(anna: Client, dovecot: Dovecot) -> None:
    """Connect the mailbox as its owner, and wait until the scheduled action is through with it."""
    say("Connecting the mailbox; the scheduled action syncs it")
    server = {"host": "127.0.0.1", "port": dovecot.tls_port, "security": "tls"}
    login = {"address": ADDRESS, "password": "demo"}
    account = anna.call("mail.sync.account", "create", [server | login])
    anna.call("mail.sync.account", "action_connect", account)
    fields = ["state", "status", "error_message", "last_sync", "scanning", "waiting_count"]
    said = ""
    while True:
        [now] = anna.call("mail.sync.account", "read", account, fields)
        if now["state"] == "stopped":
            raise fail(now["error_message"])
        if now["status"] != said:
            said = now["status"]
            say(f"  … {said}")
        if now["last_sync"] and not now["scanning"] and not now["waiting_count"]:
            return
        time.sleep(0.5)


def _print_table(anna: Client, contacts: dict[str, int], expected: dict[str, int]) -> bool:
    """Print what should be and what is in each chatter; returns whether they agree."""
    domain = [
        ("model", "=", "res.partner"),
        ("res_id", "in", list(contacts.values())),
        ("message_type", "in", ["email", "email_outgoing"]),
    ]
    messages = anna.call("mail.message", "search_read", domain, ["res_id"])
    found = Counter(message["res_id"] for message in messages)
    print(f"\n{'Contact':36} {'expected':>8} {'in chatter':>10}")
    agrees = True
    for name, contact in sorted(contacts.items()):
        right = expected.get(name, 0) == found[contact]
        agrees &= right
        print(f"{name:36} {expected.get(name, 0):8} {found[contact]:10}{'' if right else '  !'}")
    verdict = "every contact agrees" if agrees else "NOT EVERY CONTACT AGREES"
    print(
        f"{'All':36} {sum(expected.values()):8} {sum(found.values()):10}  {verdict}\n", flush=True
    )
    return agrees


def _serve(odoo: Odoo) -> None:
    print(f"Odoo runs at {odoo.url}")
    print("  anna / anna    the mailbox is hers")
    print("  ben / ben      her colleague")
    print("  admin / admin  the administrator")
    print("Ctrl-C ends it.", flush=True)
    try:
        odoo.wait()
    except KeyboardInterrupt:
        print()
