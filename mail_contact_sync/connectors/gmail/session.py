# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is asked of the Gmail API, each call paid for from the budget.

https://developers.google.com/workspace/gmail/api/reference/rest
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .. import reasons
from ..base import AuthenticationFailed, ConnectorError, MessageError, TemporaryError, Throttled
from ..net.web import TooLarge
from ..oauth.google import READ, SEND
from .errors import NotFound, translate
from .http import AuthorizedHttp
from .quota import UNITS, Budget, Usage
from .service import library_errors, service

#: Entries of one page, the most that Google gives.
PAGE = 500
#: Calls of one batch.  Google takes 100 and advises against more than 50.
BATCH = 50
#: Calls that are asked for after a refusal: that so few were too many at once, Google never says.
FEW = 5
#: Bytes of the answer to one batch, which the library holds several times over, and of one
#: message, which Google takes up to 50 MB of and sends as base64.
MAX_BATCH = 32 << 20
MAX_MESSAGE = 128 << 20
#: Bytes of any other answer.
MAX_ANSWER = 16 << 20
#: Bytes from which on a message is uploaded as it is, instead of being sent as base64 in JSON;
#: and the most that may be uploaded.
LARGE = 4 << 20
MAX_OUTGOING = 35 << 20

_HISTORY = (
    "history(id,messagesAdded/message(id,labelIds),labelsRemoved(labelIds,message/id)),"
    "nextPageToken,historyId"
)

#: A message as Google describes it; None where it is gone.
Got = dict[str, Any] | MessageError | None


@dataclass(slots=True)
class _Tried:
    """What is done once for all messages that are asked for together."""

    refreshing: bool = False
    vouching: bool = False


