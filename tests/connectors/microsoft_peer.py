# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Microsoft 365 on this machine, and users who have consented."""

from itertools import count

import requests
from imap_mailbox import USERS as MAIL_USERS
from oauth_peer import consent, running

from dev.graph import CLIENT_ID, CLIENT_SECRET, Microsoft
from dev.process import free_port
from mail_contact_sync.connectors.oauth import microsoft as oauth_microsoft
from mail_contact_sync.connectors.oauth.grant import Client, Grant

CLIENT = Client(CLIENT_ID, CLIENT_SECRET, "organizations")
REDIRECT = f"http://127.0.0.1:{free_port()}/mail_contact_sync/microsoft"
USERS = list(MAIL_USERS)

_numbers = count()


def new_user() -> str:
    """One that no other test has seen."""
    return USERS[next(_numbers)]


def running_microsoft():
    return running(Microsoft, USERS, [REDIRECT])


def endpoints(microsoft: Microsoft) -> oauth_microsoft.Endpoints:
    return oauth_microsoft.Endpoints(**microsoft.endpoints)


def authorize(microsoft: Microsoft, user: str, asked, **options) -> tuple[str, str]:
    """``user`` consents, without a browser; returns code and what was kept."""
    url, kept = oauth_microsoft.authorization_url(
        CLIENT, REDIRECT, state="s1", scopes=asked, endpoints=endpoints(microsoft), **options
    )
    # The page that the browser would show: it knows the app and where it wants to be sent back.
    assert f'value="{user}"' in requests.get(url, timeout=60).text
    return consent(url, f"{microsoft.url}/oauth2/v2.0/authorize/callback", user), kept


def consented(microsoft: Microsoft, user: str, asked=None) -> Grant:
    code, kept = authorize(microsoft, user, asked or oauth_microsoft.graph_scopes())
    return oauth_microsoft.redeem(CLIENT, REDIRECT, code, kept, endpoints=endpoints(microsoft))
