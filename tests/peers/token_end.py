# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The end of an IMAP session along with the token that had begun it, as Microsoft does it."""

from collections.abc import Callable

#: What it says to whatever is asked of it, before it hangs up.
BYE = b"* BYE Session invalidated - AccessTokenExpired\r\n"


class TokenEnd:
    """What a ``TcpProxy`` may take as ``rewrite``: says BYE once in place of the answer that holds
    ``marker``, and does ``action``.  ``happened`` says whether that has come.
    """

    def __init__(self, marker: bytes, action: Callable[[], object]):
        self._marker = marker
        self._action = action
        self.happened = False

    def __call__(self, data: bytes) -> bytes:
        if self.happened or self._marker not in data:
            return data
        self.happened = True
        self._action()
        return BYE
