# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields


class BigInt(fields.Integer):
    """A signed 64-bit integer: Odoo's own Integer is an int4 column."""

    _column_type = ("int8", "int8")
