# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What ``./run`` shows: a salesperson's half-year of mail in her contacts' chatter."""

import time
import unicodedata
from collections import Counter
from contextlib import ExitStack, suppress
from datetime import datetime, timezone

from .demo_exchange import ExchangePeer
from .demo_exchange import fill as fill_exchange
from .demo_google import GooglePeer, mails
from .demo_mailbox import DemoMailbox, generate
from .demo_microsoft import GraphPeer, MicrosoftImapPeer, fill
from .demo_peer import PasswordPeer, Peer
from .demo_round_trip import OwnPost, round_trip
from .environment import Environment
from .odoo import Odoo
from .process import free_port
from .progress import fail, say
from .rpc import Client
from .sandbox import Sandbox
from .smtp import SmtpServer

_OWNER, _ADDRESS = "Anna Lindqvist", "anna.lindqvist@halden-weighing.example"
_COLLEAGUE = "Ben Okafor <ben.okafor@halden-weighing.example>"
_COMPANY = "odoo@halden-weighing.example"
_GROUPS = [("base", "group_partner_manager"), ("sales_team", "group_sale_salesman")]


def show(environment: Environment, *, port: int | None, once: bool, provider: str) -> int:
    """Run the demo; returns 0 if every contact has the messages it should have.

    Anna's mailbox is at ``provider``; "imap" ones are there in any case.
    """
    with Sandbox(environment) as sandbox, ExitStack() as servers:
        say("Writing the demo mailbox")
        mailbox = generate(_ADDRESS, _OWNER, datetime.now(timezone.utc), _COLLEAGUE)
        copies = mailbox.copy_for(mailbox.colleague.email)
        customer = _customer(mailbox)
        people = (_ADDRESS, mailbox.colleague.email, _COMPANY, *_addresses(mailbox))
        users = dict.fromkeys(people, "demo")
        dovecot = sandbox.dovecot(users)
        mailbox.write_maildir(dovecot.maildir(_ADDRESS))
        copies.write_maildir(dovecot.maildir(mailbox.colleague.email))
        dovecot.own()
        smtp = sandbox.smtp(dovecot, users)
        names = sandbox.name_server(dovecot, smtp)
        say("Starting Odoo")
        port = port or free_port()
        url = f"http://127.0.0.1:{port}"
        own = PasswordPeer("demo", OwnPost(smtp, customer["email"], _ADDRESS))
        held = {each.owner.email: each for each in (mailbox, copies)}
        peer = servers.enter_context(_peer(provider, sandbox, held, customer["email"], url) or own)
        odoo = sandbox.odoo(
            sandbox.database("demo"),
            port=port,
            cron_threads=2,
            variables={"SSL_CERT_FILE": str(dovecot.certificate)},
        )
        admin = Client(odoo.url, odoo.database, "admin", "admin")
        name_server = f"127.0.0.1:{names.port}"
        admin.call("ir.config_parameter", "set_param", "mail_contact_sync.name_server", name_server)
        _send_by(admin, smtp)
        contacts = _create_users_and_contacts(admin, mailbox)
        anna = Client(odoo.url, odoo.database, "anna", "anna")
        say("Connecting the mailbox; the scheduled action syncs it")
        peer.set_up(admin)
        account = peer.connect(anna, _ADDRESS)
        _wait(anna, account)
        if peer.note:
            say(peer.note)
        agrees = _print_table(anna, contacts, peer.expected(mailbox))
        say(f"Writing to {customer['name']}, who answers")
        post = peer.post(_ADDRESS, customer["email"])
        agrees &= round_trip(anna, account, contacts[customer["name"]], post)
        if once:
            return not agrees
        _serve(odoo)
        return 0


def _customer(mailbox: DemoMailbox) -> dict:
    """A contact with one address, who has a mailbox here, too."""
    people = (each for each in mailbox.contacts if not each["is_company"])
    return next(each for each in people if each["email"].isascii() and "," not in each["email"])


def _addresses(mailbox: DemoMailbox) -> list[str]:
    """At all of them somebody is there to be written to."""
    fields = (contact["email"] or "" for contact in mailbox.contacts)
    return [
        address
        for field in fields
        for address in field.split(", ")
        if address and address.isascii()
    ]


