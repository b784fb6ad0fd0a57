# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.addons.mail.tools.discuss import Store
from odoo.fields import Domain
from odoo.tools import SQL


class MailMessage(models.Model):
    """What a synced message has more than others: its identity, and its place in the chatter."""

    _inherit = "mail.message"

    sync_message_id = fields.Char(
        "Message-ID of the Synced E-mail", readonly=True, copy=False, index="btree_not_null"
    )
    _contact_date_idx = models.Index("(res_id, date, id) WHERE model = 'res.partner'")

    # Identity -------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        messages = super().create(vals_list)
        incoming = messages.filtered(
            lambda message: (
                message.model == "res.partner"
                and message.message_type == "email"
                and not message.sync_message_id
            )
        )
        # The gateway writes with all rights; a user who names an id replaces nothing.
        if incoming and self.env.su:
            incoming._sync_replace()
        return messages

    def _sync_replace(self):
        """The mail gateway brings what a mailbox brought before: the gateway's stays."""
        identity = self.env["mail.sync.identity"]
        for message in self:
            # sudo: compared, and shown to nobody
            synced = self.sudo().search(
                [
                    ("model", "=", "res.partner"),
                    ("res_id", "=", message.res_id),
                    ("sync_message_id", "=", message.message_id),
                    ("sync_access", "!=", False),
                ]
            )
            copies = identity._copies(message.sudo(), synced)
            copies._sync_give_way(dict.fromkeys(copies.ids, message.id))

    @api.model
    def _sync_give_way(self, kept_of: dict[int, int]):
        """Delete these copies; what hung on one hangs on the message that is kept.

        ``kept_of`` maps the ids of copies to the id of the kept message.
        """
        if not kept_of:
            return
        self.env.flush_all()
        references = [
            ("mail_sync_match", "mail_message_id"),
            ("mail_sync_past", "mail_message_id"),
            ("mail_message", "parent_id"),
            ("mail_message", "sync_origin_id"),
        ]
        for table, column in references:
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE %(table)s SET %(column)s = pair.kept
                    FROM unnest(%(copies)s::int[], %(kept)s::int[]) AS pair(copy, kept)
                    WHERE %(column)s = pair.copy
                    """,
                    table=SQL.identifier(table),
                    column=SQL.identifier(column),
                    copies=list(kept_of),
                    kept=list(kept_of.values()),
                )
            )
        self.env.invalidate_all()
        self.browse(set(kept_of.values()))._sync_refresh_access()
        # A copy goes for whoever reads the one that is kept.
        self.browse(kept_of)._sync_as_engine().unlink()

    # Search ---------------------------------------------------------------------

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, **kwargs):
        if order == "id DESC":
            order = self.env.context.get("mail_contact_sync_order", order)
        if self.env.context.get("mail_contact_sync_hide"):
            domain = Domain(domain) & Domain("sync_access", "=", False)
        return super()._search(domain, offset, limit, order, **kwargs)

    @api.model
    def _message_fetch(
        self, domain, *, thread=None, before=None, after=None, around=None, limit=30, **kwargs
    ):
        """A contact's chatter stands in the order of the dates.

        Mail arrives in any order, so ids say nothing here; a page is bounded by
        the (date, id) of a message instead of its id alone.
        """
        # sudo: says where a page begins, and is not part of it
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
        # Of e-mails alone: most messages are none.
        return [
            *super()._to_store_defaults(target),
            Store.Attr("sync_access", predicate=lambda message: message.sync_access),
            Store.Attr("sync_written", predicate=lambda message: message.sync_written),
        ]
