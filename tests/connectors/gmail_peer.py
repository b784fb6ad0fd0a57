# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Gmail on this machine, mailboxes in it, and how to read them."""

import time
from datetime import timedelta
from itertools import count

from imap_mailbox import NOW, SINCE, message_id, raw, read
from oauth_peer import consent, running

from dev.google_proxy import CLIENT_ID, CLIENT_SECRET, Google
from dev.process import free_port
from mail_contact_sync.connectors.gmail import ALL, GmailConnector
from mail_contact_sync.connectors.gmail.quota import Budget
from mail_contact_sync.connectors.oauth import google as oauth_google
from mail_contact_sync.connectors.oauth.grant import Client, Grant

CLARA = "clara@customer.example"
CLIENT = Client(CLIENT_ID, CLIENT_SECRET)
REDIRECT = f"http://127.0.0.1:{free_port()}/mail_contact_sync/google"
USERS = [f"user{number}@ours.example" for number in range(300)]

_numbers = count()


class Clock:
    """The time, which goes on only when it is told to."""

    def __init__(self):
        self.now = time.time()

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


def running_google(users=None, clock=time.time):
    users = {user: [] for user in USERS} if users is None else users
    return running(Google, users, [REDIRECT], clock)


def endpoints(google: Google) -> oauth_google.Endpoints:
    return oauth_google.Endpoints(**google.endpoints)


def authorize(google: Google, user: str, asked, **options) -> tuple[str, str]:
    """``user`` consents, without a browser; returns code and verifier."""
    url, verifier = oauth_google.authorization_url(
        CLIENT, REDIRECT, state="s1", scopes=asked, endpoints=endpoints(google), **options
    )
    return consent(url, f"{google.url}/o/oauth2/v2/auth/callback", user), verifier


def consented(google: Google, user: str, *, sending: bool = False, **options) -> Grant:
    code, verifier = authorize(google, user, oauth_google.scopes(sending=sending))
    return oauth_google.redeem(
        CLIENT, REDIRECT, code, verifier, endpoints=endpoints(google), **options
    )


class Gmailbox:
    """A mailbox and what its connector keeps: the grant, the budget.

    Messages go by a name, which is what their Message-ID is made of.
    """

    def __init__(self, google: Google, user: str, clock, *, sending: bool = False):
        self.google, self.user, self.clock = google, user, clock
        self.mailbox = google.mailboxes[user]
        self.grant = consented(google, user, sending=sending)
        self.stored: list[Grant] = []
        self.budget = Budget(clock=clock)
        self.ids: dict[str, str] = {}

    def connect(self) -> GmailConnector:
        return GmailConnector(
            CLIENT,
            self.grant,
            self.stored.append,
            budget=self.budget,
            endpoints=endpoints(self.google),
        )

    def add(self, *names: str, days: float = 1, labels=("INBOX",), message=None) -> None:
        """Messages come in, received some ``days`` ago."""
        for name in names:
            received = NOW - timedelta(days=days)
            self.ids[name] = self.mailbox.add(message or raw(name), received, labels)

    def got(self) -> list[str]:
        """The ids of the messages that were asked for, each time."""
        calls = self.google.gmail.calls("messages.get")
        return [call.param("id") for call in calls]


def new_gmailbox(google: Google, clock, **options) -> Gmailbox:
    """One that no other test has seen."""
    return Gmailbox(google, USERS[next(_numbers)], clock, **options)


def written(name: str, **fields: str) -> bytes:
    """A message with these header fields alone."""
    lines = [f"{field}: {value}" for field, value in fields.items()]
    return "\r\n".join([*lines, f"Message-ID: {message_id(name)}", "", "Hello", ""]).encode()


def searched(connector, *addresses: str, since=SINCE) -> list[str]:
    """All refs that a search finds."""
    return [ref for page in connector.search(addresses or [CLARA], since) for ref in page]


def read_new(connector, cursor, limit=1000):
    """All names that are left to read, page by page, and the cursor after them."""
    return read(connector, ALL, cursor, limit=limit)
