# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A real Dovecot that takes Microsoft's access tokens, and mailboxes on it."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

from imap_mailbox import Mailbox, running_dovecot
from microsoft_peer import CLIENT, consented, endpoints, new_user

from dev import outlook
from dev.graph import Microsoft
from mail_contact_sync.connectors.imap import ImapConnector
from mail_contact_sync.connectors.imap.oauth import oauth_login
from mail_contact_sync.connectors.oauth import microsoft as oauth_microsoft
from mail_contact_sync.connectors.oauth.grant import Grant
from mail_contact_sync.connectors.oauth.tokens import TokenSource


@contextmanager
def running_outlook(microsoft: Microsoft):
    """The IMAP server of ``microsoft``."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        with running_dovecot(outlook.settings(microsoft.url, folder)) as dovecot:
            yield dovecot


class OutlookMailbox(Mailbox):
    """A mailbox and what its connector keeps: the grant, in each of its states."""

    def __init__(self, microsoft: Microsoft, dovecot):
        super().__init__(dovecot, new_user(), dovecot.port)
        self.server = replace(self.server, password="")
        self.microsoft = microsoft
        self.stored: list[Grant] = []
        self.grant = consented(microsoft, self.user, oauth_microsoft.imap_scopes())

    def tokens(self) -> TokenSource:
        return TokenSource(CLIENT, self.grant, self._store, self._refresh)

    def connect(self, **options) -> ImapConnector:
        return super().connect(login=oauth_login(self.tokens()), **options)

    def age(self) -> None:
        """Let the grant look as it does when its access token has ended."""
        self.grant = replace(self.grant, expires_at=datetime.now(timezone.utc))

    def _store(self, grant: Grant) -> None:
        self.stored.append(grant)
        self.grant = grant

    def _refresh(self, client, grant: Grant) -> Grant:
        return oauth_microsoft.refresh(client, grant, endpoints=endpoints(self.microsoft))
