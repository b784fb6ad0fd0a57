# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where Odoo 19 comes from: the developer's own source folder, or Debian."""

import os
import shutil
import subprocess
from pathlib import Path

from .debian import Suite
from .home import Home, digest
from .progress import fail

_SID = [
    "odoo-19",
    # what its web client links to
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
]
# In sid the first has lost the file names that the links lead to.
_BOOKWORM = ["fonts-font-awesome", "fonts-inconsolata"]

# Debian leaves this script of the video calls out, whose absence alone is a script error on every
# page; empty it is none.
_LEFT_OUT = "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"


def odoo_source(home: Home) -> Path:
    """The folder that holds the package ``odoo``: to be put on Python's path."""
    if chosen := os.environ.get("ODOO_HOME"):
        source = Path(chosen).absolute()
        if not (source / "odoo" / "release.py").exists():
            raise fail(f"ODOO_HOME={source} holds no Odoo: expected {source}/odoo/release.py.")
        return source
    pins = digest(_SID, _BOOKWORM, _LEFT_OUT)
    return home.made("odoo", pins, _fetch) / "usr/lib/python3/dist-packages"


def revision(source: Path) -> str:
    """Tells one state of a source folder from another, as far as Git can."""
    head = ["git", "-C", source, "rev-parse", "HEAD"]
    return subprocess.run(head, capture_output=True, text=True).stdout


def _fetch(root: Path) -> None:
    for name, packages in (("sid", _SID), ("bookworm", _BOOKWORM)):
        downloads = root / f"apt-{name}"
        Suite(name, downloads).unpack(packages, root)
        shutil.rmtree(downloads)
    left_out = root / "usr/lib/python3/dist-packages" / _LEFT_OUT
    left_out.parent.mkdir(parents=True, exist_ok=True)
    left_out.touch()
    dangling = [path for path in root.rglob("*") if path.is_symlink() and not path.exists()]
    if dangling:
        raise fail(f"Debian's Odoo misses {len(dangling)} files, among them {dangling[0]}.")
