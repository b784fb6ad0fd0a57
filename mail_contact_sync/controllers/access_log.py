# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo's own log names the whole address of a request, and all values of a call.

The one has a provider's code in it, the other, where the log is at its most talkative, what is
entered as a password.
"""

import logging
import re

_CODE = re.compile(r"(/mail_contact_sync/\w+/redirect)\?\S*")
_SECRET = re.compile(
    r"""('(?:password|\w*_client_secret)': )(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
)


class Without(logging.Filter):
    """Leaves out of a log what ``secret`` finds behind its first group."""

    def __init__(self, secret: re.Pattern, place: str):
        super().__init__()
        self._secret, self._place = secret, place

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if self._place in message and self._secret.search(message):
            record.msg, record.args = self._secret.sub(r"\1…", message), None
        return True


def hide_secrets() -> None:
    """Once in a process, however often the add-on is loaded."""
    for name, secret, place in (
        ("werkzeug", _CODE, "/mail_contact_sync/"),
        ("odoo.service.model", _SECRET, "mail"),
    ):
        log = logging.getLogger(name)
        if not any(isinstance(each, Without) for each in log.filters):
            log.addFilter(Without(secret, place))
