# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytest
from imap_mailbox import new_mailbox, running_dovecot
from peers.tcp_proxy import TcpProxy


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
