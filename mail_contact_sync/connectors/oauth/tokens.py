# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The access token of a grant, renewed where it has ended."""

from collections.abc import Callable

from .grant import Client, Grant

#: What is called with each new state of a grant.
Store = Callable[[Grant], None]
#: A provider's way to a new access token: ``refresh`` of its module.
Refresh = Callable[[Client, Grant], Grant]


class TokenSource:
    """Of one user.  ``store`` is called before a new token is used: when a refresh token has
    been replaced, the one before may be void.

    Every method may raise what ``refresh`` raises, and what ``store`` raises.
    """

    def __init__(self, client: Client, grant: Grant, store: Store, refresh: Refresh):
        self._client = client
        self._store = store
        self._refresh = refresh
        self.grant = grant

    def token(self) -> str:
        """One that should be good for a request."""
        if not self.grant.is_fresh():
            self.renew()
        return self.grant.access_token

    def renew(self) -> str:
        """A new one, whatever the old one looks like."""
        grant = self._refresh(self._client, self.grant)
        self._store(grant)
        self.grant = grant
        return grant.access_token

    def renewed(self, refused: str) -> str | None:
        """A token in place of one that was ``refused``; None where that was new already."""
        if self.grant.access_token != refused:
            return self.grant.access_token
        return self.renew()
