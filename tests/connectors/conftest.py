# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re

import pytest
from gmail_peer import Clock, new_gmailbox, running_google
from graph_peer import Graphbox
from imap_mailbox import USERS, new_mailbox, running_dovecot
from microsoft_imap import running_outlook
from microsoft_peer import running_microsoft
from peers.tcp_proxy import TcpProxy
from small_internet import SmallInternet

from dev.smtp import SmtpServer
from mail_contact_sync.connectors.imap import sent as imap_sent


@pytest.fixture(scope="session")
def dovecot():
    with running_dovecot() as dovecot:
        yield dovecot


@pytest.fixture(scope="session")
def submission(dovecot):
    """A server that takes mail from the users of ``dovecot`` for each other."""
    with SmtpServer(dovecot, USERS, tokens={"fresh token": "user0@ours.example"}) as server:
        yield server


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
def ben(dovecot):
    """Another mailbox, of somebody to write to."""
    ben = new_mailbox(dovecot)
    yield ben
    ben.client.logout()


@pytest.fixture(scope="session")
def no_uidnext(dovecot):
    def without_uidnext(data):
        return re.sub(rb"\* OK \[UIDNEXT [^\r]*\r\n|UIDNEXT \d+ ?", b"", data)

    with TcpProxy(dovecot.port, without_uidnext) as proxy:
        yield proxy


@pytest.fixture(params=["all extensions", "none", "no UIDNEXT"])
def any_mailbox(request, dovecot):
    """A mailbox on servers with and without extensions, and a folder of it: Project."""
    if request.param == "none":
        mailbox = new_mailbox(request.getfixturevalue("bare_dovecot"))
    elif request.param == "no UIDNEXT":
        mailbox = new_mailbox(dovecot, request.getfixturevalue("no_uidnext").port)
    else:
        mailbox = new_mailbox(dovecot)
    mailbox.client.create_folder("Project")
    yield mailbox
    mailbox.client.logout()


@pytest.fixture
def connector(mailbox):
    with mailbox.connect() as connector:
        yield connector


@pytest.fixture
def internet(tmp_path):
    with SmallInternet(tmp_path) as internet:
        yield internet


@pytest.fixture
def inbox(mailbox):
    """The folder, of a mailbox on Exchange."""
    return mailbox.folder()


@pytest.fixture
def no_sleep(monkeypatch):
    """Nobody waits for a server to file what was sent."""
    monkeypatch.setattr(imap_sent.time, "sleep", lambda seconds: None)


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


@pytest.fixture(scope="session")
def clock():
    return Clock()


@pytest.fixture(scope="session")
def running(clock):
    with running_google(clock=clock) as google:
        yield google


@pytest.fixture
def google(running):
    """Google, whose description allows all that a test asks of it."""
    running.gmail.asked.clear()
    running.gmail.sent.clear()
    running.batches.clear()
    yield running
    running.gmail.faults.clear()
    running.gmail.limit, running.gmail.over_limit = 6000, (429, "rateLimitExceeded")
    running.at_once = 100
    running.consent.unticked, running.consent.rotating = set(), False
    running.consent.without_refresh_token = False
    violations, running.gmail.violations = running.gmail.violations, []
    assert violations == []


@pytest.fixture
def gmailbox(google, clock):
    return new_gmailbox(google, clock)


@pytest.fixture(scope="session")
def running_365():
    with running_microsoft() as microsoft:
        yield microsoft


@pytest.fixture
def microsoft(running_365):
    """Microsoft 365, whose published metadata allows all that a test asks of it."""
    running_365.graph.forget()
    running_365.consent.forms.clear()
    running_365.consent.refreshes = 0
    yield running_365
    assert running_365.crashes == []
    violations, running_365.graph.violations = running_365.graph.violations, []
    assert violations == []


@pytest.fixture
def box(microsoft):
    """A mailbox on Microsoft 365, read through Graph."""
    return Graphbox(microsoft)


@pytest.fixture(scope="session")
def outlook(running_365):
    """The IMAP server of Microsoft 365."""
    with running_outlook(running_365) as dovecot:
        yield dovecot
