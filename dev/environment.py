# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Everything that has to be there before a server can start."""

import importlib.util
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from . import debian, venv
from .home import REPOSITORY, Home
from .progress import fail
from .source import odoo_source

SERVERS = ("postgresql", "dovecot-imapd", "dovecot-lmtpd")


@dataclass(frozen=True)
class Environment:
    """``odoo`` is the folder to put on Python's path, ``python`` the venv's interpreter."""

    home: Home
    odoo: Path
    python: Path

    @property
    def variables(self) -> dict[str, str]:
        """The process environment for Odoo and the tests."""
        return {
            **os.environ,
            "PYTHONPATH": f"{self.odoo}{os.pathsep}{REPOSITORY}",
            "PYTHONPYCACHEPREFIX": str(self.home.path / "pycache"),
        }


def enter(packages: Iterable[str] = ()) -> Environment:
    """Get whatever is missing, then go on inside the venv.

    Outside the venv this starts the running script again in it, where the call returns.
    """
    if sys.version_info < (3, 10):  # noqa: UP036  (the one place that finds out)
        raise fail("Python 3.10 or later is needed.")
    # root's umask may be strict, but the servers' account has to read what is made
    os.umask(0o022)
    home = Home().open()
    with home.alone():
        own = () if importlib.util.find_spec("ensurepip") else ("python3-venv",)
        debian.require((*SERVERS, *own, *packages))
        environment = Environment(home, odoo_source(home), venv.python(home))
    if not os.path.samefile(sys.prefix, environment.python.parent.parent):
        argv = [str(environment.python), *sys.argv]
        os.execve(argv[0], argv, environment.variables)
    return environment
