# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import ExitStack
from datetime import datetime, timezone

import pytest
from peers.tcp_proxy import TcpProxy

from dev.demo_mailbox import generate
from dev.environment import enter
from dev.image import INSTALLED
from dev.sandbox import Sandbox

from .browser import chromium, log_in  # noqa: F401  # fixtures
from .composer import (  # noqa: F401  # fixtures
    conversation,
    new_sender,
    other_mailbox,
    outbox,
)
from .demo import Demo
from .interrupt import Interrupt
from .mailbox import Mailbox
from .office import PASSWORD, Office

MAILBOXES = 500
ANNA, BEN = "anna@ours.example", "ben@ours.example"


@pytest.fixture(scope="session")
def sandbox():
    with Sandbox(enter()) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def users():
    """The mailboxes that there are, and their passwords."""
    addresses = [ANNA, BEN, *(f"user{n}@ours.example" for n in range(MAILBOXES))]
    return dict.fromkeys(addresses, PASSWORD)


@pytest.fixture(scope="session")
def dovecot(sandbox, users):
    return sandbox.dovecot(users)


@pytest.fixture(scope="module")
def smtp(sandbox, dovecot, users):
    """One to send by, for as long as the tests of a file take."""
    return sandbox.smtp(dovecot, dict(users))


@pytest.fixture(scope="session")
def office(sandbox, dovecot):
    """One for all tests that bring mailboxes and customers of their own."""
    names = sandbox.name_server(dovecot)
    with Office(sandbox, dovecot, INSTALLED, cron_threads=2) as office:
        office.hire(("anna", "Anna Lindqvist", ANNA), ("ben", "Ben Okafor", BEN))
        name_server = ("mail_contact_sync.name_server", f"127.0.0.1:{names.port}")
        office.user("admin").call("ir.config_parameter", "set_param", *name_server)
        yield office


@pytest.fixture(scope="session")
def addresses():
    """Addresses of mailboxes that nobody has used yet."""
    return (f"user{n}@ours.example" for n in range(MAILBOXES))


@pytest.fixture
def new_mailbox(office, addresses):
    """``new_mailbox()`` is an empty one, for as long as the test takes.

    Nothing that is done to it may make Odoo log a traceback.
    """
    logged = office.odoo.log.stat().st_size
    with ExitStack() as mailboxes:
        yield lambda login="anna": mailboxes.enter_context(Mailbox(office, next(addresses), login))
    log = office.odoo.log.read_bytes()[logged:].decode()
    assert "Traceback" not in log, log[log.index("Traceback") :][:4000]


@pytest.fixture
def mailbox(new_mailbox):
    return new_mailbox()


@pytest.fixture
def interrupted(dovecot):
    """``interrupted(marker, action)`` is a proxy before Dovecot; see ``Interrupt``."""
    interrupts = []
    with ExitStack() as proxies:

        def proxy(marker, action):
            interrupts.append(Interrupt(marker, action))
            return proxies.enter_context(TcpProxy(dovecot.port, interrupts[-1]))

        yield proxy
    assert all(interrupt.happened for interrupt in interrupts)


@pytest.fixture(scope="session")
def demo_mailbox():
    now = datetime.now(timezone.utc)
    return generate(ANNA, "Anna Lindqvist", now, f"Ben Okafor <{BEN}>")


@pytest.fixture(scope="session")
def connected(sandbox, dovecot, demo_mailbox):
    """A database with the demo's contacts and mailbox, of which nothing has been read yet."""
    for mailbox in (demo_mailbox, demo_mailbox.copy_for(BEN)):
        mailbox.write_maildir(dovecot.maildir(mailbox.owner.email))
    dovecot.own()
    with Office(sandbox, dovecot, INSTALLED, cron_threads=0) as office:
        office.hire(("anna", "Anna Lindqvist", ANNA), ("ben", "Ben Okafor", BEN))
        office.add_contacts(demo_mailbox.contacts)
        office.connect("anna", ANNA, port=dovecot.tls_port, security="tls")
        # Core's own send mail: the periodic digest.
        office.sql("UPDATE ir_cron SET active = false WHERE cron_name NOT LIKE 'E-mail sync%'")
    return office.database


@pytest.fixture(scope="session")
def demo(sandbox, dovecot, connected, demo_mailbox):
    """The demo mailbox in an office whose scheduled action has synchronised it."""
    with Office(sandbox, dovecot, connected, cron_threads=2) as office:
        yield Demo(office, demo_mailbox)
