# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The virtual environment with Odoo's, the add-on's and the tests' requirements, all pinned."""

import importlib.util
import platform
import sys
from pathlib import Path

from .home import REPOSITORY, Home, digest
from .progress import fail, run

REQUIREMENTS = REPOSITORY / "dev" / "requirements.txt"


def python(home: Home) -> Path:
    """The interpreter to run Odoo and the tests with."""
    base = Path(sys.base_prefix).resolve()
    pins = digest(REQUIREMENTS.read_bytes(), base, platform.python_version())
    return home.made("venv", pins, _make) / "bin" / "python"


def _make(folder: Path) -> None:
    if not importlib.util.find_spec("ensurepip"):
        raise fail(
            f"{sys.executable} cannot make virtual environments.  Please install python3-venv."
        )
    run("Making a virtual environment", [sys.executable, "-m", "venv", folder])
    pip = [folder / "bin" / "python", "-m", "pip", "install", "--requirement", REQUIREMENTS]
    count = sum(line[0].isalnum() for line in REQUIREMENTS.read_text().splitlines())
    run(f"Installing {count} Python packages", pip)
