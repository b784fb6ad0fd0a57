# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import io
from pathlib import Path

import polib

from odoo.tests.common import TransactionCase
from odoo.tools.translate import trans_export

ADDON = Path(__file__).parent.parent


class TestTerms(TransactionCase):
    """What there is to translate."""

    def test_the_template_holds_the_terms_that_there_are(self):
        file = io.BytesIO()
        trans_export(False, [ADDON.name], file, "po", self.env)
        there = {entry.msgid for entry in polib.pofile(file.getvalue().decode())}
        template = polib.pofile(str(ADDON / "i18n" / f"{ADDON.name}.pot"))
        self.assertEqual({entry.msgid for entry in template}, there, "./test --export-terms")
