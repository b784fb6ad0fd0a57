# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mailboxes at Microsoft 365, read by Graph and by IMAP."""

import json
from contextlib import contextmanager
from functools import partial
from itertools import count

from peers.tcp_proxy import TcpProxy

from .consent import ConsentMailbox

_numbers = count(1)
USERS = [f"user{number}@365.ours.example" for number in range(40)]


class MicrosoftMailbox(ConsentMailbox):
    """A mailbox at Microsoft 365, and a customer who writes to it."""

    service, button, way = "Microsoft 365", "Continue with Microsoft", ""

    def __init__(self, peer, office, page):
        self.peer = peer
        super().__init__(office, page, USERS[next(_numbers)], peer.microsoft.url)
        setting = ("mail_contact_sync.microsoft_connector", self.way)
        office.user("admin").call("ir.config_parameter", "set_param", *setting)

    @property
    def refreshes(self):
        """How often a token of this app was renewed."""
        return self.peer.microsoft.consent.refreshes

    def revoke(self):
        self.peer.microsoft.consent.revoke(self.address)

    def secret(self):
        [[secret]] = self.office.sql(
            "SELECT secret FROM mail_sync_account WHERE id = %s", self.account
        )
        return secret


class GraphMailbox(MicrosoftMailbox):
    way = "graph"

    def put(self, message, received, to):
        self.peer.microsoft.mailboxes[self.address].add(message, received)


class OutlookMailbox(MicrosoftMailbox):
    """By IMAP: its mail is on a Dovecot that takes the tokens, from its users and from nobody
    else; what comes in, another way brings."""

    way = "microsoft-imap"

    def put(self, message, received, to):
        self.peer.dovecot.deliver(message, self.address)

    @contextmanager
    def behind(self, rewrite):
        """Its server behind a proxy, which changes what it says."""
        name = "mail_contact_sync.microsoft_endpoints"
        set_param = partial(self.office.user("admin").call, "ir.config_parameter", "set_param")
        with TcpProxy(self.peer.dovecot.port, rewrite) as proxy:
            place = {"imap": ["127.0.0.1", proxy.port, "none"]}
            set_param(name, json.dumps({**self.peer.endpoints, **place}))
            try:
                yield
            finally:
                set_param(name, json.dumps(self.peer.endpoints))
