# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timedelta
from email.utils import formataddr

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import is_html_empty

#: Of what ``_most_sent`` of a provider says how much.
SPANS = (timedelta(minutes=1), timedelta(days=1))


class MailSyncAccount(models.Model):
    """Writing from a mailbox: who may, under which name, and how much."""

    _inherit = "mail.sync.account"

    signature = fields.Html(help="Left empty, e-mails end with the signature of your preferences.")
    can_send = fields.Boolean(compute="_compute_can_send", search="_search_can_send")

    def _compute_can_send(self):
        """Whether it is there to be chosen; in trouble, too, so that nobody wonders where it is."""
        for account in self:
            account.can_send = (
                account.sends
                and account.state not in ("draft", "removing")
                and account._provider()._can_send(account)
            )

    @api.model
    def _search_can_send(self, operator, value):
        if operator != "in":
            return NotImplemented
        mine = self.search([("user_id", "=", self.env.uid)])
        return [("id", "in", mine.filtered(lambda account: account.can_send in value).ids)]

    # Choosing ---------------------------------------------------------------------

    @api.model
    def composer_senders(self, thread_model, thread_id, parent_id=False):
        """What the user may write from in the chatter of a record, for the composer.

        Returns ``{"senders": [{"id", "label", "problem", "private"}, …], "sender": id or False,
        "subject": str}``; False is the company's e-mail, and ``subject`` that of an answer.
        """
        senders = self._senders()
        conversation = self.env["mail.sync.conversation"]
        thread = conversation._thread(thread_model, thread_id)
        last = conversation._last(thread, parent_id)
        return {
            "senders": [
                {
                    "id": sender.id,
                    "label": sender._sender_line(),
                    "problem": sender._sending_problem(),
                    "private": sender.visibility == "private",
                }
                for sender in senders
            ],
            "sender": conversation._sender(thread, last, senders).id,
            "subject": conversation._subject(last),
        }

    @api.model
    def _senders(self):
        """The user's mailboxes that may write, her default first."""
        user = self.env.user
        if user.share:
            return self.browse()
        mine = self.with_user(user).search([("user_id", "=", user.id)], order="id")
        return mine.filtered("can_send").sorted(
            # sudo: the user's own default
            lambda account: account != user.sudo().mail_sync_sender_id
        )

    @api.model
    def _chosen(self, account_id):
        """The mailbox that the user chose to write from; none where she chose none.

        Raises AccessError for what is not hers, UserError where it cannot write.  Whoever calls
        with all rights calls for the user still.
        """
        if not account_id:
            return self.browse()
        # sudo: that it is hers is checked here, for whoever calls
        account = self.sudo().browse(account_id if type(account_id) is int else 0).exists()
        if account.user_id != self.env.user or self.env.user.share:
            raise AccessError(self.env._("You can only write from mailboxes of your own."))
        if problem := account._sending_problem():
            raise UserError(problem)
        return account

    def _sending_problem(self) -> str:
        """Why nothing can be sent from here now, and what to do; "" where it can."""
        self.ensure_one()
        if self.state == "stopped":
            return self.env._(
                "%(address)s needs attention before you can write from it. %(problem)s",
                address=self.address,
                problem=self.error_message or self.env._("Please reconnect it."),
            )
        if not self.can_send:
            return self.env._(
                "Odoo cannot write from %s. Open this mailbox and reconnect it, or write from "
                "another one.",
                self.address,
            )
        return ""

    # Sending ----------------------------------------------------------------------

    def _sender_line(self) -> str:
        """Who writes from here, as From names her."""
        self.ensure_one()
        # sudo: the name stands in each of her e-mails
        return formataddr((self.user_id.sudo().name or "", self.address))

    def _signed(self, message) -> Markup:
        """The text of ``message``, with the signature where one belongs to it."""
        self.ensure_one()
        signature = self.signature if not is_html_empty(self.signature) else False
        # sudo: what she herself ends her e-mails with
        signature = signature or self.user_id.sudo().signature
        if not message.email_add_signature or is_html_empty(signature):
            return message.body
        # In blocks, so that it begins a line in plain text, too.
        return Markup('<div>%s</div><br><div class="signature">-- <br>%s</div>') % (
            message.body,
            signature,
        )

    def _sending_pause(self) -> datetime | None:
        """Until when the provider lets this mailbox send nothing more; None where it does now."""
        self.ensure_one()
        now = fields.Datetime.now()
        # sudo: what was sent is counted by the engine, and read by nobody
        sent = self.env["mail.sync.sent"].sudo()
        for span, most in zip(SPANS, self._provider()._most_sent, strict=True):
            latest = sent.search(
                [("account_id", "=", self.id), ("date", ">", now - span)],
                order="date desc, id desc",
                limit=most,
            )
            if len(latest) == most:
                return latest[-1].date + span + timedelta(seconds=1)
        return None

    def _sync_soon(self):
        """A copy in Sent is missing."""
        self.next_sync = fields.Datetime.now()
        self._wake()

    # Leaving ----------------------------------------------------------------------

    def _give_up_sending(self, reason: str):
        """What still waits would find no way out."""
        # sudo: the mails are Odoo's
        waiting = self.env["mail.mail"].sudo().search([("sync_account_id", "in", self.ids)])
        waiting._sync_give_up(reason)

    def _begin_removal(self, remove_mails: bool):
        self.sudo()._hold_visibility()
        self._give_up_sending(self.env["mail.sync.sentence"]._of_removed())
        return super()._begin_removal(remove_mails)

    def unlink(self):
        self.check_access("unlink")
        self.sudo()._hold_visibility()
        self._give_up_sending(self.env["mail.sync.sentence"]._of_removed())
        return super().unlink()
