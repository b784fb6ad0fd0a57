# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class MailMessage(models.Model):
    """What a synced message has more than others: its identity and who may read it.

    The access rule on mail.message covers what goes through the ORM as the
    user.  The overrides below close the paths that core leaves open: bypassed
    relations, and documents that grant access to their messages.
    """

    _inherit = "mail.message"

    sync_message_id = fields.Char(
        "Message-ID of the Synced E-mail", readonly=True, copy=False, index="btree_not_null"
    )
    sync_access = fields.Selection(
        [("shared", "Everyone who sees the contact"), ("private", "Only the mailbox's owner")],
        "Readers of the Synced E-mail",
        readonly=True,
        copy=False,
    )
    sync_user_ids = fields.Many2many(
        "res.users",
        "mail_message_sync_user_rel",
        "message_id",
        "user_id",
        "Only For",
        readonly=True,
        copy=False,
    )

    _contact_date_idx = models.Index("(res_id, date, id) WHERE model = 'res.partner'")

    # Access ---------------------------------------------------------------------

    @api.model
    def _sync_readable_domain(self) -> Domain:
        """What the current user may read; the rule on mail.message says the same."""
        user = self.env.user
        if user.share:
            return Domain("sync_access", "=", False)
        return Domain("sync_access", "in", [False, "shared"]) | Domain(
            "sync_user_ids", "in", user.ids
        )

    @api.model
    def _search(
        self, domain, offset=0, limit=None, order=None, *, bypass_access=False, **kwargs
    ):
        if order == "id DESC":
            order = self.env.context.get("mail_contact_sync_order", order)
        # Relations that bypass access, as res.partner's message_ids does, would
        # tell by a search what a hidden message says.
        if self.env.context.get("mail_contact_sync_hide"):
            domain = Domain(domain) & Domain("sync_access", "=", False)
        elif bypass_access and not self.env.su:
            domain = Domain(domain) & self._sync_readable_domain()
        return super()._search(
            domain, offset, limit, order, bypass_access=bypass_access, **kwargs
        )

    @api.model
    def _get_with_access(self, message_id, mode="read", **kwargs):
        # Core also opens a message to whoever may open its document.
        message = super()._get_with_access(message_id, mode=mode, **kwargs)
        if not message or message.sudo().filtered_domain(self._sync_readable_domain()):
            return message
        return self.browse()

    @api.model
    def _sync_refresh_access(self, accounts=None):
        """Let the holders decide anew who may read: one shared mailbox opens a message.

        For ``self``, or for all messages that one of ``accounts`` holds.
        """
        if accounts is not None:
            self.env.flush_all()
            condition = SQL(
                """message.id IN (SELECT mail_message_id FROM mail_sync_match
                                  WHERE account_id = ANY(%s))""",
                accounts.ids,
            )
        else:
            condition = SQL("message.id = ANY(%s)", self.ids)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH holder AS (
                    SELECT DISTINCT message.id, account.user_id, account.visibility
                    FROM mail_message message
                    JOIN mail_sync_match match ON match.mail_message_id = message.id
                    JOIN mail_sync_account account ON account.id = match.account_id
                    WHERE message.sync_access IS NOT NULL AND %(condition)s
                ), access AS (
                    -- "shared" sorts after "private"
                    SELECT id, max(visibility) AS visibility FROM holder GROUP BY id
                ), cleared AS (
                    DELETE FROM mail_message_sync_user_rel rel USING holder
                    WHERE rel.message_id = holder.id AND NOT EXISTS (
                        SELECT FROM holder again JOIN access USING (id)
                        WHERE again.id = rel.message_id AND again.user_id = rel.user_id
                            AND access.visibility = 'private'
                    )
                ), named AS (
                    INSERT INTO mail_message_sync_user_rel (message_id, user_id)
                    SELECT holder.id, holder.user_id FROM holder JOIN access USING (id)
                    WHERE access.visibility = 'private'
                    ON CONFLICT DO NOTHING
                )
                UPDATE mail_message message SET sync_access = access.visibility
                FROM access WHERE access.id = message.id
                """,
                condition=condition,
            )
        )
        self.env["mail.message"].invalidate_model(["sync_access", "sync_user_ids"])

    # Identity -------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        messages = super().create(vals_list)
        incoming = messages.filtered(
            lambda message: message.model == "res.partner"
            and message.message_type == "email"
            and not message.sync_message_id
        )
        if incoming:
            incoming._sync_replace()
        return messages

    def _sync_replace(self):
        """The mail gateway brings what a mailbox brought before: the gateway's stays."""
        for message in self:
            synced = self.sudo().search(
                [
                    ("model", "=", "res.partner"),
                    ("res_id", "=", message.res_id),
                    ("sync_message_id", "=", message.message_id),
                ]
            )
            if synced:
                self.env["mail.sync.match"].sudo().search(
                    [("mail_message_id", "in", synced.ids)]
                ).write({"mail_message_id": message.id})
                synced.unlink()

    # Order ----------------------------------------------------------------------

    @api.model
    def _message_fetch(
        self, domain, *, thread=None, before=None, after=None, around=None, limit=30, **kwargs
    ):
        """A contact's chatter stands in the order of the dates.

        Mail arrives in any order, so ids say nothing here; a page is bounded by
        the (date, id) of a message instead of its id alone.
        """
        bound = self.browse(before or after or around).exists().sudo()
        if not thread or thread._name != "res.partner" or (bound and not bound.date):
            return super()._message_fetch(
                domain,
                thread=thread,
                before=before,
                after=after,
                around=around,
                limit=limit,
                **kwargs,
            )

        domain = Domain(True if domain is None else domain)
        older = Domain("date", "<=", bound.date) & (
            Domain("date", "<", bound.date) | Domain("id", "<" if before else "<=", bound.id)
        )
        newer = Domain("date", ">=", bound.date) & (
            Domain("date", ">", bound.date) | Domain("id", ">", bound.id)
        )

        def fetch(condition, limit, latest=True):
            order = "date DESC, id DESC" if latest else "date, id"
            by_date = self.with_context(mail_contact_sync_order=order)
            result = super(MailMessage, by_date)._message_fetch(
                domain & condition, thread=thread, limit=limit, **kwargs
            )
            messages = result["messages"].with_env(self.env)
            return {**result, "messages": messages if latest else messages[::-1]}

        if not bound:
            return fetch(Domain.TRUE, limit)
        if after:
            page = fetch(newer, limit, latest=False)
        elif before:
            page = fetch(older, limit)
        else:
            page = fetch(older, limit // 2)
            page["messages"] = fetch(newer, limit // 2, latest=False)["messages"] + page["messages"]
        if "count" in page:
            page["count"] = fetch(Domain.TRUE, 1)["count"]
        return page

    # Display --------------------------------------------------------------------

    def _to_store_defaults(self, target):
        return [*super()._to_store_defaults(target), "sync_access"]
