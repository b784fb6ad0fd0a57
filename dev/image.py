# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Databases with everything installed, made once and copied for every run.

An image is a folder with a stopped PostgreSQL cluster, ``postgres``, and Odoo's data folder,
``data``.  There are two databases in it:

    STOCK       Odoo with mail, contacts and crm
    INSTALLED   the same with the add-on
"""

import os
import shutil
from pathlib import Path

from .environment import Environment
from .home import CLONE, NAME, REPOSITORY, digest
from .odoo import Odoo
from .postgres import Postgres, programs
from .progress import run
from .source import revision

STOCK = "stock"
INSTALLED = "installed"

# This scheduled action reports to Odoo's maker.
_NO_REPORTS = """
    UPDATE ir_cron SET active = false WHERE id = (
        SELECT res_id FROM ir_model_data
        WHERE module = 'mail' AND name = 'ir_cron_module_update_notification')
"""


# All mail servers of the demo and the tests are on this machine.
_ALLOW_INTERNAL = """
    INSERT INTO ir_config_parameter (key, value) VALUES ('mail_contact_sync.allow_internal', 'True')
"""


def image(environment: Environment) -> Path:
    """The current image's folder.  To be called while the home is ``alone``."""
    made = environment.home.made
    odoo = digest(environment.odoo, revision(environment.odoo), environment.python, programs())
    stock = made("image", odoo, lambda folder: _make_stock(environment, folder))
    return made(
        f"image-{CLONE}",
        digest(odoo, *_schema()),
        lambda folder: _make_installed(environment, stock, folder),
        only=True,  # while the add-on is being worked on, it changes all the time
    )


def copy(image: Path, folder: Path) -> None:
    """Copy an image's content into a folder, owners included."""
    run("Copying the databases", ["cp", "--archive", "--reflink=auto", f"{image}/.", folder])


def copy_database(postgres: Postgres, data: Path, template: str, name: str) -> None:
    """Create a database as a copy of another that nobody is using, filestore included."""
    postgres.copy(template, name)
    filestore = data / "filestore"
    # Odoo writes no file of the filestore twice, so that a link is as good as a copy.
    shutil.copytree(filestore / template, filestore / name, copy_function=os.link)


def _schema() -> list:
    """Names and contents of the add-on's files that decide what an installation writes."""
    root = REPOSITORY / NAME
    files = [
        path
        for path in sorted(root.rglob("*"))
        if path.suffix in (".py", ".xml", ".csv")
        and path.relative_to(root).parts[0] not in ("tests", "static")
    ]
    return [part for path in files for part in (path.relative_to(root), path.read_bytes())]


def _make_stock(environment: Environment, folder: Path) -> None:
    cluster = folder / "postgres"
    cluster.mkdir()
    postgres = Postgres(cluster, environment.home.account)
    postgres.initialise()
    with postgres:
        _install(environment, folder, postgres, STOCK, "mail,contacts,crm")
        postgres.sql(STOCK, _NO_REPORTS)


def _make_installed(environment: Environment, stock: Path, folder: Path) -> None:
    copy(stock, folder)
    with Postgres(folder / "postgres", environment.home.account) as postgres:
        copy_database(postgres, folder / "data", STOCK, INSTALLED)
        _install(environment, folder, postgres, INSTALLED, NAME)
        postgres.sql(INSTALLED, _ALLOW_INTERNAL)


def _install(
    environment: Environment, folder: Path, postgres: Postgres, database: str, modules: str
) -> None:
    once = folder / "odoo"
    once.mkdir()
    odoo = Odoo(once, environment, postgres, database, data=folder / "data")
    odoo.run(f"Installing {modules} in Odoo", "-i", modules)
    shutil.rmtree(once)
