# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A company: its database, its Odoo server, its mail server."""

import time
from itertools import count

from dev.dovecot import Dovecot
from dev.rpc import Client
from dev.sandbox import Sandbox

PASSWORD = "Grünspecht & 7 other birds"  # of every mailbox

_GROUPS = (
    ("base", "group_user"),
    ("base", "group_partner_manager"),
    ("sales_team", "group_sale_salesman"),
)
_numbers = count(1)
_POLL = 0.1  # seconds
_PATIENCE = 90  # seconds; nothing that is waited for takes as long on any machine

_BUSY = """
    SELECT 'contact', partner_id FROM mail_sync_contact_key WHERE matched IS NOT TRUE
    UNION ALL
    SELECT state || ' ' || coalesce(error_reason, ''), id FROM mail_sync_account
        WHERE state = 'stopped'
            OR state = 'active'
                AND (failures + interruptions > 0 OR next_sync <= now() AT TIME ZONE 'utc')
    UNION ALL
    SELECT 'mail', match.id FROM mail_sync_match match
        JOIN mail_sync_account account ON account.id = match.account_id
        WHERE match.state = 'waiting' AND match.not_before IS NULL AND account.state = 'active'
"""


class Office:
    """Odoo on a copy of the database ``template``, with ``dovecot`` for its mailboxes.

    A context manager, in whose block the server runs; ``options`` are those of ``dev.odoo.Odoo``.
    """

    def __init__(self, sandbox: Sandbox, dovecot: Dovecot, template: str, **options):
        self.database = sandbox.database(f"office-{next(_numbers)}", template)
        self.dovecot = dovecot
        self.postgres = sandbox.postgres
        options["variables"] = {"SSL_CERT_FILE": str(dovecot.certificate)}
        self.odoo = sandbox.idle_odoo(self.database, **options)
        self._clients: dict[str, Client] = {}

    def __enter__(self) -> "Office":
        self.odoo.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.odoo.stop()
        self.forget_sessions()

    def sql(self, query: str, *values: object) -> list[tuple]:
        return self.postgres.sql(self.database, query, *values)

    def user(self, login: str) -> Client:
        """A user's session; the passwords are the logins."""
        if login not in self._clients:
            self._clients[login] = Client(self.odoo.url, self.database, login, login)
        return self._clients[login]

    def forget_sessions(self) -> None:
        """Everybody logs in anew."""
        self._clients.clear()

    def hire(self, *people: tuple[str, str, str]) -> None:
        """Make users, by login, name and address, who may manage contacts, and sell."""
        admin = self.user("admin")
        groups = [
            admin.call("ir.model.data", "check_object_reference", *name)[1] for name in _GROUPS
        ]
        users = [
            {"login": login, "password": login, "name": name, "email": address}
            for login, name, address in people
        ]
        values = [{**user, "group_ids": [(6, 0, groups)]} for user in users]
        admin.call("res.users", "create", values, context={"no_reset_password": True})

    def add_contacts(self, contacts: list[dict]) -> list[int]:
        """Contacts with these names and addresses, made by anna; returns their ids."""
        values = [{key: contact[key] for key in ("name", "email")} for contact in contacts]
        return self.user("anna").call("res.partner", "create", values)

    def connect(self, login: str, address: str, **values: object) -> int:
        """Connect a user's mailbox, as she does by the form; returns the account's id."""
        server = {"host": "127.0.0.1", "port": self.dovecot.port, "security": "none"}
        values = {"address": address, "password": PASSWORD, **server, **values}
        [account] = self.user(login).call("mail.sync.account", "create", [values])
        self.user(login).call("mail.sync.account", "action_connect", [account])
        return account

    def sync_now(self, login: str, account: int) -> None:
        self.user(login).call("mail.sync.account", "action_sync_now", [account])

    def busy(self) -> list[tuple]:
        """What the scheduled action still has to do."""
        return self.sql(_BUSY)

    def wait_for(self, query: str, *values: object) -> list[tuple]:
        """The rows of ``query`` as soon as there are any."""
        deadline = time.monotonic() + _PATIENCE
        while not (rows := self.sql(query, *values)):
            assert time.monotonic() < deadline, (self.busy(), self.odoo.tail())
            time.sleep(_POLL)
        return rows

    def rest(self) -> None:
        """Wait until the scheduled action has nothing left to do."""
        self.wait_for(f"SELECT 1 WHERE NOT EXISTS ({_BUSY})")
