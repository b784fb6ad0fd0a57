# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A mailbox of one of an office's people, and her customer who writes to it."""

from collections import Counter
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

from imapclient import IMAPClient

from .office import PASSWORD, Office


class Mailbox:
    """The mailbox ``address`` of the user ``login``, whose customer has an address of its own.

    Mails go by their subjects.  ``client`` is another program that works in the mailbox.
    """

    def __init__(self, office: Office, address: str, login: str = "anna"):
        self.office, self.address, self.login = office, address, login
        self.customer_address = f"customer.of.{address}"
        [self.customer] = office.add_contacts([{"name": "Clara", "email": self.customer_address}])
        self.account: int | None = None
        self.client = IMAPClient("127.0.0.1", office.dovecot.port, ssl=False)
        self.client.plain_login(address, PASSWORD)

    def __enter__(self) -> "Mailbox":
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.client.logout()
        if self.account:
            self._call("unlink")

    def _call(self, method: str) -> None:
        self.office.user(self.login).call("mail.sync.account", method, [self.account])

    def letter(self, subject: str, *, sender: str = "", to: str = "", hours: float = 2) -> bytes:
        """A mail of so many hours ago, from the customer to the mailbox's owner."""
        date = datetime.now(timezone.utc) - timedelta(hours=hours)
        lines = (
            f"From: {sender or self.customer_address}",
            f"To: {to or self.address}",
            f"Subject: {subject}",
            f"Date: {format_datetime(date)}",
            f"Message-ID: {self.message_id(subject)}",
            "",
            body(subject),
            "",
        )
        return "\r\n".join(lines).encode()

    def message_id(self, subject: str) -> str:
        return f"<{subject}.{self.address}>"

    def append(self, *subjects: str, folder: str = "INBOX", **values) -> None:
        """Another program puts mail into a folder."""
        for subject in subjects:
            self.client.append(folder, self.letter(subject, **values))

    def deliver(self, *subjects: str) -> None:
        """Mail arrives."""
        for subject in subjects:
            self.office.dovecot.deliver(self.letter(subject), self.address)

    def uids(self, *subjects: str) -> list[int]:
        """In the folder that ``client`` has selected."""
        return [
            uid
            for subject in subjects
            for uid in self.client.search(["HEADER", "Message-ID", self.message_id(subject)])
        ]

    def remove(self, *subjects: str, folder: str = "INBOX") -> None:
        self.client.select_folder(folder)
        self.client.delete_messages(self.uids(*subjects))
        self.client.expunge()

    def move(self, *subjects: str, source: str, target: str) -> None:
        self.client.select_folder(source)
        self.client.move(self.uids(*subjects), target)

    def connect(self, port: int | None = None) -> None:
        """Connect it, over ``port`` instead of the server's own."""
        server = {"port": port} if port else {}
        self.account = self.office.connect(self.login, self.address, **server)

    def read(self) -> None:
        """Connect it, and wait until it is read."""
        self.connect()
        self.office.rest()

    def sync(self) -> None:
        """Sync now, and wait until that is done."""
        self._call("action_sync_now")
        self.office.rest()

    def posted(self, customer: int | None = None) -> Counter[str]:
        """The subjects of the synced mails in the customer's chatter."""
        rows = self.office.sql(
            """SELECT subject FROM mail_message
               WHERE model = 'res.partner' AND res_id = %s AND sync_access IS NOT NULL""",
            customer or self.customer,
        )
        return Counter(subject for (subject,) in rows)

    def ledger(self) -> Counter[tuple[str, str | None]]:
        """State and reason of what was ever matched."""
        return Counter(
            self.office.sql(
                "SELECT state, reason FROM mail_sync_match WHERE account_id = %s", self.account
            )
        )


def numbered(*numbers: int) -> list[str]:
    return [f"mail-{number}" for number in numbers]


def body(subject: str) -> str:
    return f"This is the mail {subject}"
