# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Somebody who writes from her mailbox, and her customer's mailbox."""

from email import message_from_bytes, policy
from email.message import EmailMessage

from imapclient import IMAPClient

from .mailbox import Mailbox
from .office import PASSWORD, Office

SENDING = """
    SELECT notification.notification_status, notification.failure_reason
    FROM mail_notification notification WHERE mail_message_id = %s
"""


class Writer:
    """A mailbox, with a way to write from it, and the mailbox of a customer."""

    def __init__(self, office: Office, mailbox: Mailbox, customer: str, port: int):
        self.office, self.mailbox, self.customer = office, mailbox, customer
        [self.contact] = office.add_contacts([{"name": "Clara", "email": customer}])
        mailbox.account = office.connect(
            mailbox.login,
            mailbox.address,
            smtp_host="127.0.0.1",
            smtp_port=port,
            smtp_security="none",
        )

    def leave_by(self, port: int) -> None:
        self.office.sql(
            "UPDATE mail_sync_account SET smtp_port = %s WHERE id = %s", port, self.mailbox.account
        )

    def write(self, model: str = "res.partner", record: int | None = None, **values) -> int:
        """Write in a chatter; returns the message's id."""
        posted = self.office.user(self.mailbox.login).call(
            model,
            "message_post",
            [record or self.contact],
            **{
                "body": "Does Friday suit you?",
                "subject": "Our bridge",
                "message_type": "comment",
                "subtype_xmlid": "mail.mt_comment",
                "partner_ids": [self.contact],
                "sync_sender_id": self.mailbox.account,
                **values,
            },
        )
        return posted[0] if isinstance(posted, list) else posted

    def status(self, message: int) -> tuple[str, str]:
        [(status, reason)] = self.office.sql(SENDING, message)
        return status, reason or ""

    def mails(self, message: int) -> list[tuple[int, str]]:
        """What is left of them: id and state."""
        return self.office.sql(
            "SELECT id, state FROM mail_mail WHERE mail_message_id = %s", message
        )

    def queue(self) -> None:
        """Odoo's own, as if all pauses were over."""
        self.office.sql(
            "UPDATE mail_mail SET scheduled_date = '2020-01-01' WHERE sync_account_id IS NOT NULL"
        )
        self.office.user("admin").call("mail.mail", "process_email_queue")

    def arrived(self, user: str = "", folder: str = "INBOX") -> list[EmailMessage]:
        """What stands in a mailbox that somebody wrote from here."""
        with IMAPClient("127.0.0.1", self.office.dovecot.port, ssl=False) as client:
            client.plain_login(user or self.customer, PASSWORD)
            client.select_folder(folder, readonly=True)
            found = client.fetch(client.search(["SUBJECT", "Our bridge"]), ["BODY.PEEK[]"])
            return [
                message_from_bytes(items[b"BODY[]"], policy=policy.default)
                for items in found.values()
            ]

    def answer(self, message: EmailMessage) -> str:
        answer = EmailMessage()
        answer["From"], answer["To"] = self.customer, self.mailbox.address
        answer["Subject"] = f"Re: {message['Subject']}"
        answer["Message-ID"] = f"<answer.{self.customer}>"
        answer["In-Reply-To"] = answer["References"] = message["Message-ID"]
        answer.set_content("It does.\n")
        self.office.dovecot.deliver(answer.as_bytes(), self.mailbox.address)
        return answer["Message-ID"]

    def in_chatter(self, model: str, record: int, message_id: str) -> int:
        return len(
            self.office.sql(
                """SELECT 1 FROM mail_message WHERE model = %s AND res_id = %s
                   AND %s IN (message_id, sync_message_id)""",
                model,
                record,
                message_id,
            )
        )