def _send_by(admin: Client, smtp: SmtpServer) -> None:
    """What Odoo tells people itself goes by this server, too."""
    admin.call(
        "ir.mail_server",
        "create",
        {
            "name": "demo",
            "smtp_host": "127.0.0.1",
            "smtp_port": smtp.port,
            "smtp_user": _COMPANY,
            "smtp_pass": smtp.users[_COMPANY],
            "from_filter": _COMPANY,
        },
    )
    name, domain = _COMPANY.split("@")
    admin.call("mail.alias.domain", "create", {"name": domain, "default_from": name})
    [user] = admin.call("res.users", "search", [("login", "=", "admin")])
    admin.call("res.users", "write", [user], {"email": _COMPANY})


def _peer(
    provider: str, sandbox: Sandbox, held: dict[str, DemoMailbox], customer: str, url: str
) -> Peer | None:
    """Where the mailboxes are, for an Odoo at ``url``; None for our own servers.

    It runs and is full once entered.
    """
    if provider == "google":
        kept = {user: mails(held[user]) for user in held}
        return GooglePeer(sandbox, {**kept, customer: []}, url)
    if provider == "graph":
        peer = GraphPeer(sandbox, [*held, customer], url)
        for user, mailbox in held.items():
            fill(peer.microsoft.mailboxes[user], mailbox)
        return peer
    if provider == "microsoft-imap":
        return MicrosoftImapPeer(sandbox, {**held, customer: None}, url)
    if provider == "exchange":
        peer = ExchangePeer(sandbox, [*held, customer])
        for mailbox in held.values():
            fill_exchange(peer.directory, mailbox)
        return peer
    return None


def _create_users_and_contacts(admin: Client, mailbox: DemoMailbox) -> dict[str, int]:
    """Returns the contacts' ids by name."""
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
                "name": person.name,
                "login": login,
                "password": login,
                "email": person.email,
                "group_ids": [(4, group) for group in groups],
            }
            for login, person in (("anna", mailbox.owner), ("ben", mailbox.colleague))
        ],
        context={"no_reset_password": True},
    )
    ids: dict[str, int] = {}
    # companies first, so that their people find them
    for contact in sorted(mailbox.contacts, key=lambda contact: not contact["is_company"]):
        values = {key: contact[key] for key in ("name", "email", "is_company")}
        values["parent_id"] = ids.get(contact["parent"], False)
        [ids[contact["name"]]] = admin.call("res.partner", "create", [values])
    return ids


def _wait(anna: Client, account: int) -> None:
    """Wait until the scheduled action is through with the mailbox."""
    fields = ["state", "status", "error_message", "last_sync", "scanning", "waiting_count"]
    said = ""
    while True:
        [now] = anna.call("mail.sync.account", "read", [account], fields)
        if now["state"] == "stopped":
            raise fail(now["error_message"])
        if now["status"] != said:
            said = now["status"]
            say(f"  … {said}")
        if now["last_sync"] and not now["scanning"] and not now["waiting_count"]:
            return
        time.sleep(1)


def _print_table(anna: Client, contacts: dict[str, int], due: dict[str, int]) -> bool:
    """Print what should be and what is in each chatter; returns whether they agree."""
    domain = [
        ("model", "=", "res.partner"),
        ("res_id", "in", list(contacts.values())),
        ("message_type", "in", ["email", "email_outgoing"]),
    ]
    messages = anna.call("mail.message", "search_read", domain, ["res_id"])
    found = Counter(message["res_id"] for message in messages)
    print(f"\n{_padded('Contact')} {'expected':>8} {'in chatter':>10}")
    wrong = 0
    for name, contact in sorted(contacts.items()):
        right = due.get(name, 0) == found[contact]
        wrong += not right
        mark = "" if right else "  !"
        print(f"{_padded(name)} {due.get(name, 0):8} {found[contact]:10}{mark}")
    total = f"{sum(due.values()):8} {sum(found.values()):10}"
    verdict = f"{wrong} contacts differ" if wrong else "every contact agrees"
    print(f"{_padded('All')} {total}  {verdict}\n", flush=True)
    return not wrong


def _padded(name: str) -> str:
    """A name as a column; Chinese and Japanese letters are two columns wide."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in name)
    return name.ljust(32 - wide)


def _serve(odoo: Odoo) -> None:
    print(f"Odoo runs at {odoo.url}")
    print("  anna / anna    the mailbox is hers")
    print("  ben / ben      her colleague; the password of his mailbox is demo")
    print("  admin / admin  the administrator")
    print("Contacts with these addresses get their past e-mails as soon as you make them:")
    print("  desk@metrolab-north.example (23), m.fontenay@moulins-fontenay.example (8)")
    print("Ctrl-C ends it.", flush=True)
    with suppress(SystemExit):
        odoo.wait()
