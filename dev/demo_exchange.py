# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The demo's mailboxes on an Exchange server, or what stands in for one on this machine."""

from collections.abc import Iterable
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP

from .certificate_authority import CertificateAuthority
from .demo_mailbox import DemoMailbox
from .demo_peer import PasswordPeer
from .demo_round_trip import Post
from .ews import Directory, EwsServer, User
from .ews.server import NTLM_ONLY
from .rpc import Client
from .sandbox import Sandbox

_FOLDERS = {
    "INBOX": "inbox",
    "Sent": "sentitems",
    "Drafts": "drafts",
    "Junk": "junkemail",
    "Trash": "deleteditems",
}


class ExchangePeer(PasswordPeer):
    """With an empty mailbox for each of ``users``, who log in as ``DOMAIN\\user`` by NTLM.

    Its certificate is signed by an authority of its own, which the users' dialog asks for, and
    is for ``names``, too.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        users: Iterable[str],
        password: str = "demo",
        names: Iterable[str] = (),
    ):
        folder = sandbox.new_folder("exchange")
        self.authority = CertificateAuthority(folder)
        people = [User(user, password, _login(user)) for user in users]
        self.directory = Directory(*people)
        self.server = EwsServer(self.directory, *self.authority.issue("localhost", *names))
        self.server.ways = list(NTLM_ONLY)
        super().__init__(password)

    def __enter__(self) -> "ExchangePeer":
        self.server.__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.server.__exit__(*exc_info)

    def set_up(self, admin: Client) -> None:
        internal = ("mail_contact_sync.allow_internal", "True")
        admin.call("ir.config_parameter", "set_param", *internal)

    def entered(self, address: str) -> dict[str, object]:
        return {
            "provider": "exchange",
            "login": _login(address),
            "exchange_server": self.server.url,
            "certificates": self.authority.certificate,
        }

    def post(self, owner: str, customer: str) -> Post:
        return ExchangePost(self.directory, owner, customer)


@dataclass(frozen=True)
class ExchangePost:
    """Both have their mailboxes there."""

    directory: Directory
    owner: str
    customer: str

    def arrived(self, message_id: str) -> list[bytes]:
        return self._find(self.customer, "inbox", message_id)

    def in_sent(self, message_id: str) -> int:
        return len(self._find(self.owner, "sentitems", message_id))

    def answer(self, message: EmailMessage) -> None:
        self.directory.deliver(message.as_bytes(policy=SMTP), self.owner)

    def _find(self, user: str, folder: str, message_id: str) -> list[bytes]:
        mailbox = self.directory.mailboxes[user]
        items = mailbox.held_by(mailbox.folder(folder).id)
        return [item.raw for item in items if message_id.encode() in item.raw]


def fill(directory: Directory, demo: DemoMailbox) -> None:
    """Put the demo's mail in: Exchange keeps the header of what came to it alone."""
    address = demo.owner.email
    for message in demo.messages:
        folder = _FOLDERS.get(message.folder, message.folder)
        if not directory.mailboxes[address].folder(folder):
            directory.add_folder(address, folder)
        transported = folder not in ("sentitems", "drafts")
        directory.add(address, message.raw, message.received, folder, transported=transported)


def _login(address: str) -> str:
    return f"HALDEN\\{address.partition('@')[0]}"
