# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# pylint: disable=invalid-commit
# What has left cannot be rolled back.
import logging
from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api, fields, models
from odoo.modules import module
from odoo.modules.registry import Registry
from odoo.tools import SQL

from ..connectors import reasons
from ..connectors.base import (
    MAX_WAIT,
    ConnectorError,
    NotFiled,
    RecipientsRefused,
    SentUnknown,
    TemporaryError,
)
from ..vault import KeyLost
from .mail_sync_sentence import KEY_LOST, UNEXPECTED

_logger = logging.getLogger(__name__)

#: How often it is tried to send what has certainly not been sent.
MAX_ATTEMPTS = 6
#: Before the second attempt; twice as long before each further one.
PAUSE = timedelta(minutes=2)


class MailMail(models.Model):
    """E-mails that leave by a connected mailbox: sent once, or said to be not sent.

    Before a message is handed to the provider, it is committed that this has begun.
    Whoever is killed then leaves a message that says so, and that nobody sends again by itself.
    """

    _inherit = "mail.mail"

    sync_account_id = fields.Many2one(
        "mail.sync.account",
        "Leaves by",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    sync_attempts = fields.Integer("Attempts to Send", readonly=True)
    sync_unfiled = fields.Boolean("Copy in Sent Is Missing", readonly=True)

    def send(self, auto_commit=False, raise_exception=False, post_send_callback=None):
        hers = self.filtered("sync_account_id")
        if hers and auto_commit:
            hers._sync_send()
            if post_send_callback:
                post_send_callback(hers.ids)
        elif hers:
            hers.send_after_commit()
        others = self - hers
        if not others:
            return True
        return super(MailMail, others).send(
            auto_commit=auto_commit,
            raise_exception=raise_exception,
            post_send_callback=post_send_callback,
        )

    def send_after_commit(self):
        hers = self.filtered("sync_account_id")
        super(MailMail, self - hers).send_after_commit()
        if not hers:
            return
        if module.current_test:
            hers._sync_send()
            return
        ids, database = hers.ids, self.env.cr.dbname

        @self.env.cr.postcommit.add
        def send():
            # The message stands in the chatter: whatever goes wrong now is said there.
            try:
                with Registry(database).cursor() as cr:
                    api.Environment(cr, SUPERUSER_ID, {})["mail.mail"].browse(ids)._sync_send()
            except Exception:
                _logger.exception("Mails %s: sending was interrupted", ids)

    def mark_outgoing(self):
        result = super().mark_outgoing()
        if hers := self.filtered("sync_account_id"):
            hers._sync_begin_anew()
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
        return result

    def _sync_begin_anew(self):
        # sudo: whoever may have it tried again
        self.sudo().write({"state": "outgoing", "scheduled_date": False, "sync_attempts": 0})

    # One after the other ----------------------------------------------------------

    def _sync_send(self):
        """Commits."""
        # sudo: whoever may send mails need not see the mailbox, nor other people's notifications
        for account, mails in self.sudo().grouped("sync_account_id").items():
            for mail in mails.sorted("id"):
                if until := account._sending_pause():
                    mail._sync_wait(until)
                elif mail._sync_begin():
                    mail._sync_hand_over(account)
                self._sync_commit()
            if mails.exists().filtered("sync_unfiled"):
                account.next_sync = fields.Datetime.now()
                account._wake()
                self._sync_commit()

    def _sync_commit(self):
        if not module.current_test:
            self.env.cr.commit()

    def _sync_begin(self) -> bool:
        """Note that it is being sent; False where another worker does so, or did."""
        query = SQL(
            "SELECT state FROM mail_mail WHERE id = %s AND state = 'outgoing' "
            "FOR UPDATE SKIP LOCKED",
            self.id,
        )
        self.env.flush_all()
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(query, log_exceptions=False)
                if not self.env.cr.fetchone():
                    return False
        except SerializationFailure:
            return False  # it was still free when this transaction began
        # Not yet told to anybody: mostly it is put right within a second.
        doubt = self.env["mail.sync.sentence"]._of_sending(reasons.SENT_UNKNOWN, self)
        self.write({"state": "exception", "failure_type": "mail_smtp", "failure_reason": doubt})
        self._sync_notifications().write(
            {
                "notification_status": "exception",
                "failure_type": "mail_smtp",
                "failure_reason": doubt,
            }
        )
        self.env.flush_all()
        self._sync_commit()
        return True

    def _sync_notifications(self):
        return self.env["mail.notification"].search(
            [("mail_mail_id", "in", self.ids), ("notification_status", "!=", "sent")]
        )

    def _sync_hand_over(self, account):
        sentences = self.env["mail.sync.sentence"]
        try:
            message = self._sync_compose()
            with account._provider()._sender(account) as sender:
                sender.send(message, account.address, self._sync_recipients())
        except NotFiled:
            self._sync_sent(account, filed=False)
        except RecipientsRefused as error:
            self._sync_fail(sentences._of_refused(error, self), "mail_email_invalid")
        except SentUnknown as error:
            _logger.warning("Mail %s: nobody knows whether it was sent: %s", self.id, error)
            self._sync_fail(sentences._of_sending(reasons.SENT_UNKNOWN, self))
        except TemporaryError as error:
            self._sync_try_later(error)
        except ConnectorError as error:
            self._sync_fail(sentences._of_sending(error.reason, self))
        except KeyLost:
            self._sync_fail(sentences._of_sending(KEY_LOST, self))
        except Exception:
            _logger.exception("Mail %s could not be sent", self.id)
            self._sync_fail(sentences._of_sending(UNEXPECTED, self))
        else:
            self._sync_sent(account, filed=account._provider()._files_sent)

    # What becomes of it -------------------------------------------------------------

    def _sync_sent(self, account, filed: bool):
        message = self.mail_message_id
        self.env["mail.sync.sent"].create({"account_id": account.id})
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

    def _sync_try_later(self, error: TemporaryError):
        """It has certainly not been sent."""
        if self.sync_attempts + 1 >= MAX_ATTEMPTS:
            self._sync_fail(self.env["mail.sync.sentence"]._of_sending(error.reason, self))
            return
        pause = PAUSE * 2**self.sync_attempts
        if error.retry_after:
            pause = max(pause, timedelta(seconds=min(error.retry_after, MAX_WAIT)))
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
        for mail in self.filtered(lambda mail: mail.state == "outgoing"):
            mail._sync_fail(reason)
        self.filtered(lambda mail: mail.state == "exception").write({"state": "cancel"})

    def _sync_found(self):
        """A copy of it was found in the mailbox: so it was sent, whatever was thought."""
        doubtful = self.filtered(lambda mail: mail.state == "exception" and not mail.sync_unfiled)
        for mail in doubtful:
            mail._sync_sent(mail.sync_account_id, filed=True)
