# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Graph's mail by HTTP: who may, what is asked, how often, and what goes wrong on demand."""

import json
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

from ..bearer import Token
from ..web_server import Answer
from . import query, schema
from .consent import Consent
from .mail import MOST_SENT, PAGE, Failure, GraphMail
from .query import Query
from .schema import Place, Violation
from .store import GraphMailbox

ROOT = "/v1.0"
#: Requests that one app may have under way in one mailbox.
AT_ONCE = 4
MOST_IN_BATCH = 20
_READING = frozenset({"Mail.Read", "Mail.Read.Shared"})
_SENDING = frozenset({"Mail.Send", "Mail.Send.Shared"})


@dataclass(frozen=True)
class Request:
    """What was asked: ``name`` is the path without its ids."""

    name: str
    target: str
    headers: dict[str, str]


@dataclass
class _Fault:
    name: str
    answer: Callable[[], Answer | None]


class Graph:
    """``requests`` records what was asked, also in batches, one by one; ``violations`` what
    Microsoft's metadata or documentation has against requests or answers; ``batches`` the sizes
    of batches.  ``batched_at_once`` is how many of a batch are carried out before it is too many
    at once, ``under_way`` is called while a request is.  ``root`` is its address, to be set
    before it is asked.
    """

    def __init__(self, consent: Consent, mailboxes: dict[str, GraphMailbox]):
        self.root = ""
        self.consent = consent
        self.mailboxes = mailboxes
        self.mail = GraphMail(mailboxes)
        self.requests: list[Request] = []
        self.violations: list[str] = []
        self.batches: list[int] = []
        self.most_at_once = 0
        self.under_way: Callable[[], object] = lambda: None
        self.batched_at_once = MOST_IN_BATCH
        self._faults: deque[_Fault] = deque()
        self._under_way: Counter = Counter()
        self._lock = threading.Lock()

    @property
    def counts(self) -> Counter:
        return Counter(request.name for request in self.requests)

    # Faults on demand, each for the next request of that name ("*" for any) -----------

    def fail_next(self, name: str, status: int, code: str, inner: str = "", **headers: str) -> None:
        named = {each.replace("_", "-"): value for each, value in headers.items()}
        failure = Failure(status, code, "clara@customer.example is not to be told.", inner)
        self._faults.append(_Fault(name, lambda: _error(failure, named)))

    def answer_next(self, name: str, status: int, body: bytes) -> None:
        self._faults.append(_Fault(name, lambda: (status, {}, body)))

    def meanwhile(self, name: str, act: Callable[[], object]) -> None:
        """``act`` right before the next such request is carried out."""

        def answer() -> None:
            act()

        self._faults.append(_Fault(name, answer))

    def _fault(self, name: str) -> Answer | None:
        with self._lock:
            found = next((f for f in self._faults if f.name in (name, "*")), None)
            if found:
                self._faults.remove(found)
        return found.answer() if found else None

    def forget(self) -> None:
        """What was recorded, and the faults that nobody ran into."""
        self.requests, self.violations, self.batches = [], [], []
        self._faults.clear()
        self.most_at_once = 0
        self.under_way = lambda: None
        self.batched_at_once = MOST_IN_BATCH

    # Answering ------------------------------------------------------------------------

    def answer(self, verb: str, target: str, headers: dict, body: bytes) -> Answer:
        try:
            if not target.startswith(f"{ROOT}/"):
                raise Violation(f"not below {ROOT}: {target}")
            token = self.consent.token(headers)
            if target == f"{ROOT}/me":
                return self._owner(token)
            if token is None:
                raise Failure(401, "InvalidAuthenticationToken", "Lifetime validation failed.")
            if target == f"{ROOT}/$batch":
                return self._batch(verb, body, headers, token)
            return self.one(verb, target.removeprefix(ROOT), headers, body, token)
        except Violation as violation:
            self.violations.append(f"{verb} {target}: {violation}")
            return _error(Failure(400, "BadRequest", str(violation)), {})
        except Failure as failure:
            return _error(failure, {})

    def _owner(self, token: Token | None) -> Answer:
        """What Dovecot asks, to learn whose token it is, and which mailbox that user may open.

        It takes a 401 for trouble of ours, not for a bad token: that is nobody's, as with the
        emulator; and so it does with an answer that says less.
        """
        owner = dict.fromkeys(("mail", "opens"), "nobody@invalid.test")
        if token:
            owner["mail"] = token.user
            opened = (each for each, box in self.mailboxes.items() if token.user in box.readers)
            owner["opens"] = next(opened, owner["opens"])
        return 200, {"Content-Type": "application/json"}, json.dumps(owner).encode()

    def one(self, verb: str, target: str, headers: dict, body: bytes, token: Token) -> Answer:
        path, _, text = target.partition("?")
        place = schema.place(path)
        name = "/".join(place.steps)
        asked = query.read(place, text)
        prefer = query.preferences(headers.get("prefer", ""))
        self.requests.append(Request(name, target, headers))
        if fault := self._fault(name):
            return fault
        owner = place.ids[0] if place.steps[0] == "users" else token.user
        with self._counted(owner):
            mailbox = self._opened(owner, token, _SENDING if verb == "POST" else _READING)
            return self._carried_out(verb, place, asked, prefer, mailbox, headers, body, path)

    @contextmanager
    def _counted(self, owner: str) -> Iterator[None]:
        with self._lock:
            self._under_way[owner] += 1
            many = self._under_way[owner]
            self.most_at_once = max(self.most_at_once, many)
        try:
            if many > AT_ONCE:
                words = "Application is over its MailboxConcurrency limit."
                raise Failure(429, "ApplicationThrottled", words)
            self.under_way()
            yield
        finally:
            with self._lock:
                self._under_way[owner] -= 1

    def _opened(self, owner: str, token: Token, needed: frozenset[str]) -> GraphMailbox:
        given = {scope.rpartition("/")[2] for scope in token.scopes}
        own = owner == token.user
        if not given & {scope for scope in needed if own or scope.endswith(".Shared")}:
            raise Failure(403, "ErrorAccessDenied", "Access is denied.")
        mailbox = self.mailboxes.get(owner)
        if mailbox is None:
            raise Failure(404, "ErrorInvalidUser", "The requested user is invalid.")
        if not own and token.user not in mailbox.readers:
            raise Failure(403, "ErrorAccessDenied", "Access is denied.")
        return mailbox

    def _carried_out(
        self,
        verb: str,
        place: Place,
        asked: Query,
        prefer: dict[str, str],
        mailbox: GraphMailbox,
        headers: dict,
        body: bytes,
        path: str,
    ) -> Answer:
        last = place.steps[-1]
        if verb != ("POST" if last == "sendMail" else "GET"):
            raise Violation(f"no {verb} here")
        if last == "sendMail":
            return self._sent(mailbox, headers, body)
        if "IdType" not in prefer and place.type == "message":
            raise Violation("ids that change when a message is moved")
        if last == "$value":
            return 200, {"Content-Type": "text/plain"}, self.mail.value(mailbox, place)
        if not place.many:
            tell = self.mail.message if place.type == "message" else self.mail.folder
            answer = tell(mailbox, place, asked)
        else:
            page = int(prefer.get("odata.maxpagesize", PAGE))
            deltas = {"message": self.mail.delta, "mailFolder": self.mail.folders}
            tell = deltas[place.type] if last == "delta" else self.mail.listing
            answer = tell(mailbox, place, asked, page)
        return self._told(place, answer, self.root + path)

    def _told(self, place: Place, answer: dict, address: str) -> Answer:
        for each in answer["value"] if place.many else [answer]:
            try:
                schema.check(each, f"graph.{place.type}", place.type)
            except Violation as violation:
                self.violations.append(f"answer: {violation}")
        for name in ("@odata.nextLink", "@odata.deltaLink"):
            link = answer.get(name)
            if isinstance(link, Query):
                answer[name] = f"{address}?{_listed(link)}"
            elif link:
                answer[name] = link(address)
        content = json.dumps({"@odata.context": f"{self.root}/$metadata", **answer})
        return 200, {"Content-Type": "application/json"}, content.encode()

    def _sent(self, mailbox: GraphMailbox, headers: dict, body: bytes) -> Answer:
        if headers.get("content-type") != "text/plain":
            raise Violation("MIME is sent as text/plain")
        if len(body) * 3 // 4 > MOST_SENT:
            # So it is: 200, not 202, and nothing goes out.
            # https://github.com/microsoftgraph/microsoft-graph-docs/issues/13979
            return 200, {}, b""
        self.mail.send(mailbox, mailbox.address, body)
        return 202, {}, b""

    def _batch(self, verb: str, body: bytes, headers: dict, token: Token) -> Answer:
        requests = json.loads(body)["requests"]
        self.batches.append(len(requests))
        if verb != "POST" or not 0 < len(requests) <= MOST_IN_BATCH:
            raise Violation("a batch of a wrong size")
        if any("dependsOn" in each for each in requests):
            raise Violation("sequences are not imitated")
        responses = []
        for number, each in enumerate(requests):
            own = {name.lower(): value for name, value in each.get("headers", {}).items()}
            try:
                if number >= self.batched_at_once:  # those before are still under way
                    words = "Application is over its MailboxConcurrency limit."
                    raise Failure(429, "ApplicationThrottled", words)
                answer = self.one(each["method"], each["url"], own, b"", token)
            except Failure as failure:
                answer = _error(failure, {})
            status, named, content = answer
            told = json.loads(content) if content else None
            responses.append({"id": each["id"], "status": status, "headers": named, "body": told})
        # In no order that anybody has promised.
        content = json.dumps({"responses": responses[::-1]})
        return 200, {"Content-Type": "application/json"}, content.encode()


def _listed(asked: Query) -> str:
    """The next page of a list, as Graph spells it."""
    options = {"$select": ",".join(asked.select), "$top": asked.top, "$skip": asked.skip}
    if asked.since and asked.before:
        window = f"{_stamp(asked.since)} and receivedDateTime lt {_stamp(asked.before)}"
        options["$filter"] = f"receivedDateTime ge {window}"
    if asked.newest_first:
        options["$orderby"] = "receivedDateTime desc"
    if asked.expand:
        terms = " or ".join(f"id eq '{id}'" for id in asked.expand)
        options["$expand"] = f"singleValueExtendedProperties($filter={terms})"
    return urlencode(options, quote_via=quote)


def _stamp(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%SZ}"


def _error(failure: Failure, headers: dict[str, str]) -> Answer:
    error: dict = {"code": failure.code, "message": failure.message}
    if failure.inner:
        error["innererror"] = {"code": failure.inner}
    content = json.dumps({"error": error}).encode()
    return failure.status, {"Content-Type": "application/json", **headers}, content
