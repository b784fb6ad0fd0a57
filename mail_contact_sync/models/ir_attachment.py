# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import os
from contextlib import suppress
from uuid import uuid4

from odoo import api, models


class IrAttachment(models.Model):
    """The files of synced e-mails, in the filestore whole or not at all."""

    _inherit = "ir.attachment"

    @api.model
    def _sync_write_whole(self, content: bytes):
        """Have the file of ``content`` in the filestore before core would write it.

        Core writes a file in place, under its checksum.  Half of one, which a
        killed worker leaves, is then another content with the same checksum, and
        no mail with that file could be posted any more.
        """
        if self._storage() != "file" or not content:
            return
        checksum = self._compute_checksum(content)
        name = f"{checksum[:2]}/{checksum}"
        path = self._full_path(name)
        if os.path.isfile(path) and os.path.getsize(path) >= len(content):
            return
        os.makedirs(os.path.dirname(path), exist_ok=True)
        draft = f"{name}-{uuid4().hex}"
        # Before there is anything of it: neither a rollback nor a kill leaves a file behind.
        self._mark_for_gc(draft)
        self._mark_for_gc(name)
        with open(self._full_path(draft), "xb") as file:
            file.write(content)
        os.replace(self._full_path(draft), path)
        with suppress(OSError):  # core would look for it, and log that it is not there
            os.unlink(self._full_path(f"checklist/{draft}"))
