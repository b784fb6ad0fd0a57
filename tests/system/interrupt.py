# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Something that happens in the midst of a conversation between the add-on and a mail server."""

from collections.abc import Callable


class Interrupt:
    """What a ``TcpProxy`` may take as ``rewrite``: changes nothing, but does ``action`` once.

    The moment is when the server has said ``marker`` and the client has not yet heard it; the
    client waits meanwhile.  ``happened`` says whether it has come.
    """

    def __init__(self, marker: bytes, action: Callable[[], object]):
        self._marker = marker
        self._action = action
        self._end = b""
        self.happened = False

    def __call__(self, data: bytes) -> bytes:
        heard = self._end + data
        # the marker may come in two pieces
        self._end = heard[-len(self._marker) :]
        if not self.happened and self._marker in heard:
            self.happened = True
            self._action()
        return data
