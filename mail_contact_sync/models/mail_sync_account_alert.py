# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from .mail_sync_access import MANAGER
from .mail_sync_sentence import OWNER_LEFT

ACTIVITY = "mail.mail_activity_data_warning"


class MailSyncAccount(models.Model):
    """Who is told that a mailbox needs somebody: once, until somebody has seen to it."""

    _inherit = "mail.sync.account"

    def _alert(self, user):
        """Put it on the user's list of activities; nothing is mailed."""
        self.ensure_one()
        self._calm()
        # sudo: the engine puts it on somebody else's list
        account = self.sudo().with_context(mail_activity_quick_update=True)
        sentences = self.env["mail.sync.sentence"].with_user(user).with_context(lang=user.lang)
        account.activity_schedule(
            ACTIVITY,
            user_id=user.id,
            summary=self.with_context(lang=user.lang).env._("Mailbox %s", self.address),
            note=sentences._of(account),
        )

    def _calm(self):
        # sudo: whosever list it is on
        self.sudo().activity_unlink([ACTIVITY])

    def _alert_manager(self):
        """A mailbox whose owner has left is somebody's to hand over or to remove."""
        for account in self:
            # in here: users are written without a mailbox too, even while the group is deleted
            # sudo: who archives a colleague need not see who is in it
            group = self.env.ref(MANAGER).sudo()
            managers = group.all_user_ids.filtered(
                lambda user, account=account: (
                    user.active
                    and not user._is_superuser()
                    and user != account.user_id
                    and account.company_id in user.company_ids
                )
            )
            if managers:
                account._alert((managers & self.env.user) or managers[0])

    def _owner_left(self):
        """Pause; the credentials stay, for nobody to read."""
        # sudo: who archives a colleague need not see her mailboxes
        mailboxes = self.sudo().filtered(lambda account: account.state in ("active", "stopped"))
        mailboxes.write({"state": "paused", "error_reason": OWNER_LEFT, "error_detail": False})
        mailboxes._alert_manager()

    def _owner_is_back(self):
        """What was said of her leaving is true no longer; she resumes when she likes."""
        # sudo: who brings a colleague back need not see her mailboxes
        mailboxes = self.sudo().filtered(lambda account: account.error_reason == OWNER_LEFT)
        mailboxes.error_reason = False
        mailboxes._calm()
