# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields
from odoo.fields import Domain

from .mail_sync_access import MANAGER


class BigInt(fields.Integer):
    """A signed 64-bit integer: Odoo's own Integer is an int4 column.

    What may have more than 53 bits is written by SQL alone.
    """

    _column_type = ("int8", "int8")


class BigIntArray(fields.Json):
    """A PostgreSQL array of bigints.  Read and written by SQL alone; Odoo makes the column."""

    _column_type = ("_int8", "bigint[]")


class ReadableMessages(fields.One2many):
    """Messages, but for those that the user may not read, superuser mode or not."""

    def get_comodel_domain(self, model):
        readable = model.env["mail.message"]._sync_readable_domain()
        return super().get_comodel_domain(model) & readable


class ReadableMailboxes(fields.One2many):
    """Mailboxes whose state the user may see: core asks without the rules whether there are any."""

    def get_comodel_domain(self, model):
        domain = super().get_comodel_domain(model)
        env = model.env
        if env.su:
            return domain
        readable = Domain("user_id", "=", env.uid)
        if env.user.has_group(MANAGER):
            readable |= Domain("company_id", "in", env.companies.ids)
        return domain & readable


class ReadableMessage(fields.Many2one):
    """A message, or nothing if the user may not read it, superuser mode or not."""

    def convert_to_record(self, value, record):
        return super().convert_to_record(value, record)._sync_readable()
