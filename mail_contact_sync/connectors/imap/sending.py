# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How who has a mailbox on an IMAP server sends: by SMTP, with a copy in Sent."""

from collections.abc import Iterable

from .. import reasons
from ..base import ConnectorError, NotFiled, SentUnknown, SettingsError
from ..smtp.sender import SmtpSender
from .sent import PATIENCE, SentFolder, id_of


class Sending:
    """``files_within`` is how many seconds the server is given to put into Sent by itself what
    it was given to send: zero where it is known not to, None where it always does."""

    def __init__(self, smtp: SmtpSender | None, sent: SentFolder, files_within: float | None):
        self._smtp, self._sent, self._files_within = smtp, sent, files_within

    def send(self, message: bytes, sender: str, recipients: Iterable[str]) -> None:
        """Send by SMTP, and keep a copy in Sent, Bcc and all.

        ``message`` has to have a Message-ID, by which the copy is known.  Raises what
        ``SmtpSender.send`` does, SettingsError (no-smtp) where there is no server to send by,
        and NotFiled where it was sent and ``file`` has to be called again.  Where the line
        broke before the server's answer, a copy that the server filed tells that it was sent.
        """
        if self._smtp is None:
            raise SettingsError(reasons.NO_SMTP)
        id_of(message)
        try:
            with self._smtp as smtp:
                smtp.send(message, sender, recipients)
        except SentUnknown:
            if not self._was_filed(message):
                raise
            return
        try:
            self.file(message)
        except ConnectorError as error:
            raise NotFiled(error) from None

    def file(self, message: bytes) -> bool:
        """See to it that a copy of a sent message stands in Sent; whether it did already.

        May be called again after any error, but not by two at once.
        """
        if self._files_within is None or self._sent.is_filed_by_server():
            return True
        return self._sent.file(message, self._files_within)

    def _was_filed(self, message: bytes) -> bool:
        patience = PATIENCE if self._files_within is None else self._files_within
        try:
            return self._sent.holds(message, patience)
        except ConnectorError:
            return False
