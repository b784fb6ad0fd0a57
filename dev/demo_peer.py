# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where the demo's mailboxes are, and how their owners connect them."""

from .demo_mailbox import DemoMailbox
from .demo_round_trip import Post
from .progress import fail
from .rpc import Client


class Peer:
    """A context manager that runs what stands in for the provider."""

    #: What is to be known about the table.
    note = ""

    def __enter__(self) -> "Peer":
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Nothing of its own runs."""

    def set_up(self, admin: Client) -> None:
        """What an administrator does before anybody can connect."""

    def connect(self, user: Client, address: str) -> int:
        """Connect ``address`` as its user does, but without a browser; returns the account's id."""
        raise NotImplementedError

    def post(self, owner: str, customer: str) -> Post:
        """How mail goes between the two."""
        raise NotImplementedError

    def expected(self, mailbox: DemoMailbox) -> dict[str, int]:
        """Contact name to the number of messages that must stand in its chatter."""
        return mailbox.expected


class PasswordPeer(Peer):
    """One whose users enter a password."""

    def __init__(self, password: str, post: Post | None = None):
        self._password, self._post = password, post

    def entered(self, address: str) -> dict[str, object]:
        """What they enter beside it."""
        return {}

    def post(self, owner: str, customer: str) -> Post:
        return self._post or super().post(owner, customer)

    def connect(self, user: Client, address: str) -> int:
        values = {"address": address, "password": self._password, **self.entered(address)}
        wizard = user.call("mail.sync.connect", "create", [values])
        added = user.call("mail.sync.connect", "action_add", wizard)
        if added["res_model"] != "mail.sync.account":
            raise fail(user.call("mail.sync.connect", "read", wizard, ["problem"])[0]["problem"])
        return added["res_id"]
