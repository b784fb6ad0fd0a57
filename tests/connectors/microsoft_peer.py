# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Microsoft 365 on this machine, and users who have consented."""

from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urlsplit

import requests
from imap_mailbox import USERS as MAIL_USERS

from dev.emulator import packages
from dev.graph import CLIENT_ID, CLIENT_SECRET, Microsoft
from dev.home import Home
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


@contextmanager
def running_microsoft():
    home = Home().open()
    with home.alone():
        installed = packages(home)
    with (
        TemporaryDirectory() as folder,
        Microsoft(Path(folder), installed, USERS, [REDIRECT]) as microsoft,
    ):
        yield microsoft


def endpoints(microsoft: Microsoft) -> oauth_microsoft.Endpoints:
    return oauth_microsoft.Endpoints(**microsoft.endpoints)


def authorize(microsoft: Microsoft, user: str, asked, **options) -> tuple[str, str]:
    """``user`` consents, without a browser; returns code and what was kept."""
    url, kept = oauth_microsoft.authorization_url(
        CLIENT, REDIRECT, state="s1", scopes=asked, endpoints=endpoints(microsoft), **options
    )
    form = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    # The page that the browser would show: it knows the app and where it wants to be sent back.
    assert f'value="{user}"' in requests.get(url, timeout=60).text
    answer = requests.post(
        f"{microsoft.url}/oauth2/v2.0/authorize/callback",
        data={**form, "email": user},
        allow_redirects=False,
        timeout=60,
    )
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert query["state"] == ["s1"]
    return query["code"][0], kept


def consented(microsoft: Microsoft, user: str, asked=None) -> Grant:
    code, kept = authorize(microsoft, user, asked or oauth_microsoft.graph_scopes())
    return oauth_microsoft.redeem(CLIENT, REDIRECT, code, kept, endpoints=endpoints(microsoft))