class Session:
    """The calls, through ``http``.  Nothing here changes a mailbox but ``send``."""

    def __init__(self, http: AuthorizedHttp, root: str, budget: Budget, usage: Usage):
        self._http = http
        self._service = service(root)
        self._budget = budget
        self._usage = usage
        self._users = self._service.users()

    def profile(self) -> dict[str, Any]:
        return self._call("getProfile", self._users.getProfile(userId="me"), urgent=True)

    def send_as(self) -> dict[str, Any]:
        request = self._users.settings().sendAs().list(userId="me")
        return self._call("settings.sendAs.list", request, urgent=True)

    def search(self, query: str, page: str | None) -> dict[str, Any]:
        """A page of the ids of what ``query`` finds, newest first."""
        request = self._users.messages().list(
            userId="me",
            q=query,
            maxResults=PAGE,
            fields="messages/id,nextPageToken",
            **({"pageToken": page} if page else {}),
        )
        answer = self._call("messages.list", request)
        self._usage.queries += 1
        return answer

    def history(self, start: str, number: int, page: str | None = None) -> dict[str, Any]:
        """What was added to the mailbox, or lost a label, after ``start``, oldest first."""
        request = self._users.history().list(
            userId="me",
            startHistoryId=start,
            historyTypes=["messageAdded", "labelRemoved"],
            maxResults=min(number, PAGE),
            fields=_HISTORY,
            **({"pageToken": page} if page else {}),
        )
        return self._call("history.list", request)

    def begin_sending(self, message: bytes) -> None:
        """Whatever can be in the way shows here, where nothing has been sent yet."""
        if len(message) > MAX_OUTGOING:
            raise MessageError(reasons.MESSAGE_TOO_LARGE)
        self.profile()

    def thread_of(self, message_id: str) -> str | None:
        """The conversation that holds the message of this Message-ID, if there is one."""
        request = self._users.messages().list(
            userId="me",
            q=f"rfc822msgid:{message_id.strip('<>')}",
            maxResults=1,
            fields="messages/threadId",
        )
        found = self._call("messages.list", request, urgent=True).get("messages") or [{}]
        thread = found[0].get("threadId")
        return thread if isinstance(thread, str) else None

    def send(self, message: bytes, thread: str | None) -> None:
        """Send ``message``, as one of the conversation ``thread`` if given."""
        body = {"threadId": thread} if thread else {}
        media = None
        if len(message) < LARGE:
            body["raw"] = urlsafe_b64encode(message).decode("ascii")
        else:
            from googleapiclient.http import MediaInMemoryUpload

            # In two requests.  To put both into one, the library would take the message apart.
            media = MediaInMemoryUpload(message, "message/rfc822", chunksize=-1, resumable=True)
        request = self._users.messages().send(userId="me", body=body, media_body=media)
        self._call("messages.send", request, urgent=True, scope=SEND)

    def _call(
        self, method: str, request: Any, *, urgent: bool = False, scope: str = READ
    ) -> dict[str, Any]:
        self._spend(UNITS[method], urgent)
        with self._http.limited(MAX_ANSWER), library_errors(scope):
            if request.resumable:
                _progress, answer = request.next_chunk(http=self._http, num_retries=0)
            else:
                answer = request.execute(http=self._http, num_retries=0)
        if not isinstance(answer, dict):
            raise TemporaryError(reasons.PROTOCOL_ERROR, "no JSON object")
        return answer

    def _spend(self, units: int, urgent: bool = False) -> None:
        self._budget.spend(units, urgent)
        self._usage.requests += 1
        self._usage.units += units

    def messages(self, refs: Sequence[str], **form: Any) -> Iterator[dict[str, Got]]:
        """The messages ``refs``, a batch at a time, until all have come.

        What is kept back for itself alone is a MessageError.  Raises Throttled as soon as
        nothing more is to be had, whatever has come before.
        """
        queue, size, most, tried = list(refs), BATCH, BATCH, _Tried()
        while queue:
            part = queue[: min(size, max(1, self._budget.room() // UNITS["messages.get"]))]
            try:
                answers = self._ask(part, form)
            except TooLarge:  # together
                size = most = len(part) // 2
                continue
            again = self._again(part, answers, tried)
            most = max(1, len(part) // 2) if again else most
            size = min(most, FEW if again else 2 * size)
            got = {ref: answer for ref, answer in answers.items() if ref not in again}
            self._vouch(got, tried)
            yield {ref: _kept_back(ref, answer) for ref, answer in got.items()}
            queue = again + queue[len(part) :]

    def _again(self, part: list[str], answers: dict[str, Any], tried: "_Tried") -> list[str]:
        """Those of ``part`` that are worth being asked for once more."""
        refused = [ref for ref in part if isinstance(answers[ref], AuthenticationFailed)]
        postponed = [ref for ref in part if isinstance(answers[ref], Throttled)]
        if refused:
            if tried.refreshing:
                raise answers[refused[0]]
            self._http.refresh()
            tried.refreshing = True
        elif postponed:
            self._postpone(part, postponed, answers)
        return [*refused, *postponed]

    def _postpone(self, part: list[str], postponed: list[str], answers: dict[str, Any]) -> None:
        """Raise Throttled where asking on is of no use."""
        error = answers[postponed[0]]
        is_rate = error.reason == reasons.RATE_LIMIT
        none_came = len(postponed) == len(part)
        over = none_came and len(part) <= FEW
        if is_rate:
            self._budget.refused(UNITS["messages.get"] * len(postponed), lower=over)
        if over or (none_came and not is_rate):
            raise error

    def _vouch(self, got: dict[str, Any], tried: "_Tried") -> None:
        """Where none has come: is it the messages, or all of Gmail that is in trouble?"""
        if tried.vouching or not got:
            return
        if all(isinstance(answer, TemporaryError) for answer in got.values()):
            self.profile()
            tried.vouching = True

    def _ask(self, part: list[str], form: dict[str, Any]) -> dict[str, Any]:
        """The answer for each: a message, None where it is gone, or an error of its own.

        Raises TooLarge where only smaller parts could be had.
        """
        self._spend(UNITS["messages.get"] * len(part))
        self._usage.messages += len(part)
        requests = {ref: self._users.messages().get(userId="me", id=ref, **form) for ref in part}
        if len(part) == 1:
            return {ref: self._alone(ref, request) for ref, request in requests.items()}
        answers: dict[str, Any] = {}

        def keep(ref: str, answer: Any, error: Any) -> None:
            if error:
                answer = translate(error.resp.status, error.resp, error.content, READ)
            answers[ref] = _gone_or(answer)

        batch = self._service.new_batch_http_request(callback=keep)
        for ref, request in requests.items():
            batch.add(request, request_id=ref)
        with self._http.limited(MAX_BATCH), library_errors(READ):
            batch.execute(http=self._http)
        return answers

    def _alone(self, ref: str, request: Any) -> Any:
        from googleapiclient.errors import HttpError

        with self._http.limited(MAX_MESSAGE), library_errors(READ):
            try:
                return request.execute(http=self._http, num_retries=0)
            except TooLarge:
                return MessageError(reasons.MESSAGE_UNREADABLE, "too large", ref)
            except HttpError as error:
                # Google has answered, if not with the message.
                return _gone_or(translate(error.resp.status, error.resp, error.content, READ))


def _gone_or(answer: Any) -> Any:
    if isinstance(answer, NotFound):
        return None
    if isinstance(answer, ConnectorError) and not isinstance(
        answer, TemporaryError | AuthenticationFailed
    ):
        raise answer
    return answer


def _kept_back(ref: str, answer: Any) -> Got:
    if isinstance(answer, TemporaryError):
        return MessageError(reasons.MESSAGE_UNREADABLE, answer.detail, ref)
    if answer is not None and not isinstance(answer, dict | MessageError):
        return MessageError(reasons.MESSAGE_UNREADABLE, "no JSON object", ref)
    return answer
