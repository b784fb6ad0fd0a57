# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Messages as they are stored, several at a time.

https://learn.microsoft.com/graph/outlook-get-mime-message
"""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from queue import SimpleQueue

from .. import reasons
from ..base import AuthenticationFailed, ConnectorError, MessageError, TemporaryError
from ..net.web import Answer, TooLarge, Web
from .errors import BadRequest, NotFound
from .http import AT_ONCE, IMMUTABLE, MAX_MESSAGE, Session

#: What may be wrong with one message alone.
_ABOUT_ONE = (TemporaryError, BadRequest)
#: Messages that Graph may keep back before the trouble is its own.
MAX_FAILED = 10


class Fetch:
    """The messages ``refs`` of a folder, in the order in which they come; no more than AT_ONCE
    are under way or in memory.

    The threads do nothing but ask: tokens are renewed, and stored, by whoever iterates.
    """

    def __init__(self, session: Session, folder: str, refs: Sequence[str]):
        self._session = session
        self._folder = folder
        self._left = deque(refs)
        self._tokens: dict[str, str] = {}
        self._fresh: set[str] = set()
        self._lines: SimpleQueue[Web] = SimpleQueue()
        self._stopped: ConnectorError | None = None
        self._failed: dict[str, ConnectorError] = {}
        self._kept_back: MessageError | None = None

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        """Raises Throttled and its like once all that had been asked for has been yielded;
        MessageError at the end, for one of those that Graph keeps back for themselves."""
        for _ in range(AT_ONCE):
            self._lines.put(Web())
        try:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                yield from self._all(pool)
        finally:
            while not self._lines.empty():
                self._lines.get().close()
        if self._stopped:
            raise self._stopped
        yield from self._again()
        if self._kept_back:
            raise self._kept_back

    def _all(self, pool: ThreadPoolExecutor) -> Iterator[tuple[str, bytes]]:
        running: dict[Future, str] = {}
        while running or (self._left and not self._stopped):
            while self._left and len(running) < AT_ONCE and not self._stopped:
                ref = self._left.popleft()
                token = self._tokens[ref] = self._session.tokens.token()
                self._session.usage.requests += 1
                running[pool.submit(self._ask, ref, token)] = ref
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                ref, answer = running.pop(future), future.result()
                body = self._taken(ref, answer)
                if body is not None:
                    yield ref, body
                del answer, body, future

    def _ask(self, ref: str, token: str) -> Answer | ConnectorError:
        web = self._lines.get()
        try:
            return self._session.ask_with(
                token, "GET", self._link(ref), {"Prefer": IMMUTABLE}, None, MAX_MESSAGE, web
            )
        except ConnectorError as error:
            return error
        finally:
            self._lines.put(web)

    def _link(self, ref: str) -> str:
        return self._session.path("mailFolders", self._folder, "messages", ref, "$value")

    def _taken(self, ref: str, answer: Answer | ConnectorError) -> bytes | None:
        """The message, if it has come; else what there is to do is noted."""
        if isinstance(answer, Answer):
            if answer.status == 200:
                self._session.usage.messages += 1
                return answer.body
            if answer.status == 401 and self._renewed(ref):
                self._left.append(ref)
                return None
            answer = self._session.failure(answer)
        if isinstance(answer, TooLarge):
            self._kept_back = MessageError(reasons.MESSAGE_UNREADABLE, "too large", ref)
        elif type(answer) in _ABOUT_ONE:
            self._failed[ref] = answer
            if len(self._failed) > MAX_FAILED:
                self._stopped = self._stopped or answer
        elif not isinstance(answer, NotFound):
            self._stopped = self._stopped or answer
        return None

    def _renewed(self, ref: str) -> bool:
        """Whether there is another token than the one that was refused for ``ref``.  One that
        is new and refused is not renewed."""
        refused = self._tokens[ref]
        if refused in self._fresh:
            return False
        try:
            token = self._session.tokens.renewed(refused)
        except AuthenticationFailed as error:
            self._stopped = self._stopped or error
            return False
        self._fresh.add(token)
        return True

    def _again(self) -> Iterator[tuple[str, bytes]]:
        """Is it the message, or the line, or all of Graph that is in trouble?"""
        for ref in self._failed:
            try:
                answer = self._session.ask(
                    "GET", self._link(ref), {"Prefer": IMMUTABLE}, limit=MAX_MESSAGE
                )
            except TooLarge:
                self._kept_back = MessageError(reasons.MESSAGE_UNREADABLE, "too large", ref)
                continue
            if answer.status == 200:
                yield ref, answer.body
                continue
            error = self._session.failure(answer)
            if isinstance(error, NotFound):
                continue
            if type(error) not in _ABOUT_ONE:
                raise error
            self._session.get(self._session.path("mailFolders", "inbox", select="displayName"))
            self._kept_back = MessageError(reasons.MESSAGE_UNREADABLE, error.detail, ref)
