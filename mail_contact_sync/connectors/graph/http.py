# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Requests to Microsoft Graph on behalf of a user, for one mailbox."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from .. import reasons
from ..base import ConnectorError, TemporaryError, Throttled
from ..net.web import Answer, TooLarge, Web
from ..oauth.tokens import TokenSource
from .errors import GatewayTimeout, translate

#: Requests that one app may have under way in one mailbox.
#: https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits
AT_ONCE = 4
#: Requests of one batch: https://learn.microsoft.com/graph/json-batching.  Graph passes on no more
#: than four of them at a time, says the page on limits; it has been seen to do otherwise.
BATCH = 20
#: Messages of one page, and bytes that any answer but a message may have.
PAGE = 500
MAX_ANSWER = 64 << 20
#: Bytes of one message: Exchange Online's limit is 150 MB.
MAX_MESSAGE = 160 << 20

#: Else a message's id is another once it is moved.
#: https://learn.microsoft.com/graph/outlook-immutable-id
IMMUTABLE = 'IdType="ImmutableId"'


@dataclass(slots=True)
class Usage:
    """What has been asked for: ``messages`` are those fetched whole."""

    requests: int = 0
    messages: int = 0


class Session:
    """The mailbox ``address``, or that of ``tokens``' own user where there is none.

    ``root`` is Graph's address.  Paths begin after that and the mailbox, links after ``root``.
    """

    def __init__(self, tokens: TokenSource, root: str, address: str = ""):
        self.tokens = tokens
        self.usage = Usage()
        self.shared = bool(address)
        self._root = root.rstrip("/")
        self._mailbox = f"/users/{quote(address, safe='@')}" if address else "/me"
        self._web = Web()

    def close(self) -> None:
        self._web.close()

    def path(self, *parts: str, **options: str) -> str:
        """The link to ``parts`` below the mailbox; options go without their ``$``."""
        path = "/".join([self._mailbox, *(quote(part, safe="$") for part in parts)])
        query = "&".join(f"${name}={quote(value, safe='')}" for name, value in options.items())
        return f"{path}?{query}" if query else path

    def link(self, url: Any) -> str:
        """What Graph gave as a link, kept short.  A token goes nowhere but to Graph."""
        if not isinstance(url, str) or not url.startswith(f"{self._root}/"):
            raise TemporaryError(reasons.PROTOCOL_ERROR, "a link to elsewhere")
        return url.removeprefix(self._root)

    def get(self, link: str, prefer: Sequence[str] = (), scope: str = "Mail.Read") -> dict:
        """The JSON object at ``link``."""
        headers = {"Prefer": ", ".join([IMMUTABLE, *prefer])}
        answer = self.ask("GET", link, headers)
        if answer.status != 200:
            raise self.failure(answer, scope)
        return _object(answer.body)

    def page(self, link: str, size: int) -> dict:
        """As ``get``, with at most ``size`` entries; fewer where so many are too much at once."""
        size = min(size, PAGE)
        while True:
            try:
                return self.get(link, [f"odata.maxpagesize={size}"])
            except (TooLarge, GatewayTimeout):
                if size == 1:
                    raise
                size = max(1, size // 8)

    def batch(self, links: Sequence[str]) -> Iterator[dict | ConnectorError]:
        """What is at each of ``links``, in their order, or why it is not to be had."""
        for start in range(0, len(links), BATCH):
            part = links[start : start + BATCH]
            answers = self._batch(part)
            late = [n for n, answer in enumerate(answers) if isinstance(answer, Throttled)]
            if len(part) > AT_ONCE and len(late) < len(part):
                # Too many at once, not too many.
                for first in range(0, len(late), AT_ONCE):
                    these = late[first : first + AT_ONCE]
                    again = self._batch([part[n] for n in these])
                    for n, answer in zip(these, again, strict=True):
                        answers[n] = answer
            yield from answers

    def _batch(self, links: Sequence[str]) -> list[dict | ConnectorError]:
        requests = [
            {"id": str(number), "method": "GET", "url": link, "headers": {"Prefer": IMMUTABLE}}
            for number, link in enumerate(links)
        ]
        headers = {"Content-Type": "application/json"}
        body = json.dumps({"requests": requests})
        answer = self.ask("POST", "/$batch", headers, body.encode())
        if answer.status != 200:
            raise self.failure(answer)
        answers = self._answers(_object(answer.body))
        if answers.keys() != {each["id"] for each in requests}:
            raise TemporaryError(reasons.PROTOCOL_ERROR, "batch")
        return [answers[each["id"]] for each in requests]

    def _answers(self, value: dict) -> dict[str, dict | ConnectorError]:
        answers: dict[str, dict | ConnectorError] = {}
        try:
            for each in value["responses"]:
                named = {name.lower(): str(v) for name, v in (each.get("headers") or {}).items()}
                body = each.get("body")
                if each["status"] == 200 and isinstance(body, dict):
                    answers[each["id"]] = body
                else:
                    inner = Answer(int(each["status"]), "", named, json.dumps(body).encode())
                    answers[each["id"]] = self.failure(inner)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise TemporaryError(reasons.PROTOCOL_ERROR, "batch") from None
        return answers

    def failure(self, answer: Answer, scope: str = "Mail.Read") -> ConnectorError:
        """What an answer that is none tells of."""
        return translate(
            answer, scope=f"{scope}.Shared" if self.shared else scope, shared=self.shared
        )

    def ask(
        self,
        method: str,
        link: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
        limit: int | None = None,
    ) -> Answer:
        """The answer of at most ``limit`` bytes, else MAX_ANSWER, whatever its status; a token
        that is refused is renewed once."""
        limit = limit or MAX_ANSWER
        token = self.tokens.token()
        self.usage.requests += 1
        answer = self.ask_with(token, method, link, headers, body, limit)
        if answer.status == 401 and (renewed := self.tokens.renewed(token)):
            self.usage.requests += 1
            answer = self.ask_with(renewed, method, link, headers, body, limit)
        return answer

    def ask_with(
        self,
        token: str,
        method: str,
        link: str,
        headers: Mapping[str, str],
        body: bytes | None,
        limit: int,
        web: Web | None = None,
    ) -> Answer:
        """The answer to ``token``, whatever its status.  Not counted, so that threads may ask."""
        headers = {**headers, "Authorization": f"Bearer {token}"}
        return (web or self._web).send(
            method, self._root + link, headers=headers, body=body, limit=limit
        )


def _object(body: bytes) -> dict:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise TemporaryError(reasons.PROTOCOL_ERROR, "no JSON object")
    return value
