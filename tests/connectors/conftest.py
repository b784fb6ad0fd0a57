# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The connectors need no Odoo, which the add-on's own ``__init__`` would import."""

import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, settings

# However busy the machine is.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

_TESTS = Path(__file__).parents[1]
sys.path.append(str(_TESTS))

if "mail_contact_sync" not in sys.modules:
    addon = ModuleType("mail_contact_sync")
    addon.__path__ = [str(_TESTS.parent / "mail_contact_sync")]
    sys.modules["mail_contact_sync"] = addon

from imap_mailbox import new_mailbox, running_dovecot  # noqa: E402
from peers.tcp_proxy import TcpProxy  # noqa: E402


@pytest.fixture(scope="session")
def dovecot():
    with running_dovecot() as dovecot:
        yield dovecot


@pytest.fixture(scope="session")
def bare_dovecot():
    """One that admits to nothing beyond RFC 3501."""
    with running_dovecot("protocol imap {\n  imap_capability = IMAP4rev1\n}\n") as dovecot:
        yield dovecot


@pytest.fixture
def mailbox(dovecot):
    mailbox = new_mailbox(dovecot)
    yield mailbox
    mailbox.client.logout()


@pytest.fixture
def proxy(dovecot):
    with TcpProxy(dovecot.port) as proxy:
        yield proxy


@pytest.fixture
def proxied(dovecot, proxy):
    """A mailbox whose connector goes through ``proxy``."""
    mailbox = new_mailbox(dovecot, proxy.port)
    yield mailbox
    mailbox.client.logout()
