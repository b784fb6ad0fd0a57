# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# pylint: disable=invalid-commit
# What has left cannot be rolled back.
import logging
import random
import time
from contextlib import nullcontext

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.modules import module
from odoo.modules.registry import Registry
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ..connectors import reasons
from ..connectors.base import (
    ConnectorError,
    NotFiled,
    RecipientsRefused,
    SentUnknown,
    TemporaryError,
)
from ..lease import MAILS, sending
from ..vault import KeyLost
from .mail_mail_outcome import Outcome
from .mail_sync_sentence import KEY_LOST, UNEXPECTED

_logger = logging.getLogger(__name__)

#: Mails of one transaction that are sent right after it; whoever waits waits for no more.
AT_ONCE = 10
#: How often the same is noted anew where somebody else changed the same at the same moment.
MAX_CONFLICTS = 50


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
    sync_digest = fields.Char("What Was Posted", readonly=True)
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
        hers = hers._sync_at_once()
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

    def _sync_at_once(self):
        """As many as this transaction may still send itself; the others go with Odoo's queue."""
        data = self.env.cr.postcommit.data
        begun = data.get("mail_contact_sync.sent", 0)
        data["mail_contact_sync.sent"] = begun + len(self)
        at_once = self[: max(0, AT_ONCE - begun)]
        if at_once < self:
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
        return at_once

    def mark_outgoing(self):
        result = super().mark_outgoing()
        if hers := self.filtered("sync_account_id"):
            hers._sync_begin_anew()
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
        return result

    def _sync_begin_anew(self):
        """Queue them once more.

        Raise UserError where one is on its way: until that has ended it says the same as one
        over which a worker ended.
        """
        query = "SELECT bool_and(pg_try_advisory_xact_lock(%s, id)) FROM unnest(%s::int[]) AS id"
        self.env.cr.execute(query, (MAILS, sorted(self.ids)))
        if self.env.cr.fetchone()[0] is False:
            raise UserError(
                self.env._("This e-mail is being sent right now. Please wait a moment.")
            )
        # sudo: whoever may have it tried again
        self.sudo().write({"state": "outgoing", "scheduled_date": False, "sync_attempts": 0})

    # One after the other ----------------------------------------------------------

    def _sync_send(self):
        """Commits."""
        # sudo: whoever may send mails need not see the mailbox, nor other people's notifications
        for account, mails in self.sudo().exists().grouped("sync_account_id").items():
            for mail in mails.sorted("id"):
                if not self.env["mail.sync.engine"]._may_begin():  # it stays in the queue
                    self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
                    break
                with mail._sync_alone() as alone:
                    if alone and mail._sync_surely(mail._sync_begin):
                        mail._sync_hand_over()
            if mails.exists().filtered("sync_unfiled"):
                self._sync_surely(account._sync_soon)

    def _sync_alone(self):
        """A context: True where nobody else is sending it."""
        if module.current_test:
            return nullcontext(True)  # there is but one connection
        return sending(self.env.registry, self.id)

    def _sync_commit(self):
        if not module.current_test:
            self.env.cr.commit()

    def _sync_surely(self, step):
        """Do ``step`` and commit, again and again while somebody changes the same meanwhile."""
        for left in reversed(range(MAX_CONFLICTS)):
            try:
                result = step()
                self.env.flush_all()
                self._sync_commit()
                return result
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                if module.current_test or not left:
                    raise
                self.env.cr.rollback()
                time.sleep(random.uniform(0, 0.2))
        return None

    def _sync_begin(self) -> bool:
        """Note that it is being sent; False where it is not to be, not now or not any more."""
        if not self._sync_take():
            return False
        account = self.sync_account_id
        # Whoever closed the mailbox while this was posted did not see it.
        account._hold_visibility()
        self.mail_message_id._sync_keep_closed(account)
        if hindrance := self._sync_hindrance():
            self._sync_fail(hindrance)
            return False
        if until := account._sending_pause():
            self._sync_wait(until)
            return False
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
        return True

    def _sync_take(self) -> bool:
        """False where another worker sends it, or did."""
        query = SQL(
            "SELECT state FROM mail_mail WHERE id = %s AND state = 'outgoing' "
            "FOR UPDATE SKIP LOCKED",
            self.id,
        )
        self.env.flush_all()
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(query, log_exceptions=False)
                return bool(self.env.cr.fetchone())
        except SerializationFailure:
            return False  # it was still free when this transaction began

    def _sync_notifications(self):
        return self.env["mail.notification"].search(
            [("mail_mail_id", "in", self.ids), ("notification_status", "!=", "sent")]
        )

    def _sync_hand_over(self):
        """What comes of it is noted whatever becomes of the mail, and of its mailbox, meanwhile."""
        told = self._sync_notifications()
        outcome = self._sync_try()
        self._sync_surely(lambda: self._sync_conclude(outcome, told))

    def _sync_try(self) -> Outcome:
        sentences = self.env["mail.sync.sentence"]
        account = self.sync_account_id
        try:
            message = self._sync_compose()
            with (
                self.env["mail.sync.engine"]._asking(),
                account._provider()._sender(account) as sender,
            ):
                sender.send(message, account.address, self._sync_recipients())
        except NotFiled:
            return Outcome(sent=True)
        except RecipientsRefused as error:
            return Outcome(sentences._of_refused(error, self), failure="mail_email_invalid")
        except SentUnknown as error:
            _logger.warning("Mail %s: nobody knows whether it was sent: %s", self.id, error)
            return Outcome(sentences._of_sending(reasons.SENT_UNKNOWN, self))
        except TemporaryError as error:
            return Outcome(sentences._of_sending(error.reason, self), passing=error)
        except ConnectorError as error:
            return Outcome(sentences._of_sending(error.reason, self))
        except KeyLost:
            return Outcome(sentences._of_sending(KEY_LOST, self))
        except Exception:
            _logger.exception("Mail %s could not be sent", self.id)
            return Outcome(sentences._of_sending(UNEXPECTED, self))
        return Outcome(sent=True, filed=account._provider()._files_sent)
