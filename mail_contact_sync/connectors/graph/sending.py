# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Sending by Microsoft Graph.

https://learn.microsoft.com/graph/api/user-sendmail, with the message as MIME.  Only Mail.Send is
needed.  What is larger would have to be made a draft first, for which a program must be allowed
to change all of the mailbox.
"""

from base64 import b64encode

from .. import reasons
from ..base import ConnectorError, MessageError, SentUnknown, SettingsError, TemporaryError
from ..net.web import Answer
from .errors import codes
from .http import Session

#: Bytes of a message that may be sent.  Graph takes 4 MB, and makes base64 of the base64 it is
#: given; what is more is answered with 200, and goes nowhere.
#: https://github.com/microsoftgraph/microsoft-graph-docs/issues/13979
MAX_OUTGOING = 2_200_000

_DENIED = {"errorsendasdenied", "errorsendonbehalfofdenied"}
_MAX_ANSWER = 1 << 20


def send(session: Session, message: bytes) -> None:
    """Send ``message`` to those in its header.  Exchange files it in Sent, Bcc included."""
    if len(message) > MAX_OUTGOING:
        raise MessageError(reasons.MESSAGE_TOO_LARGE)
    # Until here nothing has been sent: a token that has ended or a line that is down shows now.
    session.get(session.path("mailFolders", "inbox", select="displayName"))
    headers = {"Content-Type": "text/plain"}
    body = b64encode(message)
    try:
        answer = session.ask("POST", session.path("sendMail"), headers, body, _MAX_ANSWER)
    except TemporaryError as error:
        raise SentUnknown(reasons.SENT_UNKNOWN, error.reason) from None
    if answer.status != 202:
        raise _refusal(session, answer)


def _refusal(session: Session, answer: Answer) -> ConnectorError:
    found = codes(answer.body)
    told = " ".join([str(answer.status), *found])[:100]
    if {code.lower() for code in found} & _DENIED:
        return SettingsError(reasons.SEND_DENIED, told)
    if answer.status == 413:
        return MessageError(reasons.MESSAGE_TOO_LARGE, told)
    if answer.status == 400:
        return MessageError(reasons.SEND_REFUSED, told)
    if answer.status in (500, 502, 504) or answer.status < 400:
        return SentUnknown(reasons.SENT_UNKNOWN, told)
    return session.failure(answer, "Mail.Send")
