# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import is_html_empty

from ..models.fields import ReadableMessage


class MailComposeMessage(models.TransientModel):
    """The mailbox that a message is written from, or none: the company's e-mail.

    It is for people: code that composes messages writes from the company.
    """

    _inherit = "mail.compose.message"

    sync_sender_id = fields.Many2one(
        "mail.sync.account",
        "Write From",
        domain="[('user_id', '=', uid), ('can_send', '=', True)]",
        ondelete="set null",
    )
    sync_choosable = fields.Boolean(compute="_compute_sync_choosable")
    sync_signature = fields.Html(compute="_compute_sync_signature")
    sync_parent_id = ReadableMessage("mail.message", "Answers", ondelete="set null")

    @api.depends("composition_mode", "composition_batch", "subtype_is_log", "model", "res_ids")
    def _compute_sync_choosable(self):
        """Mass mail, notes, and what is no chatter go the way they always go."""
        senders = self.env["mail.sync.account"]._senders()
        for composer in self:
            composer.sync_choosable = senders and composer._sync_is_one_message()

    def _sync_is_one_message(self) -> bool:
        return (
            self.composition_mode == "comment"
            and not self.composition_batch
            and not self.subtype_is_log
            and self.model_is_thread
            and len(self._evaluate_res_ids()) == 1
        )

    @api.depends("sync_sender_id")
    def _compute_sync_signature(self):
        senders = self.env["mail.sync.account"]._senders()
        for composer in self:
            # & : another's says nothing of itself
            signature = (composer.sync_sender_id & senders).signature
            composer.sync_signature = (
                self.env.user.signature if is_html_empty(signature) else signature
            )

    @api.constrains("sync_sender_id")
    def _check_sync_sender(self):
        # sudo: whose mailbox it is, for whoever chose it
        for sender in self.sudo().sync_sender_id:
            if sender.user_id != self.env.user:
                raise AccessError(self.env._("You can only write from mailboxes of your own."))

    # Defaults ---------------------------------------------------------------------

    def onchange(self, values, field_names, fields_spec):
        # The form asks here what it shows at first.
        person = self.with_context(mail_contact_sync_person=True)
        return super(MailComposeMessage, person).onchange(values, field_names, fields_spec)

    @api.model
    def default_get(self, fields):
        defaults = super().default_get(fields)
        if (
            self.env.context.get("mail_contact_sync_person")
            and "sync_sender_id" in fields
            and "sync_sender_id" not in defaults
        ):
            defaults |= {
                name: value
                for name, value in self._sync_defaults(defaults).items()
                if name in fields
            }
        return defaults

    def _sync_defaults(self, defaults) -> dict:
        """From where she writes, and what it is called.

        What Odoo words by a template or sends in a layout of its own, such as an offer
        with its button, is the company's unless she says otherwise.
        """
        composer = self.new(defaults)
        if composer.template_id or composer.email_layout_xmlid:
            return {}
        if not composer.sync_choosable:
            return {}
        parent = composer.sync_parent_id
        [thread_id] = composer._evaluate_res_ids()
        answer = self.env["mail.sync.account"].composer_senders(
            composer.model, thread_id, parent.id
        )
        if not answer["sender"]:
            return {}
        return {"sync_sender_id": answer["sender"]} | self._sync_default_subject(
            defaults, answer["subject"]
        )

    def _sync_default_subject(self, defaults, subject):
        option = defaults.get("composition_comment_option")
        if option == "forward":
            bare = self.env["mail.sync.conversation"]._bare_subject(defaults.get("subject"))
            return {"subject": f"Fwd: {bare}"} if bare else {}
        if subject and (option == "reply_all" or not defaults.get("subject")):
            return {"subject": subject}
        return {}

    # Sending ----------------------------------------------------------------------

    def _prepare_mail_values_static(self):
        values = super()._prepare_mail_values_static()
        if self.sync_sender_id and self._sync_is_one_message():
            values["sync_sender_id"] = self.sync_sender_id.id
            if self.composition_comment_option == "reply_all":
                values["parent_id"] = self.sync_parent_id.id
        return values

    def _prepare_schedule_message_post_values(self, post_values):
        if not post_values.get("sync_sender_id"):
            post_values.pop("parent_id", None)  # not kept by core
        return super()._prepare_schedule_message_post_values(post_values)
