# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What ``./test`` does with a fresh database: pytest, Odoo's own test runner, the terms."""

import signal
import subprocess

from .environment import Environment
from .home import NAME, REPOSITORY
from .process import tied
from .sandbox import Sandbox


def by_pytest(environment: Environment, arguments: list[str]) -> int:
    """Run the add-on's and the system tests in one pytest session; returns its exit status."""
    with Sandbox(environment) as sandbox:
        odoo = sandbox.idle_odoo(sandbox.database("test"))
        pytest = ["pytest", "--odoo-http", f"--basetemp={sandbox.folder / 'pytest'}"]
        return subprocess.call(
            tied([environment.python, "-m", *pytest, *arguments], signal.SIGTERM),
            cwd=REPOSITORY,
            env={
                **environment.variables,
                "ODOO_RC": str(odoo.configuration),
                "HYPOTHESIS_STORAGE_DIRECTORY": str(environment.home.path / "hypothesis"),
            },
        )


def by_odoo(environment: Environment) -> int:
    """Run the add-on's tests as an Odoo developer's server does; returns its exit status."""
    with Sandbox(environment) as sandbox:
        odoo = sandbox.idle_odoo(sandbox.database("test"))
        command = odoo.command("-u", NAME, "--test-tags", f"/{NAME}", "--stop-after-init")
        return subprocess.call(command, cwd=REPOSITORY, env=environment.variables)


def export_terms(environment: Environment) -> int:
    """Write the template of translations (i18n) as the source has it; returns an exit status."""
    with Sandbox(environment) as sandbox:
        odoo = sandbox.idle_odoo(sandbox.database("test"))
        command = [environment.python, "-m", "odoo", "i18n", "export"]
        command += ["-c", odoo.configuration, NAME]
        return subprocess.call(command, cwd=REPOSITORY, env=environment.variables)
