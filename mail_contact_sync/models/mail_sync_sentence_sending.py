# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from ..connectors import reasons
from ..connectors.base import RecipientsRefused
from .mail_sync_sentence import CHANGED, KEY_LOST, UNEXPECTED


class MailSyncSentence(models.AbstractModel):
    """What went wrong with an e-mail that was written from a mailbox."""

    _inherit = "mail.sync.sentence"

    @api.model
    def _of_sending(self, reason: str, mail) -> str:
        account, host = mail.sync_account_id, self._outgoing_host(mail)
        return (
            self._sending_sentences(host, account.address).get(reason)
            or account._provider()._sentences(account).get(reason)
            or self._of_reason(reason, host, account.smtp_port)
        )

    @api.model
    def _of_login(self, reason: str, host: str, port: int) -> str:
        """While a mailbox is being connected, be it for reading or for sending."""
        sending = {reasons.NOT_SMTP, reasons.SMTP_DISABLED, reasons.LOGIN_NOT_OFFERED}
        if reason in sending:
            return self._sending_sentences(host, "")[reason]
        return self._of_reason(reason, host, port)

    @api.model
    def _of_refused(self, error: RecipientsRefused, mail) -> str:
        names = ", ".join(error.refused) or mail.email_to or ""
        return self.env._(
            "%(host)s does not take e-mails to %(addresses)s. Nothing was sent to anybody. Please "
            "correct the address, and try again.",
            host=self._outgoing_host(mail),
            addresses=names,
        )

    @api.model
    def _outgoing_host(self, mail) -> str:
        account = mail.sync_account_id
        return account.smtp_host or account._provider()._server_name(account)

    @api.model
    def _of_removed(self) -> str:
        return self.env._(
            "It was not sent: the mailbox that it was written from was removed. Please write it "
            "anew from another one."
        )

    @api.model
    def _of_handed_over(self, account) -> str:
        return self.env._(
            "It was not sent: the mailbox %s now belongs to somebody else. Please write it anew "
            "from another one.",
            account.address,
        )

    @api.model
    def _of_lost(self, mail) -> str:
        return self.env._(
            "Your e-mail to %s was not sent: before it could leave, the record that you wrote it "
            "on was deleted, and the e-mail with it. Please write it anew.",
            ", ".join(mail._sync_recipients()),
        )

    @api.model
    def _of_left(self, account) -> str:
        return self.env._(
            "It was not sent: %s, whose mailbox it was written from, no longer works with Odoo.",
            account.user_id.name,
        )

    @api.model
    def _sending_sentences(self, host: str, address: str) -> dict[str, str]:
        _ = self.env._
        return {
            reasons.SENT_UNKNOWN: _(
                "The connection broke while this e-mail was being sent, so nobody knows whether it "
                "went out. Please look into the Sent folder of %s before you try again.",
                address,
            ),
            UNEXPECTED: _(
                "Something went wrong while this e-mail was being sent. Please look into the Sent "
                "folder of %s before you try again.",
                address,
            ),
            CHANGED: _("It was not sent: it is no longer what you wrote. Please write it anew."),
            KEY_LOST: _(
                "This database was moved without the key that opens its passwords. Please "
                "reconnect the mailbox %s, and try again.",
                address,
            ),
            reasons.BAD_CREDENTIALS: _(
                "The server %(host)s does not accept the user name and password of %(address)s "
                "for sending. Please reconnect this mailbox, and try again.",
                host=host,
                address=address,
            ),
            reasons.NO_SMTP: _(
                "No outgoing server is known for %s. Please reconnect this mailbox, and enter it.",
                address,
            ),
            reasons.NOT_SMTP: _(
                "What answers at %s is no outgoing mail server. Please correct the server and the "
                "port.",
                host,
            ),
            reasons.SMTP_DISABLED: _(
                "%s does not let this mailbox send from other programs. Please ask whoever runs "
                "it to switch on SMTP.",
                host,
            ),
            reasons.LOGIN_NOT_OFFERED: _(
                "%s offers no way to log in that Odoo knows. Please ask whoever runs it.", host
            ),
            reasons.SEND_DENIED: _(
                "%(host)s does not let you send as %(address)s. Please ask whoever runs it.",
                host=host,
                address=address,
            ),
            reasons.SEND_REFUSED: _(
                "%s refused this e-mail because of what stands in it. It was not sent.", host
            ),
            reasons.MESSAGE_TOO_LARGE: _(
                "This e-mail is too large for %s. It was not sent. Please leave out an "
                "attachment, or send a link to it.",
                host,
            ),
            reasons.TOO_MANY_RECIPIENTS: _(
                "This e-mail has more recipients than may be written to at once. It was not sent."
            ),
            reasons.RECIPIENTS_DIFFER: _(
                "An address of this e-mail is not a proper one. It was not sent."
            ),
            reasons.ADDRESS_INVALID: _(
                "An address of this e-mail is not a proper one. It was not sent."
            ),
            reasons.ADDRESS_UNSUPPORTED: _(
                "%s cannot write to addresses with letters beyond A to Z. It was not sent.", host
            ),
            reasons.RATE_LIMIT: _(
                "%s lets this mailbox send only so many e-mails. This one was not sent; please try "
                "again later.",
                host,
            ),
        }
