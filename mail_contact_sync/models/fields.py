# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields
from odoo.fields import Domain
from odoo.orm.fields_relational import _RelationalMulti

from .mail_sync_access import MANAGER


class BigInt(fields.Integer):
    """A signed 64-bit integer: Odoo's own Integer is an int4 column.

    What may have more than 53 bits is written by SQL alone.
    """

    _column_type = ("int8", "int8")


class BigIntArray(fields.Json):
    """A PostgreSQL array of bigints.  Read and written by SQL alone; Odoo makes the column."""

    _column_type = ("_int8", "bigint[]")


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


def make_readable(model, name):
    """Make a field of core's a ReadableMessage; for ``_post_model_setup__``.

    Where it was defined as one, the next module that defines it anew, as a field of core's class,
    would lose all that it inherits.  But it has to be defined with the model once more: else it
    is shared with other databases.
    """
    field = model._fields[name]
    if not isinstance(field, ReadableMessage):
        field.__class__ = type("ReadableMessage", (ReadableMessage, type(field)), {})


def _readable_comodel_domain(self, model):
    """Messages, but for those that the user may not read, superuser mode or not.

    Modules define their relations to messages anew, and administrators add some at run time, so
    it is no field that says this but the class of all fields to many, which has no such method of
    its own.  It serves databases without the add-on, too.
    """
    domain = super(_RelationalMulti, self).get_comodel_domain(model)
    if self.comodel_name == "mail.message":
        readable = getattr(model.env["mail.message"], "_sync_readable_domain", None)
        domain &= readable() if readable else Domain.TRUE
    return domain


_RelationalMulti.get_comodel_domain = _readable_comodel_domain
