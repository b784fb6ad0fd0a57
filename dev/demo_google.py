# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The demo's mailboxes at Google, or what stands in for it on this machine."""

from .demo_consent import redirect, set_up, sign_in
from .demo_mailbox import DemoMailbox
from .demo_mailbox.message import count
from .demo_mailbox.oddities import REPLY_TO_ALONE
from .demo_mailbox.people import CONTACTS
from .demo_peer import Peer
from .demo_round_trip import GooglePost
from .emulator import packages
from .google_mailbox import Mail
from .google_proxy import CLIENT_ID, CLIENT_SECRET, Google
from .rpc import Client
from .sandbox import Sandbox

_LABELS = {
    "INBOX": ("INBOX",),
    "Sent": ("SENT",),
    "Drafts": ("DRAFT",),
    "Junk": ("SPAM",),
    "Trash": ("TRASH",),
}


class GooglePeer(Peer):
    """``users`` are the mailboxes and what is in them at first."""

    note = "Google searches no Reply-To: past mail with a contact there alone is not expected"

    def __init__(self, sandbox: Sandbox, users: dict[str, list[Mail]], odoo_url: str):
        home = sandbox.environment.home
        with home.alone():
            installed = packages(home)
        folder = sandbox.new_folder("google")
        self._odoo_url = odoo_url
        self.google = Google(folder, installed, users, [redirect(odoo_url, "google")])

    def __enter__(self) -> "GooglePeer":
        self.google.__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.google.__exit__(*exc_info)

    def set_up(self, admin: Client) -> None:
        client = (CLIENT_ID, CLIENT_SECRET)
        set_up(admin, self._odoo_url, "google", client, self.google.endpoints)

    def connect(self, user: Client, address: str) -> int:
        page = f"{self.google.url}/o/oauth2/v2/auth/callback"
        return sign_in(user, "google", page, address)

    def post(self, owner: str, customer: str) -> GooglePost:
        return GooglePost(self.google, owner, customer)

    def expected(self, mailbox: DemoMailbox) -> dict[str, int]:
        """As far as a search finds them: there is none in Reply-To."""
        found = [message for message in mailbox.messages if message.reason != REPLY_TO_ALONE]
        return count(found, CONTACTS)


def mails(mailbox: DemoMailbox) -> list[Mail]:
    """Its mails as Google has them.

    Labels stand for folders, of which Google has none; those of the user's own are left out.
    """
    return [
        Mail(f"{number:016x}", message.raw, message.received, _LABELS.get(message.folder, ()))
        for number, message in enumerate(mailbox.messages, start=1)
    ]
