# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re
from email.utils import make_msgid

from odoo import api, models
from odoo.exceptions import UserError
from odoo.models import BaseModel
from odoo.tools import clean_context
from odoo.tools.mail import email_normalize_all, email_split_tuples, formataddr

MAX_SUBJECT = 500
_FILE = re.compile(r"/web/(image|content)/(\d+)")
#: To what core has files belong that are not posted yet.
PENDING = ("mail.compose.message", "mail.scheduled.message")


class MailThread(models.AbstractModel):
    """Messages that are written from a connected mailbox.

    Whom the author addresses outside gets one e-mail of hers, all together.  Whoever else
    Odoo tells, colleagues and followers, it tells as always.
    """

    _inherit = "mail.thread"

    @api.model
    def _get_allowed_message_params(self):
        return super()._get_allowed_message_params() | {"sync_sender_id", "sync_subject"}

    def _get_notify_valid_parameters(self):
        return super()._get_notify_valid_parameters() | {"sync_sender"}

    def message_post(self, *, sync_sender_id=None, sync_subject=None, **kwargs):
        """``sync_sender_id`` is the mailbox to write from; ``sync_subject`` what it is called."""
        kwargs.pop("sync_sender", None)  # ours to say
        sender = self.env["mail.sync.account"]._chosen(sync_sender_id)
        if not sender or not self._sync_is_comment(kwargs):
            return super().message_post(**kwargs)
        self.ensure_one()
        self._sync_check_recipients(kwargs)
        conversation = self.env["mail.sync.conversation"]
        subject = (sync_subject or kwargs.get("subject") or "").strip()[:MAX_SUBJECT]
        last = conversation._last(self.sudo(False), kwargs.get("parent_id"))
        if not conversation._goes_on(last, subject):
            last = last.browse()
        subject = subject or conversation._subject(last) or self._message_compute_subject()
        kwargs |= {
            "author_id": self.env.user.partner_id.id,
            "email_from": sender._sender_line(),
            # On one line: core writes it anew where it tells others of it.
            "subject": " ".join((subject or "").split()),
            "parent_id": last.id,
            "message_id": make_msgid(domain=sender.address.rpartition("@")[2] or "localhost"),
            "message_type": "comment",
            "mail_server_id": False,
            "sync_sender": sender,
            **self._sync_own_files(kwargs),
        }
        # Whom a person writes to does not begin to follow what Odoo sends by itself.
        hers = self.with_context(mail_post_autofollow=False, mail_sync_thread=[self._name, self.id])
        if sender.visibility == "private":
            kwargs["notify_skip_followers"] = True
            # Everybody reads who follows: it would tell that she wrote.
            hers = hers.with_context(mail_post_autofollow_author_skip=True, mail_sync_private=True)
        return super(MailThread, hers).message_post(**kwargs)

    @api.model
    def _sync_is_comment(self, kwargs) -> bool:
        """Notes go to nobody outside."""
        comment = self.env.ref("mail.mt_comment")
        return kwargs.get("subtype_xmlid") == "mail.mt_comment" or (
            not kwargs.get("subtype_xmlid") and kwargs.get("subtype_id") == comment.id
        )

    @api.model
    def _sync_own_files(self, kwargs) -> dict:
        """Files that stand elsewhere, too, are copied: those of an e-mail are its own."""
        ids = kwargs.get("attachment_ids") or []
        # sudo: where they stand; that she may read them is checked
        files = self.env["ir.attachment"].sudo().browse(ids)
        elsewhere = files.filtered(
            lambda file: not (file.res_model in PENDING and file.create_uid == self.env.user)
        )
        if not elsewhere:
            return {}
        elsewhere.sudo(False).check_access("read")
        values = {"res_model": PENDING[0], "res_id": 0, "public": False}
        copies = dict(zip(elsewhere.ids, elsewhere.copy(values).ids, strict=True))
        body = kwargs.get("body") or ""

        def renamed(found):
            return f"/web/{found[1]}/{copies.get(int(found[2]), found[2])}"

        return {
            "attachment_ids": [copies.get(each, each) for each in ids],
            "body": type(body)(_FILE.sub(renamed, body)),
        }

    @api.model
    def _sync_check_recipients(self, kwargs):
        """Before anything is posted: there is somebody to write to, and all can be written to."""
        partners = self.env["res.partner"].browse(kwargs.get("partner_ids") or [])
        # As the user: what is said of them, and the header, would tell who they are.
        partners.sudo(False).check_access("read")
        # sudo: she may read them; whether they are colleagues is asked of their users
        partners = partners.sudo()
        outside = partners.filtered("partner_share")
        if nameless := outside.filtered(lambda each: not email_normalize_all(each.email)):
            raise UserError(
                self.env._(
                    "%s has no e-mail address that can be written to.",
                    ", ".join(nameless.mapped("display_name")),
                )
            )
        if not (outside or kwargs.get("outgoing_email_to")):
            raise UserError(
                self.env._("Please choose to whom this e-mail goes: somebody outside the company.")
            )

    def _message_compute_parent_id(self, parent_id):
        if self.env.context.get("mail_sync_thread") != [self._name, self.id]:
            return super()._message_compute_parent_id(parent_id)
        # An e-mail of hers answers another, or nothing: not whatever stands last here.
        return self.env["mail.sync.conversation"]._last(self, parent_id).id if parent_id else False

    def _notify_thread(self, message, msg_vals=False, **kwargs):
        sender = kwargs.get("sync_sender")
        if not isinstance(sender, BaseModel):
            kwargs.pop("sync_sender", None)
            return super()._notify_thread(message, msg_vals=msg_vals, **kwargs)
        if kwargs.get("scheduled_date"):
            raise UserError(self.env._("Only messages from the company's address can be delayed."))
        # sudo: from where it was written is the engine's to note
        message.sudo()._sync_written_from(sender)
        return super()._notify_thread(message, msg_vals=msg_vals, **kwargs)

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        sender = kwargs.pop("sync_sender", None)
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        if isinstance(sender, BaseModel) and sender.visibility == "private":
            # Nobody is told of what nobody else may read.
            recipients = [each for each in recipients if each["share"]]
        return recipients

    def _notify_thread_by_inbox(self, message, recipients_data, msg_vals=False, **kwargs):
        kwargs.pop("sync_sender", None)
        return super()._notify_thread_by_inbox(
            message, recipients_data, msg_vals=msg_vals, **kwargs
        )

    def _notify_thread_by_web_push(self, message, recipients_data, msg_vals=False, **kwargs):
        kwargs.pop("sync_sender", None)
        return super()._notify_thread_by_web_push(
            message, recipients_data, msg_vals=msg_vals, **kwargs
        )

    def _notify_thread_by_email(self, message, recipients_data, *, sync_sender=None, **kwargs):
        if isinstance(sync_sender, BaseModel):
            # sudo: ids to compare with
            addressed = set(message.sudo().partner_ids.ids)
            hers = [
                each
                for each in recipients_data
                if each["notif"] == "email"
                and each["share"]
                and (not each["id"] or each["id"] in addressed)
            ]
            recipients_data = [each for each in recipients_data if each not in hers]
            self._sync_write_from(sync_sender, message, hers)
        return super()._notify_thread_by_email(message, recipients_data, **kwargs)

    def _sync_write_from(self, sender, message, recipients):
        """One e-mail to all of ``recipients`` (as ``_notify_get_recipients`` gives them)."""
        # sudo: mails and notifications are Odoo's; what they say, the user may say
        partners = self.env["res.partner"].sudo().browse(r["id"] for r in recipients if r["id"])
        addresses = [each["email_normalized"] for each in recipients if not each["id"]]
        people = self._sync_people(partners, addresses)
        if not people:
            return
        mail = (
            self.env["mail.mail"]
            .sudo()
            .with_context(clean_context(self.env.context))
            .create(
                {
                    "mail_message_id": message.id,
                    "is_notification": True,
                    "auto_delete": False,
                    **self._sync_to_and_cc(message.sudo().parent_id, people),
                    "body_html": sender._signed(message),
                    "references": " ".join(
                        self.env["mail.sync.conversation"]._references(
                            message.sudo(False).parent_id
                        )
                    ),
                }
            )
        )
        mail.sync_account_id = sender
        mail.sync_digest = mail._sync_digest()
        base = self._notify_by_email_get_base_notification_values(message)
        self.env["mail.notification"].sudo().create(
            [
                {
                    **base,
                    "mail_mail_id": mail.id,
                    "res_partner_id": each["id"],
                    "mail_email_address": not each["id"] and each["email_normalized"],
                }
                for each in recipients
            ]
        )
        mail.send_after_commit()

    @api.model
    def _sync_people(self, partners, addresses) -> list[tuple[str, str]]:
        """Names and addresses of whom an e-mail goes to."""
        named = [
            (partner.name or "", address)
            for partner in partners
            for address in email_normalize_all(partner.email)
        ]
        return named + [("", address) for address in addresses]

    @api.model
    def _sync_to_and_cc(self, parent, people) -> dict[str, str]:
        """Who got a copy of what is answered gets a copy of the answer."""
        copied = {
            address.lower() for _name, address in email_split_tuples(parent.incoming_email_cc or "")
        }
        to = [each for each in people if each[1] not in copied]
        copies = [each for each in people if each[1] in copied]
        if not to:
            to, copies = copies, []
        return {
            "email_to": ", ".join(map(formataddr, to)),
            "email_cc": ", ".join(map(formataddr, copies)),
        }


class MailThreadMainAttachment(models.AbstractModel):
    """Records of which one file is shown beside them."""

    _inherit = "mail.thread.main.attachment"

    def _message_set_main_attachment_id(self, *args, **kwargs):
        # Everybody would be shown that there is one.
        if not self.env.context.get("mail_sync_private"):
            return super()._message_set_main_attachment_id(*args, **kwargs)
        return None
