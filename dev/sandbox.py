# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One run: its own folder, database cluster and servers, gone when it ends."""

import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from .dovecot import Dovecot
from .environment import Environment
from .image import INSTALLED, copy, copy_database, image
from .names import NameServer, mail_zone
from .odoo import Odoo
from .postgres import CARELESS, Postgres
from .smtp import SmtpServer


class Sandbox:
    """A copy of the image with PostgreSQL running, and whatever servers are asked for.

    >>> with Sandbox(environment) as sandbox:
    ...     sandbox.database("demo")
    ...     dovecot = sandbox.dovecot({"anna@example.com": "secret"})
    ...     odoo = sandbox.odoo("demo")

    Servers end in reverse order.  The folder, with their logs, stays behind an error and is
    removed by the clone's next run.
    """

    postgres: Postgres

    def __init__(self, environment: Environment, postgres: Mapping[str, str] = CARELESS):
        """``postgres`` are settings of the cluster."""
        self.environment = environment
        self._settings = postgres
        self._servers = ExitStack()

    def __enter__(self) -> "Sandbox":
        home = self.environment.home
        with home.alone():
            self.folder = home.run_folder()
            copy(image(self.environment), self.folder)
        postgres = Postgres(self.folder / "postgres", home.account, self._settings)
        self.postgres = self._servers.enter_context(postgres)
        return self

    def __exit__(self, error: type | None, *_: object) -> None:
        self._servers.close()
        if error is None:
            shutil.rmtree(self.folder)

    def new_folder(self, name: str) -> Path:
        """A folder for a server: ``name``, or with a number where that is taken."""
        taken = sum(path.name.startswith(name) for path in self.folder.iterdir())
        folder = self.folder / (f"{name}-{taken + 1}" if taken else name)
        folder.mkdir()
        return folder

    @property
    def data(self) -> Path:
        """Odoo's data folder: filestores and sessions."""
        return self.folder / "data"

    def database(self, name: str, template: str = INSTALLED) -> str:
        """Create a database as a copy of another; returns its name."""
        copy_database(self.postgres, self.data, template, name)
        return name

    def dovecot(self, users: Mapping[str, str], **options) -> Dovecot:
        """Start a Dovecot; the arguments are the class's."""
        folder = self.new_folder("dovecot")
        dovecot = Dovecot(folder, self.environment.home.account, users, **options)
        return self._servers.enter_context(dovecot)

    def smtp(self, dovecot: Dovecot, users: Mapping[str, str], **options) -> SmtpServer:
        """Start a server by which the users of ``dovecot`` send; the arguments are the class's."""
        return self._servers.enter_context(SmtpServer(dovecot, users, **options))

    def name_server(self, dovecot: Dovecot, smtp: SmtpServer | None = None) -> NameServer:
        """Start a name server by which the mailboxes of ``dovecot`` are found."""
        zone = mail_zone(dovecot.domains, dovecot.tls_port, smtp and smtp.tls_port)
        return self._servers.enter_context(NameServer(zone))

    def odoo(self, database: str, **options) -> Odoo:
        """Start an Odoo server on a database; the arguments are the class's."""
        odoo = self.idle_odoo(database, **options)
        return self._servers.enter_context(odoo)

    def idle_odoo(self, database: str, **options) -> Odoo:
        """An Odoo on a database, for its command line, or to be started by the caller."""
        folder = self.new_folder("odoo")
        return Odoo(folder, self.environment, self.postgres, database, data=self.data, **options)
