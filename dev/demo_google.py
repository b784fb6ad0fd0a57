# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The demo's mailboxes at Google, or what stands in for it on this machine."""

import json
from urllib.parse import parse_qs, urlsplit

import requests

from .demo_mailbox import DemoMailbox
from .demo_mailbox.message import count
from .demo_mailbox.oddities import REPLY_TO_ALONE
from .demo_mailbox.people import CONTACTS
from .emulator import packages
from .google_mailbox import Mail
from .google_proxy import CLIENT_ID, CLIENT_SECRET, Google
from .rpc import Client
from .sandbox import Sandbox

REDIRECT = "/mail_contact_sync/google/redirect"
_LABELS = {
    "INBOX": ("INBOX",),
    "Sent": ("SENT",),
    "Drafts": ("DRAFT",),
    "Junk": ("SPAM",),
    "Trash": ("TRASH",),
}


def google(sandbox: Sandbox, users: dict[str, list[Mail]], odoo_url: str) -> Google:
    """Google with these mailboxes, for an Odoo at ``odoo_url``; to be entered."""
    home = sandbox.environment.home
    with home.alone():
        installed = packages(home)
    return Google(sandbox.new_folder("google"), installed, users, [odoo_url + REDIRECT])


def mails(mailbox: DemoMailbox) -> list[Mail]:
    """Its mails as Google has them.

    Labels stand for folders, of which Google has none; those of the user's own are left out.
    """
    return [
        Mail(f"{number:016x}", message.raw, message.received, _LABELS.get(message.folder, ()))
        for number, message in enumerate(mailbox.messages, start=1)
    ]


def expected(mailbox: DemoMailbox) -> dict[str, int]:
    """Contact name to the number of messages that a search finds: there is none in Reply-To."""
    found = [message for message in mailbox.messages if message.reason != REPLY_TO_ALONE]
    return count(found, CONTACTS)


def set_up(admin: Client, google: Google, odoo_url: str) -> None:
    """What an administrator enters in the settings, and where Google is."""
    endpoints = ("mail_contact_sync.google_endpoints", json.dumps(google.endpoints))
    for parameter in (("web.base.url", odoo_url), ("web.base.url.freeze", "True"), endpoints):
        admin.call("ir.config_parameter", "set_param", *parameter)
    values = {
        "mail_sync_google_client_id": CLIENT_ID,
        "mail_sync_google_client_secret": CLIENT_SECRET,
    }
    settings = admin.call("res.config.settings", "create", [values])
    admin.call("res.config.settings", "execute", settings)


def sign_in(user: Client, google: Google, address: str) -> int:
    """Connect ``address`` as its user does, but without a browser; returns the account's id."""
    [dialog] = user.call(
        "mail.sync.connect", "create", [{"address": address, "provider": "google"}]
    )
    left = user.call("mail.sync.connect", "action_sign_in", [dialog])
    query = parse_qs(urlsplit(user.get(left["url"]).headers["Location"]).query)
    consented = requests.post(
        f"{google.url}/o/oauth2/v2/auth/callback",
        data={**{name: values[0] for name, values in query.items()}, "email": address},
        allow_redirects=False,
        timeout=60,
    )
    back = urlsplit(consented.headers["Location"])
    answer = user.get(f"{back.path}?{back.query}")
    if answer.status_code != 303:
        raise RuntimeError(answer.text)
    return int(answer.headers["Location"].rpartition("/")[2])
