# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The demo's last step: a mail written in Odoo, answered by the customer, both in the chatter."""

import smtplib
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Protocol

from imapclient import IMAPClient

from .google_proxy import Google
from .progress import say
from .rpc import Client
from .smtp import SmtpServer

_PATIENCE = 60.0


class Post(Protocol):
    """How mail goes between the salesperson and her customer."""

    def arrived(self, message_id: str) -> list[bytes]:
        """What the customer has of it."""

    def answer(self, message: EmailMessage) -> None:
        """The customer sends it."""

    def in_sent(self, message_id: str) -> int:
        """Copies in the salesperson's Sent."""


@dataclass(frozen=True)
class OwnPost:
    """By servers on this machine: submission, and Dovecot for both."""

    smtp: SmtpServer
    customer: str
    owner: str

    def arrived(self, message_id: str) -> list[bytes]:
        return self._find(self.customer, "INBOX", message_id)

    def in_sent(self, message_id: str) -> int:
        return len(self._find(self.owner, "Sent", message_id))

    def answer(self, message: EmailMessage) -> None:
        trust = ssl.create_default_context(cafile=str(self.smtp.dovecot.certificate))
        with smtplib.SMTP_SSL("localhost", self.smtp.tls_port, context=trust) as smtp:
            smtp.login(self.customer, self.smtp.users[self.customer])
            smtp.send_message(message)

    def _find(self, user: str, folder: str, message_id: str) -> list[bytes]:
        with IMAPClient("127.0.0.1", self.smtp.dovecot.port, ssl=False) as client:
            client.login(user, self.smtp.users[user])
            client.select_folder(folder, readonly=True)
            found = client.search(["HEADER", "Message-ID", message_id])
            return [items[b"BODY[]"] for items in client.fetch(found, ["BODY.PEEK[]"]).values()]


@dataclass(frozen=True)
class GooglePost:
    """Both have their mailboxes there; the answer is put into the owner's."""

    google: Google
    owner: str
    customer: str

    def arrived(self, message_id: str) -> list[bytes]:
        return self._find(self.customer, "inbox", message_id)

    def in_sent(self, message_id: str) -> int:
        return len(self._find(self.owner, "sent", message_id))

    def answer(self, message: EmailMessage) -> None:
        self.google.mailboxes[self.owner].add(message.as_bytes())

    def _find(self, user: str, place: str, message_id: str) -> list[bytes]:
        mailbox = self.google.mailboxes[user]
        found = mailbox.index.search(f"in:{place} rfc822msgid:{message_id}")
        return [mailbox.raw(id) for id in found]


def round_trip(user: Client, account: int, contact: int, post: Post) -> bool:
    """Write to ``contact``, have it answered; returns whether each stands there once."""
    said = {"subject": "Your weighing bridge", "body": "May I call you on Friday?"}
    written = user.call(
        "res.partner",
        "message_post",
        [contact],
        **said,
        message_type="comment",
        subtype_xmlid="mail.mt_comment",
        partner_ids=[contact],
        sync_sender_id=account,
    )
    written = written[0] if isinstance(written, list) else written
    [message] = user.call("mail.message", "read", [written], ["message_id"])
    sent = message["message_id"]
    if not _until(lambda: post.arrived(sent)):
        say("The customer got nothing")
        return False
    answer = _answer_to(post.arrived(sent)[0])
    post.answer(answer)
    user.call("mail.sync.account", "action_sync_now", [account])
    _until(lambda: _in_chatter(user, contact, answer["Message-ID"]) and post.in_sent(sent))
    counts = {
        "written in Odoo, in the chatter": _in_chatter(user, contact, sent),
        "at the customer's": len(post.arrived(sent)),
        "in Sent": post.in_sent(sent),
        "the answer, in the chatter": _in_chatter(user, contact, answer["Message-ID"]),
    }
    for what, count in counts.items():
        print(f"{what:<41} {count:10}{'' if count == 1 else '  !'}", flush=True)
    print()
    return set(counts.values()) == {1}


def _answer_to(raw: bytes) -> EmailMessage:
    """What the customer's mail program makes of it."""
    message = message_from_bytes(raw, policy=policy.default)
    answer = EmailMessage()
    answer["From"], answer["To"] = message["To"], message["From"]
    answer["Subject"] = f"Re: {message['Subject']}"
    answer["Date"] = formatdate()
    answer["Message-ID"] = make_msgid(domain=message["To"].addresses[0].domain)
    answer["In-Reply-To"] = answer["References"] = message["Message-ID"]
    answer.set_content("Friday suits me well.\n")
    return answer


def _in_chatter(user: Client, contact: int, message_id: str) -> int:
    return user.call(
        "mail.message",
        "search_count",
        [
            ("model", "=", "res.partner"),
            ("res_id", "=", contact),
            "|",
            ("message_id", "=", message_id),
            ("sync_message_id", "=", message_id),
        ],
    )


def _until(done: Callable[[], object]) -> bool:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        if done():
            return True
        time.sleep(0.5)
    return False
