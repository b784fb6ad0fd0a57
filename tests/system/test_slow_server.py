# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mail servers that are always at it and never done, and what Odoo does about its own limits."""

import os
import signal
import time

import pytest
from peers.dripping import SEARCHING, dripping

from dev.image import INSTALLED

from .conftest import ANNA, BEN
from .lanes import Lanes
from .office import Office

_ACCOUNTS = """
    SELECT id, failures, interruptions, error_reason, last_sync IS NOT NULL
    FROM mail_sync_account ORDER BY id
"""


@pytest.fixture(scope="module")
def office(sandbox, dovecot):
    """Its server, which runs no scheduled actions, takes no notice of their limit."""
    limit = {"limit_time_real_cron": 5}
    with Office(sandbox, dovecot, INSTALLED, cron_threads=0, settings=limit) as office:
        office.hire(("anna", "Anna Lindqvist", ANNA), ("ben", "Ben Okafor", BEN))
        yield office


def test_a_slow_server_ends_no_worker_and_keeps_none_from_the_others(office):
    with Lanes(office.odoo) as lanes, dripping(*SEARCHING) as port:
        slow = office.connect("ben", BEN, port=port)
        healthy = office.connect("anna", ANNA)
        lanes.run()
    assert office.sql(_ACCOUNTS) == [
        (slow, 1, 0, "connection-timeout", False),
        (healthy, 0, 0, None, True),
    ]


def test_a_server_that_reloads_itself_is_there_again(office):
    """As it does where it is over a limit."""
    os.kill(office.odoo.pid, signal.SIGHUP)
    end = time.monotonic() + office.odoo.patience
    while office.odoo.log.read_text().count("HTTP service") < 2 or not office.odoo.ready():
        assert time.monotonic() < end, office.odoo.tail()
        time.sleep(0.1)
    assert "Initiating server reload" in office.odoo.log.read_text()
    office.forget_sessions()
    assert office.user("admin").call("res.users", "search_count", [])
