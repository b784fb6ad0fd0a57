# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Google's or Microsoft's servers as far as the npm package ``emulate`` imitates them."""

import json
import shutil
import subprocess
from http.client import HTTPConnection
from pathlib import Path

from .home import Home, digest
from .process import Server, free_port
from .progress import fail, run

_PACKAGE = {
    "private": True,
    "dependencies": {"emulate": "0.12.2"},
    # What it draws in, pinned, too.
    "overrides": {"commander": "14.0.3", "picocolors": "1.1.1", "yaml": "2.9.1"},
}
_SCRIPT = Path(__file__).with_name("emulator.mjs")
_OLDEST_NODE = 20


def packages(home: Home) -> Path:
    """The folder with the npm packages.  To be called while ``home.alone``."""
    return home.made("node", digest(json.dumps(_PACKAGE)), install)


def install(folder: Path) -> None:
    """Fill ``folder`` with the npm packages, from where the machine's npm gets them."""
    _require_node()
    (folder / "package.json").write_text(json.dumps(_PACKAGE))
    options = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"]
    run("Installing the emulator of Google", ["npm", "install", *options], cwd=folder)


def _require_node() -> None:
    if not shutil.which("npm") or not shutil.which("node"):
        raise fail(f"Please install Node.js {_OLDEST_NODE} or later, with npm.")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout
    if int(version.lstrip("v").partition(".")[0] or 0) < _OLDEST_NODE:
        raise fail(f"Node.js {_OLDEST_NODE} or later is needed; this is {version.strip()}.")


class Emulator(Server):
    """``service`` ("google" or "microsoft") on ``port`` of loopback, beginning with ``seed``.

    ``seed`` is the package's own form: ``{"tokens": {…}, service: {"users": […], …}}``.
    It takes any access token for the first user's: whoever wants to know stands in front.
    """

    patience = 30

    def __init__(self, folder: Path, packages: Path, service: str, seed: dict):
        super().__init__(folder)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._packages = packages
        self._service = service
        self._seed = folder / "seed.json"
        self._seed.write_text(json.dumps(seed))

    def command(self) -> list:
        return ["node", _SCRIPT, self._packages, self._service, self.port, self._seed]

    def ready(self) -> bool:
        # It listens before the seed is in, and says so with a 503.
        connection = HTTPConnection("127.0.0.1", self.port, timeout=1)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status != 503
        except OSError:
            return False
        finally:
            connection.close()
