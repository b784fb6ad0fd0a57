# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Neither the database nor the log holds a password, or mail that belongs to no contact."""

import json
import os
import subprocess
from base64 import b64encode
from html import escape

import pytest

from dev.postgres import programs

from .office import PASSWORD


@pytest.fixture(scope="module")
def dump(demo) -> str:
    """All that a backup of the database holds."""
    return subprocess.run(
        [programs() / "pg_dump", "--inserts", demo.office.database],
        env={**os.environ, **demo.office.postgres.variables},
        capture_output=True,
        check=True,
        text=True,
    ).stdout


@pytest.fixture(scope="module")
def log(demo) -> str:
    return demo.office.odoo.log.read_text()


def found(terms, text: str) -> set[str]:
    """The terms that stand in the text: as they are, in HTML or in JSON, in any case."""
    text = text.lower()
    spellings = {term: (term, escape(term), json.dumps(term)[1:-1]) for term in terms}
    return {
        term for term, spelt in spellings.items() if any(each.lower() in text for each in spelt)
    }


def encoded(secret: str) -> list[str]:
    """What shows of ``secret`` in the base64 of any text that holds it."""
    data = secret.encode()
    return [b64encode(bytes(before) + data)[4:-4].decode() for before in range(3)]


def test_the_database_holds_no_mail_without_a_contact(demo, dump):
    assert len(demo.mailbox.private_terms) > 100
    assert not found(demo.mailbox.private_terms, dump)


def test_the_search_finds_what_the_database_holds(demo, dump):
    subjects = {mail.subject for mail in demo.posted}
    assert found(subjects, dump) == subjects


def test_the_database_holds_no_password(dump):
    assert "gAAAAA" in dump  # a Fernet token
    assert not found([PASSWORD], dump)
    assert not [piece for piece in encoded(PASSWORD) if piece in dump]


def test_the_log_holds_neither(demo, log):
    assert "E-mail sync: lane 1" in log
    assert not found([*demo.mailbox.private_terms, PASSWORD], log)
    assert not [piece for piece in encoded(PASSWORD) if piece in log]
