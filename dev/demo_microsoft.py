# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The demo's mailboxes at Microsoft 365, or what stands in for it on this machine."""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP

from . import outlook
from .demo_consent import redirect, set_up, sign_in
from .demo_mailbox import DemoMailbox
from .demo_peer import Peer
from .demo_round_trip import OwnPost, Post
from .dovecot import Dovecot
from .emulator import packages
from .graph import CLIENT_ID, CLIENT_SECRET, GraphMailbox, Microsoft
from .graph.consent import Consent
from .rpc import Client
from .sandbox import Sandbox
from .smtp import SmtpServer

_FOLDERS = {
    "INBOX": "inbox",
    "Sent": "sentitems",
    "Drafts": "drafts",
    "Junk": "junkemail",
    "Trash": "deleteditems",
    "Archive": "archive",
}


class GraphPeer(Peer):
    """With an empty mailbox for each of ``users``."""

    connector = "graph"

    def __init__(self, sandbox: Sandbox, users: Iterable[str], odoo_url: str):
        home = sandbox.environment.home
        with home.alone():
            installed = packages(home)
        folder = sandbox.new_folder("microsoft")
        redirects = [redirect(odoo_url, "microsoft")]
        self._odoo_url = odoo_url
        self.microsoft = Microsoft(folder, installed, list(users), redirects)

    def __enter__(self) -> "GraphPeer":
        self.microsoft.__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.microsoft.__exit__(*exc_info)

    @property
    def endpoints(self) -> dict:
        return self.microsoft.endpoints

    def set_up(self, admin: Client) -> None:
        client = (CLIENT_ID, CLIENT_SECRET)
        set_up(admin, self._odoo_url, "microsoft", client, self.endpoints)
        connector = ("mail_contact_sync.microsoft_connector", self.connector)
        admin.call("ir.config_parameter", "set_param", *connector)

    def connect(self, user: Client, address: str) -> int:
        page = f"{self.microsoft.url}/oauth2/v2.0/authorize/callback"
        return sign_in(user, "microsoft", page, address)

    def post(self, owner: str, customer: str) -> Post:
        return GraphPost(self.microsoft, owner, customer)


class MicrosoftImapPeer(GraphPeer):
    """With ``mailboxes`` on a Dovecot that takes the tokens: what is in them, by address."""

    connector = "microsoft-imap"
    dovecot: Dovecot
    smtp: SmtpServer

    def __init__(
        self, sandbox: Sandbox, mailboxes: Mapping[str, DemoMailbox | None], odoo_url: str
    ):
        super().__init__(sandbox, mailboxes, odoo_url)
        self._sandbox, self._mailboxes = sandbox, mailboxes

    def __enter__(self) -> "MicrosoftImapPeer":
        super().__enter__()
        settings = outlook.settings(self.microsoft.url, self._sandbox.new_folder("outlook"))
        # Nobody gets in by a password.
        users = {user: secrets.token_urlsafe() for user in self._mailboxes}
        self.dovecot = self._sandbox.dovecot(users, settings=settings)
        tokens = _Owners(self.microsoft.consent)
        self.smtp = self._sandbox.smtp(self.dovecot, users, tokens=tokens)
        for user, mailbox in self._mailboxes.items():
            if mailbox:
                mailbox.write_maildir(self.dovecot.maildir(user))
                self.dovecot.own()
        return self

    @property
    def endpoints(self) -> dict:
        servers = {"imap": self.dovecot, "smtp": self.smtp}
        places = {name: ["127.0.0.1", server.port, "none"] for name, server in servers.items()}
        return {**super().endpoints, **places}

    def post(self, owner: str, customer: str) -> Post:
        return OwnPost(self.smtp, customer, owner)


class _Owners(Mapping):
    """Users by access token, as long as it is good."""

    def __init__(self, consent: Consent):
        self._consent = consent

    def __getitem__(self, token: str) -> str:
        if found := self._consent.token({"authorization": f"Bearer {token}"}):
            return found.user
        raise KeyError(token)

    def __iter__(self) -> Iterator[str]:
        return iter(self._consent.tokens)

    def __len__(self) -> int:
        return len(self._consent.tokens)

    def __bool__(self) -> bool:
        return True  # there will be some


@dataclass(frozen=True)
class GraphPost:
    """Both have their mailboxes there; the answer is put into the owner's."""

    microsoft: Microsoft
    owner: str
    customer: str

    def arrived(self, message_id: str) -> list[bytes]:
        return self._find(self.customer, "inbox", message_id)

    def in_sent(self, message_id: str) -> int:
        return len(self._find(self.owner, "sentitems", message_id))

    def answer(self, message: EmailMessage) -> None:
        self.microsoft.mailboxes[self.owner].add(message.as_bytes(policy=SMTP))

    def _find(self, user: str, folder: str, message_id: str) -> list[bytes]:
        mailbox = self.microsoft.mailboxes[user]
        place = mailbox.folder(folder).id
        mails = [mail for mail in mailbox.mails.values() if mail.folder == place]
        return [mail.raw for mail in mails if message_id.encode() in mail.raw]


def fill(mailbox: GraphMailbox, demo: DemoMailbox) -> None:
    """Put the demo's mail in: Exchange keeps the header of what came over the Internet alone."""
    for message in demo.messages:
        known = _FOLDERS.get(message.folder)
        if not known and not mailbox.folder(message.folder):
            mailbox.add_folder(message.folder)
        mailbox.add(
            message.raw,
            message.received,
            known or message.folder,
            headers=known not in ("sentitems", "drafts"),
            draft=known == "drafts",
        )
