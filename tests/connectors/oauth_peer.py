# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A provider of mailboxes on this machine, and users who consent there without a browser."""

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urlsplit

import requests

from dev.emulator import packages
from dev.home import Home


@contextmanager
def running(provider, *arguments):
    """A ``Google`` or ``Microsoft``, for as long as the context lasts."""
    home = Home().open()
    with home.alone():
        installed = packages(home)
    with (
        TemporaryDirectory() as folder,
        provider(Path(folder), installed, *arguments) as running,
    ):
        yield running


def query(url: str) -> dict[str, str]:
    """What stands behind the question mark, each name's first value."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def consent(url: str, form_target: str, user: str) -> str:
    """``user`` consents to what the authorization ``url`` asks for; returns the code."""
    form = query(url)
    answer = requests.post(
        form_target, data={**form, "email": user}, allow_redirects=False, timeout=60
    )
    answered = query(answer.headers["Location"])
    assert answered["state"] == form["state"]
    return answered["code"]
