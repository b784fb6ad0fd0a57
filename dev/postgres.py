# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A PostgreSQL cluster of our own."""

import secrets
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psycopg2

from .account import Account
from .process import Server, free_port

ROLE = "odoo"  # Odoo refuses to work as "postgres"

#: For data that is made anew when the machine crashes.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def programs() -> Path:
    """The folder of the newest PostgreSQL's programs."""
    versions = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    return max(versions, key=lambda path: int(path.parent.parent.name)).parent


class Postgres(Server):
    """A cluster in ``folder``, on a loopback port, for one role with a password of its own.

    The role may create databases.  The superuser cannot log in.
    """

    ends_on = signal.SIGINT  # fast shutdown

    def __init__(self, folder: Path, account: Account, settings: Mapping[str, str] = CARELESS):
        super().__init__(folder)
        self.account = account
        self.settings = settings
        self.port = free_port()
        self._data = folder / "data"
        self._password = folder / "password"

    @property
    def password(self) -> str:
        return self._password.read_text()

    def initialise(self) -> None:
        """Make the cluster in the empty folder."""
        self.account.own(self.folder)
        self._password.touch(mode=0o600)
        self._password.write_text(secrets.token_hex())
        options = {"capture_output": True, "check": True, "cwd": self.folder, "text": True}
        subprocess.run(
            [
                *(programs() / "initdb", "--pgdata", self._data, "--username", "postgres"),
                *("--auth-local", "peer", "--auth-host", "scram-sha-256"),
                *("--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
            ],
            **options,
            **self.account.popen,
        )
        subprocess.run(
            [programs() / "postgres", "--single", "-D", self._data, "postgres"],
            input=f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{self.password}'\n",
            **options,
            **self.account.popen,
        )

    def command(self) -> list:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "max_connections": 200,
            **self.settings,
        }
        options = (f"--{name}={value}" for name, value in settings.items())
        return [programs() / "postgres", "-D", self._data, *options]

    def popen(self) -> dict:
        return self.account.popen

    def ready(self) -> bool:
        try:
            self.connect("postgres").close()
        except psycopg2.OperationalError:
            return False
        return True

    @property
    def variables(self) -> dict[str, str]:
        """libpq's environment variables, for ``psql``, ``pg_dump`` and the like."""
        return {
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.port),
            "PGUSER": ROLE,
            "PGPASSWORD": self.password,
        }

    def connect(self, database: str):
        """A psycopg2 connection in autocommit mode."""
        connection = psycopg2.connect(
            host="127.0.0.1",
            port=self.port,
            user=ROLE,
            password=self.password,
            dbname=database,
        )
        connection.autocommit = True
        return connection

    def sql(self, database: str, query: str, *values: object) -> list[tuple]:
        """The rows of one query; none where it returns none."""
        connection = self.connect(database)
        try:
            with connection.cursor() as cursor:
                cursor.execute(query, values or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def copy(self, template: str, database: str) -> None:
        """Create a database as a copy of another, which nobody may be using."""
        self.sql("postgres", f'CREATE DATABASE "{database}" TEMPLATE "{template}"')

    def drop(self, database: str) -> None:
        """Drop a database, whoever is using it."""
        self.sql("postgres", f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
