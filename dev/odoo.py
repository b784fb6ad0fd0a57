# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An Odoo server, and Odoo's own command line."""

import configparser
import os
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import psutil

from .environment import Environment
from .home import REPOSITORY
from .postgres import ROLE, Postgres
from .process import Server, free_port
from .progress import run

#: Started as a module Odoo could not start itself anew, as it does to reload.
_PROGRAM = "import odoo.cli\n\nodoo.cli.main()\n"


class Odoo(Server):
    """Odoo on one database, on loopback, with the add-on in reach.

    ``folder`` holds its configuration and log; ``data`` the filestore and the sessions, which
    servers of one cluster may share.  ``workers`` as in Odoo: 0 serves everything, websocket
    included, from one process.  ``cron_threads`` as in Odoo: how many scheduled actions run at
    once.  ``settings`` go to Odoo's configuration file, ``variables`` to the environment.
    """

    def __init__(
        self,
        folder: Path,
        environment: Environment,
        postgres: Postgres,
        database: str,
        *,
        data: Path,
        port: int | None = None,
        workers: int = 0,
        cron_threads: int = 1,
        settings: Mapping[str, object] | None = None,
        variables: Mapping[str, str] | None = None,
    ):
        super().__init__(folder)
        self.environment = environment
        self.database = database
        self.port = port or free_port()
        self.configuration = folder / "odoo.conf"
        self._program = folder / "odoo-bin"
        self._program.write_text(_PROGRAM)
        self._variables = variables or {}
        parser = configparser.RawConfigParser()
        parser["options"] = {
            "addons_path": str(REPOSITORY),
            "data_dir": str(data),
            "db_host": "127.0.0.1",
            "db_port": str(postgres.port),
            "db_user": ROLE,
            "db_password": postgres.password,
            "db_name": database,
            "dbfilter": f"^{database}$",
            "list_db": "False",
            "http_interface": "127.0.0.1",
            "http_port": str(self.port),
            "gevent_port": str(free_port()),
            "workers": str(workers),
            "max_cron_threads": str(cron_threads),
            # Nothing leaves this machine by accident: no server listens on the discard port.
            "smtp_port": "9",
            **{name: str(value) for name, value in (settings or {}).items()},
        }
        with os.fdopen(os.open(self.configuration, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            parser.write(file)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self, *options: object) -> list:
        return [self.environment.python, self._program, "-c", self.configuration, *options]

    def popen(self) -> dict:
        # To start anew it looks for its interpreter by the name alone.
        path = f"{self.environment.python.parent}{os.pathsep}{os.environ.get('PATH', '')}"
        return {"env": {**self.environment.variables, "PATH": path, **self._variables}}

    def ready(self) -> bool:
        if not self._listens():
            return False
        try:
            with urllib.request.urlopen(f"{self.url}/web/health", timeout=10) as response:
                return response.status == 200
        except OSError:
            return False

    def _listens(self) -> bool:
        """Whether it is this server that has the port: another one would answer as well."""
        try:
            sockets = psutil.Process(self.pid).net_connections("tcp")
        except psutil.Error:  # it has ended
            return False
        return any(
            each.status == psutil.CONN_LISTEN and each.laddr.port == self.port for each in sockets
        )

    def run(self, text: str, *options: object) -> None:
        """Run Odoo with ``options`` to its end, instead of the server: ``-i``, ``-u``, …"""
        command = self.command("--no-http", "--stop-after-init", *options)
        run(text, command, cwd=self.folder, **self.popen())
