# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
from datetime import timedelta
from typing import NamedTuple

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import clean_context

from ..connectors.base import MAX_WAIT, TemporaryError

_logger = logging.getLogger(__name__)

#: How often it is tried to send what has certainly not been sent.
MAX_ATTEMPTS = 6
#: Before the second attempt; twice as long before each further one.
PAUSE = timedelta(minutes=2)


class Outcome(NamedTuple):
    """What came of handing a mail over: ``reason`` says in words why it was not sent.

    ``filed`` where the mailbox has a copy in Sent, ``passing`` where it was certainly not sent
    and may be tried again.
    """

    reason: str = ""
    failure: str = "mail_smtp"
    sent: bool = False
    filed: bool = False
    passing: TemporaryError | None = None


class MailMail(models.Model):
    """What becomes of a mail that was handed over, or is not to be."""

    _inherit = "mail.mail"

    def _sync_conclude(self, outcome: Outcome, told):
        """``told`` are the notifications, which outlive a mail that was deleted meanwhile."""
        if not self.exists():
            if outcome.passing:  # but there is nothing left to try it with
                outcome = Outcome(self.env["mail.sync.sentence"]._of_removed())
            told.exists()._sync_tell(outcome)
        elif outcome.sent:
            self._sync_sent(outcome.filed)
        elif outcome.passing:
            self._sync_try_later(outcome)
        else:
            self._sync_fail(outcome.reason, outcome.failure)

    def _sync_hindrance(self) -> str:
        """Why it must not leave by this mailbox any more, in words; "" where it may."""
        account, sentences = self.sync_account_id, self.env["mail.sync.sentence"]
        if account.state == "removing":
            return sentences._of_removed()
        if self.create_uid != account.user_id:
            return sentences._of_handed_over(account)
        if account.user_id.share or not account.user_id.active:
            return sentences._of_left(account)
        return ""

    def _sync_sent(self, filed: bool):
        message = self.mail_message_id
        self.env["mail.sync.sent"].create({"account_id": self.sync_account_id.id})
        # Nobody else's mailbox gets a copy.
        filed = filed or bool(self._sync_hindrance())
        self.write(
            {
                "state": "sent",
                "failure_type": False,
                "failure_reason": False,
                "sync_unfiled": not filed,
                "auto_delete": filed,
            }
        )
        self._postprocess_sent_message([], [])
        message._notify_message_notification_update()

    def _sync_fail(self, reason: str, failure_type: str = "mail_smtp"):
        self.write({"state": "exception", "failure_type": failure_type, "failure_reason": reason})
        self._postprocess_sent_message([], [], failure_reason=reason, failure_type=failure_type)

    def _sync_try_later(self, outcome: Outcome):
        """It has certainly not been sent."""
        if hindrance := self._sync_hindrance():
            self._sync_fail(hindrance)
            return
        if self.sync_attempts + 1 >= MAX_ATTEMPTS:
            self._sync_fail(outcome.reason)
            return
        pause, asked = PAUSE * 2**self.sync_attempts, outcome.passing.retry_after
        if asked:
            pause = max(pause, timedelta(seconds=min(asked, MAX_WAIT)))
        self.sync_attempts += 1
        self._sync_wait(fields.Datetime.now() + pause)

    def _sync_wait(self, until):
        """It goes with Odoo's own queue, not before ``until``."""
        self.write(
            {
                "state": "outgoing",
                "scheduled_date": until,
                "failure_type": False,
                "failure_reason": False,
            }
        )
        self._sync_notifications().write(
            {"notification_status": "ready", "failure_type": False, "failure_reason": False}
        )
        self.mail_message_id._notify_message_notification_update()
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger(until + timedelta(seconds=1))

    def _sync_give_up(self, reason: str):
        """They go with their mailbox, and why they were not sent is said on their messages."""
        for mail in self.filtered(lambda mail: mail.state == "outgoing"):
            mail._sync_fail(reason)
        self.filtered(lambda mail: mail.state == "exception").write({"state": "cancel"})

    @api.model
    def _sync_lose(self, messages):
        """What waits goes with its message: that is told where its author still finds it."""
        waiting = self.search(
            [
                ("mail_message_id", "in", messages.ids),
                ("sync_account_id", "!=", False),
                ("state", "=", "outgoing"),
            ]
        )
        for mail in waiting:
            author = mail.sync_account_id.user_id
            if mail._sync_hindrance():
                _logger.warning("Mail %s was not sent: its message was deleted", mail.id)
                continue
            told = mail.with_context(lang=author.lang)
            # Hers alone: it stands on no record, and nothing is mailed.
            activities = self.env["mail.activity"].with_user(SUPERUSER_ID)
            activities = activities.with_context(clean_context(self.env.context))
            activities.with_context(mail_activity_quick_update=True).create(
                {
                    "activity_type_id": self.env.ref("mail.mail_activity_data_warning").id,
                    "user_id": author.id,
                    "summary": told.env._("Not sent: %s", mail.subject),
                    "note": told.env["mail.sync.sentence"]._of_lost(mail),
                }
            )

    def _sync_found(self):
        """A copy of it was found in the mailbox: so it was sent, whatever was thought."""
        doubtful = self.filtered(lambda mail: mail.state == "exception" and not mail.sync_unfiled)
        for mail in doubtful:
            mail._sync_sent(filed=True)
