# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The tree is what docs/ARCHITECTURE.md says."""

import ast
import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
ADDON = REPOSITORY / "mail_contact_sync"
ARCHITECTURE = REPOSITORY / "docs" / "ARCHITECTURE.md"

#: From the bottom up: each imports of itself and of what stands before it.
FLOORS = [("connectors",), ("mime",), ("models",), ("wizards", "controllers")]
WITHOUT_ODOO = ("connectors", "mime", "keys.py", "vault.py", "lease.py")
MOST_LINES = 300


def places():
    """What the tables name, relative to the add-on; a folder ends with a slash."""
    section = ARCHITECTURE.read_text("utf-8").partition("## Where things live")[2]
    section = section.partition("\n## ")[0]
    rows = re.findall(r"^\| ([^|]*`[^|]*) \|", section, re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row)]


def modules():
    """The modules of the add-on, but for its tests and what only gathers others."""
    return sorted(
        str(path.relative_to(ADDON))
        for path in ADDON.rglob("*.py")
        if not path.name.startswith("__") and path.relative_to(ADDON).parts[0] != "tests"
    )


def imported(path):
    """The names, with all their dots, of what a module imports."""
    package = (ADDON.name, *path.relative_to(ADDON).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else ()
            module = ".".join((*above, *filter(None, [node.module])))
            yield from (f"{module}.{each.name}" for each in node.names)


def test_each_place_is_there():
    missing = [place for place in places() if not (ADDON / place).exists()]
    assert not missing


def test_each_place_is_named_once():
    named = places()
    assert sorted(named) == sorted(set(named))


def test_each_module_has_its_place():
    named = places()
    folders = tuple(place for place in named if place.endswith("/"))
    assert not [name for name in modules() if name not in named and not name.startswith(folders)]


@pytest.mark.parametrize("name", WITHOUT_ODOO)
def test_what_knows_nothing_of_odoo(name):
    place = ADDON / name
    paths = list(place.rglob("*.py")) if place.is_dir() else [place]
    assert paths
    for path in paths:
        assert not [each for each in imported(path) if each.partition(".")[0] == "odoo"], path


@pytest.mark.parametrize("number", range(len(FLOORS)))
def test_imports_run_one_way(number):
    above = tuple(f"{ADDON.name}.{name}" for floor in FLOORS[number + 1 :] for name in floor)
    for folder in FLOORS[number]:
        for path in (ADDON / folder).rglob("*.py"):
            assert not [each for each in imported(path) if each.startswith(above)], path


def test_each_file_can_be_read_at_a_sitting():
    roots = ("benchmarks", "dev", "mail_contact_sync", "tests")
    paths = [path for root in roots for path in (REPOSITORY / root).rglob("*.py")]
    assert paths
    assert not [path for path in paths if len(path.read_text("utf-8").splitlines()) > MOST_LINES]
